"""A checked copy of a database file, for a server to read while the file itself is replaced, broken or removed.

Guarantees: what `take_copy` returns is one whole state of the file, sound and with every table and column of the
schema, and nobody writes to it. Copies lie in a private folder that goes when the process ends; what a killed process
left is removed by the next. Knows nothing of Datasette.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import tempfile
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from keikaku.schema.tables import read_schema

PREFIX = "keikaku-served-"
LOCK = "lock"


class UnsoundFile(Exception):
    """The file is not one to serve; the text says why."""


class Stamp(NamedTuple):
    """By which a replaced or changed file is noticed."""

    inode: int
    modified_ns: int
    size: int


@dataclass(frozen=True)
class ServedCopy:
    """The copy, and what is known of its contents."""

    path: Path
    stamp: Stamp  # of the file that it was made from
    sha256: str
    counts: dict[str, int]  # rows of each table


def look_at(path: Path) -> Stamp | None:
    """None if there is no such file, or it may not be seen."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Stamp(found.st_ino, found.st_mtime_ns, found.st_size)


def find_home(database: Any) -> Path:
    """The folder of the file that a database is served from, beside which other generated files lie."""
    return Path(getattr(database, "source", None) or database.path or "").absolute().parent


def make_folder() -> tuple[Path, int]:
    """A private folder for copies, and the handle that locks it; raises OSError if there is no place."""
    for old in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _remove_abandoned(old)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    return folder, handle


def remove_folder(folder: Path, handle: int) -> None:
    """Remove what make_folder made."""
    shutil.rmtree(folder, ignore_errors=True)
    os.close(handle)


def _remove_abandoned(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(handle)


def take_copy(source: Path, folder: Path) -> ServedCopy:
    """Copy a file into a new folder below `folder` and check it; raises UnsoundFile, or OSError if that cannot be done."""
    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        path = place / source.name
        stamp, sha256 = _copy(source, path)
        counts = check_file(path)
        path.chmod(0o400)
        return ServedCopy(path, stamp, sha256, counts)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def _copy(source: Path, path: Path) -> tuple[Stamp, str]:
    with source.open("rb") as old, path.open("xb") as new:
        before = os.fstat(old.fileno())
        shutil.copyfileobj(old, new, 1024 * 1024)
        after = os.fstat(old.fileno())
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size):
        raise UnsoundFile("it is being written")
    with path.open("rb") as copy:
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
    return Stamp(before.st_ino, before.st_mtime_ns, before.st_size), digest


def check_file(path: Path) -> dict[str, int]:
    """The number of rows of each table; raises UnsoundFile if it is damaged, or not of this schema, or has no plan."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
            if faults:
                raise UnsoundFile(f"it is damaged: {'; '.join(faults)}")
            _check_schema(connection)
            names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            counts = {
                name: int(connection.execute(f"SELECT count(*) FROM [{name}]").fetchone()[0]) for name in sorted(names)
            }
    except sqlite3.Error as error:
        raise UnsoundFile(f"it cannot be read: {error}") from error
    if not counts["plans"]:
        raise UnsoundFile("there is no plan in it")
    return counts


def _check_schema(connection: sqlite3.Connection) -> None:
    lacking = []
    for table in read_schema():
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info([{table.name}])")}
        lacking += [f"{table.name}.{column.name}" for column in table.columns if column.name not in columns]
        if not columns:
            lacking.append(table.name)
    if lacking:
        raise UnsoundFile(f"it is of another version: it lacks {', '.join(lacking[:5])}")
