"""A hash of what an answer says, which anyone can compute again from its JSON, whatever the order of its rows.

The text that is hashed, in UTF-8: the names of the columns as a JSON array, then each row as a JSON array of its cells,
every array on a line of its own, without spaces, with Unicode as itself, the lines of the rows sorted by code point. A
record is a table of one row. docs/verify.md has the same in a few lines of Python.
"""

import hashlib
import json
import math
import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from contextlib import suppress

LENGTH = 16  # digits that pages show, of the 64
_GIVEN = re.compile(r"(?:sha256:)?([0-9a-f]{16,64})")


def hash_rows(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> str:
    """SHA-256 in hexadecimal."""
    digest = hashlib.sha256((_line(columns) + "\n").encode("utf-8", "surrogatepass"))
    for line in sorted(map(_line, rows)):
        digest.update((line + "\n").encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def read_hash(text: str) -> str | None:
    """The first 16 digits of a hash as someone typed it, None if it is none."""
    given = _GIVEN.fullmatch(text.strip().lower())
    return given[1][:LENGTH] if given else None


def _line(cells: Iterable[object]) -> str:
    return json.dumps([_plain(cell) for cell in cells], ensure_ascii=False, separators=(",", ":"))


def _plain(cell: object) -> object:
    """As Datasette writes it in JSON."""
    if isinstance(cell, bytes):
        with suppress(UnicodeDecodeError):
            return cell.decode("utf-8")
        return {"$base64": True, "encoded": b64encode(cell).decode("ascii")}
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
