"""The order of rows: a sorted table has each row on exactly one of its pages; rows of a query have one order in every form.

Datasette 0.65 sorts the first page of a table by the column alone, and all others by the column and the primary key, so
that rows with equal values fall between the pages. Here a first page too begins after a place: the one before all rows.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import path_with_replaced_args, tilde_decode, tilde_encode
from datasette.utils.asgi import BadRequest, Request

from keikaku.publish.tables.query_forms import find_choice, find_named, find_parameter
from keikaku.serving.datasette_private import TableView
from keikaku.serving.errors import WrongCondition
from keikaku.serving.refusals import say
from keikaku.serving.visitors import needs_worker

# For SQLite a number is less than any text; texts stand in the order of their code points, the last of which that a page may hold is U+10FFFD.
LOWEST_TEXT, LOWEST_NUMBER, HIGHEST = "", "-1e999", "\U0010fffd"
NOTHING = "$null"  # an empty cell, in the language of ?_next=
MOST_DIGITS = 15
MOST_SHOWN = 200  # rows of a question on its page
_DIGITS = re.compile(r"(\d+)")


class TablePage(TableView):
    """Datasette's page of a table, a view or a query, with the first page sorted as those after it are.

    Of a question Datasette makes cells for a page of all its rows (2,000 by 20 columns): here of those alone that are shown.
    """

    async def data(
        self, request: Request, default_labels: bool = False, _next: str | None = None, _size: int | None = None
    ) -> Any:
        start = _next or request.args.get("_next") or await find_start(self.ds, request)
        answer = await super().data(request, default_labels, start, _size)
        if isinstance(answer, tuple) and answer[0].get("query_name"):
            rows = answer[0]["rows"]
            answer[0]["rows"] = rows.copy()
            del rows[MOST_SHOWN:]  # the list that the page is made of
        return answer


async def send_table(datasette: Datasette, request: Request) -> Any:
    """A page of a table, of a view or of a query; raises BadRequest for rows of a view that are counted from no number."""
    await _check_offset(datasette, request)
    if address := await find_meant(datasette, request):
        return Response.redirect(address)
    return await TablePage(datasette).dispatch_request(request)


async def find_start(datasette: Datasette, request: Request) -> str | None:
    """The place before the first row, as ?_next= writes it; None for what has no key, or is sorted by nothing else."""
    db, table = _find_table(datasette, request)
    descending, ascending = request.args.get("_sort_desc"), request.args.get("_sort")
    if not (ascending or descending):
        described = datasette.table_metadata(db.name, table)
        descending, ascending = described.get("sort_desc"), described.get("sort")
    if not (ascending or descending) or not await db.table_exists(table):
        return None
    first = tilde_encode(HIGHEST) if descending else NOTHING
    return ",".join([first, *await _find_lowest_key(db, table)])


async def find_meant(datasette: Datasette, request: Request) -> str | None:
    """The page of a question with the choice whose name a visitor wrote in place of its id, if only one has it.

    Raises WrongCondition for a choice that there is not, in a file for a name in place of an id.
    """
    db, query = _find_table(datasette, request)
    if needs_worker(request.scope["query_string"]) or not await datasette.get_canned_query(db.name, query, None):
        return None
    for name in request.args:
        parameter, written = find_parameter(name), request.args[name].strip()
        asked = {"plan": "", "municipality": "", "written": written}
        if not (parameter.known_by and written) or (await db.execute(find_choice(parameter), asked)).rows:
            continue
        found = [] if request.url_vars.get("format") else (await db.execute(find_named(parameter, 2), asked)).rows
        if not found:
            raise WrongCondition(say("unknown_choice", parameter.label, written[:40]), name)
        if len(found) == 1:
            return str(path_with_replaced_args(request, {name: found[0][0]}))
    return None


def _find_table(datasette: Datasette, request: Request) -> tuple[Database, str]:
    db = datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    return db, tilde_decode(request.url_vars["table"])


async def _find_lowest_key(db: Database, table: str) -> list[str]:
    """Less than the key of any row: of columns of text the empty text, of numbers (and rowid) less than any."""
    types = {column.name: column.type.upper() for column in await db.table_column_details(table)}
    keys = await db.primary_keys(table) or ["rowid"]
    return [LOWEST_TEXT if "TEXT" in types.get(key, "INTEGER") else LOWEST_NUMBER for key in keys]


async def _check_offset(datasette: Datasette, request: Request) -> None:
    """Pages of a view are counted: ?_next= says how many rows stand before."""
    following = request.args.get("_next")
    if not following or (following.isdecimal() and len(following) <= MOST_DIGITS):
        return
    db, table = _find_table(datasette, request)
    if table in await db.view_names():
        raise BadRequest("_next must be the value of next in the page before")


def find_sort(args: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The column that an address sorts by, and whether downwards."""
    descending = args.get("_sort_desc")
    return descending or args.get("_sort"), bool(descending)


def sort_rows(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], args: Mapping[str, Any], all_there: bool = True
) -> list[Any]:
    """Rows as `_sort` or `_sort_desc` asks for, those of equal values as they were.

    Raises BadRequest for a column that is not there, and where rows are missing, since those may belong between.
    """
    column, descending = find_sort(args)
    if not column:
        return list(rows)
    if column not in columns:
        raise BadRequest(f"Cannot sort table by {column}")
    if not all_there:
        raise BadRequest(f"Cannot sort more than {len(rows):,} rows")
    place = list(columns).index(column)
    filled = [row for row in rows if tuple(row)[place] is not None]
    filled.sort(key=lambda row: rank(tuple(row)[place]), reverse=descending)
    return filled + [row for row in rows if tuple(row)[place] is None]


def rank(value: Any) -> tuple[int, Any]:
    """A key to sort values of SQLite by: numbers before texts before bytes; numbers within texts by their value."""
    if isinstance(value, bytes):
        return 2, value
    if isinstance(value, str):
        parts = _DIGITS.split(value)  # every second one is a number
        return 1, [_rank_number(part) if place % 2 else part for place, part in enumerate(parts)]
    return 0, value


def _rank_number(digits: str) -> tuple[int, str]:
    """Of any length: Python refuses to read very long numbers."""
    significant = digits.lstrip("0")
    return len(significant), significant
