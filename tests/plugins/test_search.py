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
WITHOUT_BOX = {"plans", "sectors", "fiscal_years", "codes", "results", "current_fiscal_year"}


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


async def test_box_finds_one_character_words_and_answers_odd_input(site: Datasette) -> None:
    codes = {row["code"] for row in await search(site, "measures", "観光")}
    assert len(codes) >= 9
    assert {"観-1", "観-9", "観-10"} <= codes
    assert await search(site, "measures", "食")
    assert await search(site, "measures", " ") == await search(site, "measures", "")
    for odd in ("'", '"', "AND", "*", "🐋", "あ" * 7_000, "x" * 10_000):
        await search(site, "measures", odd)


async def test_rows_are_found_through_the_rows_they_name(site: Datasette) -> None:
    assert {row["measure_id"] for row in await search(site, "indicators", "給食")} == {
        "akishima-nogyo-4",
        "akishima-nogyo-5",
    }


async def test_sql_knows_the_functions(site: Datasette) -> None:
    sql = (
        "SELECT search_match('給食') = escape_fts('給食'), search_key(' ＪＡ '), highlight_snippet('学校給食', '給食')"
    )
    row = (await site.get_database("plans").execute(sql)).first()
    assert tuple(row) == (1, "ja", "学校«給食»")
    assert (await site.get_database("plans").execute("SELECT search_key(NULL)")).single_value() == ""
