"""Each request of a server is counted for /-/metrics and is one line of JSON on standard output, in place of uvicorn's."""

import os
import sys
from collections.abc import Generator
from contextlib import suppress
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.serving.access_log import SWITCH, AccessLog, is_wanted, silence_uvicorn
from keikaku.serving.figures import figures_of
from keikaku.serving.traffic import Served, follow


@hookimpl(hookwrapper=True, tryfirst=True)
def asgi_wrapper(datasette: Datasette) -> Generator[None, Any, None]:
    """Outside all else; only for a server, which begins with its lifespan, and not for requests within a process."""
    outcome = yield
    log = AccessLog(_print) if is_wanted(os.environ.get(SWITCH, "")) else None
    count = figures_of(datasette).count

    def tell(served: Served) -> None:
        count(served)
        if log:
            log.note(served)

    def wrap(app: ASGIApp) -> ASGIApp:
        serving = False

        async def followed(scope: Scope, receive: Receive, send: Send) -> None:
            nonlocal serving
            if scope["type"] == "lifespan":
                serving = True
                silence_uvicorn()
                try:
                    await app(scope, receive, send)
                finally:
                    if log:
                        log.flush()
            elif scope["type"] == "http" and serving:
                await follow(app, scope, receive, send, tell)
            else:
                await app(scope, receive, send)

        return followed

    outcome.force_result([*outcome.get_result(), wrap])


def _print(lines: str) -> None:
    with suppress(OSError):  # whoever read the log is gone, or the disk is full: visitors are not to feel it
        sys.stdout.write(lines)
        sys.stdout.flush()
