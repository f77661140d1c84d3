"""schema.sql taken apart: its statements, and what its comments say of every table, view and column."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql")
_TABLE = re.compile(
    r"(?P<comment>(?:^-- [^\n]*\n)+)CREATE (?P<kind>TABLE|VIEW) (?P<name>\w+)(?P<body>.*?);$", re.MULTILINE | re.DOTALL
)
_COLUMN = re.compile(
    r"^    (?P<name>[a-z]\w*) (?P<type>TEXT|INTEGER|NUMERIC)(?P<rest>[^\n]*?)\s*-- (?P<comment>.+)$", re.MULTILINE
)
_REFERENCE = re.compile(r"REFERENCES (?P<table>\w+) \((?P<column>\w+)\)")


@dataclass(frozen=True)
class Column:
    """A column of a table: type is TEXT, INTEGER or NUMERIC; references is (table, column) or None."""

    name: str
    type: str
    required: bool
    references: tuple[str, str] | None
    comment: str


@dataclass(frozen=True)
class Table:
    """A table or a view (whose columns are left to SQLite: empty here)."""

    name: str
    is_view: bool
    comment: str
    columns: tuple[Column, ...]
    statement: str


def read_schema() -> list[Table]:
    """Tables and views in the order of schema.sql."""
    return [
        Table(
            match["name"],
            match["kind"] == "VIEW",
            " ".join(line.removeprefix("-- ") for line in match["comment"].splitlines()),
            tuple(_columns(match["body"])) if match["kind"] == "TABLE" else (),
            match[0],
        )
        for match in _TABLE.finditer(SCHEMA.read_text("utf-8"))
    ]


def _columns(body: str) -> Iterator[Column]:
    for match in _COLUMN.finditer(body):
        reference = _REFERENCE.search(match["rest"])
        yield Column(
            match["name"],
            match["type"],
            "NOT NULL" in match["rest"] or "PRIMARY KEY" in match["rest"],
            (reference["table"], reference["column"]) if reference else None,
            match["comment"],
        )
