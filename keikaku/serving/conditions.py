"""What the headers of a request ask of a file: not to be sent again if it is known, or only parts of it (RFC 9110).

Guarantees: a condition or range that is not well-formed is no mistake but ignored, as the standard has it.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_RANGE = re.compile(r"(\d+)-(\d*)|-\d+")


def is_known(headers: Mapping[str, str], etag: str, modified: float | None = None) -> bool:
    """Whether the visitor holds what has this ETag and, if given, this time of change in seconds since 1970.

    `headers` has names in lower case.
    """
    known = headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in known.split(","))
    if modified is None or "if-modified-since" not in headers:
        return False
    try:
        since = parsedate_to_datetime(headers["if-modified-since"])
    except ValueError:
        return False
    return datetime.fromtimestamp(int(modified), UTC) <= since.replace(tzinfo=UTC)


def wants_parts(method: str, asked: str) -> bool:
    """Whether to heed the header Range; the parts may lie behind the end of the file."""
    unit, _, ranges = asked.partition("=")
    return method == "GET" and unit.strip().lower() == "bytes" and all(map(_is_range, ranges.split(",")))


def _is_range(text: str) -> bool:
    found = _RANGE.fullmatch(text.strip())
    return found is not None and (not found[2] or int(found[1]) <= int(found[2]))
