"""The body of a table or view as HTML, written here since a template takes ten times as long for a hundred rows.

Guarantees: whatever is not marked as safe is escaped. Which columns are shown, and in which order, callers decide.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from numbers import Number
from typing import Any

from markupsafe import Markup, escape

from keikaku.pages.columns import find_terms, find_word
from keikaku.plan.fiscal_year import format_fiscal_year

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
    def terms(self) -> set[str]:
        """The columns of codes."""
        return {column for column in self.headings if find_terms(self.table, column)}


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
    written = [_write_cell(style, cells, cells[column], links) for column in style.headings]
    if not style.name_column and (own := links.get("")):
        hidden = f'<span class="visually-hidden">（{escape(row[0]["raw"])}）</span>'
        written.append(f'<td><a class="tap" href="{escape(own)}">開く{hidden}</a></td>')
    return Markup(f"<tr>{''.join(written)}</tr>")


def _write_cell(style: RowStyle, cells: Mapping[str, Cell], cell: Cell, links: Mapping[str, str]) -> str:
    column = cell["column"]
    raw, to = cell["raw"], links.get(column)
    linked = f'<a href="{escape(to)}">{escape(raw)}</a>' if to else ""
    if column == style.name_column:
        return f'<th scope="row">{linked or escape(raw)}</th>'
    label = f'data-label="{escape(style.headings[column])}"'
    if column in style.ids:
        return f"<td {label}><code>{escape(raw)}</code></td>"
    kind = _find_kind(style, cell)
    sort = f'class="{kind}" ' if kind else ""
    return f"<td {sort}{label}>{linked or _write_value(style, cells, cell)}</td>"


def _find_kind(style: RowStyle, cell: Cell) -> str:
    raw = cell["raw"]
    if isinstance(raw, str):
        return "long" if len(raw) > LONG else "medium" if len(raw) > MEDIUM else ""
    return "number" if _is_plain_number(cell) and cell["column"] not in style.terms else ""


def _write_value(style: RowStyle, cells: Mapping[str, Cell], cell: Cell) -> str:
    column, raw, value = cell["column"], cell["raw"], cell["value"]
    if raw is None or raw == "":
        return ""
    if (column, raw) in style.chips:
        return style.chips[column, raw]
    if word := find_word(style.table, column, raw):
        return escape(word)
    if column == "table_name":
        return escape(style.title_table(raw))
    if column == "column_name" and style.names_places:
        return escape(style.title_column(cells["table_name"]["raw"], raw))
    if column == "code" and style.names_places:
        return f"<code>{escape(raw)}</code>"
    is_year = column.endswith("fiscal_year")
    if style.is_view and is_year and isinstance(raw, Number) and isinstance(value, str):
        return escape(format_fiscal_year(int(raw)))  # type: ignore[call-overload]
    if _is_plain_number(cell) and not (is_year or column.endswith("_start")):
        return write_number(raw)
    if isinstance(value, str) and _ID in value:
        return value.partition(_ID)[0]
    return escape(value)


def _is_plain_number(cell: Cell) -> bool:
    return isinstance(cell["raw"], Number) and str(cell["value"]) == str(cell["raw"])


def write_number(value: float) -> str:
    """With commas, and without a fraction where there is none."""
    return f"{int(value):,}" if value == int(value) else f"{value:,}"
