"""The hash of what the page of a record shows: the record and its targets, figures, bodies, evaluation and corrections.

Each part has a hash of its own, so that what was quoted can be compared part by part. That of the record itself is the
one that it has in the history; another part's is that of a table with table, key and hash of each of its rows. A page that
shows the record alone has the record's hash; any other that of a table with name and hash of each part.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from keikaku.database.content_hash import LENGTH, hash_rows
from keikaku.database.history import RecordId, hash_records, read_table
from keikaku.files.beside import read_statements
from keikaku.files.read_only import open_read_only

Parts = Mapping[str, str]  # name of a part -> its hash; one without rows is left out
PARTS = {
    "record": "記録そのもの",
    "targets": "目標",
    "figures": "実績",
    "bodies": "団体",
    "evaluation": "評価",
    "corrections": "訂正と注意",
}
_SQL = read_statements(__file__)


@dataclass
class Page:
    """`rows` are all that it shows; `recorded` is the hash of the figures at the end of each day on which one was recorded."""

    parts: dict[str, str] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    rows: set[RecordId] = field(default_factory=set)


def hash_page(parts: Parts) -> str:
    """The first digits of the hash of a page."""
    return parts["record"] if parts.keys() == {"record"} else hash_rows(["part", "hash"], parts.items())[:LENGTH]


def read_pages(
    connection: sqlite3.Connection, table: str | None = None, id_: str | None = None
) -> dict[RecordId, Page]:
    """The pages of all records, or of the one that is named; none where there is no such page."""
    named = " WHERE table_name = :table AND row_id = :id" if table else ""
    asked = connection.execute(f"SELECT * FROM ({_SQL['shown']}){named}", {"table": table, "id": id_})
    shown = sorted(set(map(tuple, asked)))
    rows = {RecordId(of_table, tuple(map(str, json.loads(key)))) for *_, of_table, key in shown}
    hashes, days = _hash_rows(connection, rows)
    pages: dict[RecordId, Page] = {}
    for (owner, row_id, part), members in groupby(shown, lambda row: row[:3]):
        held = [RecordId(of_table, tuple(map(str, json.loads(key)))) for *_, of_table, key in members]
        held = [row for row in held if row in hashes]
        if held:
            page = pages.setdefault(RecordId(owner, (row_id,)), Page())
            page.parts[part] = hashes[held[0]] if part == "record" else _hash_part(held, hashes)
            page.rows |= set(held)
            for day in sorted({days[row] for row in held}) if part == "figures" else ():
                page.recorded[day] = _hash_part([row for row in held if days[row] <= day], hashes)
    return pages


def read_all_pages(database: Path) -> dict[RecordId, Page]:
    """Of a database that was built."""
    with open_read_only(database) as connection:
        return read_pages(connection)


def _hash_part(rows: Iterable[RecordId], hashes: Mapping[RecordId, str]) -> str:
    cells = [[row.table, json.dumps(row.key, ensure_ascii=False), hashes[row]] for row in rows]
    return hash_rows(["table", "key", "hash"], cells)[:LENGTH]


def _hash_rows(
    connection: sqlite3.Connection, wanted: set[RecordId]
) -> tuple[dict[RecordId, str], dict[RecordId, str]]:
    """The hash of each row, and of figures the day on which they were recorded, empty where that is not told."""
    hashes: dict[RecordId, str] = {}
    days: dict[RecordId, str] = {}
    for table in sorted({row.table for row in wanted}):
        firsts = sorted({row.key[0] for row in wanted if row.table == table})
        held = {record: row for record, row in read_table(connection, table, firsts) if record in wanted}
        hashes |= hash_records(held)
        if table == "figures":
            days |= {record: str(row.get("recorded_on") or "") for record, row in held.items()}
    return hashes, days
