"""The address under which the site is known: what absolute links, and links from the root of a host, are made from.

Where the publisher has named an address, nothing that a request says changes it; otherwise the host of the request stands in
it only if it has the form of one, so that no header can put other text into a page or a feed.
"""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LONGEST = 300  # more is no host
_SCHEMES = ("http", "https")


def find_root(configured: str | None, scheme: str, host: str, base: str = "/") -> str:
    """The address of the home page, with a slash at its end; `base` is its path where none is configured.

    Raises ValueError for a configured address that is not absolute or has a query.
    """
    if configured:
        return _check(configured)
    known = host if _is_host(host) else "localhost"
    return f"{scheme if scheme in _SCHEMES else 'http'}://{known}{_path(base)}"


def find_base(configured: str | None, base: str) -> str:
    """The path of the home page, with a slash at both ends: that of the configured address, else `base`.

    Raises ValueError as find_root does.
    """
    return _path(urlsplit(_check(configured)).path if configured else base)


async def keep_to_site(app: ASGIApp, datasette: Any, scope: Scope, receive: Receive, send: Send) -> None:
    """Every request as if it came to the address of the site and to the root of its host; redirects stay below it."""
    configured = datasette.metadata("site_url")
    base = find_base(configured, datasette.setting("base_url"))

    async def send_below(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent = Headers(raw=[*message.get("headers", [])]).mutablecopy()
            if "location" in sent:
                sent["location"] = add_base(sent["location"], base)
            message = {**message, "headers": sent.raw}
        await send(message)

    asked = Headers(raw=scope["headers"]).mutablecopy()
    scheme, asked["host"] = _place(configured, scope["scheme"], asked.get("host", "")[:_LONGEST])
    scope = {**scope, "scheme": scheme, "headers": asked.raw, "path": cut_base(scope["path"], base)}
    if scope.get("raw_path") is not None:
        scope["raw_path"] = cut_base(scope["raw_path"].decode("latin-1"), base).encode("latin-1")
    await app(scope, receive, send_below)


def cut_base(path: str, base: str) -> str:
    """A path from the root of the site, with one slash at its start: two would make it the name of a host."""
    return "/" + path.removeprefix(base).lstrip("/") if path.startswith("/") else path


def add_base(address: str, base: str) -> str:
    """An address from the root of the site as one from the root of its host; any other stays as it is."""
    if not address.startswith("/") or (base != "/" and address.startswith(base)):
        return address
    return base + address.lstrip("/")


@lru_cache(maxsize=64)
def _place(configured: str | None, scheme: str, host: str) -> tuple[str, str]:
    parts = urlsplit(find_root(configured, scheme, host))
    return parts.scheme, parts.netloc


def _path(path: str) -> str:
    return f"/{path.strip('/')}/" if path.strip("/") else "/"


def _is_host(text: str) -> bool:
    if not _HOST.fullmatch(text):
        return False
    try:
        port = urlsplit(f"http://{text}").port  # tells of wrong addresses in [ ], too
    except ValueError:
        return False
    return port is None or port > 0


def _check(configured: str) -> str:
    parts = urlsplit(configured)
    if parts.scheme not in _SCHEMES or not _is_host(parts.netloc) or parts.query or parts.fragment:
        raise ValueError(f"site_url {configured!r} is not the address of a site: write one as in https://example.jp/")
    return configured.rstrip("/") + "/"
