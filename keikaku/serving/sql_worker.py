"""Visitors' SQL in worker processes: neither its time, nor its memory, nor its end touches those who read pages.

A worker takes one statement with its limits. What goes over its pipes are values of SQLite, packed with marshal: names of
columns, lists of rows, and a last word of why they ended, without which they are not whole (WorkerEnded). A worker that
overstays is killed, and the next statement starts another. Knows nothing of Datasette.
"""

import asyncio
import marshal
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import IO, Any

from keikaku.files.digest import stamp
from keikaku.search.functions import take_stopped
from keikaku.serving.sql_guard import (
    ANSWER_BYTES,
    MEBIBYTE,
    explain_error,
    guard_visitor,
    limit_heap,
    set_up,
    weigh_row,
)

# One core stays free for pages.
WORKERS = max(1, min(2, (os.cpu_count() or 1) - 1))
# SQLite counts what it asked for, of which small rows take twice as much: DATA_BYTES is what the system gives beyond the start.
HEAP_BYTES = 64 * MEBIBYTE // WORKERS
DATA_BYTES = HEAP_BYTES * 3 // 2
# To wait costs nothing; a refusal is a page to make, and who is refused at once asks again at once.
MOST_WAITING = 100
PATIENCE_SECONDS = 2.0
# A statement cannot be stopped within one of its steps; so much after its time the worker is killed.
GRACE_SECONDS = 1.0
START_SECONDS = 60.0  # on a busy machine, since it comes last there
FRAME_BYTES = 256 * 1024
# It comes after pages when there is not enough of the processor for both, and goes first when memory is short.
NICE = 10
OUT_OF_MEMORY_SCORE = "500"
_LENGTH_BYTES = 4
_INSTRUCTIONS = 1000  # of SQLite between two looks at the clock
ENDED = "ended"
_ERRORS = {kind.__name__: kind for kind in (sqlite3.ProgrammingError, sqlite3.DatabaseError)}

Row = tuple[Any, ...]
# Names of columns or rows; last a pair: why they ended, or the kind of a failure and what SQLite says.
Frame = list[Any] | tuple[str, str]


class WorkersBusy(Exception):
    """All workers are taken, and none became free in time."""


class WorkerEnded(Exception):
    """The worker ended, or was killed, before it had said its last word."""


@dataclass(frozen=True)
class Limits:
    """What ends a statement early: seconds of SQLite's time, rows, and bytes of the answer as the guard weighs them."""

    seconds: float
    rows: int | None = None
    bytes: int = ANSWER_BYTES


class Worker:
    """One process, as its parent sees it; it answers one statement at a time."""

    def __init__(self, database: Path) -> None:
        self._command = (sys.executable, "-m", __name__, str(database), stamp(database))
        self.process: subprocess.Popen[bytes] | None = None
        self.asked: Rows | None = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            with suppress(OSError):
                self.process.communicate()  # closes the pipes, too
        self.process = self.asked = None

    async def run(self, sql: str, params: Any, limits: Limits) -> "Rows":
        """Begin a statement, which ends one that is not read to its end. Raises sqlite3.Error, WorkerEnded."""
        if self.asked or (self.process and self.process.poll() is not None):
            self.kill()
        rows = Rows(self, limits.seconds + GRACE_SECONDS)
        with self._killed_if_it_fails():
            if self.process is None:
                await self._start()
            assert self.process and self.process.stdin
            self.asked = rows
            _write(self.process.stdin, (str(sql), _plain(params), astuple(limits)))
        rows.columns = list(await self.read(rows))
        return rows

    async def read(self, rows: "Rows") -> Frame:
        """What comes next of the answer to a statement. Raises sqlite3.Error, WorkerEnded."""
        if self.asked is not rows:
            raise WorkerEnded("another statement began before the last row")
        with self._killed_if_it_fails():
            frame = await self._receive(rows.seconds)
        if isinstance(frame, tuple):
            self.asked = None
            if frame[0] != ENDED:
                raise _ERRORS.get(frame[0], sqlite3.OperationalError)(frame[1])
        return frame

    @contextmanager
    def _killed_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except (OSError, EOFError, TimeoutError) as error:
            self.kill()
            raise WorkerEnded from error

    async def _start(self) -> None:
        path = os.pathsep.join(filter(None, sys.path))
        # A group of its own, so that Ctrl+C reaches only us; not a session, by which Linux would share out the processor.
        self.process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            process_group=0,
        )
        await self._receive(START_SECONDS)

    async def _receive(self, seconds: float) -> Frame:
        assert self.process and self.process.stdout
        async with asyncio.timeout(seconds):
            return await asyncio.to_thread(_read, self.process.stdout)


class Rows:
    """The rows of one statement, batch by batch: `async for batch in rows`; afterwards `ended` says why they ended.

    `ended` is "" for all rows, else what ended them early: "rows", "bytes" or "seconds".
    """

    def __init__(self, worker: Worker, seconds: float) -> None:
        self._worker, self.seconds = worker, seconds
        self.columns: list[str] = []
        self.ended = ""

    async def __aiter__(self) -> AsyncIterator[list[Row]]:
        while isinstance(batch := await self._worker.read(self), list):
            yield batch
        self.ended = batch[1]


class Lease:
    """A worker for the time of one request."""

    def __init__(self, worker: Worker, give_back: Callable[[Worker], None]) -> None:
        self.worker: Worker | None = worker
        self._give_back = give_back

    async def run(self, sql: str, params: Any, limits: Limits) -> Rows:
        """As Worker.run."""
        if self.worker is None:
            raise WorkerEnded("the lease is over")
        return await self.worker.run(sql, params, limits)

    def end(self) -> None:
        """Let the next one have the worker; a second call does nothing."""
        worker, self.worker = self.worker, None
        if worker:
            if worker.asked:
                worker.kill()
            self._give_back(worker)


class Workers:
    """The workers of a site."""

    def __init__(self, database: Path) -> None:
        self._idle: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()
        self._waiting = 0
        for _ in range(WORKERS):
            self._idle.put_nowait(Worker(database))

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Raises WorkersBusy if too many wait already, or none becomes free within PATIENCE_SECONDS."""
        if self._waiting >= MOST_WAITING:
            raise WorkersBusy
        self._waiting += 1
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                lease = Lease(await self._idle.get(), self._idle.put_nowait)
        except TimeoutError:
            raise WorkersBusy from None
        finally:
            self._waiting -= 1
        try:
            yield lease
        finally:
            lease.end()

    def stop(self) -> None:
        """End the processes; those that are asked now end with their leases."""
        while not self._idle.empty():
            self._idle.get_nowait().kill()


# What follows runs in the worker, but for the two ends of the pipes.


def main(database: Path, expected: str) -> None:
    """Answer until the parent is gone."""
    if stamp(database) != expected:
        sys.exit("plans.db was replaced: visitors' SQL waits for the restart of the site")
    os.nice(NICE)
    with suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(OUT_OF_MEMORY_SCORE)
    connection = sqlite3.connect(f"{database.resolve().as_uri()}?immutable=1", uri=True)
    limit_heap(connection, HEAP_BYTES)
    set_up(connection)
    guard_visitor(connection)
    with suppress(OSError):  # only Linux tells
        held = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_DATA, (held + DATA_BYTES, held + DATA_BYTES))
    _write(sys.stdout.buffer, [])
    with suppress(EOFError):
        while True:
            sql, params, limits = _read(sys.stdin.buffer)
            for frame in answer(connection, sql, params, Limits(*limits)):
                _write(sys.stdout.buffer, frame)


def answer(connection: sqlite3.Connection, sql: str, params: Any, limits: Limits) -> Iterator[Frame]:
    """Names of columns, rows of about FRAME_BYTES at a time, the last word; a failure in place of any."""
    deadline = time.monotonic() + limits.seconds
    connection.set_progress_handler(lambda: time.monotonic() >= deadline, _INSTRUCTIONS)
    batch: list[Row] = []
    size = sent = 0
    try:
        cursor = connection.execute(sql, params)
        yield [column[0] for column in cursor.description or ()]
        for count, row in enumerate(cursor):
            if count == limits.rows or size > limits.bytes:
                yield batch
                yield ENDED, "rows" if count == limits.rows else "bytes"
                return
            batch.append(row)
            size += weigh_row(row)
            if size - sent > FRAME_BYTES:
                yield batch
                batch, sent = [], size
        if take_stopped(connection):
            raise sqlite3.OperationalError("interrupted")
        yield batch
        yield ENDED, ""
    except (sqlite3.Error, MemoryError, ValueError, OverflowError) as error:
        if sent and error.args == ("interrupted",):
            yield ENDED, "seconds"
        else:
            explained = explain_error(error)
            yield type(explained).__name__, str(explained)
    finally:
        take_stopped(connection)
        connection.set_progress_handler(None, _INSTRUCTIONS)


def _plain(value: Any) -> Any:
    """Parameters as marshal writes them, which knows no subclasses: Datasette's parameters of a canned query, a template's Markup."""
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, str) else value


def _write(stream: IO[bytes], frame: Any) -> None:
    packed = marshal.dumps(frame)
    stream.write(len(packed).to_bytes(_LENGTH_BYTES) + packed)
    stream.flush()


def _read(stream: IO[bytes]) -> Any:
    """Raises EOFError at the end, or where the end comes within a frame."""
    return marshal.loads(stream.read(int.from_bytes(stream.read(_LENGTH_BYTES))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
