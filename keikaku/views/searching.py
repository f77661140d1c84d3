"""The search of the site: its page, the box of tables whose rows can be found, and suggestions while one types."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import Response
from datasette.app import Datasette
from datasette.database import Database
from datasette.filters import FilterArguments
from datasette.utils import escape_sqlite
from datasette.utils.asgi import BadRequest, Request

from keikaku.files.beside import read_statements
from keikaku.search import Filters, search, suggest
from keikaku.views.addresses import find_site_root

FEW = 8  # hits of each kind, where all kinds are shown
MOST = 25  # of one kind on a page: twelve screens of a phone
_SQL = read_statements(__file__)
_columns: WeakKeyDictionary[Database, dict[str, list[str]]] = WeakKeyDictionary()


async def describe_results(datasette: Datasette, database: str | None, request: Request | None) -> dict[str, Any]:
    """For the page of results: what was found and searched besides, what else to try if there is nothing."""
    if not request or not database or request.url_vars.get("table") != "search":
        return {}
    filters = Filters(*(request.args.get(name) or "" for name in Filters._fields))
    db = datasette.get_database(database)
    return {
        "found": await db.execute_fn(lambda conn: search(conn.execute, request.args.get("q") or "", filters)),
        "filters": filters,
    }


def sort_hits(rows: Iterable[Mapping[str, Any]], kind: str, sector: str, start: int = 0) -> dict[str, Any]:
    """Of what was found of a kind, what is of a sector; "" for any.

    `sectors` count all hits, some of which have no sector; `plans` and `of_kind` have those that are chosen, `shown` those of each
    kind that are listed, of a chosen one from the hit `start`; `places` are the kinds, tables and plans of all, and whether they have sectors.
    """
    rows = list(rows)
    chosen = [row for row in rows if sector in ("", row["sector"])]
    of_kind: dict[str, list[Mapping[str, Any]]] = {}
    for row in chosen:
        of_kind.setdefault(row["kind"], []).append(row)
    return {
        "sectors": Counter(row["sector"] for row in rows if row["sector"]),
        "plans": Counter(row["plan"] for row in chosen),
        "places": sorted({(row["kind"], row["url"].split("/")[2], row["plan"], bool(row["sector"])) for row in rows}),
        "of_kind": of_kind,
        "shown": {name: hits[start : start + MOST] if kind else hits[:FEW] for name, hits in of_kind.items()},
    }


async def filter_rows(datasette: Datasette, request: Request, database: str, table: str) -> FilterArguments | None:
    """The rows that ?_search= finds. Raises BadRequest for the search of one column, of which Datasette knows no index."""
    if any(name.startswith("_search_") for name in request.args):
        # Datasette would let it pass, since it knows of no index, and show every row as if it had been found.
        raise BadRequest("Cannot search by that column")
    columns = await _searchable_columns(datasette.get_database(database), table)
    if not columns:
        return None
    words = (request.args.get("_search") or "").strip()
    arguments = FilterArguments([], extra_context={"supports_search": True, "search": words})
    if words:
        clauses = [f"{escape_sqlite(column)} IN ({_SQL['found']})" for column in columns]
        arguments.where_clauses.append(f"({' OR '.join(clauses)})")
        arguments.params["kk_search"] = words
        arguments.human_descriptions.append(f"「{words}」を含む")
    return arguments


async def _searchable_columns(db: Database, table: str) -> list[str]:
    """Columns of `table` that hold ids of rows that search knows: its own id alone, or else those of rows it names."""
    found = _columns.setdefault(db, {})
    if table not in found:
        published = {*await db.table_names(), *await db.view_names()} - {*await db.hidden_table_names()}
        is_known = {"indicator_links", table} <= published and "search_documents" in await db.table_names()
        columns = await db.table_columns(table) if is_known else []
        ids = [name for name in columns if name == "id" or name.endswith("_id")]
        known: list[str] = []
        for name in sorted(ids, key="id".__ne__):  # whether a column of many rows has any takes long
            if known != ["id"] and (await db.execute(_find_known(table, name))).rows:
                known.append(name)
        found[table] = known
    return found[table]


def _find_known(table: str, column: str) -> str:
    """SQL that has a row if the search knows one that the column names."""
    name = escape_sqlite(table)
    return f"SELECT 1 FROM {name} WHERE {_SQL['known'].format(f'{name}.{escape_sqlite(column)}')} LIMIT 1"


async def send_suggestions(datasette: Datasette, request: Request) -> Response:
    """What may be meant by what has been typed so far: [{"text", "label", "url"}], for static/search.js.

    With _format=opensearch as browsers ask for it that have added this search to their own.
    """
    typed = request.args.get("q") or ""
    kind = request.args.get("_format") or "json"
    if kind not in ("json", "opensearch"):
        raise BadRequest(f"Invalid _format: {kind}")
    database = datasette.get_database()
    found = await database.execute_fn(lambda conn: suggest(conn.execute, typed)) if typed.strip() else []
    if kind == "opensearch":
        root = f"{find_site_root(datasette, request)}{database.name}/"
        addresses = [root + (s.path or f"search?{urlencode({'q': s.text})}") for s in found]
        told: list[Any] = [typed, [s.text for s in found], [s.label for s in found], addresses]
        media_type = "application/x-suggestions+json"
    else:
        root = f"{datasette.urls.database(database.name)}/"
        told = [{"text": s.text, "label": s.label, "url": root + s.path if s.path else None} for s in found]
        media_type = "application/json"
    text = json.dumps(told, ensure_ascii=False)
    return Response(text, headers={"Cache-Control": "public, max-age=300"}, content_type=f"{media_type}; charset=utf-8")
