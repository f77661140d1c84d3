"""Japanese search in SQL, and in the search box of every table and view whose rows, or what they name, can be found."""

from collections.abc import Awaitable, Callable
from sqlite3 import Connection
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.filters import FilterArguments
from datasette.utils import escape_sqlite
from datasette.utils.asgi import Request

from keikaku.search import match_expression, normalise
from keikaku.snippet import highlight_snippet

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


@hookimpl(trylast=True)
def prepare_connection(conn: Connection) -> None:
    """search_match(words), search_key(text) and highlight_snippet(text, words); escape_fts becomes search_match."""
    for name in ("search_match", "escape_fts"):
        conn.create_function(name, 1, lambda words: match_expression(_text(words)), deterministic=True)
    conn.create_function("search_key", 1, lambda text: normalise(_text(text)).strip(), deterministic=True)
    conn.create_function("highlight_snippet", 2, lambda text, words: highlight_snippet(_text(text), _text(words)))


def _text(value: object) -> str:
    return "" if value is None else str(value)


@hookimpl(trylast=True)
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """The search box and ?_search= of a table or view; trylast, so that it has the last word on both."""

    async def search() -> FilterArguments | None:
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
