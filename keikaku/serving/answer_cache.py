"""Whole answers kept in memory, and what browsers and proxies may keep.

Guarantees: an answer is kept only if it is a complete 200 that says nothing against it, and used only for the very same
address of the same edition (data, pages and day); no header of a visitor but Host has any
effect on it, so that nobody can spoil an answer for others; at most twice SEGMENT_BYTES are held, and addresses with arguments, of which a
visitor can invent any number, never displace those without. Visitors who ask for the same thing at the same time share
one computation. Knows nothing of Datasette.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs

from cachetools import LRUCache
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keikaku.serving.compression import accepts_gzip

SEGMENT_BYTES = 24 * 1024 * 1024
ANSWER_BYTES = 1024 * 1024
# How long a proxy may show what it has while it asks again, and while nobody answers.
WHILE_REVALIDATE = 600
IF_ERROR = 7 * 24 * 3600
# What an entry takes besides its body.
OVERHEAD = 2048

Headers = list[tuple[bytes, bytes]]
_VARIES = {
    b"",
    b"accept-encoding",
    b"cookie",
    b"authorization",
}  # there are no cookies, and no cache for the authorized
_UNKEPT = re.compile(rb"no-store|no-cache|private")
# A page may have a policy of its own, which a browser takes from a 304 too.
_POLICY = b"content-security-policy"
_HAS_OWN_POLICY = b"_chart="
_MAX_AGE = re.compile(rb"max-age=(\d+)")
# Functions by which the same SQL gives another answer at another moment.
_UNSETTLED = re.compile(
    r":_|random|now|current_|unixepoch|julianday|strftime|date\s*\(|time\s*\(|changes|total_changes", re.I
)

_incomplete: ContextVar[list[bool] | None] = ContextVar("incomplete", default=None)


def mark_incomplete() -> None:
    """Say that the answer being made lacks something for want of time, so that it is not kept."""
    marks = _incomplete.get()
    if marks is not None:
        marks.append(True)


@contextmanager
def collect_marks() -> Iterator[list[bool]]:
    """What is said with mark_incomplete in the block: empty if the answer lacks nothing."""
    marks: list[bool] = []
    token = _incomplete.set(marks)
    try:
        yield marks
    finally:
        _incomplete.reset(token)


class Key(NamedTuple):
    """What an answer depends on besides its edition."""

    scheme: str
    host: bytes
    path: bytes
    query: bytes
    packed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """A kept answer, with the headers to send with and without its body."""

    edition: str
    about: Headers  # of a 304 too, the ETag first
    headers: Headers
    body: bytes

    @property
    def etag(self) -> bytes:
        return self.about[0][1]


class Asked(NamedTuple):
    """A request whose answer may be kept."""

    key: Key
    known: bytes  # its If-None-Match


def understand(scope: Scope) -> Asked | None:
    """None if the request has to be answered for itself."""
    if scope["method"] not in ("GET", "HEAD"):
        return None
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    path = path.partition(b"?")[0]
    if not is_kept_path(path):
        return None
    host = known = accepted = b""
    for name, value in scope["headers"]:
        if name == b"host":
            host = value
        elif name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            known = value
        elif name in (b"authorization", b"range"):
            return None
    query: bytes = scope["query_string"]
    if query and not is_settled(query):
        return None
    packed = accepted[:4] == b"gzip" or accepts_gzip(accepted.decode("latin-1"))
    return Asked(Key(scope.get("scheme", "http"), host, path, query, packed), known)


def is_kept_path(path: bytes) -> bool:
    """Not Datasette's reports on itself, nor whole files, which the system keeps in memory anyway."""
    if path.startswith(b"/-/"):
        return path == b"/-/suggest"
    return not path.startswith(b"/files/") and not path.endswith(b".db")


def is_settled(query: bytes) -> bool:
    """Whether the SQL in an address, if any, gives the same answer all day."""
    if b"sql=" not in query and b"_where=" not in query:
        return True
    asked = parse_qs(query.decode("latin-1"))
    return all(is_settled_sql(text) for name in ("sql", "_where") for text in asked.get(name, []))


@lru_cache(maxsize=1024)
def is_settled_sql(sql: str) -> bool:
    """Whether a statement has nothing that tells the time, or comes by chance, or from who asks (`:_name`)."""
    return not _UNSETTLED.search(sql)


def tag(edition: str, key: Key) -> bytes:
    """The strong ETag of an address in an edition, as plain text; compressed it has -gzip at its end."""
    parts = (edition.encode(), key.scheme.encode(), key.host, key.path, key.query)
    return b'"%s"' % hashlib.blake2b(b"\0".join(parts), digest_size=12).hexdigest().encode()


def pack_tag(etag: bytes) -> bytes:
    return etag[:-1] + b'-gzip"'


def find_match(known: bytes, *etags: bytes) -> bytes | None:
    """The ETag that If-None-Match names; a proxy that packs an answer makes a strong one weak."""
    if not known:
        return None
    named = {part.strip().removeprefix(b"W/") for part in known.split(b",")}
    return next((etag for etag in etags if etag in named), None)


def may_keep(status: int, headers: Headers) -> bool:
    """Whether an answer with these headers is the same for everyone and complete in itself."""
    if status != 200:
        return False
    for name, value in headers:
        name = name.lower()
        if (
            name == b"set-cookie"
            or (name == b"cache-control" and _UNKEPT.search(value))
            or (name == b"accept-ranges" and value != b"none")
            or (name == b"vary" and not {part.strip().lower() for part in value.split(b",")} <= _VARIES)
            or (name == b"content-length" and int(value) > ANSWER_BYTES)
        ):
            return False
    return True


def make_answer(edition: str, key: Key, headers: Headers, body: bytes, seconds: int) -> Answer:
    """From what the application sent, with its own ETag or that of address and edition.

    `seconds` is how long a browser need not ask again, if the application does not say so.
    """
    named = {name.lower(): value for name, value in headers}
    etag = tag(edition, key)
    if b"content-encoding" in named:
        etag = pack_tag(etag)
    age = _MAX_AGE.search(named.get(b"cache-control", b""))
    about = describe(named.get(b"etag", etag), int(age[1]) if age else seconds)
    about += [(_POLICY, named[_POLICY])] if _POLICY in named else []
    dropped = {b"content-length", *(name for name, _ in about)}
    kept = [(name.lower(), value) for name, value in headers if name.lower() not in dropped]
    return Answer(edition, about, [*kept, (b"content-length", b"%d" % len(body)), *about], body)


def describe(etag: bytes, seconds: int) -> Headers:
    """The headers of an answer that a 304 has too."""
    lasting = f"public, max-age={seconds}, stale-while-revalidate={WHILE_REVALIDATE}, stale-if-error={IF_ERROR}"
    return [(b"etag", etag), (b"cache-control", lasting.encode()), (b"vary", b"Accept-Encoding")]


def unpack(answer: Answer) -> Answer:
    """The same answer for those who do not accept gzip."""
    if (b"content-encoding", b"gzip") not in answer.headers:
        return answer
    body = gzip.decompress(answer.body)
    etag = answer.etag.replace(b"-gzip", b"")
    new = {b"etag": etag, b"content-length": b"%d" % len(body)}
    about = [(name, new.get(name, value)) for name, value in answer.about]
    headers = [(name, new.get(name, value)) for name, value in answer.headers if name != b"content-encoding"]
    return Answer(answer.edition, about, headers, body)


class Store:
    """Answers of one edition, in two segments: addresses without arguments, and those with."""

    def __init__(self) -> None:
        self._edition = ""
        self._segments: list[LRUCache[Key, Answer]] = [LRUCache(SEGMENT_BYTES, _weigh) for _ in range(2)]

    def find(self, edition: str, key: Key) -> Answer | None:
        """What is kept; all of another edition is dropped."""
        self.turn_to(edition)
        answer = self._segments[bool(key.query)].get(key)
        if answer is None and not key.packed:
            answer = self._segments[bool(key.query)].get(key._replace(packed=True))
            if answer is not None:
                answer = unpack(answer)
                self.keep(key, answer)
        return answer

    def turn_to(self, edition: str) -> None:
        if edition != self._edition:
            self._edition = edition
            for segment in self._segments:
                segment.clear()

    def keep(self, key: Key, answer: Answer) -> None:
        """Nothing happens if the edition is over."""
        if answer.edition == self._edition:
            self._segments[bool(key.query)][key] = answer

    def size(self) -> int:
        """Bytes held."""
        return int(sum(segment.currsize for segment in self._segments))

    def __len__(self) -> int:
        return sum(map(len, self._segments))


def _weigh(answer: Answer) -> int:
    return len(answer.body) + OVERHEAD


class AnswerCache:
    """Stands before an application: `await cache.respond(application, scope, receive, send)`."""

    def __init__(self, find_edition: Callable[[], str], seconds: int) -> None:
        """`find_edition` names what answers are made from now, empty if that may change unnoticed."""
        self.store = Store()
        self._find_edition = find_edition
        self._seconds = seconds
        self._under_way: dict[Key, asyncio.Future[Answer | None]] = {}

    async def respond(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> str:
        """Answer one HTTP request; returns where the answer came from: kept, unchanged, shared, made or passed."""
        asked = understand(scope)
        edition = self._find_edition() if asked else ""
        if asked is None or not edition:
            await app(scope, receive, send)
            return "passed"
        answer, came = self.store.find(edition, asked.key), "kept"
        if answer is None and asked.known and _HAS_OWN_POLICY not in asked.key.query:
            etag = tag(edition, asked.key)
            if known := find_match(asked.known, etag, pack_tag(etag)):
                await _send(send, 304, describe(known, self._seconds))
                return "unchanged"
        if answer is None and asked.key in self._under_way:
            answer, came = await asyncio.shield(self._under_way[asked.key]), "shared"
        if answer is None:
            answer, came = await self._make(app, scope, receive, send, asked.key), "made"
        if answer is None:
            return "passed"
        if find_match(asked.known, answer.etag):
            await _send(send, 304, answer.about)
            return "unchanged"
        await _send(send, 200, answer.headers, b"" if scope["method"] == "HEAD" else answer.body)
        return came

    async def _make(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, key: Key) -> Answer | None:
        """Make the answer and keep it; None if it was not one to keep and has been sent."""
        promise: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._under_way.setdefault(key, promise)

        def decide(answer: Answer | None) -> None:
            if not promise.done():
                promise.set_result(answer)
                if self._under_way.get(key) is promise:
                    del self._under_way[key]

        try:
            answer = await self._compute(app, _simplify(scope, key), receive, _Passing(scope, send, decide), key)
            decide(answer)
        finally:
            decide(None)
        return answer

    async def _compute(
        self, app: ASGIApp, scope: Scope, receive: Receive, passing: "_Passing", key: Key
    ) -> Answer | None:
        """Once more if the data was replaced meanwhile, so that no answer mixes two editions."""
        for last in (False, True):
            edition = self._find_edition()
            self.store.turn_to(edition)
            with collect_marks() as marks:
                await app(scope, receive, passing.take)
            if passing.started:
                return None
            if edition == self._find_edition() and not marks:
                answer = make_answer(edition, key, passing.headers, bytes(passing.body), self._seconds)
                self.store.keep(key, answer)
                return answer
            if last or marks:
                break
            passing.forget()
        await passing.pass_on()
        return None


class _Passing:
    """Holds an answer back while it may be one to keep, and otherwise passes it on."""

    def __init__(self, scope: Scope, send: Send, decide: Callable[[None], None]) -> None:
        self.started = False
        self.forget()
        self._is_head = scope["method"] == "HEAD"
        self._send = send
        self._decide = decide

    def forget(self) -> None:
        """Begin anew."""
        self._start: Message = {}
        self.body = bytearray()

    @property
    def headers(self) -> Headers:
        return [(bytes(name), bytes(value)) for name, value in self._start.get("headers", [])]

    async def take(self, message: Message) -> None:
        """In place of `send` for the application."""
        if self.started:
            await self._pass(message)
        elif message["type"] == "http.response.start":
            self._start = message
            if not may_keep(message["status"], self.headers):
                await self.pass_on(more=True)
        else:
            self.body += message.get("body", b"")
            if len(self.body) > ANSWER_BYTES:
                await self.pass_on(message.get("more_body", False))

    async def pass_on(self, more: bool = False) -> None:
        """Send what is held; it is not one to keep."""
        self._decide(None)
        self.started = True
        if self._start:
            await self._send(self._start)
        if self.body or not more:
            await self._pass({"type": "http.response.body", "body": bytes(self.body), "more_body": more})

    async def _pass(self, message: Message) -> None:
        await self._send({**message, "body": b""} if self._is_head else message)


def _simplify(scope: Scope, key: Key) -> Scope:
    """The request as everybody would make it who asks for this address; a 304, which If-None-Match gives, is not kept."""
    headers = [(b"host", key.host), (b"accept-encoding", b"gzip" if key.packed else b"identity")]
    headers += [pair for pair in scope["headers"] if pair[0] == b"if-none-match"]
    return {**scope, "method": "GET", "headers": headers}


async def _send(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
