"""The site described for programs: openapi.json, a record and the data set as JSON-LD, notebooks, listings of files and pictures."""

import asyncio
import json
import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.utils import derive_named_parameters, escape_sqlite, tilde_decode
from datasette.utils.asgi import NotFound, Request
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from keikaku.database.content_hash import LENGTH
from keikaku.files.digest import stamp
from keikaku.publish.addresses import name_picture
from keikaku.publish.catalogue.data_set import LISTING, FileInfo, describe_data_set
from keikaku.publish.catalogue.guides import point_at, read_notebooks
from keikaku.publish.catalogue.whole_set import build_schema_org
from keikaku.publish.filling import fill_data
from keikaku.publish.records.citation import FORMATS, RECORDS
from keikaku.publish.records.json_ld import DESCRIBED, build_record
from keikaku.publish.tables.query_forms import find_parameter
from keikaku.serving.baked_site import find_site
from keikaku.views.addresses import complete, find_site_root
from keikaku.views.words import data_version, hash_database, heading_of, list_tables, site_title

JSON_LD = "application/ld+json; charset=utf-8"
NOTEBOOK = "application/x-ipynb+json; charset=utf-8"
NOTEBOOKS = {notebook.name: notebook for notebook in read_notebooks()}
_TAGS = re.compile(r"<[^>]+>")
RECORD = rf"^/(?P<database>plans)/(?P<table>{'|'.join(DESCRIBED)})/(?P<pks>[^/]+?)\.jsonld$"


def send_json(content: Any, content_type: str = "application/json; charset=utf-8", status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type=content_type)


async def send_record(datasette: Datasette, request: Request) -> Response:
    """As schema.org knows it."""
    root, license_url = find_site_root(datasette, request), datasette.metadata("license_url")
    table, row_id = request.url_vars["table"], tilde_decode(request.url_vars["pks"])
    db = datasette.get_database(request.url_vars["database"])
    record = await db.execute_fn(lambda connection: build_record(connection.execute, table, row_id, root, license_url))
    if record is None:
        raise NotFound("404")
    return send_json(record, JSON_LD)


def json_ld_link(request: Request | None) -> dict[str, str]:
    """alternate_url_json_ld for the page of a record that has it."""
    if request is None or request.url_vars.get("table") not in DESCRIBED or "pks" not in request.url_vars:
        return {}
    return {"alternate_url_json_ld": f"{request.path}.jsonld"}


async def send_notebook(datasette: Datasette, request: Request) -> Response:
    """With the address of this site in it, so that it works as soon as it is opened."""
    name = request.url_vars["name"]
    if name not in NOTEBOOKS:
        raise NotFound("404")
    content = point_at(NOTEBOOKS[name], find_site_root(datasette, request))
    headers = {"content-disposition": f'attachment; filename="{name}.ipynb"'}
    return Response(content, headers=headers, content_type=NOTEBOOK)


async def send_openapi(datasette: Datasette, request: Request) -> Response:
    """The stable addresses of the site (OpenAPI 3.1), from what the database and metadata.yml say of them."""
    db = datasette.get_database()
    queries = await datasette.get_canned_queries(db.name, None)
    site = {
        "title": site_title(datasette),
        "description": datasette.metadata("description"),
        "license": datasette.metadata("license"),
        "license_url": datasette.metadata("license_url"),
        "version": data_version(datasette),
        "root": find_site_root(datasette, request).rstrip("/"),
        "database": db.name,
        "most_rows": datasette.setting("max_returned_rows"),
        "tables": [await _read_table(datasette, name) for name in await list_tables(datasette) if name not in queries],
        "queries": [await _read_query(datasette, query) for query in queries.values()],
    }
    words = {"formats": FORMATS, "cited": RECORDS, "described": DESCRIBED, "hash_length": LENGTH}
    return send_json(
        fill_data("openapi.yml", site=site, say_parameter=_say_parameter, say_plainly=_say_plainly, **words)
    )


def _say_parameter(name: str) -> str:
    known = find_parameter(name)
    said = [known.label, f"空なら{known.empty}" if known.empty else "", known.help.rstrip("。")]
    return "。".join(filter(None, said))


def _say_plainly(html: str) -> str:
    """A description without its markup and its examples, which are links."""
    told = (part for part in html.split("</p>") if not part.strip().startswith("<p>例："))
    return "".join("".join(_TAGS.sub("", part).splitlines()) for part in told)


async def _read_table(datasette: Datasette, name: str) -> dict[str, Any]:
    db = datasette.get_database()
    columns, described = await db.table_column_details(name), datasette.table_metadata(db.name, name)
    fields = []
    for column in columns:
        heading, meaning = heading_of(described, column.name)
        required = bool(column.notnull or column.is_pk)
        fields.append(
            {"name": column.name, "type": column.type, "required": required, "heading": heading, "meaning": meaning}
        )
    keys = [column.name for column in columns if column.is_pk]
    key = keys[0] if len(keys) == 1 else None
    sql = f"SELECT {escape_sqlite(key)} FROM {escape_sqlite(name)} LIMIT 1" if key else "SELECT NULL"
    row = (await db.execute(sql)).first()
    return {
        "name": name,
        "title": described.get("title") or name,
        "description": described.get("description") or "",
        "fields": fields,
        "key": key,
        "example": str(row[0]) if key and row else None,
    }


async def _read_query(datasette: Datasette, query: dict[str, Any]) -> dict[str, Any]:
    db = datasette.get_database()
    asked = list(dict.fromkeys(await derive_named_parameters(db, query["sql"])))
    rows = await db.execute(f"SELECT * FROM ({query['sql']}) LIMIT 0", dict.fromkeys(asked, ""))
    return {
        "name": query["name"],
        "title": query.get("title") or query["name"],
        "description": query.get("description_html") or "",
        "parameters": [name for name in asked if not name.startswith("_")],
        "columns": {name: heading_of(query, name) for name in rows.columns},
    }


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
    return _parse(path, stamp(path))


@lru_cache(maxsize=8)
def _parse(path: Path, _: str) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        listing: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return listing
    return {}
