"""Whether the parts of the site fit together, before it is opened to anyone.

Each fault is one line for whoever runs the site: what would otherwise come to light page by page. Knows nothing of Datasette.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from keikaku.schema.tables import read_schema


def find_faults(databases: Mapping[str, Path], templates: Path | None, metadata: Mapping[str, Any]) -> Iterator[str]:
    """What is missing or broken; databases by name, metadata as read from metadata.yml."""
    if templates is None or not (templates / "base.html").is_file():
        yield "templates/base.html is missing: the pages of the site are not there"
    if not databases:
        yield "there is no database: run make build"
    for name, path in databases.items():
        if fault := find_file_fault(path):
            yield f"{path}: {fault}: run make build"
        if not _describes(metadata, name):
            yield f"metadata.yml is missing, or has no title or nothing on the database {name}"


def find_file_fault(path: Path) -> str:
    """What is wrong with a database: it is damaged, of another schema, or without a plan; empty if nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
            if faults:
                return f"it is damaged: {'; '.join(faults)}"
            if lacking := list(_find_lacking(connection)):
                return f"it is of another version: it lacks {', '.join(lacking[:5])}"
            if not connection.execute("SELECT count(*) FROM plans").fetchone()[0]:
                return "there is no plan in it"
    except (OSError, sqlite3.Error) as error:
        return f"it cannot be read: {error}"
    return ""


def _find_lacking(connection: sqlite3.Connection) -> Iterator[str]:
    for table in read_schema():
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info([{table.name}])")}
        if not columns:
            yield table.name
        yield from (f"{table.name}.{column.name}" for column in table.columns if column.name not in columns)


def _describes(metadata: Mapping[str, Any], database: str) -> bool:
    databases = metadata.get("databases")
    described = databases.get(database) if isinstance(databases, dict) else None
    return bool(metadata.get("title")) and isinstance(described, dict) and bool(described.get("queries"))
