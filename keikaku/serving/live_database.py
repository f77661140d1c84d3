"""One edition of a database, served by Datasette from a checked copy, with connections of its own in every thread."""

import asyncio
import atexit
import copy as copying
import gc
import shutil
import threading
from collections.abc import Awaitable, Callable, Hashable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from cachetools import LRUCache
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results

from keikaku.serving.answer_cache import mark_incomplete
from keikaku.serving.kept_results import KeptResults, make_key
from keikaku.serving.served_copy import ServedCopy

# At the end all is let go in order, or libraries in C complain.
atexit.register(gc.unfreeze)

# So many, not 700, before the collector looks for cycles among them.
NEW_OBJECTS = 20_000

# Answers to what Datasette asks of the schema; a visitor can ask for any name.
MOST_KNOWN = 512


Asked = TypeVar("Asked")


def once(ask: Callable[..., Awaitable[Asked]]) -> Callable[..., Awaitable[Asked]]:
    """A method of Database that asks for something of the schema, asked once for each edition."""

    async def known(self: "LiveDatabase", *names: str) -> Asked:
        key = (ask.__name__, *names)
        if key not in self.known:
            self.known[key] = await ask(self, *names)
        return copying.copy(self.known[key])

    return known


class LiveDatabase(Database):
    """`source` is the file whose copy is served. What statements and the schema said before is not asked again."""

    table_columns = once(Database.table_columns)
    table_column_details = once(Database.table_column_details)
    primary_keys = once(Database.primary_keys)
    fts_table = once(Database.fts_table)
    foreign_keys_for_table = once(Database.foreign_keys_for_table)
    label_column_for_table = once(Database.label_column_for_table)
    get_all_foreign_keys = once(Database.get_all_foreign_keys)
    hidden_table_names = once(Database.hidden_table_names)

    def __init__(self, datasette: Datasette, name: str, source: Path, copy: ServedCopy) -> None:
        super().__init__(datasette, path=str(copy.path), is_mutable=False)
        self.name = self.route = name
        self.source = source
        self.copy = copy
        self.since = datetime.now(UTC)
        self.cached_hash, self.cached_size, self._cached_table_counts = copy.sha256, copy.stamp.size, copy.counts
        self.known: LRUCache[Hashable, Any] = LRUCache(MOST_KNOWN)
        self._results: KeptResults[Results] = KeptResults()
        self._of_thread = threading.local()
        self._opened: list[Any] = []
        self._running = 0
        self._lock = threading.Lock()

    async def execute(
        self,
        sql: str,
        params: Any = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        **_: object,
    ) -> Results:
        """As Datasette does; see kept_results for what is not asked again.

        A statement that fails is told to whoever asked, not to the log, which would keep what people look for.
        """
        key = make_key(sql, params, truncate, page_size)
        results = self._results.find(key) if key else None
        if results is None:
            results = await super().execute(sql, params, truncate, custom_time_limit, page_size, False)
            if key:
                self._results.keep(key, results, results.rows)
        return Results(list(results.rows), results.truncated, results.description)

    async def execute_fn(self, fn: Callable[[Any], Any]) -> Any:
        """As Datasette does, with connections of this edition; says so if the time did not suffice."""
        try:
            if self.ds.executor is None:
                return self._run(fn)
            return await asyncio.get_running_loop().run_in_executor(self.ds.executor, self._run, fn)
        except QueryInterrupted:
            mark_incomplete()
            raise

    def _run(self, fn: Callable[[Any], Any]) -> Any:
        with self._lock:
            self._running += 1
        try:
            connection = getattr(self._of_thread, "connection", None)
            if connection is None:
                connection = self.connect()
                self.ds._prepare_connection(connection, self.name)
                self._of_thread.connection = connection
                self._opened.append(connection)
            return fn(connection)
        finally:
            with self._lock:
                self._running -= 1

    def close_if_idle(self) -> bool:
        """Close connections, unless some request still asks."""
        with self._lock:
            if self._running:
                return False
            for connection in self._opened:
                connection.close()
            self._opened.clear()
            self._of_thread = threading.local()
        return True

    def remove_copy(self) -> None:
        shutil.rmtree(self.copy.path.parent, ignore_errors=True)


def spare_what_lasts() -> None:
    """Have the collector of cycles leave out what there is now.

    Words, names and templates are a million objects that last as long as an edition, and looking through them takes
    tenths of a second in which no page is answered. What is new it looks through after a page or two, not twenty times a page.
    """
    gc.set_threshold(NEW_OBJECTS, 20, 50)
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def put_in_place(datasette: Datasette, new: LiveDatabase) -> Database:
    """Serve an edition from now on; returns the one that was served before."""
    old = datasette.databases[new.name]
    datasette.databases = type(datasette.databases)(
        (key, new if key == new.name else db) for key, db in datasette.databases.items()
    )
    return old
