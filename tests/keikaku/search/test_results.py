"""Queries and results: what is searched, in which order, counted, told and marked."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keikaku.search.query import read_query
from keikaku.search.results import Results, plan_in, search
from keikaku.search.snippet import as_text, cut_out, mark, needles_of
from keikaku.search.suggest import suggest

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "search.md"
SYNTAX = st.text("\"()*:^+-{}ANDORNOTNEAR,. 　\\'%_;农業祭水工1title", max_size=40)
ANYTHING = st.one_of(st.text(st.characters(exclude_categories=()), max_size=60), SYNTAX)


@pytest.fixture(scope="module")
def connection(site_folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site_folder / "plans.db")
    yield connection
    connection.close()


def ids(results: Results) -> list[str]:
    return [result.id.removeprefix("akishima-") for result in results.results]


@given(ANYTHING)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=400, deadline=None)
def test_nothing_that_is_typed_is_syntax(connection: sqlite3.Connection, typed: str) -> None:
    found = search(connection.execute, typed)
    assert found.total >= len(found.results)
    suggest(connection.execute, typed)
    plan = plan_in(connection.execute, typed)
    connection.execute("SELECT count(*) FROM search_index WHERE search_index MATCH ?", (plan.match,)).fetchall()
    needles = needles_of(plan.ways)
    for text in ("農業と水の祭り 1万人", typed):
        assert "".join(part for part, _ in mark(text, needles)) == text


@pytest.mark.parametrize(
    "typed", ["", " ", "　", '"', '""', "-", "−祭", "*", "()", "🐋", "\x00", "AND", "NEAR(a, b)", "a:b"]
)
def test_odd_queries_are_answered(connection: sqlite3.Connection, typed: str) -> None:
    assert search(connection.execute, typed).results == []


def test_words_are_separated_by_spaces_and_a_minus_excludes() -> None:
    words = read_query('観光　-祭 "観光 資源" 農 4 R6', ["農"])
    assert [(word.text, word.excluded, word.exact, word.years) for word in words] == [
        ("観光", False, False, ()),
        ("祭", True, False, ()),
        ("観光 資源", False, True, ()),
        ("農", False, False, ()),
        ("4", False, False, ()),
        ("R6", False, False, (2024,)),
    ]
    assert [word.code for word in read_query("農 4", ["農"])] == ["農-4"]
    assert [word.code for word in read_query("農 4", ["工"])] == [None, None]


def test_all_words_are_wanted_and_else_any(connection: sqlite3.Connection) -> None:
    both = search(connection.execute, "商工会 セミナー")
    assert both.notes == [] or not any("どれか" in note for note in both.notes)
    either = search(connection.execute, "騒音 ペンギン")
    assert "kogyo-1" in ids(either)
    assert either.notes[-1] == "「ペンギン」を含むものはないので、ほかの言葉のどれかを含むものを並べました。"
    apart = search(connection.execute, "騒音 給食")
    assert {"kogyo-1", "nogyo-4"} <= set(ids(apart))
    assert apart.notes[-1] == "すべての言葉を含むものはないので、どれかを含むものを並べました。"


def test_phrases_are_exact_and_minus_words_never_appear(connection: sqlite3.Connection) -> None:
    assert search(connection.execute, '"取り組み"').notes == []
    assert search(connection.execute, '"起業"').results == []
    without = search(connection.execute, "まつり -産業")
    assert without.results
    for result in without.results:
        assert "産業" not in result.title + result.snippet
    assert search(connection.execute, "-祭").notes == ["除く言葉だけでは探せません。探す言葉も入れてください。"]


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ("起業", "「起業」は「創業」"),
        ("のうぎょう", "「のうぎょう」は「農業」として探しました。"),
        ("R6", "「R6」は、令和6年度（2024年度）に期限のあるものや行われるものを探しました。"),
        ("給食野菜", "「給食野菜」はないので、「給食」「野菜」で探しました。"),
        ("昭島市 創業", "「昭島市」の計画の中から探しました。"),
    ],
)
def test_what_was_searched_besides_is_told(connection: sqlite3.Connection, query: str, note: str) -> None:
    assert any(told.startswith(note) for told in search(connection.execute, query).notes)


def test_literal_hits_come_before_synonyms(connection: sqlite3.Connection) -> None:
    levels = []
    for result in search(connection.execute, "採用").results:
        text = connection.execute(
            "SELECT title || names || body FROM search_documents WHERE row_id = ?", (result.id,)
        ).fetchone()[0]
        levels.append("採用" in text)
    assert levels == sorted(levels, reverse=True)
    assert True in levels
    assert False in levels


def test_what_was_asked_last_is_not_searched_again(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = search(connection.execute, "市")
    assert found.total == len(found.results) > 0
    monkeypatch.setattr("keikaku.search.results.plan_query", None)
    assert search(connection.execute, "市") is found


def test_more_words_than_anybody_means_are_not_searched(connection: sqlite3.Connection) -> None:
    assert search(connection.execute, "農業 " * 30).results
    too_many = search(connection.execute, "農業 " * 31)
    assert (too_many.results, too_many.notes) == ([], ["一度に探せる言葉は、30までです。"])


def test_hits_are_marked_in_the_original_text(connection: sqlite3.Connection) -> None:
    def marked(text: str, query: str) -> str:
        return as_text(mark(text, needles_of(plan_in(connection.execute, query).ways)))

    assert marked("ＳＮＳの活用", "sns") == "«ＳＮＳ»の活用"
    assert marked("観光案内所利用者 10,000 人/年間", "1万人") == "観光案内所利用者 «10,000 人»/年間"
    assert marked("創業セミナー", "起業") == "«創業»セミナー"
    assert marked("<b>農業</b>", "のうぎょう") == "<b>«農業»</b>"
    assert marked("農\u200b業と觀光", "農業 観光") == "«農\u200b業»と«觀光»"


def test_snippets_are_short_and_show_the_hit(connection: sqlite3.Connection) -> None:
    needles = needles_of(plan_in(connection.execute, "給食").ways)
    text = "あ" * 300 + "。学校給食に使います。" + "い" * 300
    snippet = as_text(cut_out(text, needles))
    assert "«給食»" in snippet or "«学校給食»" in snippet
    assert snippet.startswith("…")
    assert snippet.endswith("…")
    assert len(snippet) <= 100
    for result in search(connection.execute, "給食").results:
        assert "«" in result.snippet or "給食" in result.title


def test_where_nothing_is_found_near_words_and_themes_are_offered(connection: sqlite3.Connection) -> None:
    nothing = search(connection.execute, "商工会議所")
    assert (nothing.results, nothing.total, nothing.spellings[0]) == ([], 0, "商工会")
    assert "セミナー" in search(connection.execute, "セミナイ").spellings
    assert "観光マップ作成" in [theme.text for theme in search(connection.execute, "観光マツプ").themes]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("のう", "農業"),
        ("のうg", "農業"),
        ("kank", "観光"),
        ("観光マ", "観光マップ作成"),
        ("工-3", "昭島の工業力のみえる化"),
        ("農4", "学校給食での地場野菜の使用"),
        ("まつ", "まつり"),
        ("ＳＮ", "SNS"),
    ],
)
def test_suggestions_follow_what_is_typed(connection: sqlite3.Connection, typed: str, expected: str) -> None:
    assert expected in [suggestion.text for suggestion in suggest(connection.execute, typed)]


def test_suggested_documents_lead_to_their_rows(connection: sqlite3.Connection) -> None:
    for suggestion in suggest(connection.execute, "工-"):
        assert suggestion.path is not None
        table, _, id_ = suggestion.path.partition("/")
        assert connection.execute(f"SELECT name FROM {table} WHERE id = ?", (id_,)).fetchone() == (suggestion.text,)
        assert suggestion.label.startswith("施策 工-")


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
