"""The files of the baked site, sent as answers: a page that depends on nothing but data and code is made once.

Guarantees: a file is sent only for the very address that it was baked for, only while the data and the code are those that it
was made from, and only until the day that its manifest names; otherwise Datasette answers. Conditions and ranges of a
request are heeded as RFC 9110 says.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Scope

from keikaku.files.code_digest import digest_code
from keikaku.files.digest import fingerprint

FOLDER, MANIFEST = "site", "manifest.json"
PACKED = ".gz"
# Small files are kept in memory: at most MOST_KEPT of them.
SMALL_BYTES = 64 * 1024
MOST_KEPT = 1024
JAPAN = timedelta(hours=9)

log = logging.getLogger("keikaku.baked_site")


class BakedSite:
    """The folder `site` beside a database, as it was when the process started."""

    def __init__(self, database: Path, address: str | None = None) -> None:
        """`address` is that under which the site is known, None where it is the one that each request names."""
        self._folder = database.parent / FOLDER
        self._stamp = _look_at(self._folder / MANIFEST)
        self._address = address
        self._manifest = self._read(database) if self._stamp else {}
        self._files: Mapping[str, Any] = self._manifest.get("files", {})

    @classmethod
    def of(cls, datasette: Datasette) -> "BakedSite":
        path = datasette.get_database().path
        return cls(Path(path) if path else Path("/nowhere/plans.db"), datasette.metadata("site_url"))

    @property
    def build_id(self) -> str:
        """Names data, code and pages; empty where nothing is baked."""
        return str(self._manifest.get("build_id", ""))

    def _read(self, database: Path) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads((self._folder / MANIFEST).read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        made_from = manifest["database"]["sha256"], manifest["code_sha256"]
        if made_from != (fingerprint(database), digest_code()):
            log.warning("%s was baked from other data or code and is not sent: run make build", self._folder)
            return {}
        return manifest

    def is_true(self) -> bool:
        """Whether it may be sent now: no newer one stands in its place, and its fiscal year is not over."""
        today = (datetime.now(UTC) + JAPAN).date().isoformat()
        return (
            bool(self._files) and today < self._manifest["until"] and _look_at(self._folder / MANIFEST) == self._stamp
        )

    async def find_response(self, scope: Scope) -> Response | None:
        """An ASGI application that sends the file of this address; None where Datasette is to answer."""
        file = self._files.get(_read_address(scope))
        if file is None or not self.is_true() or not self._knows_host(scope):
            return None
        headers = Headers(scope=scope)
        sent = {**file.get("headers", {}), "content-type": file["media_type"], "cache-control": "max-age=60"}
        path, digest = self._folder / file["path"], file["sha256"]
        if "packed_sha256" in file:
            sent["vary"] = "Accept-Encoding"
            if accepts_gzip(headers.get("accept-encoding", "")) and "range" not in headers:
                path, digest = path.with_name(path.name + PACKED), file["packed_sha256"]
                sent["content-encoding"] = "gzip"
        sent["etag"] = f'"{digest}"'
        if (condition := judge_condition(headers, sent)) is not None:
            return condition
        if file["size"] <= SMALL_BYTES and "range" not in headers:
            return Response(_read_small(path, digest), headers=sent)
        return FileResponse(path, headers=sent)

    def _knows_host(self, scope: Scope) -> bool:
        """Pages have absolute addresses in them: those under which they were baked."""
        if self._address:
            return True
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        return f"{scope['scheme']}://{host}/" == self._manifest["address"]


def judge_condition(headers: Headers, sent: Mapping[str, str]) -> Response | None:
    """412 where If-Match fails, 304 where If-None-Match names what would be sent, else None (RFC 9110 §13)."""
    known = headers.get("if-match")
    if known is not None and known.strip() != "*" and sent["etag"] not in _split(known):
        return Response(status_code=412)
    known = headers.get("if-none-match", "")
    if known.strip() == "*" or sent["etag"] in _split(known.replace("W/", "")):
        return NotModifiedResponse(Headers(sent))
    return None


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether this Accept-Encoding permits gzip: by name, or by * where gzip is not named."""
    weights = dict(part.replace(" ", "").lower().partition(";")[::2] for part in accept_encoding.split(","))
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return not weight.startswith("q=0") or weight.strip("q=0.") != ""


def _split(etags: str) -> list[str]:
    return [etag.strip() for etag in etags.split(",")]


def _read_address(scope: Scope) -> str:
    path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _look_at(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=MOST_KEPT)
def _read_small(path: Path, digest: str) -> bytes:
    """Raises ValueError if the file is not the one of the manifest."""
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} is not the file of the manifest")
    return content
