"""The body of a table or view as HTML, written here since a template takes ten times as long for a hundred rows.

Guarantees: whatever is not marked as safe is escaped. Which columns are shown, and in which order, callers decide.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import Any

from markupsafe import Markup, escape

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.schema.columns import find_terms, find_word

MEDIUM, LONG = 8, 40  # characters: more make a column wider
# What Datasette writes between the name and the id of a row that a foreign key leads to.
_ID = "&nbsp;<em>"

Cell = Mapping[str, Any]  # column, raw, value


@dataclass(frozen=True)
class RowStyle:
    """How the rows of a table or view are written.

    `headings` are the shown columns in their order with their headings, `ids` those set as code, and `chips` the safe
    HTML for a column and its code. `title_table` and `title_column` tell what a table and a column are called.
    """

    table: str
    is_view: bool
    headings: Mapping[str, str]
    name_column: str | None
    ids: Sequence[str]
    chips: Mapping[tuple[str, object], str]
    title_table: Callable[[str], str]
    title_column: Callable[[str, str], str]
    names_places: bool  # whether a column says which table is meant

    @cached_property
    def columns(self) -> list["Column"]:
        """The shown columns."""
        return [Column(self, name) for name in self.headings]


class Column:
    """What is the same for every cell of a column."""

    def __init__(self, style: RowStyle, name: str) -> None:
        self.name = name
        self.label = f'data-label="{escape(style.headings[name])}"'
        self.names_row = name == style.name_column
        self.has_ids = name in style.ids
        self.has_codes = bool(find_terms(style.table, name))
        self.is_year = name.endswith("fiscal_year")
        self.is_quantity = not (self.is_year or name.endswith("_start"))
        self.is_place = name == "table_name" or (style.names_places and name in ("column_name", "code"))


def write_rows(style: RowStyle, rows: Sequence[Sequence[Cell]], links: Sequence[Mapping[str, str]]) -> Markup:
    """A line for each row; `links` are the addresses of its cells by their columns, that of the row itself under ""."""
    return Markup("\n").join(_write_row(style, row, to) for row, to in zip(rows, links, strict=True))


def find_own_address(cell: Cell | None) -> str | None:
    """The address to which a cell links."""
    value = str(cell["value"]) if cell and cell["value"] else ""
    return value.split('"')[1] if "href=" in value else None


def find_codes(rows: Iterable[Sequence[Cell]], column: str) -> list[str]:
    """Every value of a column once."""
    return list(dict.fromkeys(cell["raw"] for row in rows for cell in row if cell["column"] == column and cell["raw"]))


def _write_row(style: RowStyle, row: Sequence[Cell], links: Mapping[str, str]) -> Markup:
    cells = {cell["column"]: cell for cell in reversed(row)}  # the first of a name counts
    written = [_write_cell(style, column, cells, links.get(column.name)) for column in style.columns]
    if not style.name_column and (own := links.get("")):
        hidden = f'<span class="visually-hidden">（{escape(row[0]["raw"])}）</span>'
        written.append(f'<td><a class="tap" href="{escape(own)}">開く{hidden}</a></td>')
    return Markup(f"<tr>{''.join(written)}</tr>")


def _write_cell(style: RowStyle, column: Column, cells: Mapping[str, Cell], to: str | None) -> str:
    cell = cells[column.name]
    raw = cell["raw"]
    linked = f'<a href="{escape(to)}">{escape(raw)}</a>' if to else ""
    if column.names_row:
        return f'<th scope="row">{linked or escape(raw)}</th>'
    if column.has_ids:
        return f"<td {column.label}><code>{escape(raw)}</code></td>"
    kind = _find_kind(column, cell)
    sort = f'class="{kind}" ' if kind else ""
    return f"<td {sort}{column.label}>{linked or _write_value(style, column, cells, cell)}</td>"


def _find_kind(column: Column, cell: Cell) -> str:
    raw = cell["raw"]
    if isinstance(raw, str):
        return "long" if len(raw) > LONG else "medium" if len(raw) > MEDIUM else ""
    return "number" if not column.has_codes and _is_plain_number(cell) else ""


def _write_value(style: RowStyle, column: Column, cells: Mapping[str, Cell], cell: Cell) -> str:
    raw, value = cell["raw"], cell["value"]
    if raw is None or raw == "":
        return ""
    if chip := style.chips.get((column.name, raw)):
        return chip
    if column.has_codes and (word := find_word(style.table, column.name, raw)):
        return escape(word)
    if column.is_place:
        return _write_place(style, column, cells, raw)
    if isinstance(raw, str):
        return value.partition(_ID)[0] if _ID in value else escape(value)
    if style.is_view and column.is_year and isinstance(raw, Number) and isinstance(value, str):
        return escape(format_fiscal_year(int(raw)))  # type: ignore[call-overload]
    if column.is_quantity and _is_plain_number(cell):
        return write_number(raw)
    return escape(value)


def _write_place(style: RowStyle, column: Column, cells: Mapping[str, Cell], raw: str) -> str:
    """Which table, column or measure is meant."""
    if column.name == "code":
        return f"<code>{escape(raw)}</code>"
    if column.name == "table_name":
        return escape(style.title_table(raw))
    return escape(style.title_column(cells["table_name"]["raw"], raw))


def _is_plain_number(cell: Cell) -> bool:
    return isinstance(cell["raw"], Number) and str(cell["value"]) == str(cell["raw"])


def write_number(value: float) -> str:
    """With commas, and without a fraction where there is none."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
