"""Rows of a query into a file, a short step at a time, so that no thread is held for long and nothing runs for ever.

Guarantees: the file holds all rows of one run of the query, or ends with a sentence that says where and why it stops.
"""

import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from keikaku.publish.tables.cells import Value

_BATCH = 100
_BATCH_CHARACTERS = 1_000_000
_STEP_SECONDS = 0.05
_INSTRUCTIONS = 1000


@dataclass(frozen=True)
class Limits:
    """`asked` rows are all that the visitor wants; the others end a download early, and it says so. None: no limit.

    `step_seconds` bounds the work of SQLite for one step, `seconds` the work for the whole query.
    """

    step_seconds: float
    seconds: float | None = None
    rows: int | None = None
    size: int | None = None
    asked: int | None = None


class TimeUp(Exception):
    """The query took too long for even one row."""


class Sheet(Protocol):
    """A file that takes rows."""

    def add(self, row: Sequence[Value]) -> None: ...

    def size(self) -> int: ...

    def finish(self, notice: str) -> None: ...


class Copying:
    """`rows` is how many were copied and `notice` why not all, once step() has returned False."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        sql: str,
        params: Mapping[str, Any],
        sheet: Sheet,
        limits: Limits,
        convert: Callable[[Sequence[Value]], Sequence[Value]] = tuple,
    ) -> None:
        self.rows = 0
        self.notice = ""
        self._connection = connection
        self._cursor = connection.cursor()
        self._start: tuple[str, Mapping[str, Any]] | None = (sql, params)
        self._sheet = sheet
        self._limits = limits
        self._convert = convert
        self._used = 0.0

    def step(self) -> bool:
        """Copy some rows; whether there may be more. Raises TimeUp, or sqlite3.Error for a wrong query."""
        limits = self._limits
        until = time.perf_counter() + _STEP_SECONDS
        while time.perf_counter() < until:
            wanted = _BATCH if limits.asked is None else min(_BATCH, limits.asked - self.rows)
            if wanted == 0:
                return self._finish("")
            try:
                batch, ended = self._fetch(wanted)
            except sqlite3.OperationalError as error:
                if error.args != ("interrupted",):
                    raise
                if not self.rows:
                    raise TimeUp from error
                return self._finish("時間がかかりすぎるので")
            for row in batch:
                if limits.rows is not None and self.rows >= limits.rows:
                    return self._finish(f"この形式で出せるのは{limits.rows:,}行までなので")
                self._sheet.add(self._convert(row))
                self.rows += 1
            if ended:
                return self._finish("")
            if limits.size is not None and self._sheet.size() > limits.size:
                return self._finish(f"出せるのは{limits.size // 1_000_000:,}メガバイトほどまでなので")
        return True

    def _fetch(self, wanted: int) -> tuple[list[Sequence[Value]], bool]:
        """As many rows as wanted, or fewer long ones, and whether they are the last."""
        began = time.perf_counter()
        left = self._limits.step_seconds
        if self._limits.seconds is not None:
            left = min(left, self._limits.seconds - self._used)
        deadline = began + left
        self._connection.set_progress_handler(lambda: time.perf_counter() >= deadline, _INSTRUCTIONS)
        try:
            if self._start:
                self._cursor.execute(*self._start)
                self._start = None
            batch: list[Sequence[Value]] = []
            characters = 0
            for row in self._cursor:
                batch.append(row)
                characters += sum(len(value) for value in row if isinstance(value, str | bytes))
                if len(batch) == wanted or characters > _BATCH_CHARACTERS:
                    return batch, False
            return batch, True
        finally:
            self._connection.set_progress_handler(None, _INSTRUCTIONS)
            self._used += time.perf_counter() - began

    def _finish(self, reason: str) -> bool:
        if reason:
            self.notice = f"【ここまで】{reason}、{self.rows:,}行で打ち切りました。続きの行があります。"
        self._cursor.close()
        self._sheet.finish(self.notice)
        return False
