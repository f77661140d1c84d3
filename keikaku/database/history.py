"""What each released version of the data said of every record, so that a figure quoted once can be checked later.

data/history.jsonl has one line for each release, written only by `build_db.py release` and never changed. A line names
the records that were new, different or gone since the release before, each with the first digits of its hash
(content_hash.py), and what changed in those that had been released, cell by cell. Together the lines tell what
every release held, without holding it. The digest of a release is that of all its records and does not depend on the
versions of SQLite or of this software, as the SHA-256 of the database file does.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeVar

from keikaku.database.content_hash import LENGTH, hash_rows
from keikaku.database.errors import HistoryError
from keikaku.files.read_only import open_read_only
from keikaku.plan.reading import is_missing, read_text

HISTORY = "history.jsonl"
# These tell of releases: a release that held them would change by being told of.
UNRECORDED = frozenset({"changes", "change_records"})
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOST_TEXT = 1000
LONGEST = 1_000_000_000  # bytes of the file

Value = str | int | float | bytes | None
Row = Mapping[str, Value]
T = TypeVar("T")


class RecordId(NamedTuple):
    """A table and the values of its key."""

    table: str
    key: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One cell of a record that was released before; a column that was not there had no value."""

    table: str
    key: tuple[str, ...]
    column: str
    old: Value
    new: Value


class Told(NamedTuple):
    """An entry of changes.yml."""

    id: str
    version: str
    date: str


@dataclass(frozen=True)
class Release:
    """`records` holds what differs from the release before: a hash, or None for a record that is gone.

    So does `pages`: the hashes of the parts that the page of a record shows (see pages.py), which 0.1.0 and 0.2.0 did not tell.
    """

    version: str
    date: str
    reason: str
    digest: str
    records: Mapping[RecordId, str | None]
    changes: Sequence[Change]
    pages: Mapping[RecordId, Mapping[str, str] | None] = field(default_factory=dict)


def read_history(path: Path) -> list[Release]:
    """Oldest first, empty without the file; raises HistoryError with the line that is wrong, InvalidData for no text."""
    if is_missing(path):
        return []
    releases: list[Release] = []
    for number, line in enumerate(read_text(path, most=LONGEST).splitlines(), 1):
        try:
            releases.append(_read_release(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            wrong = " ".join(repr(error).split())[:200]
            raise HistoryError(
                f"{path}:{number}:1: is not a release: {wrong}; a line as `release` writes it"
            ) from error
    for number, (release, held) in enumerate(
        zip(releases, replay(release.records for release in releases), strict=True), 1
    ):
        if digest_records(held) != release.digest:
            raise HistoryError(f"{path}:{number}:1: the records do not give the digest; the file was changed by hand")
    return releases


def read_rows(database: Path, tables: Iterable[str]) -> dict[RecordId, Row]:
    """Every record of those of the tables that the database has, with the columns that it has."""
    with open_read_only(database) as connection:
        return {record: row for table in tables for record, row in read_table(connection, table)}


def read_table(
    connection: sqlite3.Connection, table: str, firsts: Sequence[str] | None = None
) -> Iterator[tuple[RecordId, Row]]:
    """The records of a table, or those whose keys begin with one of these values."""
    sql = "SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk"
    if keys := [row[0] for row in connection.execute(sql, (table,))]:
        chosen = f' WHERE "{keys[0]}" IN (SELECT value FROM json_each(:firsts))' if firsts is not None else ""
        cursor = connection.execute(f'SELECT * FROM "{table}"{chosen}', {"firsts": json.dumps(firsts)})
        names = [column[0] for column in cursor.description]
        for row in (dict(zip(names, values, strict=True)) for values in cursor):
            yield RecordId(table, tuple(str(row[key]) for key in keys)), row


def hash_records(rows: Mapping[RecordId, Row]) -> dict[RecordId, str]:
    """The first digits of the hash of each record."""
    return {record: hash_rows(list(row), [list(row.values())])[:LENGTH] for record, row in rows.items()}


def keep_recorded(records: Mapping[RecordId, T]) -> dict[RecordId, T]:
    """Those that a release holds."""
    return {record: held for record, held in records.items() if record.table not in UNRECORDED}


def digest_records(records: Mapping[RecordId, str]) -> str:
    """SHA-256 of all records: a line for each, sorted, with table, key and hash between tabs."""
    lines = sorted(f"{record.table}\t{_write_key(record.key)}\t{digest}\n" for record, digest in records.items())
    return hashlib.sha256("".join(lines).encode("utf-8")).hexdigest()


def replay(told: Iterable[Mapping[RecordId, T | None]]) -> Iterator[dict[RecordId, T]]:
    """All that each release held, from what each tells: its records, or its pages."""
    held: dict[RecordId, T] = {}
    for different in told:
        held = {record: now for record, now in {**held, **different}.items() if now is not None}
        yield held


def last(told: Iterable[Mapping[RecordId, T | None]]) -> dict[RecordId, T]:
    """All that the last of the releases held."""
    return [{}, *replay(told)][-1]


def add_release(
    path: Path,
    version: str,
    date: str,
    reason: str,
    new: Mapping[RecordId, Row],
    since: Path | None,
    told: Mapping[str, Sequence[Told]],
    pages: Mapping[RecordId, Mapping[str, str]],
) -> Release:
    """Write one more line for the records `new`; `since` is the database of the last release: what its cells said.

    `pages` are the parts of what pages show now.

    Raises HistoryError for a version that is there already, a reason left out, data that is the same, a database that
    is not the one of the last release, or changes (see check_told) that do not tell of it.
    """
    releases = read_history(path)
    before, before_pages = last(release.records for release in releases), last(release.pages for release in releases)
    new, pages = keep_recorded(new), keep_recorded(pages)
    records = hash_records(new)
    reason = " ".join(reason.split())
    if not _VERSION.fullmatch(version) or version in {release.version for release in releases}:
        raise HistoryError(f"{version}: must be a new version such as 1.2.0")
    if not _DATE.fullmatch(date) or (releases and date < releases[-1].date):
        raise HistoryError(f"--date {date}: must be a date such as 2026-11-23, not before the last release")
    if not reason:
        raise HistoryError("say why with --reason TEXT")
    if records == before:
        raise HistoryError(f"{version}: the data is the same as in {releases[-1].version}")
    old = read_rows(since, sorted({record.table for record in before})) if since else {}
    if releases and hash_records(old) != before:
        raise HistoryError(f"{version}: name the database of {releases[-1].version} with --since FILE")
    check_told(told, releases, (version, date))
    gone: dict[RecordId, str | None] = dict.fromkeys(set(before) - set(records))
    different = {record: digest for record, digest in records.items() if before.get(record) != digest}
    changes = [change for record in different if record in old for change in _compare(record, old[record], new[record])]
    shown = {**dict.fromkeys(before_pages, None), **pages}
    other = {record: parts for record, parts in shown.items() if before_pages.get(record) != parts}
    release = Release(version, date, reason, digest_records(records), {**gone, **different}, changes, other)
    with path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(_write_release(release) + "\n")
    return release


def check_told(
    told: Mapping[str, Sequence[Told]], releases: Sequence[Release], coming: tuple[str, str] | None = None
) -> None:
    """Whether releases and the changes that visitors are told of agree; `coming` is the version and day of the next one.

    `told` has the entries of each changes.yml under its path. Raises HistoryError in one line for an entry whose version
    was passed over or released before the day of the change, and for a release of which no entry tells. Without a
    coming release, versions newer than the last are left alone, as are those older than the history.
    """
    dates = {release.version: release.date for release in releases} | dict([coming] if coming else [])
    entries = [(path, entry) for path, listed in told.items() for entry in listed]
    if not dates or not entries:
        return
    first, latest = min(map(_order, dates)), max(map(_order, dates))
    for path, entry in entries:
        version, order = entry.version, _order(entry.version)
        if version in dates and entry.date > dates[version]:
            late = f"{entry.date} is later than {version}, released on {dates[version]}"
            raise HistoryError(f"{path}: {entry.id}: {late}")
        if version not in dates and first < order and (coming or order < latest):
            raise HistoryError(f"{path}: {entry.id}: version {version} is none of those released: {', '.join(dates)}")
    known = {entry.version for _, entry in entries}
    if untold := [version for version in dates if version not in known]:
        wrong = f"no change has version {untold[0]}: add one that tells what is new in it"
        raise HistoryError(f"{', '.join(told)}: {wrong}")


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _compare(record: RecordId, old: Row, new: Row) -> Iterable[Change]:
    for column in dict.fromkeys([*old, *new]):
        if old.get(column) != new.get(column):
            yield Change(*record, column, _shorten(old.get(column)), _shorten(new.get(column)))


def _shorten(value: Value) -> Value:
    return value[:_MOST_TEXT] if isinstance(value, str) else value


def _write_release(release: Release) -> str:
    line = {name: getattr(release, name) for name in ("version", "date", "reason", "digest")}
    line["changes"] = [asdict(change) | {"key": _write_key(change.key)} for change in release.changes]
    line |= {"records": _by_table(release.records), "pages": _by_table(release.pages)}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def _by_table(records: Mapping[RecordId, T]) -> dict[str, dict[str, T]]:
    tables: dict[str, dict[str, T]] = {}
    for record in sorted(records):
        tables.setdefault(record.table, {})[_write_key(record.key)] = records[record]
    return tables


def _read_release(line: str) -> Release:
    told = json.loads(line)
    records = _by_record(told["records"])
    pages = _by_record(told.get("pages", {}))
    changes = [Change(**{**change, "key": read_key(change["key"])}) for change in told["changes"]]
    return Release(told["version"], told["date"], told["reason"], told["digest"], records, changes, pages)


def _by_record(tables: Mapping[str, Mapping[str, T]]) -> dict[RecordId, T]:
    return {RecordId(table, read_key(key)): held for table, rows in tables.items() for key, held in rows.items()}


def _write_key(key: tuple[str, ...]) -> str:
    """The value itself, or a JSON array of several."""
    return key[0] if len(key) == 1 else json.dumps(key, ensure_ascii=False, separators=(",", ":"))


def read_key(text: str) -> tuple[str, ...]:
    """As written by _write_key."""
    if text.startswith("["):
        with suppress(ValueError):
            return tuple(map(str, json.loads(text)))
    return (text,)
