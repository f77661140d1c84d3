"""CSV: exact for programs (UTF-8, RFC 4180), or as Excel opens it without mojibake (BOM, formulas made harmless)."""

import csv
import io
from collections.abc import Sequence
from typing import IO

from keikaku.publish.tables.cells import Value, defuse, store_bytes


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
