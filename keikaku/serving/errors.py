"""Every error as a page in Japanese, as JSON or as plain text, by the format asked for; client mistakes are 4xx.

Datasette answers many wrong addresses with 500, 200 or an English page. Those are told apart here.
"""

import json
import logging
import sqlite3
import traceback
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from errno import ENAMETOOLONG
from pathlib import Path
from typing import Any, NamedTuple

import datasette as core
from datasette import Response
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.utils import InvalidSql, path_with_removed_args, tilde_decode
from datasette.utils.asgi import Base400, NotFound, Request
from starlette.types import Receive, Scope

from keikaku.plan.fiscal_year import format_date
from keikaku.schema.conditions import OPERATORS, split_selection
from keikaku.serving.datasette_private import DatasetteError
from keikaku.serving.refusals import WRONG_SQL, Refusal, explain_complaint, say, say_error, say_message
from keikaku.serving.sql_worker import WorkerEnded, WorkersBusy
from keikaku.serving.visitors import current_lease

CORE = str(Path(core.__file__).parent)
ROOT = str(Path(__file__).resolve().parents[2])
READING = {"GET", "HEAD", "OPTIONS"}
# What programs ask here is too long for an address; nothing is written.
POSTED = {"/reconcile": {*READING, "POST"}, "/-/mcp": {"DELETE", "OPTIONS", "POST"}}
# Mistakes in an address that Datasette's own code notices only by failing.
SLIPS = (ValueError, TypeError, AttributeError, OverflowError, RecursionError, LookupError, sqlite3.Error)
RETRY_SECONDS = 2
# Arguments of a table's page that say how many of its rows are given, and how; others are a visitor's own conditions.
PAGING = {
    "_", "_chart", "_dl", "_embed", "_labels", "_next", "_nl", "_nocount", "_nofacet", "_shape", "_size", "_stream"
}  # fmt: skip
log = logging.getLogger("keikaku.errors")


class Answer(NamedTuple):
    """What is sent: detail is the software's own message, sql the statement to be mended, links ways on."""

    status: int
    refusal: Refusal
    detail: str = ""
    sql: str = ""
    links: tuple[tuple[str, str], ...] = ()


class WrongCondition(Base400):
    """A condition that the table cannot have."""

    status = 400

    def __init__(self, refusal: Refusal, key: str) -> None:
        super().__init__(refusal.sentence)
        self.refusal, self.key = refusal, key


async def answer_exception(datasette: Datasette, request: Request, exception: Exception) -> Response:
    """The answer to whatever a page raised."""
    return await _respond(datasette, request, await _judge(datasette, request, exception))


async def refuse(
    datasette: Datasette, scope: Scope, receive: Receive, status: int, refusal: Refusal | None = None
) -> Response:
    """The answer to a request that goes no further, in the format asked for."""
    await datasette.invoke_startup()
    request = Request({**scope, "csrftoken": lambda: ""}, receive)
    return await _respond(datasette, request, Answer(status, refusal or say("busy" if status == 503 else status)))


async def repeat_refusal(datasette: Datasette, request: Request, told: Mapping[str, Any]) -> Response:
    """What another address refused in JSON, in the format of this request."""
    refusal = Refusal(told["title"], told["error"], told.get("hint", ""))
    return await _respond(datasette, request, Answer(told["status"], refusal, told.get("detail", "")))


async def check_conditions(datasette: Datasette, request: Request, database: str, table: str) -> None:
    """A condition on a column that the table has not is refused: SQLite would take its name for a text."""
    columns = {*await datasette.get_database(database).table_columns(table), "rowid"}
    for key in request.args:
        if key.startswith("_") and "__" not in key:
            continue
        column, operator = split_selection(key)
        if column not in columns:
            raise WrongCondition(say("unknown_column", column), key)
        if operator not in OPERATORS:
            raise WrongCondition(say("unknown_operator", operator), key)


def list_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """To stand after all other routes: formats that nobody writes, and Datasette's English pages."""
    known = "|".join(_list_formats(datasette))
    mounted = "|".join(["-", *(name for name, _ in datasette.static_mounts)])
    return [
        (r"^/-/(messages|permissions|allow-debug|patterns|logout|auth-token|threads)$", _not_found),
        (r"^/-/threads\.json$", _not_found),  # tells what others ask, and paths of the server
        (r"^/-/(?P<page>versions|metadata|settings|plugins|databases|actor)$", _as_json),
        (
            rf"^/(?!(?:{mounted})/)(?P<database>[^/.]+)(?:/(?P<table>[^/.]+)(?:/(?P<pks>[^/.]+))?)?"
            rf"\.(?P<format>(?!(?:{known})$)\w+)$",
            _not_found,
        ),
    ]


def _list_formats(datasette: Datasette) -> list[str]:
    return sorted({"csv", "db", "jsono", *datasette.renderers})


def _not_found() -> None:
    raise NotFound("404")


def _as_json(request: Request) -> Response:
    return Response.redirect(f"/-/{request.url_vars['page']}.json")


async def _judge(datasette: Datasette, request: Request, exception: Exception) -> Answer:
    """Whose mistake it is, and what to say of it."""
    sql, title = request.args.get("sql") or "", getattr(exception, "title", None)
    is_wrong_sql = isinstance(exception, InvalidSql) or title == "Invalid SQL"
    is_slip = isinstance(exception, SLIPS)
    if isinstance(exception, WrongCondition):
        without = path_with_removed_args(request, {exception.key})
        return Answer(400, exception.refusal, links=((without, "この条件を外して開く"),))
    if isinstance(exception, WorkersBusy | WorkerEnded):
        return Answer(503, say("newer_data" if datasette.get_database().is_replaced() else "busy"))
    if isinstance(exception, QueryInterrupted) or title == "SQL Interrupted":
        return (
            Answer(503, say("too_busy"))
            if await _is_ours(datasette, request)
            else Answer(400, say("too_slow"), sql=sql)
        )
    if isinstance(exception, OSError) and exception.errno == ENAMETOOLONG:
        return Answer(404, say(404))
    is_missing = isinstance(exception, NotFound) or getattr(exception, "status", None) == 404
    if is_missing or ("pks" in request.url_vars and (is_wrong_sql or (is_slip and _failed_in_core(exception)))):
        return await _judge_missing(datasette, request)
    if is_wrong_sql:
        return Answer(400, _say_complaint(request, str(exception)), detail=str(exception), sql=sql)
    if isinstance(exception, Base400 | DatasetteError):
        status = exception.status if exception.status < 500 else 400
        return Answer(status, say_message(status, str(exception)), detail=str(exception))
    # /plans.csv without ?sql=
    lacks_sql = "format" in request.url_vars and "table" not in request.url_vars and not sql
    has_arguments = request.query_string or "pks" in request.url_vars or lacks_sql
    if is_slip and has_arguments and _failed_in_core(exception):
        log.warning("%s %s: answered as 400: %.200r", request.method, request.path, exception)
        return Answer(400, say("no_sql") if lacks_sql else say_error(exception))
    log.error("%s %s: a fault of ours", request.method, request.path, exc_info=exception)
    return Answer(500, say(500))


async def _is_ours(datasette: Datasette, request: Request) -> bool:
    """Whether an address asks for nothing but what the site offers: a page, a table as it is, or a question, whose parameters are
    the site's too. What takes too long there does so because the machine is busy."""
    if current_lease.get() or "_timelimit" in request.args:
        return False
    database, table = (tilde_decode(request.url_vars.get(name) or "") for name in ("database", "table"))
    is_question = table and await datasette.get_canned_query(database, table, None)
    return not table or bool(is_question) or set(request.args) <= PAGING


def _say_complaint(request: Request, message: str) -> Refusal:
    """SQLite's complaint, as one about SQL only to those who wrote some."""
    complaint = explain_complaint(message)
    if request.args.get("sql") or request.args.get("_where"):
        return complaint
    return say(400) if complaint == WRONG_SQL else say(400)._replace(sentence=complaint.sentence)


def _failed_in_core(exception: Exception) -> bool:
    """Whether it was Datasette's own code that failed, and not a plugin."""
    for frame in reversed(traceback.extract_tb(exception.__traceback__)):
        if frame.filename.startswith(CORE):
            return True
        if frame.filename.startswith(ROOT) or "site-packages" in frame.filename:
            return False
    return False


async def _judge_missing(datasette: Datasette, request: Request) -> Answer:
    """Which part of the address does not exist, with a way on to what is near it."""
    route = {name: tilde_decode(value) for name, value in request.url_vars.items() if value}
    try:
        db = datasette.get_database(route=None if "record" in route else route.get("database", ""))
    except KeyError:
        return Answer(404, say(404))
    if "record" in route:
        return await _find_withdrawn(datasette, db, None, route["record"]) or Answer(404, say(404))
    names = await _names(datasette, db)
    table = route.get("table")
    if table is not None and table not in names:
        near = tuple((datasette.urls.table(db.name, n), names[n]) for n in get_close_matches(table, names, 3))
        return Answer(404, say("unknown_table", table), links=near)
    page = () if table is None else ((datasette.urls.table(db.name, table), names[table]),)
    if route.get("format", "json") not in _list_formats(datasette):
        whole = request.path.rpartition(".")[0]
        return Answer(404, say("unknown_format", route["format"]), links=((whole, "形式を付けないアドレス"),))
    if "pks" in route:
        gone = await _find_withdrawn(datasette, db, route["table"], route["pks"])
        return gone or Answer(404, say("unknown_row", route["pks"]), links=page)
    return Answer(404, say(404), links=page)


async def _find_withdrawn(datasette: Datasette, db: Database, table: str | None, id_: str) -> Answer | None:
    """410 for an id that had a record once, in this table if one is named, with the way to what replaced it."""
    if not await db.table_exists("withdrawn_ids"):
        return None
    sql = "SELECT * FROM withdrawn_ids WHERE id = ? AND table_name = coalesce(?, table_name)"
    row = (await db.execute(sql, [id_, table])).first()
    if row is None:
        return None
    refusal = say("withdrawn", **{**dict(row), "date": format_date(row["date"])})
    new = row["replaced_by"]
    links = ((datasette.urls.row(db.name, row["table_name"], new), f"代わりの記録を開く（{new}）"),) if new else ()
    return Answer(410, refusal, links=links)


async def _names(datasette: Datasette, db: Database) -> dict[str, str]:
    """Tables, views and queries of a database with their titles."""
    queries = await datasette.get_canned_queries(db.name, None)
    described = {**(datasette.metadata(database=db.name).get("tables") or {}), **queries}
    names = [*await db.table_names(), *await db.view_names(), *queries]
    return {name: (described.get(name) or {}).get("title") or name for name in names}


async def _respond(datasette: Datasette, request: Request, answer: Answer) -> Response:
    title, sentence, hint = answer.refusal
    words = {"title": title, "error": sentence, "hint": hint, "detail": answer.detail}
    wanted = request.url_vars.get("format") or tilde_decode(request.path).rpartition(".")[2]
    headers = {}
    if answer.status == 503:
        headers = {"Retry-After": str(RETRY_SECONDS), "Cache-Control": "no-store"}
    if answer.status == 405:
        headers = {"Allow": ", ".join(sorted(POSTED.get(request.scope["path"], READING)))}
    if wanted in ("json", "jsono", "jsonld"):
        body = {"ok": False, "status": answer.status, **{key: value for key, value in words.items() if value}}
        if answer.status == 410 and answer.links:
            body["replaced_by"] = answer.links[0][0]
        text = json.dumps(body, ensure_ascii=False)
        return Response(text, answer.status, headers, "application/json; charset=utf-8")
    if wanted == "csv":
        return Response.text("\n".join(filter(None, answer.refusal)) + "\n", answer.status, headers)
    context = {"status": answer.status, **words, "sql_text": answer.sql, "links": answer.links}
    return Response.html(await _render(datasette, request, context), answer.status, headers)


async def _render(datasette: Datasette, request: Request, context: dict[str, Any]) -> str:
    """The page of an error; without what plugins add to pages if that is what failed."""
    names = [f"{context['status']}.html", "error.html"]
    try:
        return await datasette.render_template(names, context, request=request)
    except Exception:
        log.exception("%s: the page of an error failed", request.path)
        template = datasette.jinja_env.select_template(names)
        return await template.render_async(context | {"urls": datasette.urls})
