"""Which requests carry SQL of a visitor's own, and how their statements reach the worker processes.

Such a request leases a worker until its response begins. Whatever Datasette then asks of the database goes to that worker:
rows, counts and facets of a page, its JSON and its files alike.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from contextvars import ContextVar
from copy import copy
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from weakref import finalize

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.files.digest import stamp
from keikaku.search.functions import take_stopped
from keikaku.serving.sql_guard import TOO_LARGE, TooMuch
from keikaku.serving.sql_worker import Lease, Limits, Row, Rows, Workers

# Facets one by one are cheap; an address that asks for more than this many is treated as SQL.
FACETS = 3
# Conditions that no index helps with, and that count as facets do.
COMPARING = ("contains", "__like", "__notlike", "__glob", "__startswith", "__endswith")
# What Datasette asks about the schema, which stays as it is while the site runs.
_ABOUT_SCHEMA = (
    "fts_table", "foreign_keys_for_table", "get_all_foreign_keys", "get_table_definition", "hidden_table_names",
    "label_column_for_table", "primary_keys", "table_column_details", "table_columns", "table_exists", "table_names", "view_names",
)  # fmt: skip
# Answers to that; there are about fifteen for each table.
MOST_KNOWN = 512

# The worker of the request that runs here.
current_lease: ContextVar[Lease | None] = ContextVar("lease", default=None)


def _once(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Asked once; whoever asks has an answer of their own."""

    async def known(self: "PublishedDatabase", *names: str) -> Any:
        key = (ask.__name__, *names)
        if key not in self.known:
            self.known[key] = await ask(self, *names)
            if len(self.known) > MOST_KNOWN:  # visitors may ask for tables that are not there
                self.known.pop(next(iter(self.known)))
        return copy(self.known.get(key))

    return known


class PublishedDatabase(Database):
    """A file that never changes while the site runs, whose statements in a visitor's request run in its worker."""

    def __init__(self, datasette: Datasette, path: str) -> None:
        super().__init__(datasette, path=path, is_mutable=False)
        self.known: dict[tuple[str, ...], Any] = {}
        self._stamp = stamp(Path(path))
        self.was_named = False
        self.workers = Workers(Path(path))  # their processes start when they are first needed
        finalize(self, self.workers.stop)

    @property
    def hash(self) -> str:
        """SHA-256 of the file. Notes that somebody asked: an answer that names it changes with every row."""
        self.was_named = True
        return str(super().hash)

    def is_replaced(self) -> bool:
        """Whether a newer file, or none, stands in the place of the one that is served."""
        return stamp(Path(self.path)) != self._stamp

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        **_: object,
    ) -> Results:
        """As Datasette does; a statement that fails is told to whoever asked, not to the log.

        Raises QueryInterrupted, also where a function was stopped and SQLite ended as if it had found nothing.
        """
        lease = current_lease.get()
        if lease is None:
            return await super().execute(sql, params, truncate, custom_time_limit, page_size, False)
        most = self.ds.max_returned_rows + (self.ds.max_returned_rows == (page_size or self.ds.page_size))
        seconds = min(custom_time_limit or self.ds.sql_time_limit_ms, self.ds.sql_time_limit_ms) / 1000
        try:
            found = await lease.run(sql, params or {}, Limits(seconds, most if truncate else None))
            rows = [row async for batch in found for row in batch]
        except sqlite3.Error as error:
            if error.args == ("interrupted",):
                raise QueryInterrupted(error, sql, params) from error
            raise
        if found.ended == "seconds":
            raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, params)
        if found.ended == "bytes":
            raise TooMuch(TOO_LARGE)
        return _as_results(found.columns, rows, found.ended == "rows")

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], Any]) -> Any:
        def run(connection: sqlite3.Connection) -> Any:
            take_stopped(connection)
            found = fn(connection)
            if take_stopped(connection):
                raise QueryInterrupted(sqlite3.OperationalError("interrupted"), "", None)
            return found

        return await super().execute_fn(run)


for _name in _ABOUT_SCHEMA:
    setattr(PublishedDatabase, _name, _once(getattr(Database, _name)))


def _as_results(columns: list[str], rows: list[Row], truncated: bool) -> Results:
    """Rows as Datasette has them from a connection of its own."""
    names = ", ".join('NULL AS "{}"'.format(name.replace('"', '""')) for name in columns) or "NULL"
    cursor = sqlite3.connect(":memory:").execute(f"SELECT {names}")
    return Results([sqlite3.Row(cursor, row) for row in rows], truncated, cursor.description)


def needs_worker(query_string: bytes) -> bool:
    """Whether an address carries SQL of its own, or asks for many things that look at every row."""
    names = [name for name, _ in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)]
    looking = [name for name in names if name.startswith("_facet") or name.endswith(COMPARING)]
    return not {"sql", "_where"}.isdisjoint(names) or len(looking) > FACETS


@asynccontextmanager
async def open_rows(datasette: Datasette, sql: str, params: Any, limits: Limits) -> AsyncIterator[Rows]:
    """The rows of one statement as they come: `async for batch in rows`, by the worker that this request has, or else one.

    Raises WorkersBusy, WorkerEnded, sqlite3.Error.
    """
    held = current_lease.get()
    async with nullcontext(held) if held else datasette.get_database().workers.lease() as lease:
        yield await lease.run(sql, dict(params or {}), limits)


def run_until_gone(app: ASGIApp) -> ASGIApp:
    """The application, stopped as soon as the visitor has left."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        async def wait_until_gone() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass

        answering = asyncio.ensure_future(app(scope, receive, send))
        gone = asyncio.ensure_future(wait_until_gone())
        try:
            await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            if not answering.done():
                answering.cancel()
        with suppress(asyncio.CancelledError):
            await answering

    return run
