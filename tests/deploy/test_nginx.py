"""deploy/nginx: what a visitor gets through it while Datasette runs, runs by half, or stands still."""

import asyncio
import json
import re
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import quote

import httpx
import pytest

from keikaku.serving.headers import protect_answer
from tests.deploy.conftest import Deployed

PAGES = [
    "/",
    "/timeline",
    "/plans/unmet_targets",
    "/plans/measures/akishima-kogyo-1",
    "/plans/measures.csv",
    "/plans/measures.xlsx",
    "/plans/measures.json?_shape=array",
    f"/plans/search?q={quote('給食')}",
]
HEAVY = [
    "/plans?sql=select+1",
    "/plans/measures.json?_where=1",
    "/plans/measures.csv?_stream=on",
    "/plans?s%71l=select+1",
]


@pytest.fixture
def client(deployed: Deployed):
    with httpx.Client(base_url=deployed.address, timeout=20) as client:
        yield client


def visit_from(deployed: Deployed, number: int) -> httpx.Client:
    """A visitor of an address of its own, so that one test's flood is not the next one's."""
    return httpx.Client(
        base_url=deployed.address, timeout=20, transport=httpx.HTTPTransport(local_address=f"127.0.1.{number}")
    )


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_made_once_and_then_sent_from_its_copy(client: httpx.Client, path: str) -> None:
    first, second = client.get(path), client.get(path)
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.headers["x-cache-status"] == "HIT"
    assert first.content == second.content
    assert client.head(path).headers["x-cache-status"] == "HIT"


def test_protecting_headers_stand_once_on_every_answer(client: httpx.Client) -> None:
    """Datasette's on what comes from it, the same from nginx on what it sends itself."""
    paths = ["/", "/plans/measures.json", "/nosuch", "/static/site.css", "/files/plans.xlsx", "/files/files.json"]
    paths += ["/files/csv/measures.csv", "/plans.db", "/static/nosuch.css"]
    for path in paths:
        answer = client.get(path)
        for name, value in protect_answer([], path, b""):
            assert answer.headers.get_list(name.decode()) == [value.decode()], (path, name)
        assert re.fullmatch("nginx", answer.headers["server"]), path
        assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/plans/measures.json", "/files/plans.xlsx", "/plans.db"])
def test_scripts_of_other_sites_are_told_what_they_may_do(client: httpx.Client, path: str) -> None:
    asked = {"origin": "https://example.com", "access-control-request-method": "GET"}
    answer = client.options(path, headers=asked | {"access-control-request-headers": "if-none-match"})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-headers"] == "*"


def test_pages_speak_of_the_address_that_the_visitor_used(client: httpx.Client) -> None:
    asked = {"x-forwarded-proto": "https", "x-forwarded-host": "evil.example"}
    page = client.get("/plans/measures/akishima-kogyo-2", headers=asked).text
    assert '<link rel="canonical" href="http://localhost/plans/measures/akishima-kogyo-2">' in page


def test_text_comes_compressed_to_those_who_can_read_it(deployed: Deployed) -> None:
    for path in ("/", "/static/site.css", "/files/csv/measures.csv"):
        plain = httpx.get(deployed.address + path, headers={"accept-encoding": "identity"})
        refused = httpx.get(deployed.address + path, headers={"accept-encoding": "gzip;q=0, br;q=0.0"})
        packed = httpx.get(deployed.address + path, headers={"accept-encoding": "gzip, deflate"})
        assert "content-encoding" not in plain.headers
        assert "content-encoding" not in refused.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert "accept-encoding" in packed.headers["vary"].lower()
        assert plain.content == packed.content == refused.content


# Files


def test_every_file_of_the_data_set_is_sent_as_it_is_described(client: httpx.Client, deployed: Deployed) -> None:
    listing = json.loads((deployed.place / "site" / "files" / "files.json").read_text("utf-8"))
    for file in listing["files"]:
        answer = client.get(f"/files/{file['path']}", headers={"accept-encoding": "identity"})
        assert (answer.status_code, len(answer.content)) == (200, file["size"]), file["path"]
        described = file["media_type"].replace("; header=present", "").removesuffix("; charset=utf-8")
        assert answer.headers["content-type"].removesuffix("; charset=utf-8") == described
        assert "x-cache-status" not in answer.headers


@pytest.mark.parametrize("path", ["/files/plans.xlsx", "/files/parquet/measures.parquet", "/plans.db"])
def test_files_come_in_parts_and_only_when_changed(client: httpx.Client, path: str) -> None:
    whole = client.get(path)
    etag = whole.headers["etag"]
    part = client.get(path, headers={"range": "bytes=10-109", "if-range": etag})
    assert (part.status_code, part.content) == (206, whole.content[10:110])
    changed = client.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    assert client.get(path, headers={"range": f"bytes={len(whole.content)}-"}).status_code == 416
    assert client.get(path, headers={"if-none-match": etag}).status_code == 304


def test_the_database_is_sent_to_be_kept(client: httpx.Client, deployed: Deployed) -> None:
    answer = client.get("/plans.db")
    assert answer.content == (deployed.place / "site" / "plans.db").read_bytes()
    assert answer.headers["content-type"] == "application/vnd.sqlite3"
    assert answer.headers["content-disposition"] == 'attachment; filename="plans.db"'


def test_what_pages_load_is_kept_for_good_under_its_digest(client: httpx.Client) -> None:
    address = re.findall(r'"(/static/[^"]+\?\w+)"', client.get("/").text)[0]
    assert client.get(address).headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/static/site.css").headers["cache-control"] == "max-age=60"


@pytest.mark.parametrize(
    "path",
    [
        "/files/nosuch.csv",
        "/files/",
        "/files/csv",
        "/files/..%2fsettings.json",
        "/settings.json",
        "/static/",
        "/keikaku-errors/busy.html",
    ],
)
def test_nothing_else_is_sent(client: httpx.Client, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "ありません" in answer.text


def test_figures_of_each_process_are_for_this_machine_alone(client: httpx.Client, deployed: Deployed) -> None:
    for path in ("/-/metrics", "/-/metrics/", "/-/%6detrics", "//-/metrics", "/1/metrics"):
        public = client.get(path, follow_redirects=True)
        assert (public.status_code, "keikaku_requests" in public.text) == (404, False), path
    client.get("/plans/goals.json?_size=1")
    counted = 0.0
    for process in (1, 2):
        figures = httpx.get(f"{deployed.figures}/{process}/metrics")
        assert (figures.status_code, figures.headers["cache-control"]) == (200, "no-store")
        counted += sum(float(line.split()[1]) for line in figures.text.splitlines() if 'kind="json"' in line)
    assert counted
    for path in ("/", "/-/metrics", "/9/metrics", "/..%2f1/metrics", "/1/metrics/x"):
        assert httpx.get(deployed.figures + path).status_code in {400, 404, 502}, path


def test_a_request_is_a_line_that_tells_neither_who_asked_nor_what_was_searched(deployed: Deployed) -> None:
    asked = ["/plans/search?q=%E7%B5%A6%E9%A3%9F&_log=1", "/plans/search?q=%E7%B5%A6%E9%A3%9F&_log=1"]
    asked += ["/static/site.css", "/log%0d%0a%22,%22", "/" + "log" * 1000]
    with visit_from(deployed, 6) as visitor:
        answers = [visitor.get(path, headers={"user-agent": '"secret'}) for path in asked]
    time.sleep(1.5)
    written = (deployed.place / "keikaku.log").read_text("utf-8").splitlines()
    lines = [line for line in map(json.loads, written) if line["client"] == "127.0.1.*"][-len(asked) :]
    assert [line["status"] for line in lines] == [answer.status_code for answer in answers]
    assert [line["path"] for line in lines[:4]] == ["/plans/search", "/plans/search", *asked[2:4]]
    assert [line["cache"] for line in lines[:3]] == ["MISS", "HIT", ""]
    assert len(lines[4]["path"]) <= 400
    assert lines[1]["bytes"] == int(answers[1].headers["content-length"])
    assert not [line for line in written if "secret" in line or "%E7" in line or "127.0.1.6" in line]
    assert {tuple(line) for line in map(json.loads, written)} == {
        ("at", "client", "method", "path", "status", "bytes", "seconds", "cache")
    }


def test_a_view_for_frames_may_be_framed_and_the_page_may_not(client: httpx.Client) -> None:
    for _ in range(2):
        view, page = (client.get(f"/plans/measures/akishima-kogyo-1{end}") for end in ("?_embed=1", ""))
        assert (view.status_code, page.status_code) == (200, 200)
        assert "x-frame-options" not in view.headers
        assert view.headers["content-security-policy"].endswith("frame-ancestors *")
        assert page.headers.get_list("x-frame-options") == ["DENY"]
        assert len(page.headers.get_list("content-security-policy")) == 1


@pytest.mark.parametrize("path", ["/plans/measures/akishima-kogyo-1", "/plans/measures.csv", "/plans/goals.json"])
@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_an_answer_of_datasette_keeps_its_strong_tag_and_is_sent_when_changed(
    client: httpx.Client, path: str, encoding: str
) -> None:
    accept = {"accept-encoding": encoding}
    etag = client.get(path, headers=accept).headers["etag"]
    assert etag.startswith('"')
    assert client.get(path, headers=accept | {"if-none-match": etag}).status_code == 304
    assert client.get(path, headers=accept | {"if-none-match": '"other"'}).status_code == 200


# Too much


def test_quick_questions_in_sql_are_answered_at_once_and_then_slowly(deployed: Deployed) -> None:
    with visit_from(deployed, 4) as visitor:
        seconds = []
        for n in range(14):
            answer = visitor.get(f"/plans.json?sql=select+{n}")
            assert answer.status_code == 200
            seconds.append(answer.elapsed.total_seconds())
        assert max(seconds[:10]) < 0.4 < max(seconds[10:]) < 2


def test_a_flood_of_sql_is_refused_in_japanese_while_pages_are_sent(deployed: Deployed) -> None:
    with visit_from(deployed, 1) as visitor, ThreadPoolExecutor(60) as many:
        answers = list(many.map(lambda n: visitor.get(f"{HEAVY[n % len(HEAVY)]}&n={n}", timeout=30), range(60)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert 20 <= 60 - len(refused) <= 40
        assert {len(answer.headers.get_list("retry-after")) for answer in refused} == {1}
        assert {answer.headers["cache-control"] for answer in refused} == {"no-store"}
        kinds = {answer.headers["content-type"].partition(";")[0]: answer for answer in refused}
        assert set(kinds) == {"text/html", "application/json", "text/plain"}
        assert all("しばらくお待ちください" in answer.text for answer in refused)
        assert kinds["application/json"].json()["status"] == 429
        for name, value in protect_answer([], "/plans", b""):
            assert kinds["text/html"].headers.get_list(name.decode()) == [value.decode()]
        assert {visitor.get(path).status_code for path in PAGES} == {200}
    with visit_from(deployed, 2) as other:
        assert other.get("/plans?sql=select+2").status_code == 200


def test_names_in_addresses_of_the_site_are_no_sql_in_disguise(deployed: Deployed) -> None:
    """Everything the pages link to is open to a quick reader."""
    with visit_from(deployed, 3) as visitor:
        pages = ["/", "/plans/measures", "/plans/organization_overview", "/timeline", "/data"]
        found = {link for page in pages for link in re.findall(r'href="(/[^"]*\?[^"]*)"', visitor.get(page).text)}
        links = sorted(link.replace("&amp;", "&") for link in found if "sql=" not in link)[:30]
        assert len(links) > 20
        assert [link for link in links if visitor.get(link).status_code == 429] == []


@pytest.mark.parametrize(
    ("path", "method", "options", "statuses"),
    [
        ("/plans?sql=select+" + "1" * 40_000, "GET", {}, {414, 400}),
        ("/", "GET", {"headers": {"x-long": "a" * 40_000}}, {400, 494}),
        ("/plans", "POST", {"content": b"a" * 100_000}, {413}),
        ("/plans.json?sql=select+" + "1" * 40_000, "GET", {}, {414, 400}),
    ],
)
def test_what_is_too_long_is_refused_in_japanese(
    client: httpx.Client, path: str, method: str, options: dict, statuses: set[int]
) -> None:
    answer = client.request(method, path, **options)
    assert answer.status_code in statuses
    assert "長すぎる" in answer.text


def test_who_sends_nothing_is_let_go(deployed: Deployed) -> None:
    """Half a request holds a connection for seconds, not for ever, and nobody else waits for it."""
    address = ("localhost", int(deployed.address.rpartition(":")[2]))
    slow = [socket.create_connection(address, timeout=20) for _ in range(60)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    started = time.monotonic()
    with visit_from(deployed, 4) as visitor:
        assert visitor.get("/").status_code == 200
    assert time.monotonic() - started < 2
    for connection in slow:
        with connection, suppress(ConnectionResetError):
            assert connection.recv(1000) == b""
    assert time.monotonic() - started < 5


# Datasette gone


async def test_no_request_fails_while_one_process_stops_and_comes_back(deployed: Deployed) -> None:
    statuses: Counter[int] = Counter()
    failed: list[str] = []
    ended = False
    transport = httpx.AsyncHTTPTransport(local_address="127.0.1.5")
    async with httpx.AsyncClient(base_url=deployed.address, transport=transport, timeout=20) as client:

        async def read(reader: int) -> None:
            number = 0
            while not ended:
                answer = await client.get(f"/plans/measures.json?_size=5&_reader={reader}&_number={number}")
                statuses[answer.status_code] += 1
                if answer.status_code != 200:
                    failed.append(f"{time.strftime('%T')} {answer.status_code} {answer.text}")
                number += 1
                await asyncio.sleep(0.1)

        reading = [asyncio.create_task(read(reader)) for reader in range(4)]
        await asyncio.sleep(0.5)
        await asyncio.to_thread(deployed.stop, 1)
        await asyncio.sleep(0.5)
        deployed.start(1)
        await asyncio.to_thread(deployed.wait_for, 1)
        await asyncio.sleep(1)  # the requests that found 1 closed have no other than 2
        deployed.processes[2].kill()
        deployed.processes.pop(2).wait()
        await asyncio.sleep(0.5)
        deployed.start(2)
        await asyncio.to_thread(deployed.wait_for, 2)
        ended = True
        await asyncio.gather(*reading)
    assert not failed, (failed, (deployed.place / "error.log").read_text("utf-8").splitlines()[-20:])
    assert statuses[200] > 40


def test_pages_and_files_outlive_all_processes(deployed: Deployed) -> None:
    files = ["/static/site.css", "/files/plans.xlsx", "/files/csv/measures.csv", "/plans.db"]
    deployed.keep_copies_for(1)
    # By another name, which has no copies yet.
    with httpx.Client(base_url=deployed.address.replace("localhost", "127.0.0.1"), timeout=20) as visitor:
        before = {path: visitor.get(path) for path in [*PAGES, *files]}
        for number in (1, 2):
            deployed.stop(number)
        time.sleep(2)
        for path, answer in before.items():
            for _ in range(2):
                after = visitor.get(path)
                assert (after.status_code, after.content) == (200, answer.content), path
                assert path in files or after.headers["x-cache-status"] in {"STALE", "UPDATING"}, path
        unseen, as_json = visitor.get("/plans/goals"), visitor.get("/plans/goals.json")
        assert (unseen.status_code, as_json.status_code, as_json.json()["status"]) == (503, 503, 503)
        assert "ただいま準備中です" in unseen.text
        assert unseen.headers["retry-after"] == "5"
        for number in (1, 2):
            deployed.start(number)
        for number in (1, 2):
            deployed.wait_for(number)
        assert visitor.get("/plans/goals").status_code == 200
