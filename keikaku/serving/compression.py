"""Which answers are sent compressed, and their entity tags.

Guarantees: text is compressed for whoever accepts gzip, and its strong ETag differs from that of the plain text; what is
compressed already, and files that can be asked for in parts, are left as they are. Knows nothing of HTTP servers.
"""

import re

Headers = list[tuple[bytes, bytes]]

MINIMUM_BYTES = 500  # less than one packet either way
LEVEL = 6  # 9 takes twice the time for one or two hundredths of the size
_SUFFIX = b"-gzip"
_TEXT = re.compile(
    rb"text/|image/svg\+xml|application/([\w.+-]+\+)?(json|xml|yaml|javascript|x-ndjson)\b|application/sql"
)
_REFUSED = re.compile(r"q=0(\.0*)?")


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether this Accept-Encoding permits gzip: by name, or by * where gzip is not named."""
    permitted = {}
    for part in accept_encoding.lower().split(","):
        name, _, weight = part.replace(" ", "").partition(";")
        permitted[name] = _REFUSED.fullmatch(weight) is None
    return permitted.get("gzip", permitted.get("x-gzip", permitted.get("*", False)))


def is_compressible(status: int, headers: Headers) -> bool:
    """Whether an answer with these headers may be sent compressed."""
    named = {name.lower(): value for name, value in headers}
    whole = status != 206 and named.get(b"accept-ranges", b"none") == b"none"
    return whole and b"content-encoding" not in named and _TEXT.match(named.get(b"content-type", b"")) is not None


def add_vary(headers: Headers, name: bytes = b"Accept-Encoding") -> Headers:
    """The headers with one more name in Vary."""
    varied = [part.strip() for key, value in headers if key.lower() == b"vary" for part in value.split(b",")]
    if b"*" in varied or name.lower() in [part.lower() for part in varied]:
        return headers
    return [pair for pair in headers if pair[0].lower() != b"vary"] + [(b"vary", b", ".join([*varied, name]))]


def tag_compressed(headers: Headers) -> Headers:
    """The headers with the ETag of the compressed form in place of that of the plain one."""
    return [(name, _tag(value) if name.lower() == b"etag" else value) for name, value in headers]


def untag(headers: Headers) -> tuple[Headers, bool]:
    """The headers of a request with If-None-Match as the plain form knows it, and whether that changed anything."""
    plain = [
        (name, value.replace(_SUFFIX + b'"', b'"') if name == b"if-none-match" else value) for name, value in headers
    ]
    return plain, plain != headers


def _tag(etag: bytes) -> bytes:
    return etag[:-1] + _SUFFIX + b'"' if etag.startswith(b'"') else etag
