"""Each request is one line of JSON on standard output, in place of uvicorn's own lines."""

import sys
from collections.abc import Generator
from typing import Any

from datasette import hookimpl
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.serving.access_log import AccessLog, silence_uvicorn


@hookimpl(hookwrapper=True, tryfirst=True)
def asgi_wrapper() -> Generator[None, Any, None]:
    """Outside all else; only for a server, which begins with its lifespan, and not for requests within a process."""
    outcome = yield
    log = AccessLog(_print)

    def wrap(app: ASGIApp) -> ASGIApp:
        serving = False

        async def logged(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal serving
            if scope["type"] == "lifespan":
                serving = True
                silence_uvicorn()
                try:
                    await app(scope, receive, send)
                finally:
                    log.flush()
            elif scope["type"] == "http" and serving:
                await log.follow(app, scope, receive, send)
            else:
                await app(scope, receive, send)

        return logged

    outcome.force_result([*outcome.get_result(), wrap])


def _print(lines: str) -> None:
    sys.stdout.write(lines)
    sys.stdout.flush()
