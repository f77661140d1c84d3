"""/pictures/: the picture that other sites show beside a link to a page, where there is one (Open Graph).

`python build_db.py --pictures pictures` draws them into a folder beside the database. Pictures of another database than
the one that is served are not served.
"""

import asyncio
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request
from jinja2 import Environment

from keikaku.files.digest import fingerprint
from keikaku.serving.site_folder import find_site

FOLDER, LISTING, HOME = "pictures", "pictures.json", "home.png"
A_YEAR = 31_536_000


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(rf"^/{FOLDER}/(?P<path>.+)$", send_picture)]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    async def picture_address(request: Request) -> str:
        """Absolute address of a page's picture with its digest, '' if it has none."""
        path = name_picture(request.path, request.args.get("plan") or "", datasette.get_database().name)
        digest = (await read_pictures(datasette)).get(path) if path else None
        address = datasette.absolute_url(request, f"/{FOLDER}/{path}?{digest[:8]}") if digest else ""
        return str(address)

    env.globals["picture_address"] = picture_address


def name_picture(path: str, plan: str, database: str) -> str:
    """Path below the folder of the picture that a page would have: its table and key, or that of home."""
    if path == "/":
        return f"plans/{plan}.png" if plan else HOME
    start = f"/{database}/"
    return f"{path.removeprefix(start)}.png" if path.startswith(start) and path.count("/") == 3 else ""


async def send_picture(datasette: Datasette, request: Request) -> Response:
    """With an address of its own for each content, so that it need never be asked for again."""
    path = request.url_vars["path"]
    digest = (await read_pictures(datasette)).get(path)
    if digest is None:
        raise NotFound("404")
    etag = f'"{digest}"'
    fixed = request.query_string and digest.startswith(request.query_string)
    kept = f"public, max-age={A_YEAR}" if fixed else f"max-age={datasette.setting('default_cache_ttl')}"
    headers = {"etag": etag, "cache-control": kept}
    try:
        content = await asyncio.to_thread((find_folder(datasette) / path).read_bytes)
    except OSError as error:
        raise NotFound("404") from error
    return Response(content, headers=headers, content_type="image/png")


async def read_pictures(datasette: Datasette) -> dict[str, str]:
    """Path -> SHA-256 of each picture of this database; empty if there are none."""
    return await asyncio.to_thread(_read_pictures, datasette)


def _read_pictures(datasette: Datasette) -> dict[str, str]:
    listing = find_folder(datasette) / LISTING
    try:
        told = _parse(listing, fingerprint(listing))
    except (OSError, ValueError):
        return {}
    db = datasette.get_database()
    pictures: dict[str, str] = told["pictures"]
    return pictures if told["database"] == (db.hash or fingerprint(Path(db.path))) else {}


@lru_cache(maxsize=8)
def _parse(listing: Path, _: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(listing.read_text("utf-8"))
    return told


def find_folder(datasette: Datasette) -> Path:
    return find_site(datasette) / FOLDER
