"""A finished file on its way to a reader, who may be slow: held on disk, bounded in bytes and in time."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from datasette.utils.asgi import Request
from starlette.datastructures import Headers

from keikaku.serving.baked_site import judge_condition

PIECE = 65_536
# Whoever takes nothing of a file for so long loses it.
STALL_SECONDS = 20
# Bytes of all such files that wait for slow readers; beyond it nobody gets another one for a while.
MOST_UNSENT = 512 * 1024 * 1024


class FileAnswer:
    """A response with a strong ETag, as Datasette sends them; closes its file when it is sent or its reader is gone."""

    unsent = 0  # bytes of all such files that are being sent

    def __init__(self, file: SpooledTemporaryFile[bytes], headers: Mapping[str, str], request: Request) -> None:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.file = file
        self.size = file.tell()
        self.headers = {**headers, "content-length": str(self.size), "etag": f'"{digest}"'}
        condition = judge_condition(Headers(scope=request.scope), self.headers)
        self.status = condition.status_code if condition else 200
        self.has_body = self.status == 200 and request.method != "HEAD"
        if self.status == 412:
            self.headers["content-length"] = "0"
        file.seek(0)

    @classmethod
    def is_full(cls) -> bool:
        """Whether too much waits for slow readers already."""
        return cls.unsent > MOST_UNSENT

    async def asgi_send(self, send: Callable[..., Any]) -> None:
        FileAnswer.unsent += self.size
        try:
            await self._send(send)
        except TimeoutError:
            return  # without an end: the server closes the connection, and the reader knows that something is missing
        finally:
            FileAnswer.unsent -= self.size
            self.file.close()

    async def _send(self, send: Callable[..., Any]) -> None:
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        while self.has_body and (piece := await asyncio.to_thread(self.file.read, PIECE)):
            async with asyncio.timeout(STALL_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
