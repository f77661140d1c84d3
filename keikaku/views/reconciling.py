"""/reconcile: names in a spreadsheet matched with organizations, as OpenRefine asks for it."""

from urllib.parse import parse_qs

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.publish.addresses import EMBED
from keikaku.publish.filling import fill_data
from keikaku.publish.records.reconcile import (
    MOST_QUERIES,
    TABLE,
    WrongQueries,
    read_queries,
    reconcile,
    suggest_organizations,
)
from keikaku.serving.refusals import say
from keikaku.views.addresses import find_site_root
from keikaku.views.descriptions import send_json
from keikaku.views.words import site_title, table_title

MOST_BYTES = 256 * 1024  # of a batch


async def answer_reconciling(datasette: Datasette, request: Request) -> Response:
    """The manifest, or with `queries`, in the address or as a form, the candidates for each."""
    db = datasette.get_database()
    label = table_title(datasette, db.name, TABLE)
    try:
        text = await _read_form(request) if request.method == "POST" else request.args.get("queries")
        if text is None:
            words = {"title": site_title(datasette), "root": find_site_root(datasette, request), "database": db.name}
            limits = {"table": TABLE, "embed": EMBED, "most": MOST_QUERIES}
            return send_json(fill_data("reconcile.yml", label=label, **words, **limits))
        queries = read_queries(text)
    except WrongQueries as error:
        refusal = {"ok": False, "status": 400, "title": say(400).title, "error": str(error)}
        return send_json(refusal, status=400)
    found = {
        key: await db.execute_fn(lambda connection, query=query: reconcile(connection.execute, query, label))
        for key, query in queries.items()
    }
    return send_json(found)


async def suggest_names(datasette: Datasette, request: Request) -> Response:
    """`cursor` is the number of candidates to leave out; one that is no number is none."""
    prefix, cursor = request.args.get("prefix") or "", request.args.get("cursor") or ""
    start = int(cursor) if cursor.isdecimal() and len(cursor) < 9 else 0
    db = datasette.get_database()
    label = table_title(datasette, db.name, TABLE)
    return send_json(await db.execute_fn(lambda conn: suggest_organizations(conn.execute, prefix, label, start)))


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
