"""Cells that a spreadsheet must not take for something else: formulas, numbers too long for it, bytes."""

import math
from base64 import b64encode

Value = str | int | float | bytes | None

# A cell that begins so is run as a formula; Excel in Japanese takes the full-width signs for the narrow ones.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_EXACT_DIGITS = 10**15


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text instead of showing it."""
    return text.startswith(FORMULA_SIGNS)


def defuse(value: Value) -> Value:
    """The value for a CSV that a spreadsheet opens: a text that would be run gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and is_formula(value) else value


def store_bytes(value: Value) -> str | int | float | None:
    """Bytes as Base64, anything else as it is."""
    return b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def fits_spreadsheet(number: int | float) -> bool:
    """Whether a spreadsheet keeps the number exactly: it has fifteen digits, and no infinity."""
    return abs(number) < _EXACT_DIGITS if isinstance(number, int) else math.isfinite(number)
