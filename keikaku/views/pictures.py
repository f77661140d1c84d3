"""The picture that other sites show beside a link to a page, where there is one of this database (Open Graph)."""

import asyncio
import json
from functools import lru_cache
from pathlib import Path

from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.publish.records.sharing import name_picture
from keikaku.serving.baked_site import find_site
from keikaku.views.addresses import complete
from keikaku.views.version import hash_database

FOLDER, LISTING = "pictures", "pictures.json"


async def picture_address(datasette: Datasette, request: Request) -> str:
    """Absolute address of a page's picture with its digest, '' if it has none."""
    path = name_picture(request.path, request.args.get("plan") or "", datasette.get_database().name)
    digest = (await read_pictures(datasette)).get(path) if path else None
    return complete(datasette, request, f"/{FOLDER}/{path}?{digest[:8]}") if digest else ""


async def read_pictures(datasette: Datasette) -> dict[str, str]:
    """Path -> SHA-256 of each picture of this database; empty if there are none."""
    listing = find_site(datasette) / FOLDER / LISTING
    try:
        database, pictures = await asyncio.to_thread(lambda: _parse(listing, listing.stat().st_mtime_ns))
    except (OSError, ValueError):
        return {}
    return pictures if database == hash_database(datasette) else {}


@lru_cache(maxsize=8)
def _parse(listing: Path, _: int) -> tuple[str, dict[str, str]]:
    told = json.loads(listing.read_text("utf-8"))
    return told["database"], told["pictures"]
