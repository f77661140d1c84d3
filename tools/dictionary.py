"""docs/data-dictionary.md, made from schema.sql, the vocabularies and the column help of metadata.yml.

Guarantees: every table, view and column of the schema stands in the page, and the same sources give the same page.
Does not: judge the column help; a column that metadata.yml says nothing of has an empty cell.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

from keikaku.publish.site_words import GENERAL, replace_words
from keikaku.schema.codes import CODES
from keikaku.schema.tables import SCHEMA, Column, Table, read_schema

ROOT = Path(__file__).resolve().parents[1]
METADATA = ROOT / "metadata.yml"
PAGE = ROOT / "docs" / "data-dictionary.md"
DATABASE = "plans"

_OPENING = """# Data dictionary

Made by `make dictionary` from `keikaku/schema/schema.sql`, `keikaku/schema/codes.yml` and `metadata.yml`: edit those, never this
page. The words of the field are in [the glossary](glossary.md); how facts were read and judged is in
[method](method.md). A column that may be empty holds NULL where there is nothing to say.
"""


def build_dictionary() -> str:
    """The whole page, as Markdown."""
    helped = _read_help()
    tables = [(table.is_view, _describe(table, helped.get(table.name) or {})) for table in read_schema()]
    lines = [_OPENING]
    for is_view, heading in ((False, "## Tables"), (True, "## Views")):
        lines += [heading, ""]
        lines += [line for kind, described in tables if kind == is_view for line in described]
    return "\n".join(lines)


def _read_help() -> dict[str, dict[str, Any]]:
    """Table -> its part of metadata.yml; empty while there is no such file or part."""
    value: Any = yaml.safe_load(METADATA.read_text("utf-8")) if METADATA.exists() else None
    for key in ("databases", DATABASE, "tables"):
        value = (value or {}).get(key)
    replace_words(value, GENERAL)
    return value or {}


def _describe(table: Table, helped: dict[str, Any]) -> Iterator[str]:
    columns = helped.get("columns") or {}
    title = f"{helped['title']}. " if helped.get("title") else ""
    yield from (f"### {table.name}", "", title + table.comment, "")
    if table.is_view:
        rows = ((f"`{name}`", columns.get(name, "")) for name in _view_columns(table.name))
        yield from _table(("Column", "説明"), rows)
    else:
        described = ((f"`{c.name}`", _type(c), c.comment, columns.get(c.name, "")) for c in table.columns)
        yield from _table(("Column", "Type", "Meaning", "説明"), described)
    for column in table.columns:
        if terms := CODES.get((table.name, column.name)):
            yield from (f"Values of `{column.name}`:", "")
            yield from _table(("Value", "日本語", "意味"), ((f"`{code}`", *words) for code, words in terms.items()))


def _view_columns(view: str) -> list[str]:
    """Asked of SQLite, so that no SELECT has to be taken apart."""
    connection = sqlite3.connect(":memory:")
    try:
        connection.executescript(SCHEMA.read_text("utf-8"))
        return [str(row[1]) for row in connection.execute(f"PRAGMA table_info({view})")]
    finally:
        connection.close()


def _type(column: Column) -> str:
    words = column.type if column.required else f"{column.type}, may be empty"
    if column.references is None:
        return words
    table, key = column.references
    return f"{words} → [`{table}.{key}`](#{table})"


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for cells in (headings, ("---",) * len(headings), *rows):
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |"
    yield ""


if __name__ == "__main__":
    PAGE.write_text(build_dictionary(), "utf-8")
