"""Open SQL that hurts nobody: every connection only reads, and visitors' own SQL has a lane of its own."""

import json
from collections.abc import Callable
from sqlite3 import Connection
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from keikaku.serving.figures import LaneState, figures_of
from keikaku.serving.refusals import BUSY
from keikaku.serving.sql_guard import guard_connection, guard_visitor
from keikaku.serving.sql_lane import (
    MCP_PATH,
    RETRY_AFTER,
    App,
    LanedExecutor,
    LaneFull,
    Receive,
    Scope,
    Send,
    is_lane_thread,
    needs_lane,
    register_connection,
    run_as_guest,
    run_in_lane,
)

WORDS = {"title": BUSY.title, "error": BUSY.sentence, "hint": BUSY.hint}
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
def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
    """Innermost, so that whatever is answered from a cache needs no place in the lane."""
    if datasette.executor is not None and not isinstance(datasette.executor, LanedExecutor):
        seconds = datasette.setting("sql_time_limit_ms") / 1000
        executor = datasette.executor = LanedExecutor(datasette.executor, seconds, QueryInterrupted)
        figures_of(datasette).look_at_lane = lambda: LaneState(*executor.lane.state())

    def wrap(app: App) -> App:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            executor = datasette.executor
            if scope["type"] == "http" and scope["path"] == MCP_PATH:
                await run_as_guest(app, scope, receive, send)
                return
            if scope["type"] != "http" or executor is None or not needs_lane(scope["query_string"]):
                await app(scope, receive, send)
                return
            try:
                await run_in_lane(executor.lane, app, scope, receive, send)
            except LaneFull:
                response = await _refuse(datasette, scope["path"])
                await response.asgi_send(send)

        return guarded

    return wrap


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
