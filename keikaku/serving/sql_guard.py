"""What SQL may do on a connection: read, within limits of size and memory, and nothing else.

Once a connection is guarded no statement writes, attaches a file, loads code, changes a setting, or tells of other statements
or files of the server. Time is limited elsewhere; but SQLite looks at the clock only where a statement repeats itself, so
that what one step of it may cost is limited here, for statements that anybody may have written.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from keikaku.search.functions import register

MEBIBYTE = 1024 * 1024
ANSWER_BYTES = 3 * MEBIBYTE
VISITOR_LENGTH = 256 * 1024
VISITOR_SQL_LENGTH = 20_000
# What a cell costs beyond its text, by the time it is part of a page: time, above all.
CELL_BYTES = 100
# Longest text to look for in another: a longer one makes trim() and its kin take seconds for one value.
NEEDLE_LENGTH = 1000
# Length of a text times that of its pattern: LIKE may compare each character of one with each of the other.
LIKE_WORK = 1_000_000

TOO_LARGE = f"too many bytes in the answer: more than {ANSWER_BYTES:,}"
TOO_MUCH_MEMORY = "too many bytes of memory needed for this query"

LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 16 * MEBIBYTE,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 100_000,
    sqlite3.SQLITE_LIMIT_COLUMN: 100,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 200,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 60,
    sqlite3.SQLITE_LIMIT_VDBE_OP: 100_000,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 1000,
    sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER: 5000,  # Datasette looks up the labels of a whole page (2,000 rows) at once
    sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH: 1,
    sqlite3.SQLITE_LIMIT_WORKER_THREADS: 0,
}
# Datasette reads the schema with these, visitors as pragma_table_info('...') and so on; FTS5 asks for data_version.
_TAKING_NAMES = {
    "foreign_key_list", "index_info", "index_list", "index_xinfo", "table_info", "table_list", "table_xinfo",
}  # fmt: skip
PRAGMAS = _TAKING_NAMES | {
    "collation_list", "compile_options", "data_version", "database_list", "encoding", "function_list", "max_page_count",
    "page_count", "page_size", "schema_version", "user_version",
}  # fmt: skip
# Functions that load code, write to an index or a log, or hand out pointers; json_patch() takes the product of sizes.
FORBIDDEN_FUNCTIONS = {"fts3_tokenizer", "json_patch", "load_extension", "optimize", "rtreecheck", "sqlite_log"}
# Tables by which SQLite tells of statements and files.
PRIVATE_TABLES = {"sqlite_stmt", "pragma_database_list", "dbstat", "sqlite_memstat", "sqlite_dbpage", "bytecode"}


class TooMuch(sqlite3.OperationalError):
    """A statement that asks for more memory or a larger answer than there is for one."""


def set_up(connection: sqlite3.Connection) -> None:
    """Every connection to plans.db: the guard comes last, since it forbids what comes before.

    The worker process for visitors' SQL then narrows its own (guard_visitor).
    """
    register(connection)  # Japanese search and fiscal_year()
    guard_connection(connection)  # from here on it only reads


def guard_connection(connection: sqlite3.Connection) -> None:
    """Let a connection only read. To be called after everything that sets it up."""
    for limit, value in LIMITS.items():
        connection.setlimit(limit, value)
    connection.set_authorizer(authorize)


def limit_heap(connection: sqlite3.Connection, size: int) -> None:
    """Bound the bytes that SQLite holds in this process; to be called before the guard. The hard limit can only be lowered."""
    connection.execute("PRAGMA temp_store = MEMORY").close()  # else large sorts write hundreds of megabytes to disk
    connection.execute(f"PRAGMA soft_heap_limit = {size * 3 // 4}").close()
    connection.execute(f"PRAGMA hard_heap_limit = {size}").close()


def guard_visitor(connection: sqlite3.Connection) -> None:
    """Narrow a guarded connection further, for statements that a visitor wrote."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VISITOR_LENGTH)
    connection.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, VISITOR_SQL_LENGTH)
    _bound_functions(connection)
    _meter_rows(connection)


def authorize(action: int, first: str | None, second: str | None, _database: str | None, _source: str | None) -> int:
    """SQLite's question about each thing that a statement would do: yes to reading, no to everything else."""
    name, takes_nothing = (first or "").lower(), second is None
    allowed = {
        sqlite3.SQLITE_SELECT: True,
        sqlite3.SQLITE_RECURSIVE: True,
        sqlite3.SQLITE_READ: name not in PRIVATE_TABLES,
        sqlite3.SQLITE_FUNCTION: (second or "").lower() not in FORBIDDEN_FUNCTIONS,
        sqlite3.SQLITE_PRAGMA: name in PRAGMAS and (takes_nothing or name in _TAKING_NAMES),
        # FTS5 declares its columns so. By itself it changes nothing: SQLite refuses any such statement of a visitor.
        sqlite3.SQLITE_UPDATE: first == "sqlite_master",
    }
    return sqlite3.SQLITE_OK if allowed.get(action) else sqlite3.SQLITE_DENY


def explain_error(error: Exception) -> Exception:
    """The error that a visitor should see for one of SQLite: size and permission are mistakes in a statement."""
    if isinstance(error, MemoryError):
        return TooMuch(TOO_MUCH_MEMORY)
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
        text = str(error)
        if isinstance(error, sqlite3.DataError) or re.search("not authorized|denied|prohibited", text):
            return sqlite3.OperationalError(text)
    return error


def _meter_rows(connection: sqlite3.Connection) -> None:
    """Stop a statement whose row grows too large while its texts are read, and before they take memory."""
    read = 0

    def check(size: int) -> None:
        nonlocal read
        if size > ANSWER_BYTES:
            read = 0
            raise TooMuch(TOO_LARGE)

    def read_text(value: bytes) -> str:
        nonlocal read
        read += len(value)  # counted before it is decoded: in Python it may take four times its bytes
        check(read)
        return str(value, "utf-8", "replace")

    def make_row(_: sqlite3.Cursor, values: tuple[Any, ...]) -> tuple[Any, ...]:
        nonlocal read
        read = 0
        check(weigh_row(values))
        return values

    connection.text_factory, connection.row_factory = read_text, make_row


def weigh_row(values: Sequence[Any]) -> int:
    """Bytes that a row takes by the time it is part of a page, roughly."""
    return CELL_BYTES * len(values) + sum(len(value) for value in values if isinstance(value, str | bytes))


def _bound_functions(connection: sqlite3.Connection) -> None:
    """Functions of SQLite's own are asked, in a database without anything in it, only for what takes little work."""
    empty = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    empty.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, VISITOR_LENGTH)

    def ask(name: str, is_long: Callable[..., object], *values: object) -> Any:
        try:
            if not is_long(*map(_text, values)):
                return empty.execute(f"SELECT {name}({', '.join('?' * len(values))})", values).fetchone()[0]
        except sqlite3.DataError:
            pass
        return _TOO_BIG

    for name, count, is_long in _LONG_WORK:
        connection.create_function(name, count, partial(ask, name, is_long), deterministic=True)


# SQLite refuses it as the value of a function: "string or blob too big", without the traceback of an exception.
_TOO_BIG = "x" * (VISITOR_LENGTH + 1)


def _text(value: object) -> str:
    return "" if value is None else value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _has_long_needle(_: str, needle: str, __: str = "") -> bool:
    return len(needle) > NEEDLE_LENGTH


def _compares_long(pattern: str, text: str, _: str = "") -> bool:
    return len(pattern) * len(text) > LIKE_WORK


def _counts_long(text: str = "", *_: str) -> object:
    """A width is counted out to its end even when the text is long too large."""
    return "*" in text or re.search(r"\d{6}", text)


# Name, number of arguments (-1: any), and whether its work would be long.
_LONG_WORK: tuple[tuple[str, int, Callable[..., object]], ...] = (
    ("format", -1, _counts_long), ("printf", -1, _counts_long),
    ("glob", 2, _compares_long), ("like", 2, _compares_long), ("like", 3, _compares_long),
    ("instr", 2, _has_long_needle), ("replace", 3, _has_long_needle),
    ("ltrim", 2, _has_long_needle), ("rtrim", 2, _has_long_needle), ("trim", 2, _has_long_needle),
)  # fmt: skip
