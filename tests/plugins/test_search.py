"""The search box of tables and views, and the search functions of SQL."""

from typing import Any
from urllib.parse import quote

import pytest
from datasette.app import Datasette

SEARCHABLE = {
    "measures", "goals", "organizations", "evaluations", "events", "measure_goals", "measure_links",
    "measure_organizations", "event_measures", "organization_names", "plan_organizations", "indicators", "corrections",
    "targets", "measure_overview", "organization_overview", "timeline",
}  # fmt: skip
WITHOUT_BOX = {"plans", "sectors", "fiscal_years", "codes", "grades", "current_fiscal_year"}


async def search(site: Datasette, table: str, words: str) -> list[dict[str, Any]]:
    response = await site.client.get(f"/plans/{table}.json?_shape=array&_size=max&_search={quote(words)}")
    assert response.status_code == 200, response.text
    return list(response.json())


@pytest.mark.parametrize("table", sorted(SEARCHABLE))
async def test_table_has_a_box_that_finds_rows(site: Datasette, table: str) -> None:
    everything = (await site.client.get(f"/plans/{table}.json?_shape=array&_size=max")).json()
    found = await search(site, table, "観光")
    assert 0 < len(found) < len(everything)
    assert await search(site, table, "該当する言葉がない") == []
    page = (await site.client.get(f"/plans/{table}?_search={quote('観光')}")).text
    assert 'name="_search"' in page


@pytest.mark.parametrize("table", sorted(WITHOUT_BOX))
async def test_table_without_anything_to_find_has_no_box(site: Datasette, table: str) -> None:
    page = await site.client.get(f"/plans/{table}")
    assert page.status_code == 200
    assert 'id="_search"' not in page.text


async def test_box_finds_one_character_words_and_rows_that_are_named(site: Datasette) -> None:
    codes = {row["code"] for row in await search(site, "measures", "観光")}
    assert len(codes) >= 9
    assert {"観-1", "観-9", "観-10"} <= codes
    assert await search(site, "measures", "食")
    assert await search(site, "measures", " ") == await search(site, "measures", "")
    indicators = {row["id"].rpartition("-target-")[0] for row in await search(site, "indicators", "給食")}
    assert indicators == {"akishima-nogyo-4", "akishima-nogyo-5"}


@pytest.mark.parametrize("ending", ["", ".json", ".csv"])
async def test_a_single_column_is_not_searched(site: Datasette, ending: str) -> None:
    response = await site.client.get(f"/plans/measures{ending}?_search_name={quote('給食')}")
    assert response.status_code == 400
    assert "その列は検索できません" in response.text


@pytest.mark.parametrize("address", ["search", "search.json", "search.csv", "measures", "measures.json"])
async def test_a_search_of_too_many_words_is_refused_with_words(site: Datasette, address: str) -> None:
    name = "q" if "search" in address else "_search"
    response = await site.client.get(f"/plans/{address}?{name}={quote('農業 ' * 31)}")
    assert response.status_code == 400
    assert "30まで" in response.text


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("search_match('給食') = escape_fts('給食')", 1), ("search_key(' ＪＡ ')", "ja"), ("search_key(NULL)", ""),
        ("highlight('学校給食での', '学校ごはん')", "«学校給食»での"), ("highlight(NULL, NULL)", ""),
        ("highlight_snippet('学校給食', '給食')", "学校«給食»"), ("fiscal_year('令6')", 2024),
        ("fiscal_year('平成32年度')", None),
    ],
)  # fmt: skip
async def test_sql_knows_the_functions(site: Datasette, expression: str, value: Any) -> None:
    assert (await site.get_database("plans").execute(f"SELECT {expression}")).single_value() == value


async def test_suggestions_follow_what_is_typed(site: Datasette) -> None:
    response = await site.client.get(f"/-/suggest?q={quote('のうg')}")
    assert {"text": "農業", "label": "言葉", "url": None} in response.json()
    (measure,) = (await site.client.get(f"/-/suggest?q={quote('農4')}")).json()
    assert measure["label"] == "施策 農-4"
    assert (await site.client.get(measure["url"])).status_code == 200


@pytest.mark.parametrize(
    "odd", [" ", "'", '"', '"農', "AND", "NOT", "NEAR(", "*", "title:", "-", "🐋", "{a}:b", "あ" * 400, "x" * 3_000]
)
async def test_nothing_typed_is_an_error(site: Datasette, odd: str) -> None:
    for path in (
        "plans/search?q",
        "plans/search.json?q",
        "plans/search.csv?q",
        "plans/measures.json?_search",
        "-/suggest?q",
    ):
        response = await site.client.get(f"/{path}={quote(odd)}")
        assert response.status_code == 200, path
        assert "fts5" not in response.text.lower()
