"""Open SQL that hurts nobody: every connection only reads, and visitors' own SQL has a process and a lane of its own."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from sqlite3 import Connection
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.serving.figures import LaneState, figures_of
from keikaku.serving.lane_process import LaneBroken, LaneProcess, run_in_process
from keikaku.serving.lane_site import describe, tell_served
from keikaku.serving.refusals import BUSY
from keikaku.serving.sql_guard import guard_connection, guard_visitor
from keikaku.serving.sql_lane import (
    MCP_PATH,
    RETRY_AFTER,
    LanedExecutor,
    LaneFull,
    is_lane_thread,
    needs_lane,
    register_connection,
    run_as_guest,
    run_in_lane,
)

WORDS = {"title": BUSY.title, "error": BUSY.sentence, "hint": BUSY.hint}
log = logging.getLogger("keikaku.sql_guard")
_processes: WeakKeyDictionary[Datasette, LaneProcess] = WeakKeyDictionary()
_busy_pages: WeakKeyDictionary[Datasette, str] = WeakKeyDictionary()


@hookimpl(trylast=True)
def prepare_connection(conn: Connection, database: str, datasette: Datasette) -> None:
    """Not for _internal, in which Datasette writes notes, nor for the passing connection of /-/versions."""
    if database == "_internal" or database not in datasette.databases:
        return
    guard_connection(conn)
    if is_lane_thread():
        guard_visitor(conn)
        register_connection(database, conn)


@hookimpl(tryfirst=True)
def asgi_wrapper(datasette: Datasette) -> Callable[[ASGIApp], ASGIApp]:
    """Innermost, so that whatever is answered from a cache needs no place in the lane."""
    if datasette.executor is not None and not isinstance(datasette.executor, LanedExecutor):
        seconds = datasette.setting("sql_time_limit_ms") / 1000
        executor = datasette.executor = LanedExecutor(datasette.executor, seconds, QueryInterrupted)
        figures_of(datasette).look_at_lane = lambda: LaneState(*executor.lane.state())

    def wrap(app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            executor = datasette.executor
            if scope["type"] == "lifespan":
                with _lane_process(datasette):
                    await app(scope, receive, send)
                return
            if scope["type"] == "http" and scope["path"] == MCP_PATH:
                await run_as_guest(app, scope, receive, send)
                return
            if scope["type"] != "http" or executor is None or not needs_lane(scope["query_string"]):
                await app(scope, receive, send)
                return
            process = _processes.get(datasette)
            try:
                if process and process.works:
                    await run_in_process(executor.lane, process, tell_served(datasette), scope, receive, send)
                else:
                    await run_in_lane(executor.lane, app, scope, receive, send)
            except (LaneFull, LaneBroken):
                response = await _refuse(datasette, scope["path"])
                await response.asgi_send(send)

        return guarded

    return wrap


@contextmanager
def _lane_process(datasette: Datasette) -> Iterator[None]:
    """While a server runs the site, visitors' SQL has a process; without a server, or sockets of files, it has threads."""
    process = LaneProcess(describe(datasette)) if hasattr(socket, "AF_UNIX") else None
    try:
        if process:
            process.start()
            _processes[datasette] = process
    except OSError as error:
        log.error("visitors' SQL runs among the pages: %s", error)
    try:
        yield
    finally:
        _processes.pop(datasette, None)
        if process:
            process.stop()


async def _refuse(datasette: Datasette, path: str) -> Response:
    """503 in the format asked for. The page is made once: when many ask too much, refusing them must cost nothing."""
    headers = {"Retry-After": str(RETRY_AFTER), "Cache-Control": "no-store"}
    wanted = path.rpartition(".")[2]
    if wanted in ("json", "jsono"):
        body = json.dumps({"ok": False, "status": 503, **WORDS}, ensure_ascii=False)
        return Response(body, 503, headers, "application/json; charset=utf-8")
    if wanted == "csv":
        return Response.text("\n".join(BUSY) + "\n", 503, headers)
    if datasette not in _busy_pages:
        _busy_pages[datasette] = await datasette.render_template("error.html", {"status": 503, **WORDS})
    return Response.html(_busy_pages[datasette], 503, headers)
