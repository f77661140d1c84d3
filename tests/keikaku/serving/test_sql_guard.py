"""A guarded connection reads and does nothing else; what visitors write is bounded in size, memory and work."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keikaku.serving import sql_guard
from keikaku.serving.sql_guard import LIMITS, TooMuch, explain_error, guard_connection, guard_visitor

FORBIDDEN, PRAGMAS, TOO_LARGE_VALUES = yaml.safe_load(
    Path(__file__).with_name("forbidden.yml").read_text("utf-8")
).values()
# One value that takes SQLite much time or memory, or many of them.
ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
LONG = "substr(hex(zeroblob(130000)), 1, 250000)"


@pytest.fixture
def guarded(database_file: Path) -> Iterator[sqlite3.Connection]:
    """A connection that could write, load and attach, but for its guard."""
    connection = sqlite3.connect(database_file, isolation_level=None)
    if hasattr(connection, "enable_load_extension"):
        connection.enable_load_extension(True)
    guard_connection(connection)
    yield connection
    connection.close()


@pytest.fixture
def visitor(guarded: sqlite3.Connection) -> sqlite3.Connection:
    guard_visitor(guarded)
    return guarded


# Only reading


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_nothing_is_written_attached_or_loaded(guarded: sqlite3.Connection, database_file: Path, sql: str) -> None:
    before = database_file.read_bytes()
    with pytest.raises(
        sqlite3.DatabaseError, match=r"not authorized|authorization denied|prohibited|no such|may not be"
    ):
        guarded.execute(sql).fetchall()
    assert database_file.read_bytes() == before


@pytest.mark.parametrize("pragma", PRAGMAS)
def test_no_setting_is_changed(guarded: sqlite3.Connection, pragma: str) -> None:
    for sql in (f"PRAGMA {pragma}", f"PRAGMA main.{pragma}"):
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            guarded.execute(sql)


def test_each_forbidden_statement_would_work_without_the_guard(database: sqlite3.Connection) -> None:
    """Those that fail anyway would prove nothing."""
    works = 0
    for sql in FORBIDDEN:
        try:
            database.execute(sql).fetchall()
            works += 1
        except sqlite3.Error:
            continue
        finally:
            database.rollback()
    assert works > 20


def test_the_whole_database_can_be_read(guarded: sqlite3.Connection) -> None:
    for (name,) in guarded.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall():
        if name != "search_index":
            guarded.execute(f'SELECT * FROM "{name}"').fetchall()
        assert guarded.execute("SELECT * FROM pragma_table_info(?)", (name,)).fetchall()
        assert guarded.execute(f"PRAGMA table_info([{name}])").fetchall()
    assert guarded.execute("SELECT count(*) FROM search_index WHERE search_index MATCH 'a OR b'").fetchone()
    for sql in ("PRAGMA page_count", "PRAGMA database_list", "PRAGMA foreign_key_list(measures)", "PRAGMA encoding"):
        assert guarded.execute(sql).fetchall(), sql


# Limits


def test_every_limit_holds_and_two_are_narrower_for_visitors(guarded: sqlite3.Connection) -> None:
    assert {limit: guarded.getlimit(limit) for limit in LIMITS} == LIMITS
    guard_visitor(guarded)
    narrow = (sqlite3.SQLITE_LIMIT_LENGTH, sqlite3.SQLITE_LIMIT_SQL_LENGTH)
    assert [guarded.getlimit(limit) for limit in narrow] == [256 * 1024, 20_000] < [LIMITS[limit] for limit in narrow]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT " + ", ".join("1" * 101), "too many columns"),
        ("SELECT " + "(" * 300 + "1" + ")" * 300, "too large|stack overflow"),
        ("SELECT " + "1 + " * 300 + "1", "too large"),
        ("SELECT " + " NOT " * 300 + "1", "too large|stack overflow"),
        (" UNION ALL ".join(["SELECT 1"] * 61), "too many terms"),
        (f"SELECT char({', '.join('1' * 101)})", "too many arguments"),
        (f"SELECT '{'x' * sql_guard.VISITOR_SQL_LENGTH}'", "too big|too large|too long|query string is too large"),
        ("SELECT ?5001", "variable number"),
        ("SELECT 'x' LIKE " + "hex(zeroblob(600000))", "too big|too complex"),
    ],
)
def test_long_statements_are_refused(visitor: sqlite3.Connection, sql: str, message: str) -> None:
    with pytest.raises((sqlite3.Error, MemoryError), match=message):
        visitor.execute(sql).fetchall()


@pytest.mark.parametrize("value", TOO_LARGE_VALUES)
def test_a_large_value_is_refused_at_once(visitor: sqlite3.Connection, value: str) -> None:
    with pytest.raises((sqlite3.DataError, MemoryError)) as raised:
        visitor.execute(f"SELECT length({value.replace('{long}', LONG)})").fetchall()
    assert isinstance(explain_error(raised.value), sqlite3.OperationalError), "a mistake of the visitor's"


# Functions that take the place of SQLite's own

# Without NUL, at which some of SQLite's own functions end a text and others do not.
TEXTS = st.one_of(
    st.none(),
    st.text("aA%_*?[]b😀　\u0130", max_size=12),
    st.integers(-99, 99),
    st.binary(max_size=4).filter(lambda value: 0 not in value),
)


@given(st.tuples(TEXTS, TEXTS, TEXTS))
def test_functions_give_what_sqlites_own_give(values: tuple[object, object, object]) -> None:
    plain, guarded = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    guard_connection(guarded)
    guard_visitor(guarded)
    texts = [value.decode("latin-1") if isinstance(value, bytes) else value for value in values]
    for sql in (
        "SELECT instr(?1, ?2), ?1 LIKE ?2, ?1 NOT LIKE ?2, ?1 GLOB ?2, like(?1, ?2), glob(?1, ?2)",
        "SELECT replace(?1, ?2, ?3), trim(?1, ?2), ltrim(?1, ?2), rtrim(?1, ?2), ?1 LIKE ?2 ESCAPE 'a'",
        "SELECT printf('%s|%5.2f|%d|%%', ?1, ?2, ?3), format('%-9s', ?1), printf('%q', ?1)",
    ):
        used = [int(place) for place in re.findall(r"\?(\d)", sql)]
        assert guarded.execute(sql, texts[: max(used)]).fetchall() == plain.execute(sql, texts[: max(used)]).fetchall()
    if isinstance(values[0], bytes) and isinstance(values[1], bytes):
        sql = "SELECT instr(?1, ?2)"
        assert guarded.execute(sql, values[:2]).fetchall() == plain.execute(sql, values[:2]).fetchall()
    plain.close()
    guarded.close()


# Size of a row


@pytest.mark.parametrize("value", ["zeroblob(200000)", "hex(zeroblob(100000))", "CAST(randomblob(100000) AS TEXT)"])
def test_a_row_may_not_be_larger_than_an_answer(visitor: sqlite3.Connection, value: str) -> None:
    assert len(visitor.execute(f"{ENDLESS} SELECT {value} FROM c LIMIT 40").fetchall()) == 40
    with pytest.raises(TooMuch, match="too many bytes in the answer"):
        visitor.execute("SELECT " + ", ".join([value] * 33)).fetchall()
    assert visitor.execute("SELECT 1").fetchall() == [(1,)], "counted anew for every row"


def test_broken_text_is_read(visitor: sqlite3.Connection) -> None:
    assert visitor.execute("SELECT CAST(X'e38182ff' AS TEXT)").fetchone() == ("あ\ufffd",)


@pytest.mark.parametrize("table", ["sqlite_stmt", "pragma_database_list", "PRAGMA_DATABASE_LIST()", "dbstat"])
def test_nothing_tells_of_other_statements_or_of_the_server(visitor: sqlite3.Connection, table: str) -> None:
    with pytest.raises(sqlite3.DatabaseError, match=r"prohibited|not authorized|no such table"):
        visitor.execute(f"SELECT * FROM {table}").fetchall()
