"""One edition of a database, served by Datasette from a checked copy, with connections of its own in every thread."""

import asyncio
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted

from keikaku.serving.answer_cache import mark_incomplete
from keikaku.serving.served_copy import ServedCopy


class LiveDatabase(Database):
    """`source` is the file whose copy is served."""

    def __init__(self, datasette: Datasette, name: str, source: Path, copy: ServedCopy) -> None:
        super().__init__(datasette, path=str(copy.path), is_mutable=False)
        self.name = self.route = name
        self.source = source
        self.copy = copy
        self.since = datetime.now(UTC)
        self.cached_hash, self.cached_size, self._cached_table_counts = copy.sha256, copy.stamp.size, copy.counts
        self._of_thread = threading.local()
        self._opened: list[Any] = []
        self._running = 0
        self._lock = threading.Lock()

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


def put_in_place(datasette: Datasette, new: LiveDatabase) -> Database:
    """Serve an edition from now on; returns the one that was served before."""
    old = datasette.databases[new.name]
    datasette.databases = type(datasette.databases)(
        (key, new if key == new.name else db) for key, db in datasette.databases.items()
    )
    return old
