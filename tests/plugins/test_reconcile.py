"""Names of somebody's spreadsheet matched with organizations: the service as OpenRefine speaks to it."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keikaku.publish.records.reconcile import MOST_CANDIDATES, MOST_QUERIES, reconcile
from keikaku.views.reconciling import MOST_BYTES

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["pid", "v", "x"]), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def connection(site_folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site_folder / "plans.db")
    yield connection
    connection.close()


async def ask(site: Datasette, *queries: dict[str, Any], by: str = "POST") -> list[list[dict[str, Any]]]:
    """The candidates for each query, sent as a form or in the address."""
    batch = {"queries": json.dumps({f"q{i}": query for i, query in enumerate(queries)})}
    sent = {"data": batch} if by == "POST" else {"params": batch}
    answer = await site.client.request(by, "/reconcile", **sent)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    return [answer.json()[f"q{i}"]["result"] for i in range(len(queries))]


async def test_the_manifest_leads_to_the_rest(site: Datasette) -> None:
    manifest = (await site.client.get("/reconcile")).json()
    assert manifest["versions"] == ["0.1", "0.2"]
    assert manifest["name"]
    (kind,) = manifest["defaultTypes"]
    assert set(kind) == {"id", "name"}
    (best, *_) = (await ask(site, {"query": "昭島市商工会"}))[0]
    page = manifest["view"]["url"].replace("{{id}}", best["id"])
    assert page.startswith(manifest["identifierSpace"])
    assert (await site.client.get(urlsplit(page).path)).status_code == 200
    preview = urlsplit(manifest["preview"]["url"].replace("{{id}}", best["id"]))
    shown = await site.client.get(f"{preview.path}?{preview.query}")
    assert (shown.status_code, "x-frame-options" in shown.headers) == (200, False)
    suggest = manifest["suggest"]["entity"]
    found = await site.client.get(suggest["service_path"], params={"prefix": "商工"})
    assert found.json()["result"][0].keys() == {"id", "name", "description", "notable"}
    assert best["id"] in [entity["id"] for entity in found.json()["result"]]
    assert 'id="reconcile"' in (await site.client.get(urlsplit(manifest["documentation"]).path)).text


@pytest.mark.parametrize(
    ("name", "id_", "score"),
    [
        ("昭島市商工会", "akishima-shokokai", 100),
        ("商工会", "akishima-shokokai", 100),
        ("農協", "akishima-nokyo", 100),
        ("ＪＡ", "akishima-nokyo", 95),
        (" 東京みどり農業協同組合 ", "akishima-nokyo", 100),
        ("東京みどり 農業 協同組合", "akishima-nokyo", 95),
        ("一般社団法人昭島観光まちづくり協会", "akishima-kanko-machizukuri-kyokai", 95),
        ("昭島観光まちづくり協会（一社）", "akishima-kanko-machizukuri-kyokai", 95),
    ],
)
@pytest.mark.parametrize("by", ["GET", "POST"])
async def test_a_name_in_any_form_is_the_organization(
    site: Datasette, name: str, id_: str, score: float, by: str
) -> None:
    ((best, *_),) = await ask(site, {"query": name}, by=by)
    assert (best["id"], best["score"], best["match"]) == (id_, score, True)


async def test_a_near_name_is_offered_but_never_taken(site: Datasette) -> None:
    ((best, *rest),) = await ask(site, {"query": "昭島観光街づくりの協会"})
    assert best["id"] == "akishima-kanko-machizukuri-kyokai"
    assert 40 < best["score"] < 95
    assert not any(candidate["match"] for candidate in (best, *rest))


async def test_type_limit_and_plan_narrow_the_search(site: Datasette) -> None:
    def within(plan: object) -> dict[str, Any]:
        return {"query": "商工会", "properties": [{"pid": "plan", "v": plan}]}

    measures, one, here, there, unknown, odd, alone = await ask(
        site,
        {"query": "商工会", "type": "measures"},
        {"query": "商工会", "type": ["organizations"], "limit": 1},
        within("昭島市"),
        within("立川市"),
        {"query": "そんな団体はどこにもありません"},
        within(None),
        {"properties": [{"pid": "plan", "v": "akishima"}]},
    )
    assert (measures, there, unknown, alone) == ([], [], [], [])
    assert len(one) == 1
    assert here[0]["id"] == odd[0]["id"] == "akishima-shokokai"


async def test_one_letter_is_enough_for_a_choice(site: Datasette) -> None:
    found = (await site.client.get("/reconcile/suggest", params={"prefix": "商"})).json()["result"]
    assert "akishima-shokokai" in [entity["id"] for entity in found]
    rest = (await site.client.get("/reconcile/suggest", params={"prefix": "商", "cursor": "1"})).json()["result"]
    assert rest[: len(found) - 1] == found[1:]


HALF = r'"\ud800"'  # half a character, which no text may hold


@pytest.mark.parametrize(
    "queries",
    ["", "[]", "{", "1", '{"a": 1}', '{"a": {}}', '{"a": {"query": 1}}', "[" * 5_000, f'{{"a": {{"query": {HALF}}}}}',
     f'{{{HALF}: {{"query": "a"}}}}'],
    ids=range(10),
)  # fmt: skip
@pytest.mark.parametrize("by", ["GET", "POST"])
async def test_a_batch_that_is_none_is_refused_in_one_line(site: Datasette, queries: str, by: str) -> None:
    sent = {"data": {"queries": queries}} if by == "POST" else {"params": {"queries": queries}}
    answer = await site.client.request(by, "/reconcile", **sent)
    if (by, queries) == ("POST", ""):  # an empty field is no field
        assert answer.json()["versions"]
        return
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
    assert "queries" in answer.json()["error"] or "query" in answer.json()["error"]


async def test_a_batch_has_a_size(site: Datasette) -> None:
    many = json.dumps({str(i): {"query": "市"} for i in range(MOST_QUERIES + 1)})
    assert (await site.client.post("/reconcile", data={"queries": many})).status_code == 400
    large = b"queries=" + b"x" * MOST_BYTES
    assert "KiB" in (await site.client.post("/reconcile", content=large)).json()["error"]


async def test_only_this_address_takes_forms(site: Datasette) -> None:
    for path in ("/", "/plans", "/reconcile/suggest", "/plans/measures"):
        assert (await site.client.post(path, data={"queries": "{}"})).status_code == 405


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(st.text(max_size=60), st.dictionaries(st.sampled_from(["type", "limit", "properties"]), ANYTHING))
def test_no_query_fails(connection: sqlite3.Connection, name: str, more: dict[str, Any]) -> None:
    result = reconcile(connection.execute, {**more, "query": name}, "団体")["result"]
    assert len(result) <= MOST_CANDIDATES
    assert all(0 <= candidate["score"] <= 100 for candidate in result)
    assert [c["score"] for c in result] == sorted((c["score"] for c in result), reverse=True)
