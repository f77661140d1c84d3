"""Tables, views, queries and rows to take away whole: .csv, .excel.csv and .xlsx; and .json with Unicode as itself.

Datasette's own view decides what a page shows and who may see it. Its query then runs once more without the limit of a
page, in short steps on a connection of its own, into a file that is sent when it is complete: its size, its fingerprint
and whether rows are missing are known before the first byte, and a slow reader holds nothing but that file.
"""

import asyncio
import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any
from urllib.parse import parse_qsl, urlencode
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.renderer import json_renderer
from datasette.utils import (
    derive_named_parameters,
    escape_sqlite,
    sqlite_timelimit,
    tilde_decode,
    validate_sql_select,
    value_as_boolean,
)
from datasette.utils.asgi import NotFound, Request
from datasette.views.base import DatasetteError
from datasette.views.database import MagicParameters
from datasette.views.row import RowView
from datasette.views.table import TableView

from keikaku.database.content_hash import LENGTH, hash_rows
from keikaku.files.digest import fingerprint
from keikaku.publish.tables.about import About, content_disposition, plain_lines
from keikaku.publish.tables.cells import Value
from keikaku.publish.tables.copying import Copying, Limits, Sheet
from keikaku.publish.tables.csv_file import CsvFile
from keikaku.publish.tables.json_file import JsonFile
from keikaku.publish.tables.layout import Label, Layout, add_labels, lay_out, lift_limit
from keikaku.publish.tables.notes import HEADINGS, Caveats, group_corrections
from keikaku.publish.tables.workbook import MAX_ROWS, WorkbookFile
from keikaku.serving.refusals import NO_SQL
from keikaku.serving.sql_guard import ANSWER_BYTES
from keikaku.serving.sql_worker import Limits as WLimits
from keikaku.serving.sql_worker import WorkersBusy as LaneFull
from keikaku.serving.visitors import open_rows

AT_ONCE = 4
PATIENCE_SECONDS = 10
IN_MEMORY = 256_000
PIECE = 65_536
# Whoever takes nothing of a file for so long loses it, since it is held on disk.
STALL_SECONDS = 20
# Bytes of finished files, most of them on the disk, that wait for slow readers; beyond it nobody gets another file for a while.
MOST_UNSENT = 512 * 1024 * 1024
# A visitor's own SQL in formats that are held in memory until they are written.
OPEN_BYTES = {"xlsx": 10_000_000, "json": ANSWER_BYTES}
# Of a table as a bare list; larger ones come in pages.
LIST_BYTES, LIST_ROWS = ANSWER_BYTES, 10_000
# A row of a workbook takes fifty times the work of a row of CSV: plugins: downloads: xlsx_max_rows in metadata.yml.
WORKBOOK_ROWS = 50_000
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "excel.csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CUT = "【ここまで】{:,}行で打ち切りました。続きの行があります。CSVなら、すべての行を出せます。"
File = SpooledTemporaryFile[bytes]
Convert = Callable[[Sequence[Value]], Sequence[Value]]
SHAPES = ("arrays", "arrayfirst", "objects", "object", "array")
OBJECTS = ("arrays", "objects")  # the shapes that have a place for notes
LISTS = ("array", "arrayfirst")  # and those that have none for a word that rows are missing


@dataclass(frozen=True)
class Plan:
    """The query that gives all that is asked for, and what it is called; `asked` is how many rows the visitor wants."""

    database: str
    name: str
    table: str | None
    described: Mapping[str, Any]
    columns: Sequence[str]
    sql: str
    params: Mapping[str, Any]
    asked: int | None
    is_open_sql: bool

    @property
    def reads(self) -> str:
        """SQL that names everything that the rows come from."""
        return f"{self.sql} {self.table or ''}"


class Quoted:
    """The rows of an answer that can be checked later at /verify: all of them, and few enough for its JSON."""

    def __init__(self, plan: Plan, most: int, whole: bool) -> None:
        self._columns = plan.columns
        self._most = most
        self._rows: list[Sequence[Value]] | None = [] if whole and plan.asked is None else None

    def add(self, row: Sequence[Value]) -> None:
        if self._rows is not None:
            self._rows.append(row)
            if len(self._rows) > self._most:
                self._rows = None

    def digest(self) -> str:
        """The content_hash of the JSON of the same address, empty if it has none."""
        return "" if self._rows is None else hash_rows(self._columns, self._rows)


_caveats: WeakKeyDictionary[Database, Caveats] = WeakKeyDictionary()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    start = r"^/(?!static/|files/|-/)(?P<database>[^/.]+)"
    ending = r"(?P<excel>\.excel(?=\.csv$))?\.(?P<format>csv|xlsx)$"
    below = ("", "/(?P<table>[^/.]+)", "/(?P<table>[^/.]+)/(?P<pks>[^/]+?)")
    return [(start + part + ending, download) for part in below]


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Only json is ever called; xlsx stands here so that pages know the format and link to it."""
    return [
        {"extension": "json", "render": render_json},
        {"extension": "xlsx", "render": lambda: None, "can_render": lambda sql, table: bool(sql or table)},
    ]


async def download(datasette: Datasette, request: Request) -> Any:
    """All rows of the page of the same address, as a file; raises LaneFull while too much waits for slow readers."""
    if FileAnswer.unsent > MOST_UNSENT:
        raise LaneFull
    kind = "excel.csv" if request.url_vars["excel"] else request.url_vars["format"]
    plan = await plan_download(datasette, request)
    if isinstance(plan, Response):
        return plan
    labels = await choose_labels(datasette, request, plan, by_default=kind != "csv")
    layout = lay_out(plan.columns, plan.described.get("columns") or {}, labels, plan.table if kind != "csv" else None)
    about = describe(datasette, request, plan, layout)
    file: File = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 FileAnswer closes it when it is sent
    sheet: Sheet
    quoted = Quoted(plan, datasette.setting("max_returned_rows"), whole="_next" not in request.args)

    def convert(row: Sequence[Value]) -> list[Value]:
        quoted.add(layout.keep_stored(row))
        return layout.convert(row)

    if kind == "xlsx":
        caveats = await read_caveats(datasette.get_database(plan.database))
        touched: set[str] = set()

        def write_notes(complete: bool) -> list[tuple[str, str]]:
            notes = caveats.note(layout.fields, plan.reads, touched, plan.is_open_sql)
            digest = quoted.digest() if complete else ""
            return [*tell_hash(datasette, request, digest), *((HEADINGS[note.kind], note.text) for note in notes)]

        def convert_noting(row: Sequence[Value]) -> list[Value]:
            if plan.table != "corrections":
                touched.update(caveats.touching(row))
            return convert(row)

        sheet = WorkbookFile(file, about, write_notes)
    else:
        headings = [field.heading if kind == "excel.csv" else field.name for field in layout.fields]
        sheet = CsvFile(file, headings, kind == "excel.csv", with_header=request.args.get("_header") != "off")
    try:
        copying = await copy(
            datasette,
            plan,
            sheet,
            find_limits(datasette, plan, kind),
            labels,
            convert_noting if kind == "xlsx" else convert,
        )
    except BaseException:
        file.close()
        raise
    shown = "inline" if kind == "csv" and not request.args.get("_dl") else "attachment"
    headers = {
        "content-type": TYPES[kind],
        "content-disposition": content_disposition(shown, about, kind.rpartition(".")[2]),
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
        **say_complete(about.version, copying.rows, not copying.notice),
    }
    if digest := "" if copying.notice else quoted.digest():
        headers["keikaku-content-hash"] = digest
    links = [f'<{about.license_url}>; rel="license"'] if about.license_url else []
    headers["link"] = ", ".join([*links, *([link_notes(request)] if kind != "xlsx" else [])])
    return await asyncio.to_thread(FileAnswer, file, headers, request)


async def plan_download(datasette: Datasette, request: Request) -> Plan | Response:
    """Ask Datasette's view for the page with next to no rows; a Response is a redirect, or says that SQL is missing.

    Raises NotFound, Forbidden, DatasetteError and whatever else the view raises for a wrong address.
    """
    route = request.url_vars
    size = request.args.get("_size") or ""
    whole = {"_nocount": "1", "_nofacet": "1", "_nosuggest": "1"}
    if size.isdecimal() or size in ("", "max"):
        whole["_size"] = "0"
    asked = int(size) if size.isdecimal() else None
    if "table" not in route:
        return await plan_open_sql(datasette, request, asked)
    view = RowView if "pks" in route else TableView
    answer = await view(datasette).data(replace_arguments(request, whole))
    if isinstance(answer, Response):
        return await view(datasette).data(request)
    data = answer[0]
    if data.get("error"):
        raise DatasetteError(data["error"], title="Invalid SQL", status=400)
    return await build_plan(datasette, request, data, asked)


async def plan_open_sql(datasette: Datasette, request: Request, asked: int | None) -> Plan | Response:
    """As the page of a visitor's own SQL, which would hold the rows of that page in memory to tell their columns."""
    try:
        db = datasette.get_database(route=tilde_decode(request.url_vars["database"]))
    except KeyError as error:
        raise NotFound("404") from error
    await datasette.ensure_permissions(request.actor, [("execute-sql", db.name)])
    sql = request.args.get("sql")
    if not sql:
        return Response.text("\n".join(NO_SQL) + "\n", status=400)
    validate_sql_select(sql)
    given = {key: request.args.get(key) for key in request.args if key not in ("sql", "_shape")}
    params = {**dict.fromkeys(await derive_named_parameters(db, sql), ""), **given}

    def find_columns(connection: sqlite3.Connection) -> list[str]:
        with sqlite_timelimit(connection, datasette.setting("sql_time_limit_ms")):
            cursor = connection.execute(sql, params)
        names = [column[0] for column in cursor.description or ()]
        cursor.close()
        return names

    try:
        columns = await db.execute_fn(find_columns)
    except sqlite3.DatabaseError as error:
        if error.args == ("interrupted",):
            raise QueryInterrupted(error, sql, params) from error
        raise DatasetteError(str(error), title="Invalid SQL", status=400) from error
    return Plan(db.name, f"{db.name}-query", None, {"title": "問い合わせ"}, columns, sql, params, asked, True)


async def build_plan(datasette: Datasette, request: Request, data: dict[str, Any], asked: int | None) -> Plan:
    """From what the view of a table, a row or a query gathered."""
    database, table, query = data["database"], data.get("table"), data.get("query_name")
    if table is None:
        sql, params = data["query"]["sql"], data["query"]["params"]
        described = (
            await datasette.get_canned_query(database, query, request.actor) if query else {"title": "問い合わせ"}
        )
        if query:
            params = MagicParameters(params, request, datasette)
    elif "query" in data:
        sql, params = lift_limit(data["query"]["sql"], asked), data["query"]["params"]
        described = datasette.table_metadata(database, table)
    else:
        keys = [f"{escape_sqlite(key)} = :p{place}" for place, key in enumerate(data["primary_keys"])]
        columns = ", ".join(map(escape_sqlite, data["columns"]))
        sql = f"select {columns} from {escape_sqlite(table)} where {' and '.join(keys)}"
        params = {f"p{place}": value for place, value in enumerate(data["primary_key_values"])}
        described = datasette.table_metadata(database, table)
    is_open_sql = (table is None and not query) or "_where" in request.args
    name = "-".join(filter(None, (database, table or query or "query", request.url_vars.get("pks"))))
    return Plan(database, name, table, described, data["columns"], sql, params, asked, is_open_sql)


def replace_arguments(request: Request, new: dict[str, str]) -> Request:
    """The request with these arguments, and without those that ask for labels."""
    dropped = {*new, "_labels", "_label"}
    kept = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in dropped]
    query = urlencode(kept + list(new.items())).encode("ascii")
    return Request({**request.scope, "query_string": query}, request.receive)


async def choose_labels(datasette: Datasette, request: Request, plan: Plan, by_default: bool) -> list[Label]:
    """The references whose rows are to be named: as _labels and _label say, else all or none of them."""
    if plan.table is None:
        return []
    try:
        wanted = value_as_boolean(request.args.get("_labels", ""))
    except ValueError:
        wanted = by_default
    named = request.args.getlist("_label")
    labels = [
        Label(key["column"], key["other_table"], key["other_column"], naming)
        for key, naming in await TableView(datasette).expandable_columns(plan.database, plan.table)
        if naming and naming != key["other_column"] and key["column"] in plan.columns
    ]
    return [label for label in labels if (label.column in named if named else wanted)]


def describe(datasette: Datasette, request: Request, plan: Plan, layout: Layout) -> About:
    """What metadata.yml says of it, with what is said of the table only where it stands beside the table."""
    where = {"database": plan.database, "table": plan.table}
    described = plan.described
    lines = plain_lines(described.get("description") or described.get("description_html") or "")
    return About(
        name=plan.name,
        title=" ".join(filter(None, (described.get("title") or plan.name, request.url_vars.get("pks")))),
        description="\n".join(lines),
        source=datasette.metadata("source", **where) or "",
        license=datasette.metadata("license", **where) or "",
        license_url=datasette.metadata("license_url", **where) or "",
        address=datasette.absolute_url(request, request.full_path),
        digest=find_digest(datasette, plan.database),
        fields=layout.fields,
        notes=plain_lines(datasette.metadata("description_html", database=plan.database, fallback=False) or ""),
    )


def tell_hash(datasette: Datasette, request: Request, digest: str) -> list[tuple[str, str]]:
    """For the second sheet: the hash as pages show it, and where to ask later whether it still stands."""
    if not digest:
        return []
    address = datasette.jinja_env.globals["verify_address"](request, digest)
    return [
        ("内容のハッシュ", digest[:LENGTH]),
        ("あとで確かめるアドレス", datasette.absolute_url(request, address)),
    ]


def find_digest(datasette: Datasette, database: str) -> str:
    """SHA-256 of the database, empty where it has no file."""
    db = datasette.get_database(database)
    return db.hash or (fingerprint(Path(db.path)) if db.path else "")


def find_limits(datasette: Datasette, plan: Plan, kind: str) -> Limits:
    """What ends a download early; SQL of a visitor's own gets the time of one query, ours that time for each step."""
    seconds = datasette.setting("sql_time_limit_ms") / 1000
    size = datasette.setting("max_csv_mb") * 1_000_000 or None
    if plan.is_open_sql and kind in OPEN_BYTES:
        size = min(size or OPEN_BYTES[kind], OPEN_BYTES[kind])
    most = int((datasette.plugin_config("downloads") or {}).get("xlsx_max_rows", WORKBOOK_ROWS))
    return Limits(
        step_seconds=seconds,
        seconds=seconds if plan.is_open_sql else None,
        rows=min(most, MAX_ROWS) if kind == "xlsx" else None,
        size=size,
        asked=plan.asked,
    )


async def copy(
    datasette: Datasette, plan: Plan, sheet: Sheet, limits: Limits, labels: Sequence[Label], convert: Convert = tuple
) -> Copying:
    """Run the query into the sheet; raises QueryInterrupted, or LaneFull if too many downloads wait."""
    sql = add_labels(plan.sql, plan.columns, labels)

    class Done:
        rows = 0
        notice = ""

    done = Done()
    most = limits.asked if limits.asked is not None else limits.rows
    try:
        given = {**dict.fromkeys(await derive_named_parameters(datasette.get_database(), plan.sql), ""), **plan.params}
        async with open_rows(datasette, sql, given, WLimits(limits.seconds or 10, most, limits.size or 10**9)) as rows:
            async for batch in rows:
                for row in batch:
                    sheet.add(convert(row))
                    done.rows += 1
    except sqlite3.DatabaseError as error:
        if error.args == ("interrupted",):
            raise QueryInterrupted(error, plan.sql, plan.params) from error
        raise DatasetteError(str(error), title="Invalid SQL", status=400) from error
    if rows.ended and limits.asked is None:
        done.notice = "【ここまで】"
    sheet.finish(done.notice)
    return done


def say_complete(version: str, rows: int, complete: bool) -> dict[str, str]:
    """The headers for programs: how many rows, whether that is all, which data."""
    headers = {"keikaku-rows": str(rows), "keikaku-complete": "?1" if complete else "?0"}
    return {**headers, "keikaku-data-version": version} if version else headers


class FileAnswer:
    """A complete file with a strong ETag; closes it when it is sent."""

    unsent = 0  # bytes of all such files that are being sent

    def __init__(self, file: File, headers: dict[str, str], request: Request) -> None:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        etag = f'"{digest}"'
        self.file = file
        self.size = file.tell()
        self.headers = {**headers, "content-length": str(self.size), "etag": etag}
        self.status = 200
        self.has_body = self.status == 200 and request.method != "HEAD"
        file.seek(0)

    async def asgi_send(self, send: Callable[..., Any]) -> None:
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers.items()]
        FileAnswer.unsent += self.size
        try:
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
            while self.has_body and (piece := await asyncio.to_thread(self.file.read, PIECE)):
                async with asyncio.timeout(STALL_SECONDS):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        except TimeoutError:
            return  # without an end: the server closes the connection, and the reader knows that something is missing
        finally:
            FileAnswer.unsent -= self.size
            self.file.close()


async def render_json(datasette: Datasette, request: Request, data: dict[str, Any], view_name: str) -> Response:
    """As Datasette does, but with Unicode as itself, and no list is cut without a word."""
    shape = request.args.get("_shape", "arrays")
    if shape not in SHAPES:
        raise DatasetteError(f"Invalid _shape: {shape}", status=400)
    if shape == "object" and not data.get("primary_keys"):
        raise DatasetteError("_shape=object is only available on tables with primary keys", status=400)
    version = find_digest(datasette, data["database"])[:12] if "database" in data else ""
    complete = not (data.get("truncated") or data.get("next"))
    headers = say_complete(version, len(data["rows"]), complete) if "rows" in data else {}
    if data.get("error"):
        raise DatasetteError(data["error"], title="Invalid SQL", status=400)
    if shape in LISTS and wants_whole_list(request, data):
        whole = await render_whole_list(datasette, request, data, version)
        if whole is not None:
            return whole
    if data.get("truncated"):
        data["notice"] = (
            f"【ここまで】{len(data['rows']):,}行で打ち切りました。続きの行があります。CSVなら、すべての行を出せます。"
        )
    if "rows" in data and "database" in data:
        headers |= await describe_rows(datasette, request, data, complete)
    data.pop("query_ms", None)  # the same address has the same bytes from every process
    response = json_renderer(request.args, data, view_name)
    if request.args.get("_nl") and shape == "array":
        response.body = "\n".join(map(unescape, response.body.split("\n"))) if response.body else ""
        response.content_type = "text/plain; charset=utf-8"
    else:
        response.body = unescape(response.body)
    next_page = [response.headers["link"]] if "link" in response.headers else []
    response.headers.update(headers)
    if shape not in OBJECTS and "rows" in data:
        next_page.append(link_notes(request))
    if next_page:
        response.headers["link"] = ", ".join(next_page)
    return response


async def describe_rows(datasette: Datasette, request: Request, data: dict[str, Any], complete: bool) -> dict[str, str]:
    """Put notes, version and hash into an answer that has a place for them; the hash also into headers."""
    plan = await build_plan(datasette, request, data, None)
    help_texts = plan.described.get("columns") or {}
    fields = lay_out(plan.columns, help_texts, [], None).fields
    caveats = await read_caveats(datasette.get_database(plan.database))
    rows = [[unlabel(cell) for cell in (row.values() if isinstance(row, dict) else row)] for row in data["rows"]]
    touched = {id_ for row in rows for id_ in caveats.touching(row)} if plan.table != "corrections" else set()
    data["data_version"] = find_digest(datasette, plan.database)[:12]
    data["notes"] = [note.to_json() for note in caveats.note(fields, plan.reads, touched, plan.is_open_sql)]
    if not complete:
        return {}
    data["content_hash"] = hash_rows(plan.columns, rows)
    return {"keikaku-content-hash": data["content_hash"]}


def unlabel(cell: Any) -> Any:
    """The stored value of a cell that Datasette has labelled."""
    return cell["value"] if isinstance(cell, dict) else cell


def link_notes(request: Request) -> str:
    """Where an answer without a place for notes has them: the same as a JSON object."""
    path = re.sub(r"(\.excel)?\.\w+$", "", request.scope["raw_path"].decode("latin-1").partition("?")[0])
    dropped = {"_shape", "_nl", "_header", "_dl", "_stream", "_size"}
    kept = [pair for pair in parse_qsl(request.query_string, keep_blank_values=True) if pair[0] not in dropped]
    return f'<{path}.json?{urlencode([*kept, ("_size", "max")])}>; rel="describedby"'


async def read_caveats(db: Database) -> Caveats:
    """What the database says of its rows, read once: it never changes."""
    if db not in _caveats:
        views = await db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'view'")
        tables = set(await db.table_names())
        corrections = await db.execute("SELECT * FROM corrections ORDER BY rowid") if "corrections" in tables else []
        results = await db.execute("SELECT count(*) FROM results") if "results" in tables else None
        _caveats[db] = Caveats(
            group_corrections(map(dict, corrections)),
            dict(views.rows),
            results.single_value() if results else None,
        )
    return _caveats[db]


def unescape(text: str) -> str:
    """JSON with Unicode as itself."""
    return json.dumps(json.loads(text), ensure_ascii=False)


def wants_whole_list(request: Request, data: dict[str, Any]) -> bool:
    """Whether rows are missing that nobody chose to leave out: of a query, or of a table asked for without a page."""
    paged = request.args.get("_size", "max") != "max" or "_next" in request.args
    as_stored = not any(name in request.args for name in ("_labels", "_label", "_json", "_json_infinity"))
    return bool(data.get("truncated") or (data.get("next") and as_stored and not paged))


async def render_whole_list(
    datasette: Datasette, request: Request, data: dict[str, Any], version: str
) -> Response | None:
    """A bare list has no place to say that rows are missing, so it has all of them, or of a query is refused.

    None for a table that is too large for one answer: its pages have links to the next.
    """
    plan = await build_plan(datasette, request, data, None)
    first_only = request.args.get("_shape") == "arrayfirst"
    lines = bool(request.args.get("_nl")) and not first_only
    with SpooledTemporaryFile(IN_MEMORY) as file:
        sheet = JsonFile(file, plan.columns, first_only, lines)
        limits = find_limits(datasette, plan, "json")
        if data.get("next"):
            limits = replace(limits, rows=LIST_ROWS, size=min(limits.size or LIST_BYTES, LIST_BYTES))
        copying = await copy(datasette, plan, sheet, limits, [])
        if copying.notice and data.get("next"):
            return None
        if copying.notice:
            raise DatasetteError(f"{copying.notice}一覧の形では打ち切れないので、条件を付けてください。", status=400)
        file.seek(0)
        kind = "text/plain; charset=utf-8" if lines else "application/json; charset=utf-8"
        headers = say_complete(version, copying.rows, True) | {"link": link_notes(request)}
        return Response(file.read(), headers=headers, content_type=kind)
