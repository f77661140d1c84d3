"""The working database -> one SQLite file, complete or not there at all.

The file is written beside its place under another name, checked, flushed to disk and renamed over the old one, so that
a reader sees either the whole old database or the whole new one, whatever kills the build. The same rows give the same
bytes: SQLite comes with sqlean.py, pinned by the lock, not from the machine. Rows are copied by SQLite in the order of
the municipalities' names, so that memory does not grow with their number. What the search reads is made meanwhile by
another thread, in a file of its own.
"""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlean
from sqlite_utils import Database
from sqlite_utils.db import Table

from keikaku.database.comparing import write_comparisons
from keikaku.database.documents import KINDS
from keikaku.database.errors import DatabaseError
from keikaku.database.rows import TABLES, code_rows, columns_of, fiscal_year_rows
from keikaku.database.working import CITY, DOCUMENT_TEXTS, INDEX_TEXTS
from keikaku.files.beside import read_statements
from keikaku.files.build_turn import remove_abandoned
from keikaku.files.read_only import open_read_only
from keikaku.plan.words import SameAs, Synonyms
from keikaku.schema.tables import SCHEMA
from keikaku.search.index import CREATE_INDEX
from keikaku.search.text import TOKENIZE
from keikaku.search.words import build_groups, read_names

_SQL = read_statements(__file__)
PRAGMAS = ("page_size = 4096", "journal_mode = OFF", "synchronous = OFF")
# Pages of measures are sorted by position and count what is new; of a measure its indicators are looked up.
INDEXES = (
    ("organization_names", "name"),
    ("measures", "position"),
    ("measures", "is_new"),
    ("indicator_links", "row_id"),
    ("evaluations", "row_id"),
    ("report_passages", "table_name", "row_id"),
)
# Made of all rows at once, in half the time that a constraint of the table takes.
UNIQUE = ("search_documents", "row_id", "table_name")
# What FTS5 keeps of an index; of one without content nothing else.
SHADOWS = ("data", "idx", "docsize", "config")
HELD_BYTES = 64 << 20  # of the index in memory: what is written in few parts has few to merge
ENTRY_TOKENIZE = "ascii"  # finds the same tokens in what is cut already, in half the time
ALL_ROWS = (1 << 31) - 1  # with a limit that no table reaches, statistics are whole and keep no samples
Progress = Callable[[str], None]


def write_database(
    working: Path, synonyms: Iterable[Synonyms], same_as: Iterable[SameAs], path: Path, progress: Progress
) -> dict[str, int]:
    """Write the rows of a working database and what all plans share; returns the number of rows of each table."""
    with _replacing(path) as temporary:
        search = temporary.with_name(f"{temporary.name}-search")
        with ThreadPoolExecutor(1) as beside, _create(temporary, working) as database:
            made = beside.submit(_write_search, working, search)
            with database.atomic():
                _write_tables(database, synonyms)
                _create_indexes(database.tables)
                write_comparisons(database, same_as)
                _write_words(database)
            progress("tables written")
            made.result()
            database.attach("made", search)
            with database.atomic():
                _take_search(database)
            progress("search index written")
        counts = check(temporary)
        progress("checked")
    return counts


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A name for the new file; after the block it takes the place of the old one, on an exception it is removed."""
    remove_abandoned(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        with told_in_one_line(path):
            yield temporary
            temporary.replace(path)
            _flush(path.parent)
    finally:
        for file in (temporary, temporary.with_name(f"{temporary.name}-search")):
            with suppress(OSError):
                file.unlink(missing_ok=True)


@contextmanager
def _create(path: Path, working: Path) -> Iterator[Database]:
    """A new database file with its schema, to which a working database is attached."""
    with closing(sqlean.connect(str(path))) as connection:
        database = Database(connection, execute_plugins=False)
        for pragma in PRAGMAS:
            database.execute(f"PRAGMA {pragma}")
        database.executescript(SCHEMA.read_text("utf-8"))
        database.attach("working", working)
        yield database


@contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """What the file system or SQLite refuses, as a DatabaseError of the database at a path."""
    try:
        yield
    except (OSError, sqlean.Error, sqlite3.Error) as error:
        raise DatabaseError(f"{path}: cannot be written: {error}") from error


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_tables(database: Database, synonyms: Iterable[Synonyms]) -> None:
    (span,) = database.query(_SQL["years"])
    database.table("fiscal_years").insert_all(fiscal_year_rows(span["first"], span["last"]))
    database.table("codes").insert_all(code_rows())
    for table in (*TABLES, "report_passages"):
        _copy(database, table, columns_of()[table], f"working.{table}", f"{CITY}, rowid")
    database.execute(_SQL["told_apart"])
    groups = [(group.words, group.also) for group in synonyms]
    own = database.query(f"SELECT words, also FROM working.synonyms ORDER BY {CITY}, rowid")
    groups += [(json.loads(group["words"]), json.loads(group["also"])) for group in own]
    names = database.execute("SELECT organization_id, name FROM organization_names ORDER BY rowid")
    database.table("search_synonyms").insert_all(build_groups(groups, names))


def _copy(
    database: Database, table: str, columns: Iterable[str], source: str, order: str, taken: Iterable[str] = ()
) -> None:
    """Rows of `source`; of its columns those of the same names, or `taken`."""
    listed = ", ".join(columns)
    selected = ", ".join(taken) or listed
    database.execute(f"INSERT INTO {table} ({listed}) SELECT {selected} FROM {source} ORDER BY {order}")


def _write_search(working: Path, path: Path) -> None:
    """Into a file of its own what the search reads of all documents, and their full-text index."""
    with _create(path, working) as database, database.atomic():
        database.execute(_SQL["numbers"], {"kinds": " ".join(KINDS)})
        database.execute(_SQL["numbered"])
        _copy(database, "search_documents", ("id", *DOCUMENT_TEXTS, "is_repeat", "position"), "numbered", "id")
        _create_indexes([database.table("search_documents")])
        database.execute(CREATE_INDEX.replace(TOKENIZE, ENTRY_TOKENIZE))
        database.execute(f"INSERT INTO search_index (search_index, rank) VALUES ('hashsize', {HELD_BYTES})")
        _copy(database, "search_index", ("rowid", "title", "names", "body"), "numbered", "id", ("id", *INDEX_TEXTS))
        for command in ("optimize", "integrity-check"):
            database.execute("INSERT INTO search_index (search_index) VALUES (?)", [command])
        database.execute("DELETE FROM search_index_config WHERE k = 'hashsize'")


def _take_search(database: Database) -> None:
    """What stands in that file, whose pages SQLite takes over as they are; and statistics for the planner."""
    database.execute("INSERT INTO search_documents SELECT * FROM made.search_documents")
    kinds = database.query("SELECT kind, min(id) AS first_id, max(id) AS last_id FROM search_documents GROUP BY kind")
    plans = list(database.query("SELECT measure_word AS measure, goal_word AS goal FROM plan_facts LIMIT 2"))
    labels = KINDS | (plans[0] if len(plans) == 1 else {})
    rows = ({**row, "position": list(KINDS).index(row["kind"]) + 1, "label": labels[row["kind"]]} for row in kinds)
    database.table("search_kinds").insert_all(sorted(rows, key=lambda row: row["position"]))
    database.execute(f"PRAGMA analysis_limit = {ALL_ROWS}")
    database.analyze()
    database.table("sqlite_stat4").drop(ignore=True)  # a shell that does not know it fails in .dump
    database.execute(CREATE_INDEX)
    for part in SHADOWS:
        database.execute(f"DELETE FROM search_index_{part}")
        database.execute(f"INSERT INTO search_index_{part} SELECT * FROM made.search_index_{part}")


def _write_words(database: Database) -> None:
    """The words of all documents, and those of the synonyms."""
    database.execute("CREATE TEMP TABLE names (surface, reading, lemma, documents)")
    names = read_names(row["word"] for row in database.query(_SQL["names"]))
    database.conn.executemany("INSERT INTO temp.names VALUES (:surface, :reading, :lemma, :documents)", names)
    database.execute(_SQL["words"])


def _create_indexes(tables: Iterable[Table]) -> None:
    """Those above, and one for each reference that begins none; before what is computed from the tables, which needs them."""
    for table in tables:
        for name, *columns in (*INDEXES, UNIQUE):
            if name == table.name:
                table.create_index(columns, unique=name == UNIQUE[0])
        begun = {index.columns[0] for index in table.indexes}
        for key in table.foreign_keys:
            if key.columns[0] not in begun:
                table.create_index(key.columns)


def check(path: Path) -> dict[str, int]:
    """The number of rows of each table, when all is on disk; raises DatabaseError if SQLite finds a fault."""
    with ThreadPoolExecutor(2) as beside:
        flushed = beside.submit(_flush, path)
        dangling = beside.submit(_ask, path, "PRAGMA foreign_key_check")
        faults = [*_ask(path, "PRAGMA quick_check"), *dangling.result()]
        flushed.result()
    if faults != [("ok",)]:
        raise DatabaseError(f"{path.name}: the new database has faults: {faults[:5]}")
    tables = [name for (name,) in _ask(path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    counts = _ask(path, " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in tables))
    return {name: count for name, (count,) in zip(tables, counts, strict=True)}


def _ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """By the machine's SQLite, which will serve the file and has not written it."""
    with open_read_only(path) as connection:
        return list(connection.execute(sql))
