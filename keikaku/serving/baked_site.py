"""The files of the baked site, sent as answers: a page that depends on nothing but data and code is made once.

A file is sent only for the very address that it was baked for, only while data and code are those that it was made from, and
only until the day that its manifest names; otherwise Datasette answers.
"""

import hashlib
import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette.app import Datasette
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Scope

from keikaku.files.digest import digest_code, fingerprint, stamp
from keikaku.publish.site import MANIFEST, PACKED, read_manifest

FOLDER = "site"
# Small files are kept in memory: at most MOST_KEPT of them.
SMALL_BYTES = 64 * 1024
MOST_KEPT = 1024
# What pages load, and files of the whole data set: they speak of no address and of no day, and their arguments are digests.
ASSETS = ("/files/", "/pictures/", "/static/", "/styles/", "/plans.db")
A_MINUTE, A_YEAR = "max-age=60", "public, max-age=31536000, immutable"
JAPAN = timedelta(hours=9)

log = logging.getLogger("keikaku.baked_site")


class BakedSite:
    """A folder of files and the manifest that it had when the process started."""

    def __init__(self, folder: Path, database: Path, address: str | None = None) -> None:
        """`address` is that under which the site is known, None where it is the one that each request names."""
        self._folder = folder
        # What each request asks for is kept as text: joining paths takes a good part of an answer's time.
        self._start = f"{folder}/"
        self._place = folder / MANIFEST
        self._stamp = stamp(self._place)
        self._address = address
        self._manifest = self._read(database)
        self._files: Mapping[str, Any] = self._manifest.get("files", {})

    @property
    def build_id(self) -> str:
        """Names data, code and pages; empty where nothing is baked."""
        return str(self._manifest.get("build_id", ""))

    def _read(self, database: Path) -> dict[str, Any]:
        manifest = read_manifest(self._folder)
        made_from = manifest and (manifest["database"]["sha256"], manifest["code_sha256"])
        if made_from and made_from != (fingerprint(database), digest_code()):
            log.warning("%s was baked from other data or code and is not sent: run make build", self._folder)
            return {}
        return manifest

    def is_in_place(self) -> bool:
        """Whether its files are still those that it knows: a newer site may have taken their place."""
        return bool(self._files) and stamp(self._place) == self._stamp

    def is_true(self) -> bool:
        """Whether its pages may be sent now: it is in place, and its fiscal year is not over."""
        return self.is_in_place() and (datetime.now(UTC) + JAPAN).date().isoformat() < self._manifest["until"]

    def find_response(self, scope: Scope) -> Response | None:
        """An ASGI application that sends the file of this address; None where Datasette is to answer."""
        path = (scope.get("raw_path") or scope["path"].encode()).partition(b"?")[0].decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        is_asset = path.startswith(ASSETS)
        file = self._files.get(f"{path}?{query}" if query and not is_asset else path)
        if file is None or not (self.is_in_place() if is_asset else self.is_true() and self._knows_host(scope)):
            return None
        lasting = is_asset and query and file["sha256"].startswith(query)
        return self._send(file, Headers(scope=scope), A_YEAR if lasting else A_MINUTE)

    def _send(self, file: Mapping[str, Any], headers: Headers, cache_control: str) -> Response:
        sent = {**file.get("headers", {}), "content-type": file["media_type"], "cache-control": cache_control}
        path, digest, size = self._start + file["path"], file["sha256"], file["size"]
        if "packed_sha256" in file:
            sent["vary"] = "Accept-Encoding"
            if accepts_gzip(headers.get("accept-encoding", "")) and "range" not in headers:
                path += PACKED
                digest, size = file["packed_sha256"], file["packed_size"]
                sent["content-encoding"] = "gzip"
        sent["etag"] = f'"{digest}"'
        if (condition := judge_condition(headers, sent)) is not None:
            return condition
        if size <= SMALL_BYTES and "range" not in headers:
            return Response(_read_small(path, digest), headers=sent)
        return FileResponse(path, headers=sent)

    def _knows_host(self, scope: Scope) -> bool:
        """Pages have absolute addresses in them: those under which they were baked."""
        if self._address:
            return True
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        return f"{scope['scheme']}://{host}/" == self._manifest["address"]


def find_site(datasette: Datasette) -> Path:
    """Where the files lie that were made from the database: beside it, or where they are just being made."""
    return _folders.get(datasette) or Path(datasette.get_database().path or "").absolute().with_name(FOLDER)


def use_site(datasette: Datasette, folder: Path) -> None:
    """Look for the files in another folder."""
    _folders[datasette] = folder


def find_baked_site(datasette: Datasette) -> BakedSite:
    """That of a running site, read when it is first asked for."""
    if datasette not in _sites:
        database = Path(datasette.get_database().path or "")
        _sites[datasette] = BakedSite(find_site(datasette), database, datasette.metadata("site_url"))
    return _sites[datasette]


_folders: WeakKeyDictionary[Datasette, Path] = WeakKeyDictionary()
_sites: WeakKeyDictionary[Datasette, BakedSite] = WeakKeyDictionary()


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
    """Whether an Accept-Encoding names gzip without refusing it."""
    return re.search(r"\bgzip\s*(?!;\s*q=0(\.0*)?\s*(,|$))(;|,|$)", accept_encoding, re.I) is not None


def _split(etags: str) -> list[str]:
    return [etag.strip() for etag in etags.split(",")]


@lru_cache(maxsize=MOST_KEPT)
def _read_small(path: str, digest: str) -> bytes:
    """Raises ValueError if the file is not the one of the manifest."""
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} is not the file of the manifest")
    return content
