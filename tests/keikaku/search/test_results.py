"""Queries and results: what is searched, in which order, counted, told and marked; the cases of search_cases.tsv."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.cases import read_cases
from benchmarks.search import TIERS, ours
from keikaku.files.beside import read_data
from keikaku.search.query import read_query
from keikaku.search.results import Result, plan_in, search
from keikaku.search.snippet import cut_out, mark, needles_of
from keikaku.search.suggest import suggest

WORDS = read_data(__file__, "results.yml")

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "search.md"
SYNTAX = st.text("\"()*:^+-{}ANDORNOTNEAR,. 　\\'%_;农业祭水工1title", max_size=40)
ANYTHING = st.one_of(st.text(st.characters(exclude_categories=()), max_size=60), SYNTAX)
CASES = read_cases()
SAME = WORDS["same"]


@pytest.fixture(scope="module")
def connection(site_folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site_folder / "plans.db")
    yield connection
    connection.close()


def find(connection: sqlite3.Connection, query: str) -> list[Result]:
    return search(connection.execute, query).results


def test_cases_are_met_by_tier_and_nearly_all_that_nobody_tuned_to(connection: sqlite3.Connection) -> None:
    missed = [case for case in CASES if not case.is_met_by(ours(connection, case.query))]
    assert len({case.query for case in CASES}) >= 80
    assert {case.tier for case in CASES} == set(TIERS)
    assert [case for case in missed if case.set != "held"] == []
    assert len(missed) <= 0.05 * sum(case.set == "held" for case in CASES), missed


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_the_same_find_the_same(connection: sqlite3.Connection, spellings: list[str]) -> None:
    found = {spelling: [result.id for result in find(connection, spelling)] for spelling in spellings}
    assert found[spellings[0]]
    assert [spelling for spelling in spellings if found[spelling] != found[spellings[0]]] == []


def test_every_code_title_and_name_comes_first_and_originals_before_repeats(connection: sqlite3.Connection) -> None:
    sql = "SELECT id, code, name FROM measures WHERE repeat_of IS NULL"
    for id_, code, name in connection.execute(sql).fetchall():
        assert find(connection, code)[0].id == id_
        assert name in find(connection, name)[0].title
    names = connection.execute("SELECT name, organization_id FROM organization_names").fetchall()
    assert names
    assert [name for name, id_ in names if [result.id for result in find(connection, name)][:1] != [id_]] == []
    sql = "SELECT m.id, m.repeat_of, m.name FROM measures AS m JOIN measures AS o ON o.id = m.repeat_of AND o.name = m.name"
    for id_, original, name in connection.execute(sql).fetchall():
        ids = [result.id for result in find(connection, name)]
        assert ids.index(original) < ids.index(id_)


@given(ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400)
def test_nothing_that_is_typed_is_syntax(connection: sqlite3.Connection, typed: str) -> None:
    found = search(connection.execute, typed)
    assert found.total >= len(found.results)
    suggest(connection.execute, typed)
    plan = plan_in(connection.execute, typed)
    connection.execute("SELECT count(*) FROM search_index WHERE search_index MATCH ?", (plan.match,)).fetchall()
    unmarked = dict.fromkeys(map(ord, "«»"))
    for text in ("農業と水の祭り 1万人", typed):
        assert mark(text, needles_of(plan.ways)).translate(unmarked) == text.translate(unmarked)


@pytest.mark.parametrize(
    "typed", ['"', '""', "-", "−祭", "*", "()", "🐋", "\x00", "AND", "NEAR(a, b)", "a:b", '"起業"']
)
def test_odd_queries_find_nothing(connection: sqlite3.Connection, typed: str) -> None:
    assert find(connection, typed) == []


def test_words_are_separated_by_spaces_and_a_minus_excludes() -> None:
    words = read_query('観光　-祭 "観光 資源" 農 4 R6', ["農"])
    assert [(word.text, word.excluded, word.exact, word.years) for word in words] == [
        ("観光", False, False, ()), ("祭", True, False, ()), ("観光 資源", False, True, ()), ("農", False, False, ()),
        ("4", False, False, ()), ("R6", False, False, (2024,)),
    ]  # fmt: skip
    assert [word.code for word in read_query("農 4", ["農"])] == ["農-4"]
    assert [word.code for word in read_query("農 4", ["工"])] == [None, None]


@pytest.mark.parametrize(("query", "notes"), WORDS["what was searched besides is told"])
def test_what_was_searched_besides_is_told(connection: sqlite3.Connection, query: str, notes: list[str]) -> None:
    told = search(connection.execute, query).notes
    assert [any(note.startswith(begin) for note in told) for begin in notes] == [True] * len(notes)
    assert notes or not any("どれか" in note for note in told)


def test_all_words_are_wanted_else_any_and_minus_words_never_appear(connection: sqlite3.Connection) -> None:
    either = {result.id for query in ("騒音 ペンギン", "騒音 給食") for result in find(connection, query)}
    assert {"akishima-kogyo-1", "akishima-nogyo-4"} <= either
    assert search(connection.execute, '"取り組み"').notes == []
    assert find(connection, "農業 " * 30)
    assert find(connection, "農業 " * 31) == []
    without = find(connection, "まつり -産業")
    assert without
    assert [result for result in without if "産業" in result.title + result.snippet] == []


def test_literal_hits_come_before_synonyms(connection: sqlite3.Connection) -> None:
    sql = "SELECT title || names || body FROM search_documents WHERE row_id = ?"
    texts = [connection.execute(sql, (result.id,)).fetchone()[0] for result in find(connection, "採用")]
    literal = ["採用" in text for text in texts]
    assert literal == sorted(literal, reverse=True)
    assert set(literal) == {True, False}


def test_what_was_asked_last_is_not_searched_again(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(connection.execute, "市")
    assert found.total == len(found.results) > 0
    monkeypatch.setattr("keikaku.search.results.plan_query", None)
    assert search(connection.execute, "市") is found


@pytest.mark.parametrize(("text", "query", "marked"), WORDS["hits are marked in the original text"])
def test_hits_are_marked_in_the_original_text(
    connection: sqlite3.Connection, text: str, query: str, marked: str
) -> None:
    assert mark(text, needles_of(plan_in(connection.execute, query).ways)) == marked


def test_snippets_are_short_and_show_the_hit(connection: sqlite3.Connection) -> None:
    needles = needles_of(plan_in(connection.execute, "給食").ways)
    snippet = cut_out("あ" * 300 + "。学校給食に使います。" + "い" * 300, needles)
    assert re.fullmatch("….*(«給食»|«学校給食»).*…", snippet)
    assert len(snippet) <= 100
    for result in find(connection, "給食"):
        assert "«" in result.snippet or "給食" in result.title
    assert cut_out("毎年続けます。\n学校給食に使います。\n毎年10回", needles) == "学校«給食»に使います。"


def test_where_nothing_is_found_near_words_and_themes_are_offered(connection: sqlite3.Connection) -> None:
    nothing = search(connection.execute, "商工会議所")
    assert (nothing.results, nothing.total, nothing.spellings[0]) == ([], 0, "商工会")
    assert "セミナー" in search(connection.execute, "セミナイ").spellings
    assert "観光マップ作成" in [theme.text for theme in search(connection.execute, "観光マツプ").themes]


@pytest.mark.parametrize(("typed", "expected"), WORDS["suggestions follow what is typed"])
def test_suggestions_follow_what_is_typed(connection: sqlite3.Connection, typed: str, expected: str) -> None:
    assert expected in [suggestion.text for suggestion in suggest(connection.execute, typed)]


def test_suggested_documents_lead_to_their_rows(connection: sqlite3.Connection) -> None:
    suggestions = suggest(connection.execute, "工-")
    assert suggestions
    for text, label, path in suggestions:
        table, _, id_ = str(path).partition("/")
        assert connection.execute(f"SELECT name FROM {table} WHERE id = ?", (id_,)).fetchone() == (text,)
        assert label.startswith("施策 工-")


def test_the_index_is_at_most_three_times_the_text(connection: sqlite3.Connection) -> None:
    index, text = connection.execute(
        "SELECT (SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'search_index%'), "
        "(SELECT sum(length(CAST(title || names || body AS BLOB))) FROM search_documents)"
    ).fetchone()
    assert index <= 3 * text


async def test_the_sql_of_the_page_on_search_finds_something(site: Datasette) -> None:
    blocks = re.findall(r"^```sql\n(.*?)^```$", DOCUMENT.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 3
    for sql in blocks:
        assert (await site.get_database("plans").execute(sql)).rows, sql
