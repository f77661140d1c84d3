"""Japanese search in the search box of every table and view whose rows, or what they name, can be found."""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.filters import FilterArguments
from datasette.utils import escape_sqlite
from datasette.utils.asgi import Request, Response
from jinja2 import Environment

from keikaku.publish.feeds.open_search import Suggestion, write_suggestions
from keikaku.publish.records.search_hits import sort_hits
from keikaku.search import search, suggest
from keikaku.search.lexicon import load_lexicon
from keikaku.serving.datasette_private import DatasetteError

SUGGEST_HEADERS = {"Cache-Control": "public, max-age=300"}
SUGGESTIONS_TYPE = "application/x-suggestions+json; charset=utf-8"

# The ids of the rows found: a passage of a report stands for the row that it is quoted for, too.
FOUND = """
    SELECT d.row_id FROM search_index AS i JOIN search_documents AS d ON d.id = i.rowid
    WHERE i.search_index MATCH search_match(:kk_search)
    UNION
    SELECT p.row_id FROM search_index AS i JOIN search_documents AS d ON d.id = i.rowid
    JOIN report_passages AS p ON d.table_name = 'report_passages' AND p.id = d.row_id
    WHERE i.search_index MATCH search_match(:kk_search)
"""

_columns: WeakKeyDictionary[Database, dict[str, list[str]]] = WeakKeyDictionary()


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.globals["sort_hits"] = sort_hits


@hookimpl
def startup(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """Read the words of the database now, so that the first visitor need not wait for it."""

    async def read_words() -> None:
        for db in datasette.databases.values():
            if "search_words" in await db.table_names():
                await db.execute_fn(lambda conn: load_lexicon(conn.execute))

    return read_words


@hookimpl
def extra_template_vars(
    datasette: Datasette, database: str | None, request: Request | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """On the page of results: how many there are, what was searched besides, what else to try if there is nothing."""

    async def variables() -> dict[str, Any]:
        if not request or not database or request.url_vars.get("table") != "search" or not request.args.get("q"):
            return {}
        words = request.args["q"]
        db = datasette.get_database(database)
        found = await db.execute_fn(lambda conn: search(conn.execute, words))
        return {
            "search_total": found.total,
            "search_notes": found.notes,
            "search_suggestions": found.spellings,
            "search_themes": found.themes,
        }

    return variables


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    return [(r"^/-/suggest$", _suggest)]


async def _suggest(request: Request, datasette: Datasette) -> Response:
    """What may be meant by what has been typed so far: [{"text", "label", "url"}], for static/search.js.

    With _format=opensearch as browsers ask for it that have added this search to their own.
    """
    typed = request.args.get("q") or ""
    kind = request.args.get("_format") or "json"
    if kind not in ("json", "opensearch"):
        raise DatasetteError(f"Invalid _format: {kind}", status=400)
    database = datasette.get_database()
    found = await database.execute_fn(lambda conn: suggest(conn.execute, typed)) if typed.strip() else []
    root = datasette.urls.database(database.name)
    if kind == "opensearch":
        site = datasette.jinja_env.globals["site_root"](request)
        words = [Suggestion(s.text, s.label, _address(site, database.name, s)) for s in found]
        return Response(write_suggestions(typed, words), headers=SUGGEST_HEADERS, content_type=SUGGESTIONS_TYPE)
    rows = [{"text": s.text, "label": s.label, "url": f"{root}/{s.path}" if s.path else None} for s in found]
    return Response(
        json.dumps(rows, ensure_ascii=False), headers=SUGGEST_HEADERS, content_type="application/json; charset=utf-8"
    )


def _address(site: str, database: str, suggestion: Any) -> str:
    """Where a suggestion leads: to a record, or to what a search for its words finds."""
    return f"{site}{database}/" + (suggestion.path or f"search?{urlencode({'q': suggestion.text})}")


@hookimpl(trylast=True)
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """The search box and ?_search= of a table or view; trylast, so that it has the last word on both."""

    async def search() -> FilterArguments | None:
        if any(name.startswith("_search_") for name in request.args):
            # Datasette would let it pass, since it knows of no index, and show every row as if it had been found.
            raise DatasetteError("Cannot search by that column", status=400)
        columns = await _searchable_columns(datasette.get_database(database), table)
        if not columns:
            return None
        words = (request.args.get("_search") or "").strip()
        arguments = FilterArguments([], extra_context={"supports_search": True, "search": words})
        if words:
            clauses = [f"{escape_sqlite(column)} IN ({FOUND})" for column in columns]
            arguments.where_clauses.append(f"({' OR '.join(clauses)})")
            arguments.params["kk_search"] = words
            arguments.human_descriptions.append(f"「{words}」を含む")
        return arguments

    return search


async def _searchable_columns(db: Database, table: str) -> list[str]:
    """Columns of `table` that hold ids of rows that search knows: its own id alone, or else those of rows it names."""
    known = _columns.setdefault(db, {})
    if table not in known:
        known[table] = await _find_columns(db, table)
    return known[table]


async def _find_columns(db: Database, table: str) -> list[str]:
    if not {"search_documents", table} <= {*await db.table_names(), *await db.view_names()}:
        return []
    names = [name for name in await db.table_columns(table) if name == "id" or name.endswith("_id")]
    known = [name for name in names if await _holds_known_ids(db, table, name)]
    return ["id"] if "id" in known else known


async def _holds_known_ids(db: Database, table: str, column: str) -> bool:
    name = escape_sqlite(column)
    sql = f"SELECT 1 FROM {escape_sqlite(table)} WHERE {name} IN (SELECT row_id FROM search_documents) LIMIT 1"
    return bool((await db.execute(sql)).rows)
