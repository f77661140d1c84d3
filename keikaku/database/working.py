"""The working database: what every municipality gave when it was last read, so that a build reads only what has changed.

It stands beside the database that it is for, as `.plans.db.rows`; nobody serves it, and without it a build reads
all. Each table has the rows of a municipality under the name of its folder. The code that made them is named too: other
code starts with an empty one.
"""

import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

import sqlean
from sqlite_utils import Database

import keikaku
from keikaku.database.rows import TABLES, Row
from keikaku.schema.tables import read_schema

CITY = "_city"  # the name of a municipality's folder
TYPES = {"TEXT": str, "INTEGER": int, "NUMERIC": float}
DOCUMENT_TEXTS = ("kind", "table_name", "row_id", "plan_id", "sector_id", "code", "title", "names", "body")
INDEX_TEXTS = ("title_tokens", "names_tokens", "body_tokens")
ROOMS = ("schema", "plan", "search", "database")  # whose code makes rows
LIBRARIES = ("sqlean.py", "sudachidict-core", "sudachipy")


def place_of(database: Path) -> Path:
    """Where the working database of a database stands: not as *.db, which Datasette would serve."""
    return database.with_name(f".{database.name}.rows")


@contextmanager
def open_working(path: Path) -> Iterator[Database]:
    """The working database at a path; a new one where there is none, or one that is of other code or broken."""
    code = digest_code()
    is_new = not _is_made_by(path, code)
    if is_new:
        for file in (path, Path(f"{path}-journal")):
            file.unlink(missing_ok=True)
    with closing(sqlean.connect(str(path))) as connection:
        working = Database(connection, execute_plugins=False)
        working.execute("PRAGMA synchronous = OFF")
        if is_new:
            _create(working, code)
        yield working


def _is_made_by(path: Path, code: str) -> bool:
    if path.exists():
        with suppress(sqlean.DatabaseError), closing(sqlean.connect(str(path))) as connection:
            return list(connection.execute("SELECT digest FROM code")) == [(code,)]
    return False


def _create(working: Database, code: str) -> None:
    with working.atomic():
        for name, columns in _columns().items():
            working.create_table(name, {CITY: str, **columns}).create_index([CITY])
        working.table("cities_read").create({CITY: str, "digest": str}, pk=CITY)
        working.table("code").insert({"digest": code})


@cache
def _columns() -> dict[str, dict[str, type]]:
    """Table -> column -> type: those of the schema that have rows of data, and what the search is made of."""
    tables = {table.name: {column.name: TYPES[column.type] for column in table.columns} for table in read_schema()}
    return {
        **{name: tables[name] for name in (*TABLES, "report_passages")},
        "search_documents": {**dict.fromkeys(DOCUMENT_TEXTS, str), "is_repeat": int, "position": int}
        | dict.fromkeys(INDEX_TEXTS, str),
        "words": {"surface": str, "reading": str, "lemma": str, "documents": int},
        "synonyms": {"words": str, "also": str},
    }


def digest_code() -> str:
    """SHA-256 of everything besides the data that rows depend on."""
    root = Path(keikaku.__file__).parent
    digest = hashlib.sha256(repr([(name, version(name)) for name in LIBRARIES]).encode())
    for file in (file for room in ROOMS for file in sorted((root / room).iterdir()) if file.is_file()):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def read_digests(working: Database) -> dict[str, str]:
    """Folder -> digest of every municipality that has rows."""
    return {row[CITY]: row["digest"] for row in working["cities_read"].rows}


def replace_city(working: Database, name: str, digest: str, tables: dict[str, list[Row]]) -> None:
    """Put the rows of a municipality in the place of those that it had."""
    with working.atomic():
        remove_city(working, name)
        for table, rows in tables.items():
            working.table(table).insert_all({CITY: name, **row} for row in rows)
        working.table("cities_read").insert({CITY: name, "digest": digest})


def remove_city(working: Database, name: str) -> None:
    with working.atomic():
        for table in (*_columns(), "cities_read"):
            working.execute(f"DELETE FROM {table} WHERE {CITY} = ?", [name])
