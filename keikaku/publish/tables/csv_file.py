"""CSV: exact for programs (UTF-8, RFC 4180), or as Excel opens it without mojibake (BOM, formulas made harmless)."""

import csv
import io
import math
from base64 import b64encode
from collections.abc import Sequence
from typing import IO

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


class CsvFile:
    """Writes to a binary stream, which stays open."""

    holds_all = True  # every cell has its whole text

    def __init__(
        self, stream: IO[bytes], headings: Sequence[str], for_excel: bool = False, with_header: bool = True
    ) -> None:
        self._stream = stream
        self._for_excel = for_excel
        self._width = len(headings)
        self._text = io.TextIOWrapper(stream, "utf-8-sig" if for_excel else "utf-8", newline="")
        self._writer = csv.writer(self._text)
        if with_header:
            self.add(headings)

    def add(self, row: Sequence[Value]) -> None:
        cells = map(store_bytes, row)
        self._writer.writerow(map(defuse, cells) if self._for_excel else cells)

    def size(self) -> int:
        """Bytes written so far."""
        self._text.flush()
        return self._stream.tell()

    def finish(self, notice: str, notes: Sequence[tuple[str, str]] = ()) -> None:  # noqa: ARG002 it has no place for notes
        """`notice` says where and why the rows stop, as a last record of the same width; empty if none is missing."""
        if notice:
            self.add([notice] + [""] * (self._width - 1))
        self._text.detach()
