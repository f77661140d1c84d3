"""Permanent ids of what a plan's files give no id: made from the id of what it belongs to and its number or code.

They are public addresses, so that none of these forms may ever change. Ids that files give are in model.py.
"""

import re
import unicodedata


def numbered_id(owner_id: str, kind: str, number: int | str) -> str:
    """A `period` or `document` of a plan, a `goal` of a sector (or of a plan without), each with its number or its place in
    the file; a `target` of what the indicator is first printed at, a figure of an indicator by its role, a `passage` of the
    row that it is quoted for, each by its order from 1."""
    return f"{owner_id}-{kind}-{number}"


def measure_id(sector_id: str, number: int) -> str:
    return f"{sector_id}-{number}"


def coded_measure_id(plan_id: str, code: str | None, position: int) -> str:
    """By a code that Latin letters and digits can write (1-(2)-① is 1-2-1), else by the position in the plan, from 1."""
    plain = unicodedata.normalize("NFKC", code or "").lower()
    words = re.findall("[a-z0-9]+", plain) if plain.isascii() else []
    return "-".join([plan_id, *words]) if words else numbered_id(plan_id, "measure", position)
