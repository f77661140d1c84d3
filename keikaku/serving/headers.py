"""The HTTP headers that protect whoever opens a page.

Guarantees: scripts, styles, pictures and data come from this site alone, and nothing stands inline; no other site may
frame a page, except the views made for it (keikaku.sharing); what is published as data, errors included, may be read by
scripts of any site (CORS); no cookie is set or read. One exception: on the page of a table or query whose visitor asked
for a chart (`?_chart=`), Vega may compile its specification.
"""

import re
from urllib.parse import parse_qsl

from keikaku.pages.sharing import find_embedded_part

Headers = list[tuple[bytes, bytes]]

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_CHART = {"script-src": "'self' 'unsafe-eval'", "style-src": "'self' 'unsafe-inline'"}
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}
# /plans, /plans/measures and /plans/search, but no file, no row and nothing of Datasette's own.
_TABLE_OR_QUERY = re.compile(r"/(?!-)[^/.]+(/(?!-)[^/.]+)?")
# The address of a page has no ending; what has one is for programs, except styles, scripts and the like.
_DATA = re.compile(r"/(?!static/|-/static)(?:.*/)?[^/]*\.[^/]+|/files/.*|/-/(?:health|suggest)", re.DOTALL)
_READABLE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, "
    "Keikaku-Complete, Keikaku-Content-Hash, Keikaku-Data-Version, Keikaku-Rows, Link, Retry-After",
}
_AS_ASKED = (200, 304)
# Proxies refuse answers with longer headers; Datasette repeats the address of a page, SQL and all, as a link to its JSON.
_LONGEST_LINK = 2000


def protect_answer(headers: Headers, path: str, query_string: bytes, status: int = 200) -> Headers:
    """The headers to send instead of `headers`."""
    policy = {**_POLICY, **_CHART} if _wants_chart(path, query_string) else _POLICY
    added = dict(_ALWAYS)
    if status in _AS_ASKED and find_embedded_part(path, query_string.decode("latin-1")):
        policy = {**policy, "frame-ancestors": "*"}
        del added["x-frame-options"]
    added["content-security-policy"] = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    added |= share_data(path)
    dropped = {b"set-cookie", b"x-frame-options", *(name.encode() for name in added)}
    kept = [(name, value) for name, value in headers if name.lower() not in dropped and not _is_long_link(name, value)]
    return kept + [(name.encode(), value.encode()) for name, value in added.items()]


def share_data(path: str) -> dict[str, str]:
    """The headers by which scripts of other sites may read what stands there; none if it is no data."""
    return _READABLE if _DATA.fullmatch(path) else {}


def ignore_cookies(headers: Headers) -> Headers:
    """The headers of a request without its cookies."""
    return [(name, value) for name, value in headers if name.lower() != b"cookie"]


def _is_long_link(name: bytes, value: bytes) -> bool:
    return name.lower() == b"link" and len(value) > _LONGEST_LINK


def _wants_chart(path: str, query_string: bytes) -> bool:
    """As templates decide it: the argument is there and not empty."""
    asked = dict(parse_qsl(query_string.decode("latin-1"))).get("_chart")
    return bool(asked) and _TABLE_OR_QUERY.fullmatch(path) is not None
