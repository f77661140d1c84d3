"""Visitors' SQL in a process of its own: neither its time, nor its memory, nor its end touches those who read pages.

A request is sent as one packet over a socket in a private folder, its answer comes back packet by packet, and a closed
connection says that the visitor, or the process, has gone. A process that ends is started anew; it ends itself as soon
as the one that started it is gone. Packets are pickled: both ends are the same program, and nobody else sees the socket.
Knows nothing of Datasette.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from keikaku.serving.answer_cache import collect_marks, mark_incomplete
from keikaku.serving.served_copy import make_folder, remove_folder
from keikaku.serving.sql_lane import LONGEST_VISIT, Lane

MODULE = "keikaku.serving.lane_site"
# It comes after pages when there is not enough of the processor for both.
NICE = 10
# Where memory is short, the system ends it and not the pages: between 0 and 1000.
FIRST_TO_GO = "500"
SECONDS_TO_START = 20.0
GRACE = 5.0
# What goes over of a request, with all that is plainly said in its scope beside: the rest belongs to this process.
PARTS = (
    "type", "asgi", "http_version", "method", "scheme", "path", "raw_path", "query_string", "root_path", "headers", "client", "server",
)  # fmt: skip
SIZE_BYTES = 4

log = logging.getLogger("keikaku.lane_process")

# What is asked: an ASGI scope, and whatever else the other end needs to know.
Answer = Callable[[Scope, Any, Receive, Send], Awaitable[None]]


class LaneBroken(Exception):
    """The process ended, or was ended, before it had answered."""


class LaneProcess:
    """The process, as those see it who ask; `about` is any value that can be pickled, for the module that it runs."""

    def __init__(self, about: Any, module: str = MODULE) -> None:
        self.works = True  # False once it has turned out that it cannot be started
        self._about = pickle.dumps(about)
        self._module = module
        self._folder: Path | None = None
        self._handle = -1
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._answered = False

    def start(self) -> None:
        """Raises OSError if there is no place for its socket, or it cannot be started."""
        if self._folder is None:
            self._folder, self._handle = make_folder()
        self._end()
        path = os.pathsep.join(filter(None, sys.path))
        command = [sys.executable, "-m", self._module, str(self._folder / "lane.sock")]
        # A group of its own, so that Ctrl+C reaches only us; not a session, by which Linux would share out the processor.
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, process_group=0
        )
        self._started = time.monotonic()
        assert self._process.stdin
        self._process.stdin.write(len(self._about).to_bytes(SIZE_BYTES) + self._about)
        self._process.stdin.flush()

    def stop(self) -> None:
        self._end()
        if self._folder:
            remove_folder(self._folder, self._handle)
            self._folder = None

    async def ask(self, scope: Scope, told: Any, receive: Receive, send: Send) -> None:
        """Have a request answered. Raises LaneBroken; nothing was sent if it is `not started`."""
        reader, writer = await self._connect()
        gone = asyncio.create_task(_close_when_gone(receive, writer))
        try:
            asked = {key: said for key, said in scope.items() if key in PARTS or isinstance(said, bool | str | bytes)}
            writer.write(_pack((asked, told)))
            await writer.drain()
            if (first := await self._read_first(reader)) is None:
                raise LaneBroken("it ended, or the visitor left")
            await _pass_on(first, send)
            while (packet := await _read_packet(reader)) is not None:
                await _pass_on(packet, send)
        finally:
            gone.cancel()
            writer.close()

    async def _read_first(self, reader: asyncio.StreamReader) -> Any:
        try:
            async with asyncio.timeout(LONGEST_VISIT + GRACE):
                return await _read_packet(reader)
        except TimeoutError:
            log.error("visitors' SQL has not ended in time: its process is started anew")
            self._end()
            raise LaneBroken("it took too long") from None

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        until = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < until and self.works:
            with contextlib.suppress(OSError):
                assert self._folder
                connection = await asyncio.open_unix_connection(self._folder / "lane.sock")
                self._answered = True
                return connection
            self._look_after()
            await asyncio.sleep(0.05)
        raise LaneBroken("it does not listen")

    def _look_after(self) -> None:
        """Start it anew, not more than once a second, if it has ended."""
        if self._process is not None and self._process.poll() is None:
            return
        if not self._answered:
            self.works = False
            log.error("visitors' SQL runs among the pages: its process ended while it was started")
        elif time.monotonic() > self._started + 1:
            log.error("visitors' SQL: its process has ended and is started anew")
            self.start()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(OSError):
                self._process.communicate()
            self._process = None
        if self._folder:
            (self._folder / "lane.sock").unlink(missing_ok=True)


async def run_in_process(
    lane: Lane, process: LaneProcess, told: Any, scope: Scope, receive: Receive, send: Send
) -> None:
    """Have a request that needs the lane answered by the process. Raises LaneFull or LaneBroken."""
    visit = await lane.enter()

    async def leave_and_send(message: Message) -> None:
        lane.leave(visit)
        await send(message)

    try:
        await process.ask(scope, told, receive, leave_and_send)
    finally:
        lane.leave(visit)


def read_about() -> Any:
    """In the process: what it was started with. From now on it ends when the one that started it is gone."""
    os.nice(NICE)
    with contextlib.suppress(OSError):  # only Linux has it
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO)
    source = sys.stdin.buffer
    about = pickle.loads(source.read(int.from_bytes(source.read(SIZE_BYTES))))

    def end_when_alone() -> None:
        while os.read(source.fileno(), 1):
            pass
        os._exit(0)

    threading.Thread(target=end_when_alone, daemon=True).start()
    return about


async def listen(path: Path, answer: Answer) -> None:
    """In the process: answer what is asked at the socket, for ever."""

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def receive() -> Message:
            await reader.read(1)  # nothing more is said
            return {"type": "http.disconnect"}

        try:
            scope, told = await _read_packet(reader)
            with collect_marks() as marks:

                async def send(message: Message) -> None:
                    writer.write(_pack((message, bool(marks))))
                    await writer.drain()

                await answer(scope, told, receive, send)
        except ConnectionError:
            pass  # the visitor has left
        finally:
            writer.close()

    # Ready only once it listens: who finds the file can connect.
    async with await asyncio.start_unix_server(answer_one, path) as server:
        await server.serve_forever()


async def _pass_on(packet: tuple[Message, bool], send: Send) -> None:
    message, incomplete = packet
    if incomplete:
        mark_incomplete()
    await send(message)


async def _close_when_gone(receive: Receive, writer: asyncio.StreamWriter) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    writer.close()


def _pack(value: Any) -> bytes:
    packed = pickle.dumps(value)
    return len(packed).to_bytes(SIZE_BYTES) + packed


async def _read_packet(reader: asyncio.StreamReader) -> Any:
    """None at the end."""
    try:
        size = int.from_bytes(await reader.readexactly(SIZE_BYTES))
        return pickle.loads(await reader.readexactly(size))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
