"""A lane of its own for requests that run a visitor's SQL, so that the pages of everyone else always have a thread.

Guarantees: at most PLACES such requests run, at most QUEUE wait, nobody waits longer than PATIENCE seconds; their SQL
runs in threads that nothing else uses, at low priority, and ends soon after its time limit, or when its visitor leaves.
A page that finds SQLite's memory used up ends those queries and is run again. On a server all this happens in a process of
its own (keikaku.serving.lane_process). Knows nothing of Datasette.
"""

import asyncio
import contextlib
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.serving.refusals import BUSY
from keikaku.serving.sql_guard import explain_error

# One core stays free for pages.
PLACES = max(1, min(2, (os.cpu_count() or 1) - 1))
QUEUE = 8
PATIENCE = 2.0
# Longest that one visit may keep its place: a workbook of many rows takes a few seconds.
LONGEST_VISIT = 30.0
# How much later than the time limit a query is ended that does not notice it by itself.
GRACE = 0.3
# Facets one by one are cheap; an address that asks for more than this many waits in the lane.
FACETS = 3
# Conditions that no index helps with, and that count as facets do.
COMPARING = ("contains", "__like", "__notlike", "__glob", "__startswith", "__endswith")
RETRY_AFTER = 2
RETRIES = 20
# Seconds for which Python lets a thread go on before another gets its turn. Threads of the lane ask for a turn all the
# time, as Datasette looks at the clock between the steps of a query; at Python's own 5 ms they slow every page.
TURN = 0.02

T = TypeVar("T")

# Where programs ask in tasks that outlive a request (datasette-mcp, an extra): there each query is a visit of its own.
MCP_PATH = "/-/mcp"
GUESTS = 4  # such queries that run or wait for a thread

_visit: ContextVar["Visit | None"] = ContextVar("visit", default=None)
_is_guest: ContextVar[bool] = ContextVar("is_guest", default=False)
_thread = threading.local()


class LaneFull(Exception):
    """Nobody left in time, or too many wait already."""


class Interrupted(sqlite3.OperationalError):
    """The visit of this query has ended."""


def needs_lane(query_string: bytes) -> bool:
    """Whether an address carries SQL of its own, or asks for many things that look at every row."""
    names = [name for name, _ in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)]
    return not {"sql", "_where"}.isdisjoint(names) or sum(map(_looks_at_every_row, names)) > FACETS


def _looks_at_every_row(name: str) -> bool:
    return name.startswith("_facet") or name.endswith(COMPARING)


def is_lane_thread() -> bool:
    """Whether this is a thread of the lane, so that a connection made here is for visitors' SQL."""
    return getattr(_thread, "connections", None) is not None


def register_connection(name: str, connection: sqlite3.Connection) -> None:
    """Make known the connection by which this thread asks a database, so that its queries can be ended."""
    if is_lane_thread():
        _thread.connections[name] = connection


class Visit:
    """One request in the lane, and the queries that it runs."""

    def __init__(self) -> None:
        self.ended = False
        self._lock = threading.Lock()
        self._running: list[dict[str, sqlite3.Connection]] = []

    def run(self, function: Callable[[], T]) -> T:
        """Call a function that asks SQLite, in a thread of the lane."""
        connections: dict[str, sqlite3.Connection] = _thread.connections
        with self._lock:
            if self.ended:
                raise Interrupted("interrupted")
            self._running.append(connections)
        try:
            return function()
        finally:
            with self._lock:
                self._running.remove(connections)

    def interrupt(self) -> None:
        """End the queries that run now."""
        with self._lock:
            for connections in self._running:
                for connection in list(connections.values()):
                    with contextlib.suppress(sqlite3.ProgrammingError):
                        connection.interrupt()

    def end(self) -> None:
        """End the queries that run now, and refuse those to come."""
        self.ended = True
        self.interrupt()


class LanedExecutor(Executor):
    """Takes the place of Datasette's thread pool: work of a visit goes to the lane's threads, all other to `pages`."""

    def __init__(self, pages: Executor, time_limit: float, interrupted: type[Exception]) -> None:
        """`interrupted` is what a query raises that took longer than its limit."""
        self.lane = Lane()
        self._interrupted = interrupted
        self._pages = pages
        self._visitors = ThreadPoolExecutor(PLACES, "sql-lane", initializer=_enter_lane_thread)
        self._time_limit = time_limit
        sys.setswitchinterval(TURN)

    def submit(self, function: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        visit = _visit.get()
        if visit is None and _is_guest.get():
            guest = self.lane.admit()
            future = self._visitors.submit(self._run_for_visitor, guest, lambda: function(*args, **kwargs))
            future.add_done_callback(lambda _: self.lane.dismiss(guest))
            return future
        if visit is None:
            return self._pages.submit(self._run_for_page, lambda: function(*args, **kwargs))
        return self._visitors.submit(self._run_for_visitor, visit, lambda: function(*args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pages.shutdown(wait, cancel_futures=cancel_futures)
        self._visitors.shutdown(wait, cancel_futures=cancel_futures)

    def _run_for_page(self, function: Callable[[], T]) -> T:
        """What a page asks may fail only for its own sake, not for want of the memory or time that the lane uses up."""
        for _ in range(RETRIES):
            try:
                return function()
            except MemoryError:
                self.lane.interrupt()
                time.sleep(0.05)
            except self._interrupted:
                if not self.lane.interrupt():
                    raise
                break
        return _explained(function)

    def _run_for_visitor(self, visit: Visit, function: Callable[[], T]) -> T:
        # Datasette looks at the time between steps of a statement; one step may be long.
        watch = threading.Timer(self._time_limit + GRACE, visit.interrupt)
        watch.daemon = True
        watch.start()
        try:
            return visit.run(lambda: _explained(function))
        finally:
            watch.cancel()


class Lane:
    """Who may run a visitor's SQL, and who waits."""

    def __init__(self) -> None:
        self._free = PLACES
        self._waiting: list[asyncio.Future[None]] = []
        self._visits: set[Visit] = set()
        self._guests: set[Visit] = set()
        self._refused = 0

    def state(self) -> tuple[int, int, int]:
        """How many run, how many wait, how many were refused so far."""
        return len(self._visits) + len(self._guests), len(self._waiting), self._refused

    async def enter(self) -> Visit:
        """Wait for a place. Raises LaneFull."""
        if self._free:
            self._free -= 1
        else:
            try:
                await self._wait()
            except LaneFull:
                self._refused += 1
                raise
        visit = Visit()
        self._visits.add(visit)
        return visit

    async def _wait(self) -> None:
        if len(self._waiting) >= QUEUE:
            # A visitor who asks again at once would only be refused again, and cost everyone time.
            await asyncio.sleep(PATIENCE / 2)
            raise LaneFull
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(PATIENCE):
                await turn
        except BaseException as error:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.done() and not turn.cancelled():
                self._pass_on()  # the place came at the very moment
            if isinstance(error, TimeoutError):
                raise LaneFull from None
            raise

    def leave(self, visit: Visit) -> None:
        """Give the place to the next; a second call does nothing."""
        if visit in self._visits:
            self._visits.remove(visit)
            self._pass_on()

    def admit(self) -> Visit:
        """A visit for a single query, which takes no place but needs a thread. Raises OperationalError at once."""
        if len(self._guests) >= GUESTS:
            self._refused += 1
            raise sqlite3.OperationalError(BUSY.sentence)  # as a complaint of SQL, which such programs tell
        visit = Visit()
        self._guests.add(visit)
        return visit

    def dismiss(self, visit: Visit) -> None:
        self._guests.discard(visit)

    def interrupt(self) -> bool:
        """End all queries of the lane that run now; whether there was anybody. From any thread."""
        visits = [*self._visits, *self._guests]
        for visit in visits:
            visit.interrupt()
        return bool(visits)

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.pop(0)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


async def run_as_guest(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request whose queries, in whatever task it begins, run in the lane's threads one by one."""
    token = _is_guest.set(True)
    try:
        await app(scope, receive, send)
    finally:
        _is_guest.reset(token)


async def run_in_lane(lane: Lane, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request that needs the lane. Raises LaneFull before anything was sent."""
    visit = await lane.enter()
    token = _visit.set(visit)
    deadline = asyncio.get_running_loop().call_later(LONGEST_VISIT, visit.end)
    gone = asyncio.Event()
    watch = asyncio.create_task(_end_when_gone(visit, receive, gone))

    async def leave_and_send(message: Message) -> None:
        lane.leave(visit)  # whatever is sent, all its SQL has run
        await send(message)

    async def receive_nothing() -> Message:
        if not begun:
            begun.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    begun: list[bool] = []
    try:
        await app(scope, receive_nothing, leave_and_send)
    finally:
        lane.leave(visit)
        deadline.cancel()
        watch.cancel()
        _visit.reset(token)


async def run_apart(executor: Executor | None, connection: sqlite3.Connection, function: Callable[[], T]) -> T:
    """Run one step of a long job on a connection of its own: in the lane's threads if the job is that of a visit.

    Raises Interrupted when the visit is over.
    """
    if _visit.get() is None:
        return await asyncio.to_thread(function)

    def step() -> T:
        register_connection("", connection)  # a name that no database has
        return function()

    return await asyncio.get_running_loop().run_in_executor(executor, step)


async def _end_when_gone(visit: Visit, receive: Receive, gone: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
    visit.end()


def _enter_lane_thread() -> None:
    _thread.connections = {}
    with contextlib.suppress(AttributeError, OSError):  # only Linux knows a priority for one thread
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 5)


def _explained(function: Callable[[], T]) -> T:
    try:
        return function()
    except Exception as error:
        explained = explain_error(error)
        if explained is error:
            raise
        raise explained from error
