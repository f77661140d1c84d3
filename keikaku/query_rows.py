"""Rows of a query made ready for a page: names linked in place of ids, sorted as asked, with axes for a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

Found = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Cell:
    """One cell: its heading, the stored value, and what the page shows."""

    column: str
    value: Any
    shown: Any

    @property
    def is_number(self) -> bool:
        """A quantity, set flush right."""
        return isinstance(self.value, int | float)


def is_id_column(column: str) -> bool:
    """ID, 評価ID, id and measure_id hold ids of rows."""
    return column.endswith("ID") or column == "id" or column.endswith("_id")


def find_ids(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The ids that stand in the columns of ids, each once."""
    places = [place for place, column in enumerate(columns) if is_id_column(column)]
    return list(dict.fromkeys(row[place] for row in rows for place in places if isinstance(row[place], str)))


def link_names(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], shown: Sequence[Sequence[Any]], found: Found
) -> list[list[Cell]]:
    """Cells in which the name of a row that an id stands for is a link to it; `found` is id -> (address, name).

    A column of ids is left out where each of its ids is linked by its name.
    """
    table = [[Cell(*cell) for cell in zip(columns, row, displays, strict=True)] for row, displays in zip(rows, shown, strict=True)]
    named = [_link_row(cells, found) for cells in table]
    dropped = {
        place
        for place, column in enumerate(columns)
        if is_id_column(column) and all(row[place] is None or place in places for row, (_, places) in zip(rows, named, strict=True))
    }
    return [[cell for place, cell in enumerate(cells) if place not in dropped] for cells, _ in named]


def _link_row(cells: list[Cell], found: Found) -> tuple[list[Cell], set[int]]:
    """The row with its names linked, and the places of the ids that are named so."""
    links = {}
    named = set()
    for place, cell in enumerate(cells):
        if not is_id_column(cell.column) or cell.value not in found:
            continue
        address, name = found[cell.value]
        for other, candidate in enumerate(cells):
            if candidate.value == name:
                links.setdefault(other, address)
                named.add(place)
    linked = [
        Cell(cell.column, cell.value, Markup('<a href="{}">{}</a>').format(links[place], cell.value))
        if place in links
        else cell
        for place, cell in enumerate(cells)
    ]
    return linked, named


def sort_rows(table: list[list[Cell]], column: str | None, descending: bool) -> list[list[Cell]]:
    """Rows by the values of one column, empty ones last; as they are if there is no such column."""
    if not table or column not in [cell.column for cell in table[0]]:
        return table
    place = [cell.column for cell in table[0]].index(column)
    filled = [row for row in table if row[place].value is not None]
    filled.sort(key=lambda row: (isinstance(row[place].value, str), row[place].value), reverse=descending)
    return filled + [row for row in table if row[place].value is None]


def title_place(row: Sequence[Cell]) -> int:
    """Which cell names the row: the first that is a link, or else the first."""
    links = [place for place, cell in enumerate(row) if isinstance(cell.shown, Markup) and cell.shown.startswith("<a ")]
    return links[0] if links else 0


def choose_axes(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, str] | None:
    """Columns for a first chart: a text that differs in every row, and the last quantity; None if either is missing."""
    texts = [c for p, c in enumerate(columns) if not is_id_column(c) and _is_naming([row[p] for row in rows])]
    numbers = [c for p, c in enumerate(columns) if _is_quantity(c) and any(isinstance(row[p], int | float) for row in rows)]
    return (texts[0], numbers[-1]) if texts and numbers else None


def _is_naming(values: list[Any]) -> bool:
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)


def _is_quantity(column: str) -> bool:
    """Whether a column may hold a quantity and not only a year, a printed number, an order or a yes or no."""
    return not (
        column in ("number", "position", "rowid")
        or column.startswith("is_")
        or column.endswith(("fiscal_year", "_start", "_position", "番号", "年度"))
    )
