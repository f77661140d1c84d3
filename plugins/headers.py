"""The headers of keikaku.serving.headers on every answer, and no cookies in either direction."""

import logging
from collections.abc import Callable, Generator
from typing import Any

from datasette import Response, hookimpl
from datasette.utils.asgi import Request
from jinja2 import Environment
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.serving.headers import CHARTS, ignore_cookies, permit_charts, protect_answer
from keikaku.serving.refusals import write_last_resort

log = logging.getLogger("keikaku.headers")


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    def open_chart(request: Request, rows: Any) -> bool:
        """Whether the page shows the chart that its visitor asked for; its policy then permits what a chart needs."""
        charts = request.scope.get(CHARTS)
        if charts is None or not rows or not request.args.get("_chart"):
            return False
        charts.append(True)
        return True

    env.globals["open_chart"] = open_chart


@hookimpl(specname="asgi_wrapper")
def permit() -> Callable[[ASGIApp], ASGIApp]:
    """Inside the answers in memory: only who makes a page knows what it shows, and its policy is kept with it."""
    return permit_charts


@hookimpl(specname="asgi_wrapper", hookwrapper=True, tryfirst=True)
def protect_all() -> Generator[None, Any, None]:
    """Outside all else: whatever is sent is protected, and whoever asks gets an answer."""
    outcome = yield
    outcome.force_result([*outcome.get_result(), protect])


def protect(app: ASGIApp) -> ASGIApp:
    async def protected(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        started = False

        async def send_protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = protect_answer(
                    message.get("headers", []), scope["path"], scope["query_string"], message["status"]
                )
                message = {**message, "headers": headers}
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
