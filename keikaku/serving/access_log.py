"""One line of JSON for each request, written a few at a time: uvicorn's own log takes longer than a kept answer.

Guarantees: a line is written within FLUSH_SECONDS; whatever a visitor sends stays within its line, which has a bounded
length; nothing tells who asked, nor what for beyond the path: no address of a visitor, no arguments, no headers.
Knows nothing of Datasette.
"""

import asyncio
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from keikaku.serving.traffic import Served

SWITCH = "KEIKAKU_ACCESS_LOG"  # environment variable: on, or off where a proxy writes the log
FLUSH_SECONDS = 1.0
FLUSH_LINES = 64  # so many take about a third of a millisecond
LONGEST_PATH = 400  # characters; the longest path of the site has less than half of that


class AccessLog:
    """Takes what is over by `note`, and gives it to `write` as lines."""

    def __init__(self, write: Callable[[str], Any]) -> None:
        self._write = write
        self._noted: list[Served] = []
        self._timer: asyncio.TimerHandle | None = None

    def note(self, served: Served) -> None:
        """Keep it, to be written soon."""
        self._noted.append(served)
        if len(self._noted) >= FLUSH_LINES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what is noted."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        noted, self._noted = self._noted, []
        if noted:
            self._write("".join(map(write_line, noted)))


def is_wanted(switch: str) -> bool:
    """Read the value of SWITCH, which may be empty. Raises ValueError."""
    if switch not in ("", "on", "off"):
        raise ValueError(f"{SWITCH}: {switch!r} is neither on nor off")
    return switch != "off"


def silence_uvicorn() -> None:
    """No second line for each request; connections that are open already keep writing theirs."""
    logger = logging.getLogger("uvicorn.access")
    logger.handlers.clear()
    logger.propagate = False


def write_line(served: Served) -> str:
    """ASCII only, control characters escaped."""
    moment = datetime.fromtimestamp(served.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    fields = {
        "at": moment,
        "method": served.method[:20],
        "path": served.path if len(served.path) <= LONGEST_PATH else served.path[:LONGEST_PATH] + "…",
        "status": served.status,
        "bytes": served.size,
        "ms": round(1000 * served.seconds, 2),
        "cache": served.came,
    }
    return json.dumps(fields) + "\n"
