"""What a statement gave is found again for the same statement, on the same day, as long as there is room."""

from datetime import date

import pytest

from keikaku.serving import kept_results
from keikaku.serving.kept_results import KEPT_BYTES, RESULT_BYTES, KeptResults, make_key

SQL = "SELECT * FROM measures WHERE id = :id"


def test_only_values_that_a_statement_names_count() -> None:
    assert make_key(SQL, {"id": "a", "_shape": "array"}) == make_key(SQL, {"id": "a"})
    assert make_key(SQL, {"id": "a"}) != make_key(SQL, {"id": "b"})
    assert make_key("SELECT ?", ["a"]) == make_key("SELECT ?", ("a",)) != make_key("SELECT ?", ["b"])
    assert make_key(SQL, None) == make_key(SQL, {})


def test_one_as_a_number_is_not_one_as_text() -> None:
    keys = {make_key("SELECT typeof(:id)", {"id": value}) for value in (1, 1.0, True, "1")}
    assert len(keys) == 4


def test_options_count() -> None:
    assert make_key(SQL, {}, True, 100) != make_key(SQL, {}, False, 100)


@pytest.mark.parametrize(
    "sql",
    ["SELECT random()", "SELECT date('now')", "SELECT :_actor_id", "SELECT unixepoch()", "SELECT current_timestamp"],
)
def test_what_may_change_has_no_key(sql: str) -> None:
    assert make_key(sql, {}) is None


def test_tomorrow_is_asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    before = make_key(SQL, {})
    monkeypatch.setattr(kept_results, "today_in_japan", lambda: date(2099, 1, 1))
    assert make_key(SQL, {}) != before


def test_found_again() -> None:
    kept: KeptResults[str] = KeptResults()
    assert kept.find("a") is None
    kept.keep("a", "result", [("text", 1, None)])
    assert kept.find("a") == "result"


def test_an_empty_result_is_a_result() -> None:
    kept: KeptResults[list[str]] = KeptResults()
    kept.keep("a", [], [])
    assert kept.find("a") == []


@pytest.mark.parametrize("rows", [[("x" * RESULT_BYTES,)], [(b"x" * RESULT_BYTES,)], [(None,)] * 10_000])
def test_much_is_not_kept(rows: list[tuple[object]]) -> None:
    kept: KeptResults[str] = KeptResults()
    kept.keep("a", "result", rows)
    assert kept.find("a") is None


def test_a_statement_as_long_as_a_book_is_not_kept() -> None:
    kept: KeptResults[str] = KeptResults()
    kept.keep(make_key("SELECT 1 --" + "x" * RESULT_BYTES, {}), "result", [(1,)])
    assert len(kept) == 0


def test_the_least_recently_used_goes_first() -> None:
    kept: KeptResults[int] = KeptResults()
    rows = [("x" * (RESULT_BYTES // 4),)]
    number = 2 * KEPT_BYTES // RESULT_BYTES + 10
    for i in range(number):
        kept.find(0)
        kept.keep(i, i, rows)
    assert kept.find(0) == 0
    assert kept.find(1) is None
    assert len(kept) < number
