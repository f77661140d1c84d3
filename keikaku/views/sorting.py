"""The order of the rows of a query, which its page, its JSON and its files share: that of one column, empty cells last."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from datasette.utils.asgi import BadRequest

_DIGITS = re.compile(r"(\d+)")


def find_sort(args: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The column that an address sorts by, and whether downwards."""
    descending = args.get("_sort_desc")
    return descending or args.get("_sort"), bool(descending)


def sort_rows(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], args: Mapping[str, Any], all_there: bool = True
) -> list[Any]:
    """Rows as `_sort` or `_sort_desc` asks for, those of equal values as they were.

    Raises BadRequest for a column that is not there, and where rows are missing, since those may belong between.
    """
    column, descending = find_sort(args)
    if not column:
        return list(rows)
    if column not in columns:
        raise BadRequest(f"Cannot sort table by {column}")
    if not all_there:
        raise BadRequest(f"Cannot sort more than {len(rows):,} rows")
    place = list(columns).index(column)
    filled = [row for row in rows if tuple(row)[place] is not None]
    filled.sort(key=lambda row: rank(tuple(row)[place]), reverse=descending)
    return filled + [row for row in rows if tuple(row)[place] is None]


def rank(value: Any) -> tuple[int, Any]:
    """A key to sort values of SQLite by: numbers before texts before bytes; numbers within texts by their value."""
    if isinstance(value, bytes):
        return 2, value
    if isinstance(value, str):
        parts = _DIGITS.split(value)  # every second one is a number
        return 1, [_rank_number(part) if place % 2 else part for place, part in enumerate(parts)]
    return 0, value


def _rank_number(digits: str) -> tuple[int, str]:
    """Of any length: Python refuses to read very long numbers."""
    significant = digits.lstrip("0")
    return len(significant), significant
