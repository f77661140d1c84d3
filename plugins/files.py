"""/files/: the files of the whole data set, and /plans.db, with strong ETags, ranges and conditional requests.

`python build_db.py --files files` makes the folder `files` beside the database. What its listing does not name is not
served, and nothing is, once the database is another one than the files were made from.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils.asgi import NotFound, Request
from datasette.views.database import DatabaseDownload
from jinja2 import Environment
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from starlette.responses import FileResponse

from keikaku.files.digest import fingerprint
from keikaku.publish.catalogue.data_set import describe_data_set
from keikaku.publish.catalogue.descriptions import build_schema_org
from keikaku.publish.catalogue.listing import LISTING, FileInfo
from keikaku.serving.conditions import is_known, wants_parts
from keikaku.serving.served_copy import find_home

FOLDER = "files"
# As many addresses of the site have their description kept.
MOST_ROOTS = 8

_described: WeakKeyDictionary[Database, dict[tuple[str, str], Markup]] = WeakKeyDictionary()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/files/(?P<path>.+)$", send_listed), (r"^/(?P<database>[^/.]+)\.db$", send_database)]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    async def data_files() -> dict[str, Any]:
        """The listing files.json, empty while there are no files of this database; paths are below /files/."""
        return await read_listing(datasette)

    async def dataset_json_ld(request: Request) -> Markup:
        """The data set as schema.org knows it, for a <script type="application/ld+json"> of a page."""
        return await asyncio.to_thread(_describe, datasette, datasette.jinja_env.globals["site_root"](request))

    env.globals.update(data_files=data_files, dataset_json_ld=dataset_json_ld)


async def send_listed(datasette: Datasette, request: Request, send: Callable[..., Any]) -> None:
    path = request.url_vars["path"]
    listing = await read_listing(datasette)
    types = {file["path"]: file["media_type"] for file in listing.get("files", [])}
    if listing:
        types[LISTING] = "application/json; charset=utf-8"
    if path not in types:
        raise NotFound("404")
    await send_file(datasette, request, send, find_folder(datasette) / path, types[path])


async def send_database(datasette: Datasette, request: Request, send: Callable[..., Any]) -> None:
    """As Datasette's own, which decides who may have it, but with ranges."""
    headers = [pair for pair in request.scope["headers"] if pair[0] != b"if-none-match"]
    answer = await DatabaseDownload(datasette).get(Request({**request.scope, "headers": headers}, request.receive))
    path = Path(answer.filepath)
    named = {"content-disposition": f'attachment; filename="{path.name}"'}
    await send_file(datasette, request, send, path, "application/vnd.sqlite3", named)


async def send_file(
    datasette: Datasette,
    request: Request,
    send: Callable[..., Any],
    path: Path,
    media_type: str,
    headers: dict[str, str] | None = None,
) -> None:
    """Raises NotFound if the file is gone."""
    try:
        etag = f'"{await asyncio.to_thread(fingerprint, path)}"'
        modified = path.stat().st_mtime
    except OSError as error:
        raise NotFound("404") from error
    headers = {**(headers or {}), "etag": etag, "cache-control": f"max-age={datasette.setting('default_cache_ttl')}"}
    if is_known(request.headers, etag, modified):
        fixed = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": 304, "headers": fixed})
        await send({"type": "http.response.body", "body": b""})
        return
    respond: Callable[..., Awaitable[None]] = FileResponse(path, headers=headers, media_type=media_type)
    scope = request.scope
    if not wants_parts(request.method, request.headers.get("range", "")):
        scope = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"range"]}
    await respond(scope, request.receive, send)


async def read_listing(datasette: Datasette) -> dict[str, Any]:
    """files.json; empty if there is none, or if it tells of another database."""
    return await asyncio.to_thread(_read_listing, datasette)


def _read_listing(datasette: Datasette) -> dict[str, Any]:
    try:
        listing: dict[str, Any] = json.loads((find_folder(datasette) / LISTING).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    db = find_database(datasette)
    return listing if listing["database"]["sha256"] == (db.hash or fingerprint(Path(db.path))) else {}


def _describe(datasette: Datasette, root: str) -> Markup:
    """With the files that are served now; made once for each of them, since it reads the whole database."""
    database = find_database(datasette)
    known = _described.setdefault(database, {}) if database.hash else {}
    listing = _read_listing(datasette)
    key = root, json.dumps(listing)
    if key not in known:
        files = [FileInfo(**file) for file in listing.get("files", [])]
        described = build_schema_org(describe_data_set(Path(database.path), datasette.metadata()), files, root)
        if len(known) >= MOST_ROOTS:
            known.clear()
        known[key] = htmlsafe_json_dumps(described, dumps=json.dumps, ensure_ascii=False)
    return known[key]


def find_folder(datasette: Datasette) -> Path:
    return find_home(find_database(datasette)) / FOLDER


def find_database(datasette: Datasette) -> Database:
    return datasette.get_database()
