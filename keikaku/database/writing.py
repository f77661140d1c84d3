"""The working database -> one SQLite file, complete or not there at all.

The file is written beside its place under another name, checked, flushed to disk and renamed over the old one, so that
a reader sees either the whole old database or the whole new one, whatever kills the build. The same rows give the same
bytes: SQLite comes with sqlean.py, pinned by the lock, not from the machine. Rows are copied by SQLite in the order of
the municipalities' names, so that memory does not grow with their number. Another thread makes the full-text index meanwhile.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any

import sqlean
from sqlite_utils import Database

from keikaku.database.comparing import write_comparisons
from keikaku.database.documents import KINDS
from keikaku.database.errors import DatabaseError
from keikaku.database.rows import TABLES, code_rows, columns_of, fiscal_year_rows
from keikaku.database.working import CITY, DOCUMENT_TEXTS, INDEX_TEXTS
from keikaku.files.beside import read_statements
from keikaku.files.build_turn import remove_abandoned
from keikaku.plan.words import SameAs, Synonyms
from keikaku.schema.tables import SCHEMA
from keikaku.search.index import CREATE_INDEX
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
# What FTS5 keeps of an index; of one without content nothing else.
SHADOWS = ("data", "idx", "docsize", "config")
HELD_BYTES = 64 << 20  # of the index in memory: what is written in few parts has few to merge
Progress = Callable[[str], None]


def write_database(
    working: Path, synonyms: Iterable[Synonyms], same_as: Iterable[SameAs], path: Path, progress: Progress
) -> dict[str, int]:
    """Write the rows of a working database and what all plans share; returns the number of rows of each table."""
    with _replacing(path) as temporary:
        index = temporary.with_name(f"{temporary.name}-index")
        with ThreadPoolExecutor(1) as beside, _create(temporary, working) as database:
            made = beside.submit(_write_index, working, index)
            # Before the transaction, in which sqlite-utils would read it letter by letter.
            database.executescript(SCHEMA.read_text("utf-8"))
            with database.atomic():
                _write_tables(database, synonyms)
                _create_indexes(database)
                write_comparisons(database, same_as)
            progress("tables written")
            made.result()
            database.attach("made", index)
            with database.atomic():
                _write_search(database)
            progress("search index written")
            _finish(database)
        counts = _check(temporary)
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
            _flush(temporary)
            temporary.replace(path)
            _flush(path.parent)
    finally:
        for file in (temporary, temporary.with_name(f"{temporary.name}-index")):
            with suppress(OSError):
                file.unlink(missing_ok=True)


@contextmanager
def _create(path: Path, working: Path) -> Iterator[Database]:
    """A new database file, to which a working database is attached."""
    with closing(sqlean.connect(str(path))) as connection:
        database = Database(connection, execute_plugins=False)
        for pragma in PRAGMAS:
            database.execute(f"PRAGMA {pragma}")
        database.attach("working", working)
        yield database


@contextmanager
def told_in_one_line(path: Path) -> Iterator[None]:
    """What the file system or SQLite refuses, as a DatabaseError of the database at a path."""
    try:
        yield
    except (OSError, sqlean.Error) as error:
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
    names = database.query("SELECT name, organization_id FROM organization_names ORDER BY rowid")
    database.table("search_synonyms").insert_all(build_groups(groups, names))


def _copy(
    database: Database, table: str, columns: Iterable[str], source: str, order: str, taken: Iterable[str] = ()
) -> None:
    """Rows of `source`; of its columns those of the same names, or `taken`."""
    listed = ", ".join(columns)
    selected = ", ".join(taken) or listed
    database.execute(f"INSERT INTO {table} ({listed}) SELECT {selected} FROM {source} ORDER BY {order}")


def _write_index(working: Path, path: Path) -> None:
    """Into a file of its own the numbers of all documents and their full-text index."""
    with _create(path, working) as database, database.atomic():
        database.execute(_SQL["numbers"], {"kinds": " ".join(KINDS)})
        database.execute(_SQL["numbered"])
        database.execute(CREATE_INDEX)
        database.execute(f"INSERT INTO search_index (search_index, rank) VALUES ('hashsize', {HELD_BYTES})")
        _copy(database, "search_index", ("rowid", "title", "names", "body"), "numbered", "id", ("id", *INDEX_TEXTS))
        database.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        database.execute("DELETE FROM search_index_config WHERE k = 'hashsize'")


def _write_search(database: Database) -> None:
    database.execute(_SQL["numbered"])
    _copy(database, "search_documents", ("id", *DOCUMENT_TEXTS, "is_repeat", "position"), "numbered", "id")
    kinds = database.query("SELECT kind, min(id) AS first_id, max(id) AS last_id FROM search_documents GROUP BY kind")
    plans = list(database.query("SELECT measure_word AS measure, goal_word AS goal FROM plan_facts LIMIT 2"))
    labels = KINDS | (plans[0] if len(plans) == 1 else {})
    rows = ({**row, "position": list(KINDS).index(row["kind"]) + 1, "label": labels[row["kind"]]} for row in kinds)
    database.table("search_kinds").insert_all(sorted(rows, key=lambda row: row["position"]))
    _write_words(database)
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


def _create_indexes(database: Database) -> None:
    """Those above, and one for each reference that begins none; before what is computed from the tables, which needs them."""
    for name, *columns in INDEXES:
        database.table(name).create_index(columns)
    for table in database.tables:
        begun = {index.columns[0] for index in table.indexes}
        for key in table.foreign_keys:
            if key.columns[0] not in begun:
                table.create_index(key.columns)


def _finish(database: Database) -> None:
    """Statistics for the planner."""
    database.analyze()
    database.table("sqlite_stat4").drop(ignore=True)  # a shell that does not know it fails in .dump


def _check(path: Path) -> dict[str, int]:
    """The number of rows of each table; raises DatabaseError if SQLite finds a fault."""
    with ThreadPoolExecutor(2) as both:
        faults = list(
            chain(*both.map(lambda check: _ask(path, f"PRAGMA {check}"), ("quick_check", "foreign_key_check")))
        )
    if faults != [("ok",)]:
        raise DatabaseError(f"{path.name}: the new database has faults: {faults[:5]}")
    tables = [name for (name,) in _ask(path, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
    counts = _ask(path, " UNION ALL ".join(f"SELECT count(*) FROM {name}" for name in tables))
    return {name: count for name, (count,) in zip(tables, counts, strict=True)}


def _ask(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlean.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        return list(connection.execute(sql))
