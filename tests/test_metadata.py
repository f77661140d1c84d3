"""metadata.yml: help for everything that is published, and canned queries that answer whatever they are asked."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from datasette.app import Datasette

from keikaku.publish.tables.query_forms import find_parameter
from keikaku.schema.codes import CODES
from keikaku.schema.conditions import find_terms
from tests.pages.listing_page import ask, rows_of
from tests.sites import ROOT

METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
PLANS: dict[str, Any] = METADATA["databases"]["plans"]
QUERIES: dict[str, dict[str, Any]] = PLANS["queries"]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
HELP = re.compile(r"[^：]{1,15}：[^：].*。")
SEARCH_COLUMNS = ["kind", "id", "title", "snippet", "url"]
ANSWERS: list[dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "answers.yml").read_text("utf-8"))
ODD = ["'", '"', "%", "*", "NEAR(", "🐋", "-1", "；drop table measures", "あ" * 400, "x" * 3_000]


def parameters_of(query: str) -> list[str]:
    return sorted(set(re.findall(r":(\w+)", QUERIES[query]["sql"])))


def examples_of(query: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a href="(/plans/[^"]+)"', QUERIES[query]["description_html"])]


async def published_columns(site: Datasette) -> dict[str, list[str]]:
    """Table or view -> columns, without the search index and what SQLite keeps for itself."""
    db = site.get_database("plans")
    names = [name for name in await db.table_names() if not name.startswith(("sqlite_", "search_index"))]
    return {name: await db.table_columns(name) for name in [*names, *await db.view_names()]}


async def test_every_table_view_and_column_has_japanese_help_and_nothing_else_has(site: Datasette) -> None:
    published = await published_columns(site)
    described = {name: table["columns"] for name, table in PLANS["tables"].items()}
    assert {name: sorted(columns) for name, columns in described.items()} == {
        name: sorted(columns) for name, columns in published.items()
    }
    assert [
        n for n, t in PLANS["tables"].items() if not all(JAPANESE.search(t[k]) for k in ("title", "description"))
    ] == []
    assert [
        (table, column, text)
        for table, columns in described.items()
        for column, text in columns.items()
        if not HELP.fullmatch(text) or not JAPANESE.search(text.partition("：")[2])
    ] == []


async def test_headings_are_unique_within_their_table() -> None:
    headings = {n: [text.partition("：")[0] for text in t["columns"].values()] for n, t in PLANS["tables"].items()}
    assert [name for name, words in headings.items() if len(set(words)) < len(words)] == []


async def test_sorts_facets_and_labels_name_columns(site: Datasette) -> None:
    published = await published_columns(site)
    assert [
        (name, column)
        for name, table in PLANS["tables"].items()
        for column in [
            *table.get("facets", []),
            *(table[k] for k in ("sort", "sort_desc", "label_column") if k in table),
        ]
        if column not in published[name]
    ] == []


async def test_source_and_licence_are_named(site: Datasette) -> None:
    assert (
        site.metadata("source")
        == "「昭島市産業振興計画についての報告書」（昭島市産業活性化のための協創プロジェクト、2023年3月）を加工して作成"
    )
    described = site.metadata("description_html", database="plans")
    assert METADATA["license"].startswith("CC BY 4.0")
    assert "creativecommons.org/licenses/by/4.0" in METADATA["license_url"]
    for words in ("非公式", "公共データ利用規約（第1.0版）", "原文の文章は自治体のもの"):
        assert words in described


@pytest.mark.parametrize("query", QUERIES)
async def test_query_is_described_and_answers_without_parameters(site: Datasette, query: str) -> None:
    assert JAPANESE.search(QUERIES[query]["title"])
    assert JAPANESE.search(QUERIES[query]["description_html"])
    for name in parameters_of(query):
        assert f"<code>{name}</code>" in QUERIES[query]["description_html"]
    found = await rows_of(site, query)
    assert bool(found) == (query != "compare")  # which needs two municipalities
    if query == "compare":
        return
    if query == "search":
        assert list(found[0])[:5] == SEARCH_COLUMNS
    else:
        assert [heading for heading in found[0] if not JAPANESE.search(heading) and heading != "ID"] == []
        assert "ID" in list(found[0])[-2:] or "団体ID" in found[0]


@pytest.mark.parametrize("query", [query for query in QUERIES if examples_of(query)])
async def test_examples_of_a_query_are_pages_with_rows(site: Datasette, query: str) -> None:
    for link in examples_of(query):
        response = await site.client.get(quote(link, safe="/?&=.+_"))
        assert response.status_code == 200, link
        assert response.text.count("\n") > 1, link
        path, _, arguments = link.partition("?")
        if path.removeprefix("/plans/") in QUERIES:
            assert await rows_of(site, f"{path.removeprefix('/plans/')}?{arguments}"), link


@pytest.mark.parametrize("query", [query for query in QUERIES if parameters_of(query)])
async def test_odd_input_is_answered(site: Datasette, query: str) -> None:
    for odd in ODD:
        for name in {*parameters_of(query)} - {"fiscal_year", "as_of"}:
            response = await site.client.get(f"/plans/{query}.json?_shape=array&{name}={quote(odd, safe='')}")
            refused = bool(find_parameter(name).known_by and odd.strip())
            assert response.status_code == (400 if refused else 200), (name, odd[:20], response.text[:300])
            assert not refused or response.json()["title"] == "その選び方はできません"


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: f"{case['asked']} {'、'.join(case['columns'])}")
async def test_a_question_is_answered_as_it_should_be(site: Datasette, case: dict[str, Any]) -> None:
    columns = case["columns"]
    found = [
        row[columns[0]] if len(columns) == 1 else [row[c] for c in columns]
        for row in await rows_of(site, case["asked"])
    ]
    assert case.get("all", found) == found
    assert case.get("number", len(found)) == len(found)
    assert [row for row in case.get("among", ()) if row not in found] == []
    assert [row for row in case.get("none", ()) if row in found] == []
    assert {*found} == {case["each"]} if "each" in case else True


PARTS = {"前期：未達成": 1, "前期：未実施": 1, "前期：一部達成": 2, "期限経過・実績の記録なし": 4}


async def test_questions_have_their_rows_in_an_order_that_can_be_read(site: Datasette) -> None:
    unmet = await rows_of(site, "unmet_targets")
    assert not any("事業承継" in row["施策"] for row in unmet)
    ranks = [(PARTS[row["理由"]], "工業商業農業観光共通".index(row["分野"])) for row in unmet]
    assert ranks == sorted(ranks)
    parts = [row["区分"] for row in await rows_of(site, "final_year")]
    assert list(dict.fromkeys(parts)) == ["期限が来るもの", "期限の年度が終わったもの", "毎年・毎回の目標"]
    assert parts == sorted(parts, key=list(dict.fromkeys(parts)).index)
    ids = [row["id"] for row in await rows_of(site, "search?q=郷土芸能まつり")]
    assert ids.index("akishima-kanko-8") < ids.index("akishima-kyotsu-9")  # a repeat comes after its original


async def test_years_left_out_mean_this_year_within_the_plan(site: Datasette) -> None:
    sql = "SELECT label FROM fiscal_years WHERE fiscal_year = min(2026, (SELECT fiscal_year FROM current_fiscal_year))"
    ((this_year,),) = await ask(site, sql)
    assert {row["期限"] for row in await rows_of(site, "targets_due")} == {this_year}
    assert {row["年度"] for row in await rows_of(site, "events_by_year")} == {this_year}


async def test_organizations_together_do_not_count_repeats(site: Datasette) -> None:
    rows = await rows_of(site, "organizations_together") + await rows_of(
        site, "organizations_together?organization=農協"
    )
    numbers: dict[frozenset[str], set[int]] = {}
    for row in rows:
        assert row["施策の数"] == len(row["施策の番号"].split("、"))
        numbers.setdefault(frozenset((row["団体"], row["相手の団体"])), set()).add(row["施策の数"])
    assert len(rows) > len(numbers) and {len(found) for found in numbers.values()} == {1}


async def test_search_leads_to_pages(site: Datasette) -> None:
    for row in await rows_of(site, "search?q=観光"):
        assert (await site.client.get(f"{row['url']}.json")).status_code == 200, row["url"]


async def test_a_column_of_codes_is_shown_in_words(site: Datasette) -> None:
    """Wherever every value of a column is a code, a reader gets its word: a view has the words of what it is made from."""
    codes = {code for terms in CODES.values() for code in terms if code.isascii() and code.isalpha()}
    db = site.get_database("plans")
    coded, bare = 0, []
    for table, columns in (await published_columns(site)).items():
        for column in columns:
            values = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            found = {str(row[0]) for row in (await db.execute(values)).rows}
            if found and found <= codes:
                coded += 1
                bare += [] if find_terms(table, column) else [(table, column)]
    assert coded > 20
    assert bare == []
