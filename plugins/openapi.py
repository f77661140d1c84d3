"""/openapi.json: the stable addresses described for programs."""

import json
from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import derive_named_parameters, escape_sqlite
from datasette.utils.asgi import Request

from keikaku.publish.catalogue.openapi import Field, Query, Site, Table, build_openapi
from keikaku.schema.columns import split_help


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/openapi\.json$", send_description)]


async def send_description(datasette: Datasette, request: Request) -> Response:
    db = datasette.get_database()
    words = datasette.jinja_env.globals
    hidden = await db.hidden_table_names()
    names = [name for name in [*await db.table_names(), *await db.view_names()] if name not in hidden]
    queries = await datasette.get_canned_queries(db.name, None)
    site = Site(
        title=words["site_title"],
        description=words["site_description"],
        license=datasette.metadata("license"),
        license_url=datasette.metadata("license_url"),
        version=words["data_version"](db.name),
        root=words["site_root"](request).rstrip("/"),
        database=db.name,
        most_rows=datasette.setting("max_returned_rows"),
        tables=[await _read_table(datasette, db, name) for name in names],
        queries=[await _read_query(db, query) for query in queries.values()],
    )
    text = json.dumps(build_openapi(site), ensure_ascii=False)
    return Response(text, content_type="application/json; charset=utf-8")


async def _read_table(datasette: Datasette, db: Database, name: str) -> Table:
    described = datasette.table_metadata(db.name, name)
    helps = described.get("columns") or {}
    columns = await db.table_column_details(name)
    fields = [
        Field(c.name, c.type if c.type in ("TEXT", "INTEGER", "NUMERIC") else "", bool(c.notnull or c.is_pk), *split_help(helps.get(c.name), c.name))
        for c in columns
    ]  # fmt: skip
    keys = [column.name for column in columns if column.is_pk]
    key = keys[0] if len(keys) == 1 else None
    sql = f"SELECT {escape_sqlite(key)} FROM {escape_sqlite(name)} LIMIT 1" if key else "SELECT NULL"
    row = (await db.execute(sql)).first()
    example = str(row[0]) if key and row else None
    description = described.get("description") or ""
    return Table(name, described.get("title") or name, description, fields, key, example)


async def _read_query(db: Database, query: dict[str, Any]) -> Query:
    asked = list(dict.fromkeys(await derive_named_parameters(db, query["sql"])))
    names = [name for name in asked if not name.startswith("_")]
    rows = await db.execute(f"SELECT * FROM ({query['sql']}) LIMIT 0", dict.fromkeys(asked, ""))
    helps = query.get("columns") or {}
    columns = {name: split_help(helps.get(name), name) for name in rows.columns}
    title = query.get("title") or query["name"]
    return Query(query["name"], title, query.get("description_html") or "", names, columns)
