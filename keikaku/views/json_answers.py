"""The JSON of tables, queries and rows: Datasette's shapes with Unicode as itself, the notes that rows need, and no list that
is cut without a word.
"""

import json
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakKeyDictionary

from datasette import Response
from datasette.app import Datasette
from datasette.database import Database
from datasette.renderer import convert_specific_columns_to_json
from datasette.utils import CustomJSONEncoder, path_from_row_pks, remove_infinites, value_as_boolean
from datasette.utils.asgi import BadRequest, Request

from keikaku.database.content_hash import hash_rows
from keikaku.publish.tables.about import lay_out
from keikaku.publish.tables.first_chart import choose_chart, prepare_rows
from keikaku.publish.tables.notes import Caveats, group_corrections
from keikaku.schema.conditions import find_word
from keikaku.serving.datasette_private import DatasetteError
from keikaku.serving.sql_guard import ANSWER_BYTES
from keikaku.serving.sql_worker import Limits
from keikaku.views.sources import (
    CANNED_SECONDS,
    ONLY_ROWS,
    find_path,
    keep_arguments,
    open_statement,
    read_pages,
)
from keikaku.views.table_page import sort_rows
from keikaku.views.table_words import as_tuples
from keikaku.views.words import data_version, heading_of

SHAPES = ("arrays", "arrayfirst", "objects", "object", "array")
OBJECTS = ("arrays", "objects")  # the shapes that have a place for notes
LISTS = ("array", "arrayfirst")  # and those that have none for a word that rows are missing
# Of a table as a bare list; larger ones come in pages.
LIST_ROWS = 10_000
# Of a canned query, as the guard weighs them; of a visitor's own SQL no more than of its page.
LIST_BYTES = 48 * 1024 * 1024
NO_PLACE = "一覧の形では打ち切れないので、条件を付けてください。"
JSON = "application/json; charset=utf-8"
Data = dict[str, Any]

_caveats: WeakKeyDictionary[Database, Caveats] = WeakKeyDictionary()


async def render_json(datasette: Datasette, request: Request, data: Data) -> Response:
    """The answer to a view of Datasette's; raises DatasetteError or BadRequest for what cannot be answered so."""
    shape = _read_shape(request, data)
    if data.get("error"):
        raise DatasetteError(data["error"], title="Invalid SQL", status=400)
    data.pop("query_ms", None)  # the same address has the same bytes from every process
    headers = {}
    if "rows" in data:
        if "query_name" in data:
            data["rows"] = sort_rows(data["columns"], data["rows"], request.args, not data["truncated"])
        if shape == "array" and request.args.get("_chart"):
            return Response(_dump(await _prepare_chart(datasette, request, data)), content_type=JSON)
        if shape in LISTS:
            await _complete_list(datasette, request, data)
        headers = await _describe_rows(datasette, request, data, shape)
    body, content_type = write_shape(request, data, shape)
    return Response(body, headers=headers, content_type=content_type)


def _read_shape(request: Request, data: Data) -> str:
    shape = str(request.args.get("_shape", "arrays"))
    if shape not in SHAPES or (shape not in OBJECTS and "rows" not in data):
        raise BadRequest(f"Invalid _shape: {shape}")
    if shape == "object" and not data.get("primary_keys"):
        raise BadRequest("_shape=object is only available on tables with primary keys")
    return shape


def write_shape(request: Request, data: Data, shape: str) -> tuple[str, str]:
    """Body and content type of an answer in one of Datasette's shapes."""
    if "rows" in data:
        data["rows"] = _convert_rows(request, data)
    if shape == "arrays" or "rows" not in data:
        return _dump(data), JSON
    if shape == "arrayfirst":
        return _dump([next(iter(row)) for row in data["rows"]]), JSON
    data["rows"] = [dict(zip(data["columns"], row)) for row in data["rows"]]  # noqa: B905 two columns may have one name
    if shape == "array" and request.args.get("_nl"):
        return "\n".join(map(_dump, data["rows"])), "text/plain; charset=utf-8"
    if shape == "object":
        keys = data["primary_keys"]
        return _dump({path_from_row_pks(row, keys, not keys): row for row in data["rows"]}), JSON
    return _dump(data["rows"] if shape == "array" else data), JSON


def _convert_rows(request: Request, data: Data) -> list[Any]:
    """Texts that hold JSON as what they hold, where `_json` asks for it; infinity, which JSON has not, as null."""
    rows = convert_specific_columns_to_json(data["rows"], data["columns"], request.args.getlist("_json"))
    if value_as_boolean(request.args.get("_json_infinity", "0")):
        return list(rows)
    return [remove_infinites(row) for row in rows]


def _dump(value: Any) -> str:
    return json.dumps(value, cls=CustomJSONEncoder, ensure_ascii=False)


async def _describe_rows(datasette: Datasette, request: Request, data: Data, shape: str) -> dict[str, str]:
    """Put notice, version, notes and hash into an answer that has a place for them; the headers for one that has none.

    Raises BadRequest for a list of rows that are not all, which has no place to say so.
    """
    left_out = await say_left_out(datasette, request, await _find_description(datasette, request, data))
    if left_out and shape in LISTS:
        raise BadRequest(f"{left_out}{NO_PLACE}")
    is_complete = not (data.get("truncated") or data.get("next") or left_out)
    version = data_version(datasette)
    headers = say_complete(version, len(data["rows"]), is_complete)
    if left_out:
        data["notice"] = left_out
    elif data.get("truncated"):
        count = f"{len(data['rows']):,}"
        data["notice"] = f"【ここまで】{count}行で打ち切りました。続きの行があります。CSVなら、すべての行を出せます。"
    data["data_version"] = version
    rows = as_tuples(data["rows"])
    if shape in OBJECTS:
        data["notes"] = await _find_notes(datasette, request, data, rows)
    if is_complete and len(rows) <= datasette.max_returned_rows:
        headers["keikaku-content-hash"] = data["content_hash"] = hash_rows(data["columns"], rows)
    links = [f'<{data["next_url"]}>; rel="next"'] if data.get("next_url") else []
    if links or shape not in OBJECTS:
        headers["link"] = ", ".join([*links, *([link_notes(request)] if shape not in OBJECTS else [])])
    return headers


async def _find_notes(
    datasette: Datasette, request: Request, data: Data, rows: Sequence[Sequence[Any]]
) -> list[dict[str, str]]:
    database, table, query = data["database"], data.get("table"), data.get("query_name")
    described = await _find_description(datasette, request, data)
    fields = lay_out(data["columns"], described.get("columns") or {}, [], None).fields
    caveats = await find_caveats(datasette.get_database(database))
    ids = {cell for row in rows for cell in row if isinstance(cell, str)} if table != "corrections" else set()
    reads = f"{data.get('query', {}).get('sql', '')} {table or ''}"
    is_open_sql = not (table or query) or "_where" in request.args
    return [note.to_json() for note in caveats.note(fields, reads, ids & caveats.corrections.keys(), is_open_sql)]


async def _find_description(datasette: Datasette, request: Request, data: Data) -> dict[str, Any]:
    """What metadata.yml says of a table or query; empty for a visitor's own SQL."""
    if query := data.get("query_name"):
        return await datasette.get_canned_query(data["database"], query, request.actor) or {}
    return datasette.table_metadata(data["database"], data["table"]) if data.get("table") else {}


async def _prepare_chart(datasette: Datasette, request: Request, data: Data) -> list[dict[str, Any]]:
    """The rows for the chart of a page, in the words of the page."""
    columns, table = data["columns"], data.get("table") or ""
    chart = choose_chart(columns, as_tuples(data["rows"]))
    described = await _find_description(datasette, request, data)
    headings = {column: heading_of(described, column)[0] for column in columns}
    return (
        prepare_rows(chart, headings, lambda column, value: find_word(table, column, value) or value) if chart else []
    )


async def find_caveats(db: Database) -> Caveats:
    """What the database says of its rows, read once: it never changes."""
    if db not in _caveats:
        views = await db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        tables = set(await db.table_names())
        corrections = await db.execute("SELECT * FROM corrections ORDER BY rowid") if "corrections" in tables else []
        results = (
            await db.execute("SELECT count(*) FROM figures WHERE role = 'result'") if "figures" in tables else None
        )
        _caveats[db] = Caveats(
            group_corrections(map(dict, corrections)), dict(views.rows), results.single_value() if results else None
        )
    return _caveats[db]


async def _complete_list(datasette: Datasette, request: Request, data: Data) -> None:
    """A bare list has no place to say that rows are missing, so it has all of them, or of a query is refused.

    A table that is too large for one answer stays in pages, which have links to the next.
    """
    if data.get("truncated"):
        data.update(rows=await _read_whole_statement(datasette, request, data), truncated=False)
    elif data.get("next") and _wants_all(request):
        rest = await _read_rest(datasette, request, data["next"], LIST_ROWS - len(data["rows"]))
        if rest is not None:
            data.update(rows=[*data["rows"], *rest], next=None, next_url=None)


def _wants_all(request: Request) -> bool:
    """Whether a table was asked for as it is stored and without naming a page."""
    changed = {"_labels", "_label", "_json", "_json_infinity", "_next"} & {*request.args}
    return not changed and request.args.get("_size", "max") == "max"


async def _read_whole_statement(datasette: Datasette, request: Request, data: Data) -> list[Any]:
    query = data["query"]
    limits = Limits(CANNED_SECONDS, None, LIST_BYTES)
    if not data.get("query_name"):
        limits = Limits(datasette.setting("sql_time_limit_ms") / 1000, None, ANSWER_BYTES)
    async with open_statement(datasette, request, query["sql"], query["params"], limits) as (found, batches):
        rows = [row async for batch in batches for row in batch]
    if found.ended:
        raise BadRequest(f"【ここまで】{len(rows):,}行で打ち切りました。続きの行があります。{NO_PLACE}")
    return rows


async def _read_rest(datasette: Datasette, request: Request, following: str, most: int) -> list[Any] | None:
    """The rows after a page, None if they are more than `most`."""
    rows: list[Any] = []
    arguments = [*keep_arguments(request), *ONLY_ROWS, ("_size", "max")]
    async for page in read_pages(datasette, request, find_path(request), arguments, following):
        rows += page["rows"]
        if len(rows) > most:
            return None
    return rows


async def say_left_out(datasette: Datasette, request: Request, described: Data) -> str:
    """That a question which metadata.yml bounds has rows of its first plans alone, since nothing is asked of it; else nothing."""
    most = described.get("first_plans")
    if not most or any(request.args.get(name) for name in ("plan", "municipality", "theme", "organization")):
        return ""
    found = await datasette.get_database().execute("SELECT count(*) FROM plans")
    words = "plan、municipality、theme、organizationのどれかを書くと、その行がすべて出ます。"
    return f"【ここまで】はじめの{most}計画の行だけです。{words}" if found.single_value() > most else ""


def say_complete(version: str, rows: int, complete: bool) -> dict[str, str]:
    """The headers for programs: how many rows, whether that is all, which data."""
    headers = {"keikaku-rows": str(rows), "keikaku-complete": "?1" if complete else "?0"}
    return {**headers, "keikaku-data-version": version} if version else headers


def link_notes(request: Request) -> str:
    """Where an answer without a place for notes has them: the same as a JSON object."""
    path = re.sub(r"(\.excel)?\.\w+$", "", request.scope["raw_path"].decode("latin-1").partition("?")[0])
    dropped = {"_shape", "_nl", "_header", "_dl", "_stream", "_size"}
    kept = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in dropped]
    return f'<{path}.json?{urlencode([*kept, ("_size", "max")])}>; rel="describedby"'
