"""The address under which the site is known: what absolute links are made from.

Guarantees: where the publisher has named an address, nothing that a request says changes it; otherwise the host of the
request stands in it only if it has the form of one, so that no header can put other text into a page or a feed.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

Headers = list[tuple[bytes, bytes]]

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
    return f"{scheme if scheme in _SCHEMES else 'http'}://{known}/{base.strip('/')}".rstrip("/") + "/"


def trust_host(configured: str | None, scheme: str, headers: Headers) -> tuple[str, Headers]:
    """The scheme and the headers of a request as if it had been asked for under the address of the site."""
    host = next((value for name, value in headers if name.lower() == b"host"), b"")
    scheme, known = _place(configured, scheme, host[:_LONGEST])
    return scheme, [pair for pair in headers if pair[0].lower() != b"host"] + [(b"host", known)]


@lru_cache(maxsize=64)
def _place(configured: str | None, scheme: str, host: bytes) -> tuple[str, bytes]:
    parts = urlsplit(find_root(configured, scheme, host.decode("latin-1")))
    return parts.scheme, parts.netloc.encode()


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
