"""Rows of a query made ready for a page: names linked in place of ids, sorted as asked, with axes for a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

Found = dict[str, tuple[str, str]]
Links = dict[str, str]


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


def link_names(columns: Sequence[str], rows: Sequence[Sequence[Any]], found: Found) -> tuple[list[Links], set[str]]:
    """For each row the addresses that its names link to, and the columns whose every id is linked by such a name.

    `found` is id -> (address, name); a cell that holds the name of an id in its row stands for that id.
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
                row_links = {**dict.fromkeys(named, address), **row_links}
            if row[place] is not None and not named:
                unnamed.add(place)
        links.append(row_links)
    return links, {columns[place] for place in ids if place not in unnamed}


def build_cells(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], shown: Sequence[Sequence[Any]], found: Found | None
) -> list[list[Cell]]:
    """The cells of a page: names are links to the rows that ids stand for, and ids that have a name are left out.

    Without `found` every column stays as it is.
    """
    links, named = link_names(columns, rows, found) if found is not None else ([{}] * len(rows), set())
    return [
        [
            Cell(column, value, Markup('<a href="{}">{}</a>').format(row_links[column], value))
            if column in row_links
            else Cell(column, value, display)
            for column, value, display in zip(columns, row, displays, strict=True)
            if column not in named
        ]
        for row, displays, row_links in zip(rows, shown, links, strict=True)
    ]


def sort_rows(table: list[list[Cell]], column: str | None, descending: bool) -> list[list[Cell]]:
    """Rows by the values of one column, empty ones last; as they are if there is no such column."""
    if not table or column not in [cell.column for cell in table[0]]:
        return table
    place = [cell.column for cell in table[0]].index(column)
    filled = [row for row in table if row[place].value is not None]
    filled.sort(key=lambda row: (isinstance(row[place].value, str), row[place].value), reverse=descending)
    return filled + [row for row in table if row[place].value is None]


def title_place(row: Sequence[Cell]) -> int:
    """Which cell names the row: the first name that is a link, or else the first cell."""
    for place, cell in enumerate(row):
        if isinstance(cell.shown, Markup) and cell.shown.startswith("<a ") and not is_id_column(cell.column):
            return place
    return 0


def find_empty(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> set[str]:
    """The columns in which no row has anything."""
    return {column for place, column in enumerate(columns) if all(row[place] in (None, "") for row in rows)}


def choose_axes(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> tuple[str, str] | None:
    """Columns for a first chart: the text that differs most, and the last quantity; None if either is missing."""
    values = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    texts = [column for column in columns if values[column] and _is_naming(column, values[column])]
    numbers = [c for c in columns if _is_quantity(c) and any(isinstance(value, int | float) for value in values[c])]
    return (max(texts, key=lambda column: len(set(values[column]))), numbers[-1]) if texts and numbers else None


def _is_naming(column: str, values: list[Any]) -> bool:
    """Whether a column may name what is drawn: texts that are no ids, no printed numbers and no lists."""
    return not (is_id_column(column) or column.endswith("番号")) and all(
        isinstance(value, str) and "、" not in value for value in values
    )


def _is_quantity(column: str) -> bool:
    """Whether a column may hold a quantity and not only a year, a printed number, an order or a yes or no."""
    return not (
        column in ("number", "position", "rowid")
        or column.startswith("is_")
        or column.endswith(("fiscal_year", "_start", "_position", "番号", "年度"))
    )
