"""The rows of which a file or a whole list is made, batch by batch.

A table, a view or a row is asked of Datasette as JSON under its public address, page after page: filters, search, sort and
permissions are those of the page that everybody sees. A statement, a canned query or a visitor's own, runs in a worker.
"""

import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette import Response
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.utils import derive_named_parameters, tilde_decode, validate_sql_select, value_as_boolean
from datasette.utils.asgi import BadRequest, NotFound, Request

from keikaku.publish.tables.csv_file import Value
from keikaku.serving.datasette_private import DatasetteError
from keikaku.serving.errors import repeat_refusal
from keikaku.serving.refusals import say
from keikaku.serving.sql_worker import Limits, Rows
from keikaku.serving.visitors import open_rows
from keikaku.views.table_page import find_meant, find_sort, sort_rows

Batch = Sequence[Sequence[Value]]
Arguments = list[tuple[str, str]]
# Arguments that say how an answer is written and where it begins, not which rows it has.
WRITING = frozenset(
    {
        "_dl", "_header", "_json", "_json_infinity", "_label", "_labels", "_next", "_nl", "_shape", "_size", "_stream"
    }
)  # fmt: skip
ONLY_ROWS = [("_nocount", "1"), ("_nofacet", "1")]
# For a statement of ours; one of a visitor's has what Datasette gives any query.
CANNED_SECONDS = 30.0
UNLIMITED = 2**62


class OtherAnswer(Exception):
    """What was asked for is no rows but this response: a redirect or a refusal."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


@dataclass
class Source:
    """Where rows come from. A row is a list of cells, with the name of a referenced row after each of `named`.

    `name` is ASCII, for files; `described` is what metadata.yml says, and `reads` names everything that is read.
    """

    database: str
    name: str
    table: str | None
    described: Mapping[str, Any]
    columns: Sequence[str]
    reads: str
    is_open_sql: bool
    batches: AsyncIterator[Batch]
    named: Collection[str] = ()
    found: Rows | None = None

    @property
    def ended(self) -> str:
        """After the last batch: what ended the rows before their end, "seconds" or "bytes"; else ""."""
        return self.found.ended if self.found and self.found.ended != "rows" else ""


def read_size(datasette: Datasette, request: Request) -> int | None:
    """How many rows `_size` asks for, as Datasette reads it; None for all. Raises BadRequest."""
    size = request.args.get("_size") or "max"
    if size == "max":
        return None
    try:
        number = int(size)
    except ValueError:
        number = -1
    if number < 0:
        raise BadRequest("_size must be a positive integer")
    if number > datasette.max_returned_rows:
        raise BadRequest(f"_size must be <= {datasette.max_returned_rows}")
    return number


@asynccontextmanager
async def open_source(
    datasette: Datasette, request: Request, asked: int | None, labels_by_default: bool, open_bytes: int
) -> AsyncIterator[Source]:
    """The rows of the page of the same address, `asked` or all of them; a visitor's own SQL gives at most `open_bytes`.

    Raises OtherAnswer, NotFound, Forbidden, DatasetteError, QueryInterrupted, WorkersBusy, WorkerEnded.
    """
    database = find_database(datasette, request).name
    table = tilde_decode(request.url_vars.get("table") or "")
    query = await datasette.get_canned_query(database, table, request.actor) if table else None
    if table and not query:
        yield await _open_table(datasette, request, database, table, asked, labels_by_default)
        return
    if query:
        await find_meant(datasette, request)  # refuses choices that there are not
        seconds = max(CANNED_SECONDS, datasette.setting("sql_time_limit_ms") / 1000)
        place, sql, limits = table, query["sql"], Limits(seconds, asked, UNLIMITED)
        permissions = [("view-query", (database, table)), ("view-database", database), "view-instance"]
    else:
        place, sql = "query", _read_sql(request)
        limits = Limits(datasette.setting("sql_time_limit_ms") / 1000, asked, open_bytes)
        permissions = [("execute-sql", database)]
    await datasette.ensure_permissions(request.actor, permissions)
    params = await _read_parameters(datasette, request, database, sql)
    described = query or {"title": "問い合わせ"}
    async with open_statement(datasette, request, sql, params, limits) as (found, batches):
        name = f"{database}-{place}"
        yield Source(database, name, None, described, found.columns, sql, not query, batches, found=found)


@asynccontextmanager
async def open_statement(
    datasette: Datasette, request: Request, sql: str, params: Mapping[str, Any], limits: Limits
) -> AsyncIterator[tuple[Rows, AsyncIterator[Batch]]]:
    """The rows of one statement, in the order that the address asks for; `limits.rows` are those that are wanted."""
    is_sorted = bool(find_sort(request.args)[0])
    most = datasette.max_returned_rows if is_sorted else limits.rows
    try:
        async with open_rows(datasette, sql, params, Limits(limits.seconds, most, limits.bytes)) as found:
            yield found, _sort_batches(found, request, limits.rows) if is_sorted else aiter(found)
    except sqlite3.Error as error:
        if error.args == ("interrupted",):
            raise QueryInterrupted(error, sql, params) from error
        raise DatasetteError(str(error), title="Invalid SQL", status=400) from error


async def _sort_batches(found: Rows, request: Request, wanted: int | None) -> AsyncIterator[Batch]:
    rows = [row async for batch in found for row in batch]
    yield sort_rows(found.columns, rows, request.args, all_there=not found.ended)[:wanted]


async def read_pages(
    datasette: Datasette, request: Request, path: str, arguments: Arguments, start: str | None = None
) -> AsyncIterator[dict[str, Any]]:
    """The JSON of a table page after page, from the page that `start` is the _next of. Raises OtherAnswer."""
    following: Arguments = [("_next", start)] if start else []
    while True:
        answer = await _ask(datasette, request, path, [*arguments, *following])
        yield answer
        if not answer.get("next"):
            return
        following = [("_next", answer["next"])]


def find_database(datasette: Datasette, request: Request) -> Database:
    """The database of an address. Raises NotFound."""
    try:
        return datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    except KeyError as error:
        raise NotFound("404") from error


def find_path(request: Request) -> str:
    """The address of the page without a format."""
    return "/" + "/".join(filter(None, (request.url_vars.get(name) for name in ("database", "table", "pks"))))


def keep_arguments(request: Request) -> Arguments:
    """The arguments that decide which rows a page has, and in which order."""
    return [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in WRITING]


def _read_sql(request: Request) -> str:
    sql = request.args.get("sql")
    if not sql:
        raise OtherAnswer(Response.text("\n".join(say("no_sql")) + "\n", status=400))
    validate_sql_select(sql)
    return str(sql)


async def _read_parameters(datasette: Datasette, request: Request, database: str, sql: str) -> dict[str, str]:
    """The values of a statement's parameters from the address, empty where it has none; as Datasette's page has them."""
    names = await derive_named_parameters(datasette.get_database(database), sql)
    given = {key: request.args.get(key) for key in request.args if key not in ("sql", "_shape")}
    return {**dict.fromkeys(names, ""), **given}


async def _open_table(
    datasette: Datasette, request: Request, database: str, table: str, asked: int | None, labels_by_default: bool
) -> Source:
    named = await _choose_named(datasette, request, database, table, labels_by_default)
    path, arguments = find_path(request), keep_arguments(request)
    if "pks" in request.url_vars:
        path, arguments = await _find_row(datasette, request, path)
    naming = [("_label", column) for column in named]
    size = [("_size", "max" if asked is None else str(asked))]
    pages = read_pages(
        datasette,
        request,
        path,
        [*arguments, *ONLY_ROWS, *naming, *size, ("_json_infinity", "1")],
        request.args.get("_next"),
    )
    first = await anext(pages)

    async def read_batches() -> AsyncIterator[Batch]:
        yield _read_rows(first, named)
        if asked is None:
            async for page in pages:
                yield _read_rows(page, named)

    return Source(
        database=database,
        name="-".join(filter(None, (database, table, request.url_vars.get("pks")))),
        table=table,
        described=datasette.table_metadata(database, table),
        columns=first["columns"],
        reads=f"{first['query']['sql']} {table}",
        is_open_sql=any(name == "_where" for name, _ in arguments),
        batches=read_batches(),
        named=named,
    )


async def _find_row(datasette: Datasette, request: Request, path: str) -> tuple[str, Arguments]:
    """A row as the only one of its table, which can name what it refers to; the page of a row cannot."""
    row = await _ask(datasette, request, path, [])
    keys = zip(row["primary_keys"], row["primary_key_values"], strict=True)
    return path.rpartition("/")[0], [(f"{key}__exact", value) for key, value in keys]


async def _ask(datasette: Datasette, request: Request, path: str, arguments: Arguments) -> dict[str, Any]:
    response = await datasette.client.get(f"{path}.json?{urlencode(arguments)}")
    if response.is_redirect:
        raise OtherAnswer(await _redirect(datasette, request, path))
    if response.status_code in (404, 410):
        raise NotFound("404")  # what is near this address is found again
    answer: dict[str, Any] = response.json()
    if response.status_code != 200:
        raise OtherAnswer(await repeat_refusal(datasette, request, answer))
    return answer


async def _redirect(datasette: Datasette, request: Request, path: str) -> Response:
    """To where Datasette leads the very same arguments, in the format that was asked for."""
    response = await datasette.client.get(f"{path}.json?{request.query_string}")
    page, found, query = response.headers["location"].partition("?")
    ending = (request.url_vars.get("excel") or "") + "." + request.url_vars["format"]
    return Response.redirect(page.removesuffix(".json") + ending + found + query)


async def _choose_named(
    datasette: Datasette, request: Request, database: str, table: str, by_default: bool
) -> list[str]:
    """The references whose rows are to be named: as _labels and _label say, else all or none of them."""
    try:
        wanted = value_as_boolean(request.args.get("_labels", ""))
    except ValueError:
        wanted = by_default
    asked = request.args.getlist("_label")
    db = datasette.get_database(database)
    named = []
    for key in await db.foreign_keys_for_table(table):
        naming = await db.label_column_for_table(key["other_table"])
        if naming and naming != key["other_column"] and (key["column"] in asked if asked else wanted):
            named.append(key["column"])
    return named


def _read_rows(page: Mapping[str, Any], named: Collection[str]) -> list[list[Value]]:
    return [list(_read_cells(row, page["columns"], named)) for row in page["rows"]]


def _read_cells(row: Any, columns: Sequence[str], named: Collection[str]) -> Iterator[Value]:
    """The stored values, and after a reference its label: Datasette writes a row that has labels as an object."""
    for column, cell in zip(columns, row.values() if isinstance(row, dict) else row, strict=True):
        value = cell if isinstance(cell, dict) else {"value": cell}
        yield value["value"] if "value" in value else value["encoded"]
        if column in named:
            yield value.get("label")
