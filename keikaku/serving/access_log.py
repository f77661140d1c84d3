"""One line of JSON for each request, written a few at a time: uvicorn's own log takes longer than a kept answer.

Guarantees: a line is written within FLUSH_SECONDS, in the order in which answers began, and whatever a visitor sends
stays within its line. Knows nothing of Datasette.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

FLUSH_SECONDS = 1.0
FLUSH_LINES = 64  # so many take about a third of a millisecond
_MISSING = 0  # status of a request that was broken off before its answer

Entry = tuple[float, str, str, str, int, float]  # time, client, method, address, status, milliseconds


class AccessLog:
    """Stands before an application: `await log.follow(application, scope, receive, send)`."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._entries: list[Entry] = []
        self._timer: asyncio.TimerHandle | None = None

    async def follow(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request and note it."""
        began = time.perf_counter()
        status = _MISSING

        async def noticed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await app(scope, receive, noticed)
        finally:
            took = 1000 * (time.perf_counter() - began)
            client = scope.get("client")
            self._add((time.time(), client[0] if client else "", scope["method"], _find_address(scope), status, took))

    def flush(self) -> None:
        """Write what is noted."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        entries, self._entries = self._entries, []
        if entries:
            self._write("".join(map(_format, entries)))

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        if len(self._entries) >= FLUSH_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)


def silence_uvicorn() -> None:
    """No second line for each request; connections that are open already keep writing theirs."""
    logger = logging.getLogger("uvicorn.access")
    logger.handlers.clear()
    logger.propagate = False


def _find_address(scope: Scope) -> str:
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path.partition(b"?")[0] + b"?" + query if query else path).decode("latin-1")


def _format(entry: Entry) -> str:
    at, client, method, address, status, took = entry
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {
        "at": moment,
        "client": client,
        "method": method,
        "address": address,
        "status": status,
        "ms": round(took, 2),
    }
    return json.dumps(fields) + "\n"
