"""The HTTP headers of every answer: nothing inline and nothing from elsewhere, no cookie, no frame but for the views made for it.

What they are stands in headers.yml. A page that shows a chart notes so in its scope.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from keikaku.files.beside import read_data
from keikaku.publish.addresses import find_embedded_part

Headers = list[tuple[bytes, bytes]]

CHARTS = "keikaku.charts"  # in the scope of a request: a list, with something in it once the page shows a chart

_SENT: dict[str, dict[str, str]] = read_data(__file__, "headers.yml")
_ALWAYS, _READABLE = _SENT["always"], _SENT["data"]
# The address of a page has no ending; what has one is for programs, except styles, scripts and the like.
_DATA = re.compile(
    r"/(?!static/|-/static)(?:.*/)?[^/]*\.[^/]+|/files/.*|/-/(?:health|suggest)|/reconcile(?:/suggest)?", re.DOTALL
)
_AS_ASKED = (200, 304)
# Proxies refuse answers with longer headers; Datasette repeats the address of a page, SQL and all, as a link to its JSON.
_LONGEST_LINK = 2000
_BARE_ADDRESS = re.compile(rb"^([^<>;\s]+)(?=;)")  # as Datasette writes it; RFC 8288 wants it in < and >
_NEVER = {b"set-cookie", b"content-security-policy", *(name.encode() for name in (*_ALWAYS, *_READABLE))}


def protect_answer(
    headers: Iterable[tuple[bytes, bytes]], path: str, query_string: bytes, status: int = 200, has_chart: bool = False
) -> Headers:
    """The headers to send instead of `headers`; the policy of a page that shows a chart lets it be drawn."""
    headers = [(name.lower(), value) for name, value in headers]
    is_framed = status in _AS_ASKED and bool(find_embedded_part(path, query_string.decode("latin-1")))
    is_data = _DATA.fullmatch(path) is not None
    return [*_keep(headers), *_make_headers(has_chart, is_framed, is_data, path.endswith(".svg"))]


@lru_cache
def _make_headers(has_chart: bool, is_framed: bool, is_shared: bool, is_picture: bool) -> Headers:
    added = {**_ALWAYS, **(_READABLE if is_shared else {})}
    if is_framed:
        del added["x-frame-options"]
    policy = _SENT["policy"].copy()
    for change, is_made in {"chart": has_chart, "framed": is_framed, "picture": is_picture}.items():
        policy |= _SENT[change] if is_made else {}
    added["content-security-policy"] = "; ".join(f"{name} {sources}" for name, sources in policy.items())
    return [(name.encode(), value.encode()) for name, value in added.items()]


def _keep(headers: Headers) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if name == b"location" and value[:1] in (b"/", b"\\"):
            # No redirect leaves the site: browsers read /\ as //, which begins the address of another.
            yield name, b"/" + value.lstrip(b"/\\")
        elif name == b"link":
            if len(value) <= _LONGEST_LINK:
                yield name, _BARE_ADDRESS.sub(rb"<\1>", value)
        elif name not in _NEVER:
            yield name, value


def open_chart(request: Any, rows: Any) -> bool:
    """Whether the page shows the chart that its visitor asked for; its policy then permits what a chart needs."""
    if CHARTS not in request.scope or not rows or not request.args.get("_chart"):
        return False
    request.scope[CHARTS].append(True)
    return True
