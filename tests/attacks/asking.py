"""Ask the site as a server would, byte by byte, without the tidiness of a client; and what every answer must hold."""

import asyncio
import gzip
import json
import re
from collections.abc import Awaitable, Callable
from tempfile import gettempdir
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

from tests.sites import ROOT

Headers = tuple[tuple[bytes, bytes], ...]
App = Callable[..., Awaitable[None]]

PROTECTION = (
    b"content-security-policy", b"x-content-type-options", b"referrer-policy", b"permissions-policy", b"cross-origin-opener-policy",
)  # fmt: skip
EXPECTED = {200, 204, 206, 301, 302, 304, 400, 403, 404, 405, 410, 412, 414, 416}
LEAKS = (
    "Traceback", "sqlite3.", 'File "', "site-packages", str(ROOT), "plugins/", "object at 0x", "keikaku/", f"{gettempdir()}/", "/root/",
)  # fmt: skip
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_FIELD = re.compile(rb"[\x20-\x7e\x80-\xff\t]*")
_OUR_PLACE = re.compile(rb"/(?![/\\])|\?")  # browsers read /\\ as //, and that as another site
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


class Asked(NamedTuple):
    """One request as bytes; the path is still encoded."""

    path: bytes
    query: bytes = b""
    method: str = "GET"
    headers: Headers = ()
    body: bytes = b""


class Answer(NamedTuple):
    """As it was sent, with the body unpacked."""

    status: int
    headers: Headers
    body: bytes

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")

    @property
    def kind(self) -> str:
        return self.header(b"content-type").decode("latin-1").partition(";")[0]

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


async def ask(app: App, asked: Asked, seconds: float = 10) -> Answer:
    """Raises TimeoutError, and whatever the application lets through."""
    given = any(name == b"host" for name, _ in asked.headers)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": asked.method,
        "scheme": "http",
        # As servers do: what is no UTF-8 is read as such.
        "path": unquote_to_bytes(asked.path).decode("utf-8", "replace"),
        "raw_path": asked.path,
        "root_path": "",
        "query_string": asked.query,
        "headers": [*asked.headers] if given else [(b"host", b"localhost"), *asked.headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    told = [{"type": "http.request", "body": asked.body, "more_body": False}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if told:
            return told.pop()
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async with asyncio.timeout(seconds):
        await app(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    answer = Answer(sent[0]["status"], tuple((bytes(n), bytes(v)) for n, v in sent[0]["headers"]), body)
    packed = answer.header(b"content-encoding") == b"gzip" and body
    return answer._replace(body=gzip.decompress(body)) if packed else answer


def find_faults(asked: Asked, answer: Answer) -> list[str]:
    """What no answer of the site may be, whatever was asked."""
    faults = [] if answer.status in EXPECTED else [f"status {answer.status}"]
    names = [name.lower() for name, _ in answer.headers]
    faults += [f"no {name.decode()}" for name in PROTECTION if names.count(name) != 1]
    faults += [f"header {name!r}" for name, value in answer.headers if not _TOKEN.fullmatch(name)]
    faults += [f"value of {name!r}: {value!r}" for name, value in answer.headers if not _FIELD.fullmatch(value)]
    if b"set-cookie" in names:
        faults.append("a cookie")
    place = answer.header(b"location")
    if place and not _OUR_PLACE.match(place):
        faults.append(f"leads to {place!r}")
    length = answer.header(b"content-length")
    packed = answer.header(b"content-encoding")
    if length and asked.method != "HEAD" and answer.status != 304 and not packed and int(length) != len(answer.body):
        faults.append(f"{len(answer.body)} bytes, not {length!r}")
    return faults + (find_faults_of_text(answer) if answer.body else [])


def find_faults_of_text(answer: Answer) -> list[str]:
    """Of the body: it is what it says, in Japanese if it is a page, and tells nothing of the server."""
    if not re.match(r"text/|application/(.*\+)?(json|xml)", answer.kind) or answer.status == 206:
        return []
    try:
        text = answer.text
    except UnicodeDecodeError as error:
        return [f"no UTF-8: {error}"]
    faults = [f"tells {leak!r}" for leak in LEAKS if leak in text and not _is_own(leak, answer)]
    try:
        if answer.kind.endswith("json"):
            json.loads(text, parse_constant=_refuse)
        elif answer.kind.endswith("xml"):
            ElementTree.fromstring(answer.body)
        elif answer.kind == "text/html":
            start = text.lstrip()[:60]
            if (
                not start.startswith("<!DOCTYPE html>")
                or '<html lang="ja"' not in start
                or not _JAPANESE.search(text[:5000])
            ):
                faults.append(f"no Japanese page: {start!r}")
    except (ValueError, ElementTree.ParseError) as error:
        faults.append(f"no {answer.kind}: {error}")
    return faults


def _is_own(leak: str, answer: Answer) -> bool:
    """What the site says of its own software, and how its data is used."""
    return leak in ("plugins/", "keikaku/", "sqlite3.") and answer.status == 200


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
