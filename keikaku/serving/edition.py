"""What the answers of a running site are made from: data, pages, code, settings and the day in Japan.

Two processes that serve the same name it alike, so that browsers and proxies may go from one to the other.
"""

import hashlib
import json
import time
from collections.abc import Iterable
from functools import lru_cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from keikaku.plan.fiscal_year import today_in_japan

LOOK_AGAIN_SECONDS = 1.0


class Pages:
    """The templates and static files, which may be edited while the site runs; looked at once in a while."""

    def __init__(self, places: Iterable[Path], settings: Any) -> None:
        """`places` are folders and files, which need not be there; `settings` is whatever else the pages depend on and that never changes while the site runs."""
        self._places = list(places)
        self._fixed = _digest([json.dumps(settings, sort_keys=True, default=str).encode(), _program().encode()])
        self._seen: list[tuple[str, int, int]] | None = None
        self._name = ""
        self._due = 0.0

    def edition(self, data: str) -> str:
        """The name of what answers are made from now, where `data` names the databases."""
        if time.monotonic() >= self._due:
            self._look()
            self._due = time.monotonic() + LOOK_AGAIN_SECONDS
        return f"{data}:{self._name}"

    def _look(self) -> None:
        found = (path for place in self._places for path in (place, *sorted(place.rglob("*"))))
        paths = [path for path in found if path.is_file()]
        stats = [(path, path.stat()) for path in paths]
        seen = [(str(path), stat.st_mtime_ns, stat.st_size) for path, stat in stats]
        if seen != self._seen:
            self._seen = seen
            self._pages = _digest(part for path in paths for part in (path.name.encode(), path.read_bytes()))
        self._name = f"{self._fixed}:{self._pages}:{today_in_japan()}"


@lru_cache
def _program() -> str:
    """Digest of our code and of the names and versions of all libraries."""
    root = Path(__file__).resolve().parents[2]
    ours = sorted([*root.glob("keikaku/**/*.py"), *root.glob("keikaku/**/*.sql"), *root.glob("plugins/*.py")])
    libraries = sorted(f"{found.metadata['Name']} {found.version}" for found in distributions())
    return _digest([*(path.read_bytes() for path in ours), "\n".join(libraries).encode()])


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.blake2b(digest_size=12)
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()
