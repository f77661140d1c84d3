"""Permanent ids of what a plan's files give no id: made from the id of what it belongs to and its number or code.

They are public addresses, so that none of these forms may ever change. Ids that files give are in model.py.
"""

import re
import unicodedata
from collections.abc import Callable

Maker = Callable[[str, int], str]


def goal_id(owner_id: str, number: int | str) -> str:
    """`owner_id` is the sector's, or the plan's where there is none."""
    return f"{owner_id}-goal-{number}"


def measure_id(sector_id: str, number: int) -> str:
    return f"{sector_id}-{number}"


def coded_measure_id(plan_id: str, code: str | None, position: int) -> str:
    """By a code that Latin letters and digits can write (1-(2)-① is 1-2-1), else by the position in the plan, from 1."""
    plain = unicodedata.normalize("NFKC", code or "").lower()
    words = re.findall("[a-z0-9]+", plain) if plain.isascii() else []
    return "-".join([plan_id, *words]) if words else f"{plan_id}-measure-{position}"


def indicator_id(owner_id: str, position: int) -> str:
    """`position` is the order within what it is printed at, from 1."""
    return f"{owner_id}-target-{position}"


def figure_id(indicator_id: str, role: str, position: int) -> str:
    """`position` is the order within the role, from 1."""
    return f"{indicator_id}-{role}-{position}"


def period_id(plan_id: str, position: int) -> str:
    return f"{plan_id}-period-{position}"


def document_id(plan_id: str, position: int) -> str:
    return f"{plan_id}-document-{position}"


def passage_id(row_id: str, position: int) -> str:
    """`position` is the order within the row that it is quoted for, from 1."""
    return f"{row_id}-passage-{position}"
