"""A new build is served as soon as it is there, a broken file never; /-/health tells which data is served.

Each database of ours is served from a private, checked copy (keikaku.serving.served_copy). When its file changes, a copy of the
new one takes its place between two requests, with connections of its own in every thread.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Awaitable, Callable, Generator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, finalize, ref

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.search.lexicon import load_lexicon
from keikaku.serving.figures import DataState, figures_of
from keikaku.serving.lane_site import is_lane_site
from keikaku.serving.live_database import LiveDatabase, put_in_place, spare_what_lasts
from keikaku.serving.served_copy import Stamp, UnsoundFile, look_at, make_folder, remove_folder, take_copy

LOOK_AGAIN_SECONDS = 1.0
# Longer than any request takes; an old edition is not closed before.
FAREWELL_SECONDS = 90.0
HEALTH_SECONDS = 2.0

log = logging.getLogger("keikaku.live_data")


class Watch:
    """Looks after the files of one site."""

    def __init__(self, datasette: Datasette) -> None:
        self.folder, handle = make_folder()
        finalize(self, remove_folder, self.folder, handle)  # at the end of the process, too
        self.refused: dict[str, tuple[datetime, Stamp | None, str]] = {}
        self._served: dict[str, Stamp] = {}
        self._due = 0.0
        self._task: asyncio.Task[None] | None = None
        self.sources = {
            db.name: Path(db.path).absolute() for db in datasette.databases.values() if db.path and not db.is_memory
        }

    async def adopt(self, datasette: Datasette, name: str) -> None:
        """Serve the file as it is now, or tell why not and go on with what is served."""
        source = self.sources[name]
        stamp = look_at(source)
        try:
            copy = await asyncio.to_thread(take_copy, source, self.folder)
        except (OSError, UnsoundFile) as error:
            if (known := self.refused.get(name)) is None or known[1] != stamp:
                log.error("%s is not served: %s", source, error)
                self.refused[name] = datetime.now(UTC), stamp, str(error)
            return
        self.refused.pop(name, None)
        self._served[name] = copy.stamp
        old = datasette.databases[name]
        if isinstance(old, LiveDatabase) and old.hash == copy.sha256:
            shutil.rmtree(copy.path.parent, ignore_errors=True)
            return
        new = LiveDatabase(datasette, name, source, copy)
        await new.execute_fn(lambda connection: load_lexicon(connection.execute))
        put_in_place(datasette, new)
        spare_what_lasts()
        if isinstance(old, LiveDatabase):
            log.warning("%s: new data %s is served, in place of %s", source, new.hash[:12], old.hash[:12])
            _say_farewell(old)
        else:
            old.close()

    def look(self, datasette: Datasette) -> None:
        """Begin to adopt whatever has changed; costs next to nothing if it is not yet time."""
        if time.monotonic() < self._due or (self._task and not self._task.done()):
            return
        self._due = time.monotonic() + LOOK_AGAIN_SECONDS
        changed = [name for name in self._served if self._is_new(name)]
        if changed:
            self._task = asyncio.create_task(self._adopt_all(datasette, changed))

    def _is_new(self, name: str) -> bool:
        stamp = look_at(self.sources[name])
        refused = self.refused.get(name)
        return stamp != (refused[1] if refused else self._served[name])

    async def _adopt_all(self, datasette: Datasette, names: list[str]) -> None:
        for name in names:
            await self.adopt(datasette, name)


_watches: WeakKeyDictionary[Datasette, Watch] = WeakKeyDictionary()


@hookimpl(tryfirst=True)
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Before other plugins read the database."""

    async def take_copies() -> None:
        if is_lane_site(datasette):  # it is told which copies to serve
            return
        try:
            watch = Watch(datasette)
        except OSError as error:
            log.error("new data will not be noticed: %s", error)
            return
        _watches[datasette] = watch
        figures_of(datasette).look_at_data = partial(_look_at_data, ref(datasette), ref(watch))
        for name in watch.sources:
            await watch.adopt(datasette, name)

    return take_copies


@hookimpl(hookwrapper=True)
def asgi_wrapper(datasette: Datasette) -> Generator[None, Any, None]:
    """Outside the answers in memory, so that they do not hide new data."""
    outcome = yield

    def wrap(app: ASGIApp) -> ASGIApp:
        async def looked(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and (watch := _watches.get(datasette)):
                watch.look(datasette)
            await app(scope, receive, send)

        return looked

    outcome.force_result([*outcome.get_result(), wrap])


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/-/health$", tell_health), (r"^/-/databases\.json$", tell_databases)]


async def tell_databases(datasette: Datasette) -> Response:
    """As Datasette does, but not where on the server the files are."""
    told = [{key: told[key] for key in told if key != "path"} for told in datasette._connected_databases()]
    return Response.json(told)


async def tell_health(datasette: Datasette) -> Response:
    """ok; degraded, when a file was refused and older data is served; unavailable (503), when a database is silent."""
    watch = _watches.get(datasette)
    databases = {
        name: await _describe(db, watch.refused.get(name) if watch else None)
        for name, db in datasette.databases.items()
        if name != "_internal"
    }
    answering = bool(databases) and all(described["answering"] for described in databases.values())
    refused = any(described["refused"] for described in databases.values())
    status = "unavailable" if not answering else "degraded" if refused else "ok"
    headers = {"Cache-Control": "no-store"}
    return Response.json({"status": status, "databases": databases}, 200 if answering else 503, headers)


async def _describe(db: Database, refused: tuple[datetime, Stamp | None, str] | None) -> dict[str, Any]:
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await db.execute_fn(lambda connection: connection.execute("SELECT count(*) FROM sqlite_schema").fetchone())
        answering = True
    except Exception as error:
        log.error("%s does not answer: %r", db.name, error)
        answering = False
    digest = db.hash or ""
    return {
        "answering": answering,
        "version": digest[:12],
        "sha256": digest,
        "since": _write_time(db.since) if isinstance(db, LiveDatabase) else None,
        "refused": {"at": _write_time(refused[0]), "reason": refused[2]} if refused else None,
    }


def _look_at_data(site: ref[Datasette], watch: ref[Watch]) -> dict[str, DataState]:
    served, watched = site(), watch()
    if not served or not watched:
        return {}
    return {name: DataState(served.databases[name].hash or "", name in watched.refused) for name in watched.sources}


def _write_time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _say_farewell(old: LiveDatabase) -> None:
    def close() -> None:
        if old.close_if_idle():
            old.remove_copy()
            spare_what_lasts()  # or the old words would be kept
        else:
            _say_farewell(old)

    asyncio.get_running_loop().call_later(FAREWELL_SECONDS, close)
