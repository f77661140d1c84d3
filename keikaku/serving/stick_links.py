"""Where the folder without a server has what an address of the live site gave: a file of it, or the question in SQL."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette.filters import Filters
from datasette.utils import escape_sqlite, tilde_decode

from keikaku.publish.addresses import DATABASE
from keikaku.publish.stick_pages import SEARCH, SQL

_FORM_ONLY = ("_shape", "_size", "_labels")  # how rows are written, not which


class StickLinks:
    """Finds files by address; `files` are those of the folder, without those that have an argument, `queries` the canned ones."""

    def __init__(self, files: Mapping[str, str], queries: Mapping[str, Any], execute: Callable[..., Any]) -> None:
        self._files, self._queries = files, queries
        self._columns = {
            name: dict(execute("SELECT name, pk FROM pragma_table_info(?)", [name]).fetchall())
            for (name,) in execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        }
        plans = [plan for (plan,) in execute("SELECT id FROM plans LIMIT 2")]
        self._only = [(name, plans[0]) for name in ("plan", "plan_id")] if len(plans) == 1 else []

    def find(self, address: str) -> str | None:
        """From the root of the folder, with argument or fragment; None for what only a server can answer."""
        address, mark, fragment = address.partition("#")
        path, _, query = address.partition("?")
        given = [pair for pair in parse_qsl(query) if pair not in self._only and pair[0] not in _FORM_ONLY]
        if "_next" in dict(given):  # of more rows than a page shows, all
            given = [pair for pair in given if not pair[0].startswith("_sort")]
        if path == f"/{DATABASE}/search":
            return f"{SEARCH}?{query}" if query else SEARCH
        if path == "/" and given:  # the home page of one plan of many
            path, given = f"/{DATABASE}/plans/{dict(given).get('plan')}", given[1:]
        if file := self._files.get(path) if not given else None:
            return file + mark + fragment
        if path == f"/{DATABASE}" and "sql" in dict(given):
            return f"{SQL}?{query}"
        _, database, table, keys = [*path.split("/"), "", ""][:4]
        if database != DATABASE or "." in path:
            return None
        if table in self._queries:
            statement = self._queries[table]["sql"]
            known = given and all(f":{name}" in statement for name, _ in given)
            return f"{SQL}?{urlencode({'_query': table, **dict(given)})}" if known else None
        statement = self._write_sql(table, keys, given)
        return f"{SQL}?{urlencode({'sql': statement})}" if statement else None

    def _write_sql(self, table: str, keys: str, given: list[tuple[str, str]]) -> str | None:
        """The question of a table with conditions, of the numbers of its values, or of a row that has no page."""
        columns = self._columns.get(table)
        known = ["_next", "_facet", *(columns or ())]
        if columns is None or not all(name.partition("__")[0] in known for name, _ in given) or (keys and given):
            return None
        if keys:
            values = [tilde_decode(value) for value in keys.split(",")]
            named = [name for name, place in sorted(columns.items(), key=lambda column: column[1]) if place]
            if len(values) != len(named):
                return None
            given = list(zip(named, values, strict=True))
        asked = dict(given)
        where, values_of = Filters(sorted(pair for pair in given if pair[0][0] != "_")).build_where_clauses(table)
        clauses = [re.sub(r":(p\d+)", lambda found: _quote(values_of[found[1]]), clause) for clause in where]
        return _compose(table, clauses, asked)


def _compose(table: str, clauses: list[str], asked: Mapping[str, str]) -> str:
    condition = f"\nwhere {' and '.join(clauses)}" if clauses else ""
    if facet := asked.get("_facet"):
        column = escape_sqlite(facet)
        return f"select {column}, count(*) as n\nfrom {escape_sqlite(table)}{condition}\ngroup by {column}\norder by n desc"
    return f"select * from {escape_sqlite(table)}{condition}"


def _quote(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
