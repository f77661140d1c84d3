"""Addresses of what a page shows, to cite it, and to show it inside another site's page (`?_embed=`).

Guarantees: filters, parameters and order stay, what belongs to one visit (a page of rows, the display) goes; the code
to paste has nothing in it that a visitor could have written except as an escaped address or title. Does not: decide
whether a page of that address exists.
"""

import re
from urllib.parse import parse_qsl, urlencode

from markupsafe import Markup

EMBED = "_embed"
SCRIPT = "/static/embed.js"
PARTS = ("all", "picture", "table")
_VISIT = {EMBED, "_next", "_facet", "_facet_size", "_labels", "_trace", "easy"}
# /timeline, /plans/search, /plans/measures and its rows; no file, no printable page, nothing of Datasette's own.
_EMBEDDABLE = re.compile(r"/timeline|/(?!(?:-|static|files|pictures|cite|print)/)[^/.]+/(?!-)[^/.]+(?:/[^/.]+)?")
# /plans?sql=, but no page of the site's own.
_OPEN_SQL = re.compile(r"/(?!-|(?:about|data|standard|timeline|verify)$)[^/.]+")
_HEIGHT = 600


def shared_address(path: str, query_string: str, more: dict[str, str] | None = None) -> str:
    """Path and query of a page without what belongs to one visit; `more` is added."""
    kept = [pair for pair in parse_qsl(query_string) if pair[0] not in _VISIT]
    query = urlencode(kept + list((more or {}).items()))
    return f"{path}?{query}" if query else path


def name_picture(path: str, plan: str, database: str) -> str:
    """Path below pictures/ of the picture that a page would have, its table and key or that of home; '' for none."""
    if path == "/":
        return f"plans/{plan}.png" if plan else "home.png"
    start = f"/{database}/"
    return f"{path.removeprefix(start)}.png" if path.startswith(start) and path.count("/") == 3 else ""


def find_embedded_part(path: str, query_string: str) -> str:
    """Which part of a page is to be shown without the site around it: one of PARTS, or '' for the usual page."""
    given = dict(parse_qsl(query_string))
    if not (_EMBEDDABLE.fullmatch(path) or (given.get("sql") and _OPEN_SQL.fullmatch(path))):
        return ""
    asked = given.get(EMBED, "")
    return "all" if asked == "1" else asked if asked in PARTS else ""


def write_embed_code(address: str, script: str, title: str) -> str:
    """HTML to paste into another page, as text: the frame, as high as it needs to be once the script has run."""
    code = Markup(
        '<iframe src="{}" title="{}" width="100%" height="{}" loading="lazy" data-keikaku'
        ' style="border:1px solid #b3b3b3"></iframe>\n<script src="{}" async></script>'
    )
    return str(code.format(address, title, _HEIGHT, script))
