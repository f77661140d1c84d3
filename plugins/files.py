"""What pages know of the files of the whole data set: their listing, and the description for search engines."""

import asyncio
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from keikaku.publish.catalogue.data_set import LISTING, FileInfo, describe_data_set
from keikaku.publish.catalogue.descriptions import build_schema_org
from keikaku.serving.baked_site import find_site
from keikaku.views.addresses import find_site_root

FOLDER = "files"


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    async def data_files() -> dict[str, Any]:
        """The listing files.json, empty while there are no files of this database; paths are below /files/."""
        return await asyncio.to_thread(read_listing, datasette)

    async def dataset_json_ld(request: Request) -> Markup:
        """The data set as schema.org knows it, for a <script type="application/ld+json"> of a page."""
        return await asyncio.to_thread(describe, datasette, find_site_root(datasette, request))

    env.globals.update(data_files=data_files, dataset_json_ld=dataset_json_ld)


def read_listing(datasette: Datasette) -> dict[str, Any]:
    """files.json; empty if there is none, or if it tells of another database."""
    try:
        listing: dict[str, Any] = json.loads((find_site(datasette) / FOLDER / LISTING).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return listing if listing["database"]["sha256"] == datasette.get_database().hash else {}


@lru_cache(maxsize=8)  # addresses of the site
def describe(datasette: Datasette, root: str) -> Markup:
    """Made once for each address of the site, since it reads the whole database."""
    files = [FileInfo(**file) for file in read_listing(datasette).get("files", [])]
    data_set = describe_data_set(Path(datasette.get_database().path), datasette.metadata())
    return htmlsafe_json_dumps(build_schema_org(data_set, files, root), dumps=json.dumps, ensure_ascii=False)
