"""/reconcile: names in a spreadsheet matched with organizations, as OpenRefine asks for it."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.publish.records.reconcile import (
    TABLE,
    WrongQueries,
    describe_service,
    read_queries,
    reconcile,
    suggest_organizations,
)
from keikaku.serving.refusals import refuse_status

MOST_BYTES = 256 * 1024  # of a batch


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/reconcile$", answer), (r"^/reconcile/suggest$", suggest)]


@hookimpl
def skip_csrf(scope: dict[str, Any]) -> bool | None:
    """Nothing is written and nobody is logged in: any program may send its names."""
    return True if scope["path"].endswith("/reconcile") else None


async def answer(datasette: Datasette, request: Request) -> Response:
    """The manifest, or with `queries`, in the address or as a form, the candidates for each."""
    db, label = datasette.get_database(), _label(datasette)
    try:
        text = await _read_form(request) if request.method == "POST" else request.args.get("queries")
        if text is None:
            root = datasette.jinja_env.globals["site_root"](request)
            return _send(describe_service(datasette.metadata("title"), root, db.name, label))
        queries = read_queries(text)
    except WrongQueries as error:
        return _send({"ok": False, "status": 400, "title": refuse_status(400).title, "error": str(error)}, 400)
    found = {
        key: await db.execute_fn(lambda connection, query=query: reconcile(connection.execute, query, label))
        for key, query in queries.items()
    }
    return _send(found)


async def suggest(datasette: Datasette, request: Request) -> Response:
    db, label, prefix = datasette.get_database(), _label(datasette), request.args.get("prefix") or ""
    found = await db.execute_fn(lambda connection: suggest_organizations(connection.execute, prefix, label))
    return _send(found)


def _send(content: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(content, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


async def _read_form(request: Request) -> str | None:
    """The field `queries` of a form; raises WrongQueries."""
    body = b""
    while True:
        message = await request.receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            raise WrongQueries(f"一度に送れるのは {MOST_BYTES // 1024} KiB までです。")
        if not message.get("more_body"):
            break
    try:
        form = parse_qs(body.decode("utf-8"), max_num_fields=20)
    except ValueError as error:
        raise WrongQueries("フォームとして読み取れません。") from error
    return form.get("queries", [None])[0]


def _label(datasette: Datasette) -> str:
    return str(datasette.table_metadata(datasette.get_database().name, TABLE).get("title") or TABLE)
