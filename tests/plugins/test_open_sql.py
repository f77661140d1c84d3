"""SQL of visitors' own: bounded in every format, refused in the format asked for, and never in the way of pages."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from urllib.parse import quote

import httpx
import pytest
from datasette.app import Datasette

from keikaku.serving import sql_worker
from tests.sites import ADDRESSES

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
FORMATS = {
    **dict.fromkeys(("", ".xlsx"), "text/html"),
    **dict.fromkeys((".csv", ".csv?_stream=1", ".csv?_dl=1", ".excel.csv"), "text/plain"),
    **dict.fromkeys((".json", *(f".json?_shape={s}" for s in ("objects", "array", "arrayfirst", "array&_nl=on"))), "application/json"),
}  # fmt: skip
TOO_MUCH = {
    "値が大きすぎます": "SELECT length(hex(zeroblob(400000000)))",
    "文や値が大きすぎます": f"SELECT group_concat(hex(zeroblob(1000))) FROM ({ENDLESS} SELECT n FROM c LIMIT 1000)",
    "許されていない": "SELECT load_extension('x')",
    "時間がかかりすぎ": f"{ENDLESS} SELECT count(*) FROM c",
}
# What waits for no worker.
PAGES = [path for path in ADDRESSES["pages"] + ADDRESSES["data"] if "sql=" not in path]


async def get(site: Datasette, path: str) -> httpx.Response:
    response: httpx.Response = await site.client.get(quote(path, safe="/?&=.+_%:"))
    return response


@pytest.fixture
async def full(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Datasette]:
    """The site while others run as much SQL as may be run."""
    monkeypatch.setattr(sql_worker, "PATIENCE_SECONDS", 0.02)
    async with AsyncExitStack() as stack:
        for _ in range(sql_worker.WORKERS):
            await stack.enter_async_context(site.get_database().workers.lease())
        yield site


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("message", TOO_MUCH)
async def test_too_much_is_refused_in_the_format_asked_for(
    site: Datasette, hurry: Callable[[Datasette], None], ending: str, message: str
) -> None:
    if "時間" in message:
        hurry(site)
    response = await get(site, f"/plans{ending}{'&' if '?' in ending else '?'}sql={quote(TOO_MUCH[message])}")
    assert response.status_code == 400
    assert response.headers["content-type"].startswith(FORMATS[ending]), response.text[:200]
    assert message in response.text
    if FORMATS[ending] == "application/json":
        told = response.json()
        assert told["ok"] is False
        assert JAPANESE.search(told["error"])
        assert JAPANESE.search(told["hint"])


@pytest.mark.parametrize("ending", ["", ".json", ".json?_shape=objects", ".json?_shape=array"])
async def test_an_answer_that_is_too_large_is_refused(site: Datasette, ending: str) -> None:
    sql = quote(f"{ENDLESS} SELECT hex(zeroblob(1000)) AS x FROM c LIMIT 1999")
    response = await get(site, f"/plans{ending}{'&' if '?' in ending else '?'}sql={sql}")
    assert response.status_code == 400
    assert "大きすぎます" in response.text
    assert len(response.content) < 25_000


async def test_a_file_may_be_larger_but_says_where_it_ends(site: Datasette) -> None:
    sql = quote(f"{ENDLESS} SELECT hex(zeroblob(100000)) AS x FROM c")
    response = await get(site, f"/plans.xlsx?sql={sql}")
    assert response.headers["keikaku-complete"] == "?0"
    response = await get(site, f"/plans.csv?sql={sql}")
    assert response.headers["keikaku-complete"] == "?0"
    assert "【ここまで】" in response.text[-200:]
    assert len(response.content) < 52_000_000


@pytest.mark.parametrize("ending", [".csv", ".excel.csv", ".xlsx"])
async def test_a_file_whose_later_row_is_too_large_is_refused(site: Datasette, ending: str) -> None:
    growing = "WITH RECURSIVE c (x) AS (SELECT 'x' UNION ALL SELECT x || x FROM c) SELECT x FROM c"
    response = await get(site, f"/plans{ending}?sql={quote(growing)}")
    assert response.status_code == 400
    assert "大きすぎます" in response.text


@pytest.mark.parametrize("path", ADDRESSES["by_worker"])
async def test_what_a_visitor_wrote_waits_for_its_turn_and_is_refused(full: Datasette, path: str) -> None:
    response = await get(full, path)
    assert response.status_code == 503, response.text[:300]
    assert int(response.headers["retry-after"]) > 0
    assert response.headers["cache-control"] == "no-store"
    assert "混み合っています" in response.text
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    name = path.partition("?")[0]
    if name.endswith((".json", ".jsono")):
        assert response.json()["status"] == 503
    elif name.endswith(".csv"):
        assert response.headers["content-type"].startswith("text/plain")
    else:
        assert '<html lang="ja"' in response.text
        assert 'href="/"' in response.text


@pytest.mark.parametrize("path", PAGES)
async def test_pages_and_files_do_not_wait(full: Datasette, path: str) -> None:
    response = await asyncio.wait_for(get(full, path), 5)
    assert response.status_code == 200


async def test_a_free_place_is_given_to_the_next(site: Datasette) -> None:
    answers = await asyncio.gather(*(get(site, f"/plans.json?sql=select+{n}&_shape=arrayfirst") for n in range(8)))
    assert [answer.json() for answer in answers] == [[n] for n in range(8)]


async def test_who_leaves_takes_the_query_along(site: Datasette) -> None:
    """The worker is free for the next as soon as the visitor has gone, and the statement with it."""
    async with site.get_database().workers.lease() as lease:
        worker = lease.worker
        assert [batch async for batch in await lease.run("SELECT 1", {}, sql_worker.Limits(1))] == [[(1,)]]
    assert worker and worker.process
    asked = {"type": "http", "method": "GET", "path": "/plans.json", "raw_path": b"/plans.json", "headers": []}
    asked |= {"scheme": "http", "query_string": f"sql={quote(ENDLESS + ' SELECT count(*) FROM c')}".encode()}

    async def leave_when_it_runs() -> dict[str, str]:
        while not worker.asked:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        raise AssertionError(f"sent to nobody: {message}")

    await site.client.app(asked, leave_when_it_runs, send)
    assert (worker.asked, worker.process) == (None, None)
    assert (await get(site, "/plans.json?sql=select+1&_shape=arrayfirst")).json() == [1]


async def test_what_fails_is_not_written_to_the_log(site: Datasette, capfd: pytest.CaptureFixture[str]) -> None:
    answer = await site.client.get("/plans.json?sql=select+himitsu+from+measures")
    assert (answer.status_code, "himitsu" in answer.text) == (400, True)
    assert "himitsu" not in "".join(capfd.readouterr())
