"""Events of a plan laid out as a table: years are its rows, sectors its columns, spans of years its tall cells.

Guarantees: every event stands in exactly one cell, in the row of its first year shown; the cells of a row, with the
tall ones that began above it, fill the columns without gap or overlap, and a cell begins in every column, as HTML's
rowspan and colspan need it.
Does not: know where events come from or how they look.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Event = Mapping[str, Any]
_Entry = tuple[Event, int, int]  # with its first and last year shown


@dataclass(frozen=True)
class Cell:
    """One table cell: what happens in one year, or (rowspan over 1) one event that lasts for several."""

    events: tuple[Event, ...]
    rowspan: int
    colspan: int


@dataclass(frozen=True)
class Column:
    """The cells of one sector by year, in table columns: one for what happens in one year, and as many beside it as `spans`."""

    spans: int
    cells: Mapping[int, tuple[Cell, ...]]


def lay_out_events(events: Iterable[Event], years: Sequence[int]) -> Column:
    """The column of one sector. `years` are consecutive; events outside them are cut off or left out.

    An event is a mapping with `fiscal_year` and `end_fiscal_year`.
    """
    shown = []
    for event in events:
        first, last = max(event["fiscal_year"], years[0]), min(event["end_fiscal_year"], years[-1])
        if first <= last:
            shown.append((event, first, last))
    lanes = _assign_lanes([entry for entry in shown if entry[2] > entry[1]])
    cells = {}
    for year in years:
        single = tuple(event for event, first, last in shown if first == last == year)
        row = [next((entry for entry in lane if entry[1] <= year <= entry[2]), None) for lane in lanes]
        cells[year] = tuple(_fill_row(single, row, year))
    return Column(len(lanes), cells)


def _assign_lanes(spans: list[_Entry]) -> list[list[_Entry]]:
    """Spans side by side, as few lanes as they need; the longest ones come first."""
    lanes: list[list[_Entry]] = []
    for entry in sorted(spans, key=lambda e: (e[1], -e[2])):
        free = next((lane for lane in lanes if lane[-1][2] < entry[1]), None)
        if free is None:
            lanes.append([entry])
        else:
            free.append(entry)
    return lanes


def _fill_row(single: tuple[Event, ...], row: list[_Entry | None], year: int) -> list[Cell]:
    """The cells that begin in this row: the year's own events first, which also take the free lanes beside them."""
    cells = [Cell(single, 1, 1)]
    widens = True
    for entry in row:
        if entry is None and widens:
            cells[-1] = Cell(cells[-1].events, 1, cells[-1].colspan + 1)
        elif entry is None:
            cells.append(Cell((), 1, 1))
            widens = True
        else:
            widens = False
            if entry[1] == year:
                cells.append(Cell((entry[0],), entry[2] - entry[1] + 1, 1))
    return cells
