"""What becomes of each request: seen from outside everything else, told once it is over.

Knows nothing of Datasette.
"""

import time
from collections.abc import Callable
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

NO_STATUS = 0  # of a request that was broken off before its answer
CAME = "keikaku.came"  # in the scope: a list, into which the answers in memory put where their answer came from
PASSED = "passed"


class Served(NamedTuple):
    """One request that is over."""

    at: float  # seconds since 1970
    method: str
    path: str  # as it was sent, without arguments
    has_sql: bool
    status: int
    size: int  # bytes of the answer's body
    seconds: float
    came: str  # kept, unchanged, shared, made or passed: see AnswerCache.respond


async def follow(app: ASGIApp, scope: Scope, receive: Receive, send: Send, tell: Callable[[Served], None]) -> None:
    """Answer one HTTP request and tell of it, even if it fails."""
    at, began = time.time(), time.perf_counter()
    status, size = NO_STATUS, 0
    came = scope[CAME] = [PASSED]

    async def noticed(message: Message) -> None:
        nonlocal status, size
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            size += len(message.get("body", b""))
        await send(message)

    try:
        await app(scope, receive, noticed)
    finally:
        path: bytes = scope.get("raw_path") or scope["path"].encode()
        address = path.partition(b"?")[0].decode("latin-1")
        has_sql = b"sql=" in scope["query_string"]
        took = time.perf_counter() - began
        tell(Served(at, scope["method"], address, has_sql, status, size, took, came[-1]))
