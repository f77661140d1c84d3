"""Rows -> one SQLite file, complete or not there at all.

The file is written beside its place under another name, checked, flushed to disk and renamed over the old one, so that
a reader sees either the whole old database or the whole new one, whatever kills the build. The same rows give the same
bytes: SQLite comes with apsw, pinned by the lock, not from the machine.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw

from keikaku.database.documents import build_search
from keikaku.database.report import Passage
from keikaku.database.rows import Row
from keikaku.files.build_turn import remove_abandoned
from keikaku.schema.tables import SCHEMA, read_schema
from keikaku.search.index import write_index

PAGE_SIZE = 4096
INSPECT_DATA = "inspect-data.json"
Progress = Callable[[str], None]


class DatabaseError(Exception):
    """The new database is not sound or could not be written; the old one is untouched."""


def write_database(
    tables: dict[str, list[Row]], passages: list[Passage], path: Path, progress: Progress
) -> dict[str, int]:
    """Write the database and Datasette's inspect-data.json beside it; returns the number of rows of each table."""
    tables = {**tables, "report_passages": [passage.row() for passage in passages]}
    tables |= build_search(tables)
    with _replacing(path) as temporary:
        _write(tables, temporary, progress)
        counts = _check(temporary)
        progress("checked")
        _replace_inspect_data(path, temporary, counts)
    return counts


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A name for the new file; after the block it takes the place of the old one, on an exception it is removed."""
    remove_abandoned(path)
    remove_abandoned(path.with_name(INSPECT_DATA))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
        _finish_inspect_data(path)
    except (OSError, apsw.Error) as error:
        raise DatabaseError(f"{path}: cannot be written: {error}") from error
    finally:
        for leftover in (temporary, Path(f"{temporary}-journal"), _prepared_inspect_data(path)):
            with suppress(OSError):
                leftover.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(tables: dict[str, list[Row]], path: Path, progress: Progress) -> None:
    connection = apsw.Connection(str(path))
    try:
        for pragma in (f"page_size = {PAGE_SIZE}", "journal_mode = OFF", "synchronous = OFF"):
            connection.execute(f"PRAGMA {pragma}")
        with connection:
            connection.execute(SCHEMA.read_text("utf-8"))
            _insert(connection, tables)
            _index_foreign_keys(connection)
            progress("tables written")
            write_index(connection.execute, connection.executemany, tables["search_documents"])
            progress("search index written")
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
    finally:
        connection.close()


def _insert(connection: apsw.Connection, tables: dict[str, list[Row]]) -> None:
    for table in read_schema():
        if table.is_view:
            continue
        columns = [column.name for column in table.columns]
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
        connection.executemany(statement, ([row[column] for column in columns] for row in tables.get(table.name, [])))


def _index_foreign_keys(connection: apsw.Connection) -> None:
    """An index for every foreign key that is not the beginning of its table's primary key."""
    for table in read_schema():
        keys = [row[1] for row in connection.execute(f"PRAGMA table_info({table.name})") if row[5] == 1]
        for column in table.columns:
            if column.references and column.name not in keys:
                connection.execute(f"CREATE INDEX {table.name}_{column.name} ON {table.name} ({column.name})")
    connection.execute("CREATE INDEX organization_names_name ON organization_names (name)")
    # Pages of measures are sorted by the one and count the other.
    connection.execute("CREATE INDEX measures_position ON measures (position)")
    connection.execute("CREATE INDEX measures_is_new ON measures (is_new)")
    connection.execute("CREATE INDEX report_passages_row ON report_passages (table_name, row_id)")


def _check(path: Path) -> dict[str, int]:
    """The number of rows of each table; raises DatabaseError if SQLite finds a fault."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        faults = [row for row in connection.execute("PRAGMA integrity_check") if row != ("ok",)]
        faults += list(connection.execute("PRAGMA foreign_key_check"))
        if faults:
            raise DatabaseError(f"{path.name}: the new database has faults: {faults[:5]}")
        names = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        ]
        return {name: next(connection.execute(f"SELECT count(*) FROM {name}"))[0] for name in names}
    finally:
        connection.close()


def _replace_inspect_data(path: Path, new: Path, counts: dict[str, int]) -> None:
    """Prepare what tells Datasette that the file never changes; stale data is removed before the new file appears."""
    data = new.read_bytes()
    inspected = {
        path.stem: {
            "hash": hashlib.sha256(data).hexdigest(),
            "size": len(data),
            "file": path.name,
            "tables": {name: {"count": count} for name, count in counts.items()},
        }
    }
    _prepared_inspect_data(path).write_text(json.dumps(inspected, indent=2) + "\n", "utf-8")
    path.with_name(INSPECT_DATA).unlink(missing_ok=True)


def _finish_inspect_data(path: Path) -> None:
    _prepared_inspect_data(path).replace(path.with_name(INSPECT_DATA))


def _prepared_inspect_data(path: Path) -> Path:
    return path.with_name(f".{INSPECT_DATA}.{os.getpid()}.new")
