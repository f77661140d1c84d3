"""What stands around Datasette: every request passes the layers of LAYERS, the first of the list first.

A layer is a function (application, datasette) -> application. Requests that the site asks of itself, within one of its own,
pass them too, but wait for nothing that the outer one holds.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from urllib.parse import parse_qsl, urlencode

from datasette import Response
from datasette.app import Datasette
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.search.query import MAX_WORDS, count_words, read_asked_year
from keikaku.serving import visitors
from keikaku.serving.baked_site import find_baked_site
from keikaku.serving.errors import POSTED, READING, refuse
from keikaku.serving.headers import ignore_cookies, permit_charts, protect_answer
from keikaku.serving.refusals import Refusal, say, write_last_resort
from keikaku.serving.site_address import keep_to_site
from keikaku.serving.sql_worker import WorkersBusy

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
METHODS = ", ".join(sorted(READING))
PREFLIGHT = {
    "Allow": METHODS,
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
STATIC = ("/static/", "/-/static/", "/-/static-plugins/")
UNLIMITED = (*STATIC, "/-/health")
ARGUMENT_OF_READINGS = "easy"
_YEAR = re.compile(r"(?:\w+_)?fiscal_year(?:__(?:exact|not|gt|gte|lt|lte))?")
_SEARCHED = ("q", "_search")

log = logging.getLogger("keikaku.layers")
_is_inside: ContextVar[bool] = ContextVar("is_inside", default=False)


def protect(app: ASGIApp, _: Datasette) -> ASGIApp:
    """Whatever is sent is protected, and whoever asks gets an answer; no cookies in either direction."""

    async def protected(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = False

        async def send_protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                asked = scope["path"], scope["query_string"], message["status"]
                message = {**message, "headers": protect_answer(message.get("headers", []), *asked)}
            await send(message)

        try:
            await app({**scope, "headers": ignore_cookies(scope["headers"])}, receive, send_protected)
        except Exception:
            if started:
                raise
            log.exception("%s %s: a fault of ours, which no page tells", scope["method"], scope["path"])
            body, content_type = write_last_resort(scope["path"])
            await Response(body, 500, {"cache-control": "no-store"}, content_type).asgi_send(send_protected)

    return protected


def check_request(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """Other methods than GET and HEAD go no further, nor endless queries, nor NUL, which ends a text in C."""

    async def checked(scope: Scope, receive: Receive, send: Send) -> None:
        query = scope["query_string"]
        if scope["method"] not in POSTED.get(scope["path"], READING):
            status = 405
        elif scope["method"] == "OPTIONS":
            await Response("", 204, PREFLIGHT).asgi_send(send)
            return
        elif _is_endless(query):
            status = 414
        elif b"%00" in query or not scope["path"].startswith("/"):
            status = 400
        else:
            await app(scope, receive, send)
            return
        await (await refuse(datasette, scope, receive, status)).asgi_send(send)

    return _only_http(checked, app)


def _is_endless(query: bytes) -> bool:
    most = MOST_SQL_BYTES if any(name in query for name in _LONG) else MOST_QUERY_BYTES
    return len(query) > most or query.count(b"&") >= MOST_ARGUMENTS


def send_files(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """What was baked goes out as a file; everything else is asked of Datasette."""

    async def sent(scope: Scope, receive: Receive, send: Send) -> None:
        response = find_baked_site(datasette).find_response(scope)
        await (response or app)(scope, receive, send)

    return _only_http(sent, app)


def word_missing_files(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """Datasette says in English that a static file is missing."""

    async def worded(scope: Scope, receive: Receive, send: Send) -> None:
        missing = False

        async def send_unless_missing(message: Message) -> None:
            nonlocal missing
            missing |= message["type"] == "http.response.start" and message["status"] in (403, 404)
            if not missing:
                await send(message)

        is_static = scope["path"].startswith(STATIC)
        await app(scope, receive, send_unless_missing if is_static else send)
        if missing:
            await (await refuse(datasette, scope, receive, 404)).asgi_send(send)

    return _only_http(worded, app)


def limit_window(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """A bulkhead: a few answers are made at once, so that files never wait for more than those.

    Who has a worker is one of few already.
    """
    pages, files = asyncio.Semaphore(WINDOW_AT_ONCE), asyncio.Semaphore(FILES_AT_ONCE)
    waiting = 0

    async def limited(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal waiting
        if _is_inside.get() or visitors.has_lease() or scope["path"].startswith(UNLIMITED):
            await app(scope, receive, send)
        elif waiting >= MOST_WAITING:
            await (await refuse(datasette, scope, receive, 503)).asgi_send(send)
        else:
            waiting += 1
            places = files if scope["path"].endswith(FILES) else pages
            try:
                await places.acquire()
            finally:
                waiting -= 1
            await _run_and_release(app, scope, receive, send, places)

    return _only_http(limited, app)


async def _run_and_release(app: ASGIApp, scope: Scope, receive: Receive, send: Send, places: asyncio.Semaphore) -> None:
    """Until the response begins: a slow reader keeps nobody waiting."""
    held = True

    def release() -> None:
        nonlocal held
        if held:
            held = False
            places.release()

    async def release_and_send(message: Message) -> None:
        release()
        await send(message)

    token = _is_inside.set(True)
    try:
        await app(scope, receive, release_and_send)
    finally:
        _is_inside.reset(token)
        release()


def lend_worker(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """A request with SQL of its own has a worker process for it, or is refused while too many wait."""

    async def lent(scope: Scope, receive: Receive, send: Send) -> None:
        if visitors.has_lease() or not visitors.needs_worker(scope["query_string"]):
            await app(scope, receive, send)
            return
        try:
            await visitors.run_leased(app, datasette, scope, receive, send)
        except WorkersBusy:
            await (await refuse(datasette, scope, receive, 503)).asgi_send(send)

    return _only_http(lent, app)


def take_readings(app: ASGIApp, _: Datasette) -> ASGIApp:
    """Take ?easy= off the query before Datasette sees it, since to a table it would be a column."""
    name = ARGUMENT_OF_READINGS.encode()

    async def taken(scope: Scope, receive: Receive, send: Send) -> None:
        parts = scope["query_string"].split(b"&")
        kept = [part for part in parts if part.partition(b"=")[0] != name]
        if len(kept) < len(parts):
            scope = {**scope, "query_string": b"&".join(kept), ARGUMENT_OF_READINGS: name + b"=1" in parts}
        await app(scope, receive, send)

    return _only_http(taken, app)


def read_words(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """Years in any form become numbers, so that tables, queries, JSON and files take 令和6年度, R6 and 2024 alike.

    What cannot be read is refused: it would find nothing, as if there were nothing. A visitor's own SQL is left alone.
    """

    async def read(scope: Scope, receive: Receive, send: Send) -> None:
        arguments = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        if not any(name == "sql" for name, _ in arguments):
            known = [(name, _read_word(name, value)) for name, value in arguments]
            if refusal := next((value for _, value in known if isinstance(value, Refusal)), None):
                await (await refuse(datasette, scope, receive, 400, refusal)).asgi_send(send)
                return
            if known != arguments:
                scope = {**scope, "query_string": urlencode(known).encode()}
        await app(scope, receive, send)

    return _only_http(read, app)


def _read_word(name: str, value: str) -> str | Refusal:
    if name in _SEARCHED and count_words(value) > MAX_WORDS:
        return say("too_many_words")
    if not _YEAR.fullmatch(name) or not value.strip():
        return value
    year = read_asked_year(value)
    return say("unreadable_year", value[:40]) if year is None else str(year)


def allow_charts(app: ASGIApp, _: Datasette) -> ASGIApp:
    """A page that shows a chart says so, and its policy lets the chart be drawn."""
    return permit_charts(app)


LAYERS: list[Layer] = [
    keep_to_site,
    protect,
    check_request,
    send_files,
    lend_worker,  # before the bulkhead: who waits for a worker must not hold a place that a page needs
    limit_window,
    word_missing_files,
    take_readings,
    read_words,
    allow_charts,
]


def wrap(app: ASGIApp, datasette: Datasette) -> ASGIApp:
    """Datasette's application with all layers around it."""
    for layer in reversed(LAYERS):
        app = layer(app, datasette)
    return app


def _only_http(layer: Callable[[Scope, Receive, Send], Awaitable[None]], app: ASGIApp) -> ASGIApp:
    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        await (layer if scope["type"] == "http" else app)(scope, receive, send)

    return chosen
