"""The HTTP headers that protect whoever opens a page.

Guarantees: scripts, styles, pictures and data come from this site alone, and nothing stands inline; no other site may
frame a page, except the views made for it (keikaku.publish.records.sharing); what is published as data, errors included, may be
read by scripts of any site (CORS); no cookie is set or read. One exception: a page that shows a chart, and says so by
CHART_POLICY among its headers, lets Vega compile its specification.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from keikaku.publish.records.sharing import find_embedded_part

Headers = list[tuple[bytes, bytes]]

CHARTS = "keikaku.charts"  # in the scope of a request: a list, with something in it once the page shows a chart

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
_FRAMED = {"frame-ancestors": "*"}
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",  # for browsers that do not know frame-ancestors
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}
# The address of a page has no ending; what has one is for programs, except styles, scripts and the like.
_DATA = re.compile(
    r"/(?!static/|-/static)(?:.*/)?[^/]*\.[^/]+|/files/.*|/-/(?:health|suggest)|/reconcile(?:/suggest)?", re.DOTALL
)
_READABLE = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "Accept-Ranges, Content-Disposition, Content-Length, Content-Range, ETag, "
    "Keikaku-Complete, Keikaku-Content-Hash, Keikaku-Data-Version, Keikaku-Rows, Link, Retry-After",
}
_AS_ASKED = (200, 304)
# Proxies refuse answers with longer headers; Datasette repeats the address of a page, SQL and all, as a link to its JSON.
_LONGEST_LINK = 2000


def _write_policy(policy: dict[str, str]) -> bytes:
    return "; ".join(f"{name} {sources}" for name, sources in policy.items()).encode()


# What a page that shows a chart puts among its headers, to be sent if it may be.
CHART_POLICY = (b"content-security-policy", _write_policy({**_POLICY, **_CHART}))


_NEVER = {b"set-cookie", b"content-security-policy", *(name.encode() for name in (*_ALWAYS, *_READABLE))}


def protect_answer(
    headers: Iterable[tuple[bytes, bytes]], path: str, query_string: bytes, status: int = 200
) -> Headers:
    """The headers to send instead of `headers`."""
    headers = [(name.lower(), value) for name, value in headers]
    is_framed = status in _AS_ASKED and bool(find_embedded_part(path, query_string.decode("latin-1")))
    return [*_keep(headers), *_make_headers(CHART_POLICY in headers, is_framed, _DATA.fullmatch(path) is not None)]


@lru_cache
def _make_headers(has_chart: bool, is_framed: bool, is_shared: bool) -> Headers:
    policy = {**_POLICY, **(_CHART if has_chart else {}), **(_FRAMED if is_framed else {})}
    added = {**_ALWAYS, **(_READABLE if is_shared else {})}
    if is_framed:
        del added["x-frame-options"]
    return [
        *((name.encode(), value.encode()) for name, value in added.items()),
        (b"content-security-policy", _write_policy(policy)),
    ]


def _keep(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"location" and value[:1] in (b"/", b"\\"):
            # No redirect leaves the site: browsers read /\ as //, which begins the address of another.
            yield name, b"/" + value.lstrip(b"/\\")
        elif name not in _NEVER and not (name == b"link" and len(value) > _LONGEST_LINK):
            yield name, value


def open_chart(request: Any, rows: Any) -> bool:
    """Whether the page shows the chart that its visitor asked for; its policy then permits what a chart needs."""
    if CHARTS not in request.scope or not rows or not request.args.get("_chart"):
        return False
    request.scope[CHARTS].append(True)
    return True
