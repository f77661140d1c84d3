"""Permanent ids of what a plan's files give no id: made from the id of what it belongs to and its number.

They are public addresses, so that none of these forms may ever change. Ids that files give are in model.py.
"""


def goal_id(sector_id: str, number: int | str) -> str:
    return f"{sector_id}-goal-{number}"


def measure_id(sector_id: str, number: int) -> str:
    return f"{sector_id}-{number}"


def indicator_id(measure_id: str, position: int) -> str:
    """`position` is the order within the measure, from 1."""
    return f"{measure_id}-target-{position}"


def passage_id(row_id: str, position: int) -> str:
    """`position` is the order within the row that it is quoted for, from 1."""
    return f"{row_id}-passage-{position}"
