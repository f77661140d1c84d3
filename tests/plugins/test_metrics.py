"""/-/metrics and the access log of a site that is served."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from datasette.app import Datasette
from prometheus_client.parser import text_string_to_metric_families


async def begin_to_serve(app: Any) -> None:
    """As a server does before its first request."""
    messages = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

    async def receive() -> dict[str, str]:
        return messages.pop(0)

    async def send(_message: dict[str, Any]) -> None:
        return None

    await app({"type": "lifespan"}, receive, send)


@pytest.fixture(scope="module")
async def served(site: Datasette) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEIKAKU_ACCESS_LOG", "off")
        app = site.app()
    await begin_to_serve(app)
    return app


@pytest.fixture
async def client(served: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(served, client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def read(client: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    answer = await client.get("/-/metrics")
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.text)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


async def test_figures_tell_what_was_served_since(client: httpx.AsyncClient) -> None:
    before = await read(client)
    address = "/plans/measures?_size=7"
    etag = (await client.get(address)).headers["etag"]
    await client.get(address)
    assert (await client.get(address, headers={"if-none-match": etag})).status_code == 304
    await client.get("/plans.json?sql=select+7")
    await client.get("/plans/nosuch")
    after = await read(client)
    more = {name: value - before.get(name, 0) for name, value in after.items()}
    assert more["keikaku_requests_total", "table", "200"] == 2
    assert more["keikaku_requests_total", "table", "304"] == 1
    assert more["keikaku_requests_total", "sql", "200"] == 1
    assert more["keikaku_requests_total", "query", "404"] == 1
    assert more["keikaku_answers_total", "made"] == 2
    assert more["keikaku_answers_total", "kept"] == 1
    assert more["keikaku_answers_total", "unchanged"] == 1
    assert more["keikaku_request_seconds_count", "table"] == 3
    assert after["keikaku_cache_answers",] >= 2  # it may have been emptied meanwhile, when files came or went
    assert after["keikaku_cache_bytes",] > 1000
    assert after["keikaku_sql", "running"] == 0
    assert after["process_resident_memory_bytes",] > 1_000_000


async def test_figures_name_the_data_that_is_served(client: httpx.AsyncClient) -> None:
    version = (await client.get("/-/health")).json()["databases"]["plans"]["version"]
    seen = await read(client)
    assert seen["keikaku_database_info", "plans", version] == 1
    assert seen["keikaku_database_behind", "plans"] == 0


async def test_figures_are_never_kept_nor_found_nor_read_by_other_sites(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await client.get("/-/metrics")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert "etag" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


async def test_figures_are_not_there_for_visitors(served: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(served, client=("192.0.2.1", 1)), base_url="http://localhost"
    ) as visitor:
        answer = await visitor.get("/-/metrics")
        assert (answer.status_code, "keikaku_" in answer.text) == (404, False)
        monkeypatch.setenv("KEIKAKU_METRICS_NETWORKS", "192.0.2.0/24")
        assert (await visitor.get("/-/metrics")).status_code == 200


async def test_no_address_of_a_visitor_makes_a_new_figure(client: httpx.AsyncClient) -> None:
    await client.get("/plans/nosuch")
    before = set(await read(client))
    for number in range(20):
        await client.get(f"/plans/nosuch{number}?a{number}=1", headers={"host": f"host{number}"})
    assert set(await read(client)) == before


async def test_a_request_within_the_process_is_not_counted(client: httpx.AsyncClient, site: Datasette) -> None:
    before = await read(client)
    await site.client.get("/plans/goals")
    after = await read(client)
    counted = [name for name, *_ in after if name == "keikaku_requests_total"]
    assert counted
    assert {key: after[key] for key in after if key[:2] == ("keikaku_requests_total", "table")} == {
        key: before[key] for key in before if key[:2] == ("keikaku_requests_total", "table")
    }


@pytest.mark.parametrize("switch", ["on", "off"])
async def test_a_served_request_is_a_line_unless_switched_off(
    site: Datasette, switch: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEIKAKU_ACCESS_LOG", switch)
    app = site.app()
    await begin_to_serve(app)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("192.0.2.1", 1)), base_url="http://localhost"
    ) as visitor:
        first = await visitor.get("/plans/goals?_size=3&_note=secret")
        await visitor.get("/plans/goals?_size=3&_note=secret")
        await visitor.get("/%0d%0a%7b%22status%22%3a200%7d", headers={"user-agent": "secret"})
    await begin_to_serve(app)  # its end writes what is noted
    written = capsys.readouterr().out
    if switch == "off":
        assert written == ""
        return
    lines = [json.loads(line) for line in written.splitlines()]
    paths = ["/plans/goals", "/plans/goals", "/%0d%0a%7b%22status%22%3a200%7d"]
    assert [line["path"] for line in lines] == paths
    assert [(line["status"], line["cache"]) for line in lines[:2]] == [(200, "made"), (200, "kept")]
    assert lines[0]["bytes"] == lines[1]["bytes"] == int(first.headers["content-length"])
    assert "secret" not in written
    assert "192.0.2" not in written
