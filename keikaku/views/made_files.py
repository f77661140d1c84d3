"""What pages know of the files that were made from this database: those of the whole data set, and the pictures of links to pages."""

import asyncio
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from keikaku.publish.catalogue.data_set import LISTING, FileInfo, describe_data_set
from keikaku.publish.catalogue.descriptions import build_schema_org
from keikaku.publish.records.sharing import name_picture
from keikaku.serving.baked_site import find_site
from keikaku.views.addresses import complete, find_site_root
from keikaku.views.version import hash_database


def data_files(datasette: Datasette) -> dict[str, Any]:
    """The listing files.json, empty while there are no files of this database; paths are below /files/."""
    listing = _read_listing(datasette, f"files/{LISTING}")
    return listing if listing and listing["database"]["sha256"] == hash_database(datasette) else {}


async def dataset_json_ld(datasette: Datasette, request: Request) -> Markup:
    """The data set as schema.org knows it, for a <script type="application/ld+json"> of a page."""
    return await asyncio.to_thread(_describe, datasette, find_site_root(datasette, request))


@lru_cache(maxsize=8)  # addresses of the site
def _describe(datasette: Datasette, root: str) -> Markup:
    """Made once for each address of the site, since it reads the whole database."""
    files = [FileInfo(**file) for file in data_files(datasette).get("files", [])]
    data_set = describe_data_set(Path(datasette.get_database().path), datasette.metadata())
    return htmlsafe_json_dumps(build_schema_org(data_set, files, root), dumps=json.dumps, ensure_ascii=False)


def picture_address(datasette: Datasette, request: Request) -> str:
    """Absolute address of the picture that other sites show beside a link to a page (Open Graph), '' if it has none."""
    path = name_picture(request.path, request.args.get("plan") or "", datasette.get_database().name)
    listing = _read_listing(datasette, "pictures/pictures.json")
    if not path or not listing or listing["database"] != hash_database(datasette):
        return ""
    digest = listing["pictures"].get(path)
    return complete(datasette, request, f"/pictures/{path}?{digest[:8]}") if digest else ""


def _read_listing(datasette: Datasette, name: str) -> dict[str, Any]:
    """Empty if there is none that can be read."""
    path = find_site(datasette) / name
    try:
        return _parse(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=8)
def _parse(path: Path, _: int) -> dict[str, Any]:
    listing: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return listing
