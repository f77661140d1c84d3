"""Addresses of what a page shows, to cite it, and to show it inside another site's page (`?_embed=`).

Guarantees: filters, parameters and order stay, what belongs to one visit (a page of rows, the display) goes. Does not:
decide whether a page of that address exists.
"""

import re
from urllib.parse import parse_qsl, urlencode

EMBED = "_embed"
PARTS = ("all", "picture", "table")
_VISIT = {EMBED, "_next", "_facet", "_facet_size", "_labels", "_trace", "easy"}
# /timeline, /plans/search, /plans/measures and its rows; no file, no printable page, nothing of Datasette's own.
_EMBEDDABLE = re.compile(r"/timeline|/(?!(?:-|static|files|pictures|cite|print)/)[^/.]+/(?!-)[^/.]+(?:/[^/.]+)?")
# /plans?sql=, but no page of the site's own.
_OPEN_SQL = re.compile(r"/(?!-|(?:about|data|standard|timeline|verify)$)[^/.]+")


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
