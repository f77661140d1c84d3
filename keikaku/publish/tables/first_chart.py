"""The chart that 「グラフにする」 begins with: one quantity in one unit, by name, the largest first; none where there is nothing to draw.

The plug-in that draws it (datasette-vega) takes rows as they are, calls its axes as columns are called, and sorts names by
their characters: so the rows are prepared here, with headings for names of columns.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from keikaku.publish.tables.shown_rows import is_id_column

LEAST_ROWS = 2  # of fewer the plug-in draws nothing
_UNITS = ("unit", "単位")
_NAMES = ("name", "title", "label")  # of what a row is about; before other texts
_NO_NAME = ("amount", "code", "printed", *_UNITS)
_NO_QUANTITY = ("number", "position", "rowid", "edition", "level", "part")
_SIGNS = {48: "\u200b", 49: "\u200c"}  # 0 and 1 as signs without width


class FirstChart(NamedTuple):
    """`name` and `quantity` are columns; `rows` those that have the quantity in `unit`, the largest first."""

    name: str
    quantity: str
    unit: str
    rows: list[Sequence[Any]]


def choose_chart(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> FirstChart | None:
    """The quantity that most rows have, by the name of each row or else the text that differs most."""
    places = {column: place for place, column in enumerate(columns)}
    unit, rows = _keep_one_unit(places, rows)
    numbers = {c: sum(isinstance(row[places[c]], int | float) for row in rows) for c in columns if _is_quantity(c)}
    quantity = max(numbers, key=lambda column: numbers[column], default="")
    drawn = [row for row in rows if quantity and isinstance(row[places[quantity]], int | float)]
    names = {c: len({row[p] for row in drawn}) for c, p in places.items() if _is_naming(c, [row[p] for row in drawn])}
    names = {column: number for column, number in names.items() if number >= max(LEAST_ROWS, len(drawn) / 2)}
    if not names:
        return None
    named = [column for column in _NAMES if column in names]
    drawn.sort(key=lambda row: -row[places[quantity]])
    return FirstChart((named or [max(names, key=lambda column: names[column])])[0], quantity, unit, drawn)


def prepare_rows(
    chart: FirstChart, headings: Mapping[str, str], say: Callable[[str, Any], Any]
) -> list[dict[str, Any]]:
    """The rows as the plug-in needs them: signs that nobody sees, before the names, keep their order.

    `headings` has every column in its order; `say` gives the word for a code in a column.
    """
    width, prepared = len(chart.rows).bit_length(), []
    for place, row in enumerate(chart.rows):
        cells = {headings[column]: say(column, value) for column, value in zip(headings, row, strict=True)}
        name = headings[chart.name]
        cells[name] = f"{place:0{width}b}".translate(_SIGNS) + str(cells[name])
        prepared.append(cells)
    return prepared


def _keep_one_unit(places: dict[str, int], rows: Sequence[Sequence[Any]]) -> tuple[str, list[Sequence[Any]]]:
    """The unit that most rows have and those rows; all where no column holds units."""
    column = next((name for name in _UNITS if name in places), None)
    if column is None:
        return "", list(rows)
    units = Counter(row[places[column]] for row in rows if row[places[column]])
    unit = units.most_common(1)[0][0] if units else ""
    return unit, [row for row in rows if unit and row[places[column]] == unit]


def _is_naming(column: str, values: list[Any]) -> bool:
    """Whether a column may name what is drawn: texts that are no ids, printed numbers, addresses or lists."""
    if is_id_column(column) or column in _NO_NAME or column.endswith(("番号", "_on", "_url")):
        return False
    return all(isinstance(value, str) and (column in _NAMES or "、" not in value) for value in values)


def _is_quantity(column: str) -> bool:
    """Whether a column may hold a quantity and not only a year, a printed number, an order or a yes or no."""
    return not (
        is_id_column(column)
        or column in _NO_QUANTITY
        or column.startswith(("is_", "has_"))
        or column.endswith(("_year", "_position", "番号", "年度"))
    )
