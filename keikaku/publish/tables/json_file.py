"""A list of rows as JSON with Unicode as itself: objects, first values, or one object a line."""

import json
from collections.abc import Sequence
from typing import IO

from keikaku.publish.tables.cells import Value, store_bytes


class JsonFile:
    """Writes to a binary stream, which stays open. A bare list has no place for a notice: callers look at it."""

    def __init__(
        self, stream: IO[bytes], columns: Sequence[str], first_only: bool = False, lines: bool = False
    ) -> None:
        self._stream = stream
        self._columns = columns
        self._first_only = first_only
        self._between = b"" if lines else b"["
        self._next = b"\n" if lines else b", "
        self._lines = lines

    def add(self, row: Sequence[Value]) -> None:
        cells = list(map(store_bytes, row))
        value = cells[0] if self._first_only else dict(zip(self._columns, cells, strict=True))
        self._stream.write(self._between + json.dumps(value, ensure_ascii=False).encode("utf-8"))
        self._between = self._next

    def size(self) -> int:
        return self._stream.tell()

    def finish(self, notice: str) -> None:  # noqa: ARG002
        if not self._lines:
            self._stream.write(b"[]" if self._between == b"[" else b"]")
