"""Rows as a page shows them: names in place of ids, words for codes, years and numbers as people write them.

Gives values, never markup: a template writes them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from numbers import Number
from typing import Any, NamedTuple

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.schema.conditions import find_terms, find_word

MEDIUM, LONG = 8, 40  # characters: more make a column wider
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_URL = re.compile(r"https?://\S+")

# What a column says where nothing is known, as stored and as a question shows it.
_OF_NO_USE = {"trend": "unknown", "変化": "わからない"}

Found = Mapping[str, tuple[str, str]]  # id -> address and name of a record
Links = dict[str, str]  # column -> address of the record that it names
# Text and address of a column in a row, None where there is nothing special to say.
Say = Callable[[str, Mapping[str, Any]], tuple[str, str | None] | None]


class Cell(NamedTuple):
    """`text` is what is shown of a stored `value`, as a link where there is an `address`; `kind` is a class of style."""

    column: str
    value: Any
    text: Any
    address: str | None = None
    kind: str = ""


def collect_ids(rows: Iterable[Iterable[Any]]) -> list[str]:
    """Every cell that may be the id of a record, each once."""
    return list(dict.fromkeys(cell for row in rows for cell in row if isinstance(cell, str) and _ID.fullmatch(cell)))


def is_id_column(column: str) -> bool:
    """ID, 評価ID, id and measure_id hold ids of rows."""
    return column.endswith("ID") or column == "id" or column.endswith("_id")


def link_names(columns: Sequence[str], rows: Sequence[Sequence[Any]], found: Found) -> tuple[list[Links], set[str]]:
    """For each row the addresses that its names link to, and the columns whose every id is linked by such a name.

    A cell that holds the name of an id in its row stands for that id; where ids share a name, they take the cells in turn.
    """
    ids = [place for place, column in enumerate(columns) if is_id_column(column)]
    unnamed: set[int] = set()
    links = []
    for row in rows:
        row_links: Links = {}
        for place in ids:
            address, name = found.get(row[place], (None, None))
            named = [columns[other] for other, value in enumerate(row) if name is not None and value == name]
            if address is not None:
                taken = {row_links[column] for column in named if column in row_links}
                row_links |= dict.fromkeys(named[len(taken) :], address)
            if row[place] is not None and not named:
                unnamed.add(place)
        links.append(row_links)
    return links, {columns[place] for place in ids if place not in unnamed}


def show_cells(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], shown: Sequence[Sequence[Any]], found: Found, fold_ids: bool
) -> list[list[Cell]]:
    """The rows of a query; with `fold_ids`, ids that have a name in their row are left out, and the name is the link.

    `shown` is how Datasette shows the cells, which counts for those that are neither text nor a number.
    """
    links, named = link_names(columns, rows, found) if fold_ids else ([{}] * len(rows), set())
    return [
        [
            _show_result(column, value, display, to, found)
            for column, value, display in zip(columns, row, displays, strict=True)
            if column not in named
        ]
        for row, displays, to in zip(rows, shown, links, strict=True)
    ]


def _show_result(column: str, value: Any, display: Any, links: Links, found: Found) -> Cell:
    kind = _find_width(value) if isinstance(value, str) else "number" if isinstance(value, Number) else ""
    if column in links:
        return Cell(column, value, value, links[column], kind)
    if isinstance(value, str):
        return Cell(column, value, *_name_text(column, value, found), kind)
    return Cell(column, value, "" if value is None else display, None, kind)


# Years by number, and where the same row says them in words, as the print counts them.
_IN_WORDS = {
    "due_fiscal_year": "due",
    "result_fiscal_year": "result_year",
    "fiscal_year": "year",
    "end_fiscal_year": "end_year",
}


def show_rows(
    table: str, is_view: bool, columns: Sequence[str], rows: Sequence[Mapping[str, Any]], links: Sequence[Links], found: Found, say: Say
) -> list[list[Cell]]:  # fmt: skip
    """The rows of a table or view, in the order of these columns; what `say` has a text for is shown so."""
    return [
        [_show(table, is_view, column, row, to, found, say) for column in columns]
        for row, to in zip(rows, links, strict=True)
    ]


def _show(table: str, is_view: bool, name: str, row: Mapping[str, Any], links: Links, found: Found, say: Say) -> Cell:
    stored = row[name]["value"] if isinstance(row[name], dict) else row[name]
    if name in links:
        return Cell(name, stored, stored, links[name], _find_width(stored))
    is_alone = is_view and _IN_WORDS.get(name) not in row
    text, address = say(name, row) or _find_text(table, is_alone, name, stored, found)
    is_number = isinstance(stored, Number) and not find_terms(table, name) and not isinstance(row[name], dict)
    return Cell(name, stored, text, address, "number" if is_number else _find_width(stored))


def _find_text(table: str, is_view: bool, name: str, value: Any, found: Found) -> tuple[Any, str | None]:
    """What is shown of a stored value, and where it leads."""
    if value is None or value == "":
        return "", None
    if word := find_word(table, name, value):
        return word, None
    if isinstance(value, str):
        return (value, None) if name == "id" and not is_view else _name_text(name, value, found)
    if is_view and name.endswith("fiscal_year"):
        return format_fiscal_year(int(value)), None
    return (format_number(value) if isinstance(value, Number) and not name.endswith("_year") else value), None


def _name_text(column: str, value: str, found: Found) -> tuple[str, str | None]:
    """What stands for a text, and where it leads: the name of the record whose id it is, or itself."""
    if value in found:
        address, name = found[value]
        return (value if column.lower() == "id" else name), address
    return value, value if _URL.fullmatch(value) else None


def _find_width(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return "long" if len(value) > LONG else "medium" if len(value) > MEDIUM else ""


def format_number(value: Any) -> str:
    """With commas, and without a fraction where there is none."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def title_place(rows: Sequence[Sequence[Cell]]) -> int:
    """Which column names the rows: the first whose name is a link in each of them, or else the first of all."""
    columns = enumerate(zip(*rows, strict=True))
    named = (n for n, cells in columns if all(cell.address for cell in cells) and not is_id_column(cells[0].column))
    return next(named, 0)


def find_empty(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[str]:
    """The columns in which no row says anything: all are empty, or all say no, or that it is not known."""
    return {
        column
        for place, column in enumerate(columns)
        if all(row[place] in (None, "") for row in rows)
        or (column.startswith("is_") and not any(row[place] for row in rows))
        or (column in _OF_NO_USE and all(row[place] in (None, "", _OF_NO_USE[column]) for row in rows))
    }


def find_values(columns: Sequence[str], rows: Sequence[Sequence[Any]], column: str) -> list[Any]:
    """Every value of a column once, without empty ones."""
    place = list(columns).index(column)
    return list(dict.fromkeys(row[place] for row in rows if row[place]))
