"""/-/suggest: what may be meant by what has been typed so far, for this site and for browsers."""

import json
from typing import Any
from urllib.parse import urlencode

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import BadRequest, Request

from keikaku.search import suggest
from keikaku.views.addresses import find_site_root

HEADERS = {"Cache-Control": "public, max-age=300"}
OPEN_SEARCH = "application/x-suggestions+json; charset=utf-8"


async def send_suggestions(datasette: Datasette, request: Request) -> Response:
    """What may be meant by what has been typed so far: [{"text", "label", "url"}], for static/search.js.

    With _format=opensearch as browsers ask for it that have added this search to their own.
    """
    typed = request.args.get("q") or ""
    kind = request.args.get("_format") or "json"
    if kind not in ("json", "opensearch"):
        raise BadRequest(f"Invalid _format: {kind}")
    database = datasette.get_database()
    found = await database.execute_fn(lambda conn: suggest(conn.execute, typed)) if typed.strip() else []
    root = datasette.urls.database(database.name)
    if kind == "opensearch":
        site = find_site_root(datasette, request)
        addresses = [_address(site, database.name, s) for s in found]
        columns = [typed, [s.text for s in found], [s.label for s in found], addresses]
        return Response(json.dumps(columns, ensure_ascii=False), headers=HEADERS, content_type=OPEN_SEARCH)
    rows = [{"text": s.text, "label": s.label, "url": f"{root}/{s.path}" if s.path else None} for s in found]
    text = json.dumps(rows, ensure_ascii=False)
    return Response(text, headers=HEADERS, content_type="application/json; charset=utf-8")


def _address(site: str, database: str, suggestion: Any) -> str:
    """Where a suggestion leads: to a record, or to what a search for its words finds."""
    return f"{site}{database}/" + (suggestion.path or f"search?{urlencode({'q': suggestion.text})}")
