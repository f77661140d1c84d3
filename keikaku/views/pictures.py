"""/pictures/: the picture that other sites show beside a link to a page, where there is one (Open Graph).

Pictures of another database than the one that is served are not served.
"""

import asyncio
import json
from functools import lru_cache
from pathlib import Path

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.records.sharing import name_picture
from keikaku.serving.conditions import is_known
from keikaku.serving.served_copy import find_home
from keikaku.views.addresses import complete
from keikaku.views.version import hash_database

FOLDER, LISTING = "pictures", "pictures.json"
_A_YEAR = 31_536_000


async def picture_address(datasette: Datasette, request: Request) -> str:
    """Absolute address of a page's picture with its digest, '' if it has none."""
    path = name_picture(request.path, request.args.get("plan") or "", datasette.get_database().name)
    digest = (await read_pictures(datasette)).get(path) if path else None
    return complete(datasette, request, f"/{FOLDER}/{path}?{digest[:8]}") if digest else ""


async def send_picture(datasette: Datasette, request: Request) -> Response:
    """With an address of its own for each content, so that it need never be asked for again."""
    path = request.url_vars["path"]
    digest = (await read_pictures(datasette)).get(path)
    if digest is None:
        raise NotFound("404")
    etag = f'"{digest}"'
    fixed = request.query_string and digest.startswith(request.query_string)
    age = f"public, max-age={_A_YEAR}" if fixed else f"max-age={datasette.setting('default_cache_ttl')}"
    headers = {"etag": etag, "cache-control": age}
    if is_known(request.headers, etag):
        return Response("", status=304, headers=headers)
    try:
        content = await asyncio.to_thread((find_home(datasette.get_database()) / FOLDER / path).read_bytes)
    except OSError as error:
        raise NotFound("404") from error
    return Response(content, headers=headers, content_type="image/png")


async def read_pictures(datasette: Datasette) -> dict[str, str]:
    """Path -> SHA-256 of each picture of this database; empty if there are none."""
    listing = find_home(datasette.get_database()) / FOLDER / LISTING
    try:
        database, pictures = await asyncio.to_thread(lambda: _parse(listing, listing.stat().st_mtime_ns))
    except (OSError, ValueError):
        return {}
    return pictures if database == hash_database(datasette) else {}


@lru_cache(maxsize=8)
def _parse(listing: Path, _: int) -> tuple[str, dict[str, str]]:
    told = json.loads(listing.read_text("utf-8"))
    return told["database"], told["pictures"]
