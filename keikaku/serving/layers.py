"""What stands around Datasette: every request passes LAYERS, functions (application, datasette) -> application, in their order.

Requests that the site asks of itself, within one of its own, pass them too, but wait for nothing that the outer one holds.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from contextvars import ContextVar
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Response
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.search.query import MAX_WORDS, count_words, read_asked_year
from keikaku.serving import visitors
from keikaku.serving.baked_site import find_baked_site
from keikaku.serving.errors import POSTED, READING, RETRY_SECONDS, refuse
from keikaku.serving.headers import CHARTS, protect_answer
from keikaku.serving.refusals import Refusal, say, write_last_resort
from keikaku.serving.site_address import keep_to_site
from keikaku.serving.sql_worker import Lease, WorkersBusy
from keikaku.serving.startup import ready

Layer = Callable[[ASGIApp, Datasette], ASGIApp]

# More is no question that a page of ours asks; Datasette takes time with the square of the number of arguments.
MOST_ARGUMENTS = 100
MOST_QUERY_BYTES = 4 * 1024
MOST_SQL_BYTES = 32 * 1024
_LONG = (b"sql=", b"_where=", b"queries=", b"of=")
# So many answers that are no files are made at once; they share one processor with the files of everybody else.
WINDOW_AT_ONCE = 3
# Long tables take seconds to become files, and pages do not wait for them.
FILES_AT_ONCE, FILES = 2, (".csv", ".xlsx")
MOST_WAITING = 1000  # to wait costs next to nothing
# A browser asks before a script of another site sends a header of its own; whether it may read is said with the answer.
PREFLIGHT = dict.fromkeys(("Allow", "Access-Control-Allow-Methods"), ", ".join(sorted(READING)))
PREFLIGHT |= {"Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400"}
STATIC = ("/static/", "/-/static/", "/-/static-plugins/")
UNLIMITED = (*STATIC, "/-/health")
ARGUMENT_OF_READINGS = "easy"
_YEAR = re.compile(r"as_of|(?:\w+_)?fiscal_year(?:__(?:exact|not|gt|gte|lt|lte))?")
_SEARCHED = ("q", "_search")

log = logging.getLogger("keikaku.layers")
_is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)


def _of_http(run: Callable[..., Awaitable[None]]) -> Layer:
    """A layer from what it does with a request: (application, datasette, scope, receive, send); others pass untouched."""

    @wraps(run)
    def layer(app: ASGIApp, datasette: Datasette) -> ASGIApp:
        async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await run(app, datasette, scope, receive, send)
            else:
                await app(scope, receive, send)

        return chosen

    return layer


async def _send_refusal(
    datasette: Datasette, scope: Scope, receive: Receive, send: Send, status: int, refusal: Refusal | None = None
) -> None:
    await (await refuse(datasette, scope, receive, status, refusal)).asgi_send(send)


def close_websockets(app: ASGIApp, _: Datasette) -> ASGIApp:
    """There are none."""

    async def closed(scope: Scope, receive: Receive, send: Send) -> None:
        await (send({"type": "websocket.close"}) if scope["type"] == "websocket" else app(scope, receive, send))

    return closed


def ready_server(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """A server is told that it has started when the site is ready."""

    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await ready(datasette)
        await app(scope, receive, send)

    return started


@_of_http
async def protect(app: ASGIApp, _: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """Whatever is sent is protected, and whoever asks gets an answer; no cookies in either direction."""
    started = False
    charts: list[bool] = []  # headers.open_chart

    async def send_protected(message: Message) -> None:
        nonlocal started
        if message["type"] == "http.response.start":
            started = True
            asked = scope["path"], scope["query_string"], message["status"], bool(charts)
            message = {**message, "headers": protect_answer(message.get("headers", []), *asked)}
        await send(message)

    try:
        asked_with = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
        await app({**scope, "headers": asked_with, CHARTS: charts}, receive, send_protected)
    except Exception as error:
        if started:
            raise
        # What a page itself asks takes too long only where the machine is too busy for it.
        status = 503 if isinstance(error, QueryInterrupted) else 500
        log.exception("%s %s: a fault of ours, which no page tells", scope["method"], scope["path"])
        body, content_type = write_last_resort(scope["path"], status)
        headers = {"cache-control": "no-store"} | ({"retry-after": str(RETRY_SECONDS)} if status == 503 else {})
        await Response(body, status, headers, content_type).asgi_send(send_protected)


@_of_http
async def check_request(app: ASGIApp, datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """Other methods than GET and HEAD go no further, nor endless queries, nor NUL, which ends a text in C."""
    query = scope["query_string"]
    most = MOST_SQL_BYTES if any(name in query for name in _LONG) else MOST_QUERY_BYTES
    if scope["method"] not in POSTED.get(scope["path"], READING):
        await _send_refusal(datasette, scope, receive, send, 405)
    elif scope["method"] == "OPTIONS":
        await Response("", 204, PREFLIGHT).asgi_send(send)
    elif len(query) > most or query.count(b"&") >= MOST_ARGUMENTS:
        await _send_refusal(datasette, scope, receive, send, 414)
    elif b"%00" in query or not scope["path"].startswith("/"):
        await _send_refusal(datasette, scope, receive, send, 400)
    else:
        await app(scope, receive, send)


@_of_http
async def send_files(app: ASGIApp, datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """What was baked goes out as a file; everything else is asked of Datasette."""
    await (find_baked_site(datasette).find_response(scope) or app)(scope, receive, send)


def limit_window(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """A bulkhead: a few answers are made at once, so that files never wait for more than those.

    A request with SQL of its own waits for a worker process instead, and holds no place that a page needs. Either is held until
    the response begins: a slow reader keeps nobody waiting. Who cannot wait any more is refused.
    """
    pages, files = asyncio.Semaphore(WINDOW_AT_ONCE), asyncio.Semaphore(FILES_AT_ONCE)
    waiting = 0

    async def wait_and_run(scope: Scope, receive: Receive, send: Send, place: AbstractAsyncContextManager[Any]) -> None:
        nonlocal waiting
        waiting += 1
        async with AsyncExitStack() as held:
            try:
                lease: Lease | None = await held.enter_async_context(place)
            finally:
                waiting -= 1

            async def leave_and_send(message: Message) -> None:
                await held.aclose()  # whatever is sent, all its statements have run
                await send(message)

            tokens = _is_inside.set(True), visitors.current_lease.set(lease)
            try:
                answer = visitors.run_until_gone(app) if lease else app
                await answer(scope, receive, leave_and_send)
            finally:
                _is_inside.reset(tokens[0])
                visitors.current_lease.reset(tokens[1])

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        has_sql = scope["type"] == "http" and visitors.needs_worker(scope["query_string"])
        is_free = scope["type"] != "http" or scope["path"].startswith(UNLIMITED) or visitors.current_lease.get()
        if is_free or (_is_inside.get() and not has_sql):
            await app(scope, receive, send)
        elif waiting >= MOST_WAITING:
            await _send_refusal(datasette, scope, receive, send, 503)
        else:
            place = files if scope["path"].endswith(FILES) else pages
            try:
                await wait_and_run(scope, receive, send, datasette.get_database().workers.lease() if has_sql else place)
            except WorkersBusy:
                await _send_refusal(datasette, scope, receive, send, 503)

    return limited


@_of_http
async def word_missing_files(app: ASGIApp, datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """Datasette says in English that a static file is missing."""
    missing = False

    async def send_unless_missing(message: Message) -> None:
        nonlocal missing
        missing |= message["type"] == "http.response.start" and message["status"] in (403, 404)
        if not missing:
            await send(message)

    await app(scope, receive, send_unless_missing if scope["path"].startswith(STATIC) else send)
    if missing:
        await _send_refusal(datasette, scope, receive, send, 404)


@_of_http
async def take_readings(app: ASGIApp, _: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """Take ?easy= off the query before Datasette sees it, since to a table it would be a column."""
    name = ARGUMENT_OF_READINGS.encode()
    parts = scope["query_string"].split(b"&")
    kept = [part for part in parts if part.partition(b"=")[0] != name]
    if len(kept) < len(parts):
        scope = {**scope, "query_string": b"&".join(kept), ARGUMENT_OF_READINGS: name + b"=1" in parts}
    await app(scope, receive, send)


@_of_http
async def read_words(app: ASGIApp, datasette: Datasette, scope: Scope, receive: Receive, send: Send) -> None:
    """Years in any form become numbers, so that tables, queries, JSON and files take 令和6年度, R6 and 2024 alike.

    What cannot be read is refused: it would find nothing, as if there were nothing. A visitor's own SQL is left alone.
    """
    arguments = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    if not any(name == "sql" for name, _ in arguments):
        known = [(name, _read_word(name, value)) for name, value in arguments]
        if refusal := next((value for _, value in known if isinstance(value, Refusal)), None):
            await _send_refusal(datasette, scope, receive, send, 400, refusal)
            return
        if known != arguments:
            scope = {**scope, "query_string": urlencode(known).encode()}
    await app(scope, receive, send)


def _read_word(name: str, value: str) -> str | Refusal:
    if name in _SEARCHED and count_words(value) > MAX_WORDS:
        return say("too_many_words")
    if not _YEAR.fullmatch(name) or not value.strip():
        return value
    year = read_asked_year(value)
    return say("unreadable_year", value[:40]) if year is None else str(year)


LAYERS: list[Layer] = [
    ready_server,
    close_websockets,
    _of_http(keep_to_site),
    protect,
    check_request,
    send_files,
    limit_window,
    word_missing_files,
    take_readings,
    read_words,
]


def wrap(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """Datasette's application with all layers around it."""
    for layer in reversed(LAYERS):
        app = layer(app, datasette)
    return app
