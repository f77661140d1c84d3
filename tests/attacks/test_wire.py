"""Attacks on the real server, byte by byte: what is no HTTP, slow visitors, many visitors, large bodies, paths upwards."""

import asyncio
import gzip
import os
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import pytest

from tests.attacks.addresses import FIXED
from tests.attacks.asking import LEAKS, Asked
from tests.attacks.requests import Requests
from tests.browser.running_site import read_memory, running_server

VISITORS = 200
MANY = 1000
SLOW = 50
AT_ONCE = 20
RAW = int(os.environ.get("KEIKAKU_REQUESTS", "2000")) // 20
NOT_HTTP = (b"Invalid HTTP request received.",)  # what the server says before there is a request


class Site:
    """A running server and the folder with its log."""

    def __init__(self, address: str, folder: Path, process: int) -> None:
        self.process = process
        parts = urlsplit(address)
        self.place = (parts.hostname or "", parts.port or 0)
        self.log = folder / "server.log"

    async def send(self, raw: bytes, seconds: float = 10) -> bytes:
        """Whatever comes back until the server closes the connection; b'' if it closes at once."""
        reader, writer = await asyncio.open_connection(*self.place)
        try:
            async with asyncio.timeout(seconds):
                writer.write(raw)
                return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def get(self, path: str, *headers: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
        return await self.send("\r\n".join(lines).encode())


@pytest.fixture(scope="module")
def live(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("live")
    (folder / "secret.txt").write_text("secret of the server")
    with running_server(folder, database=site_folder / "plans.db") as (address, process):
        yield Site(address, folder, process.pid)


def status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:80]
    return int(answer[9:12])


def split(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.lower(), body


async def test_whatever_bytes_come_the_server_answers_or_hangs_up(live: Site) -> None:
    random = Random(0)
    make = Requests([address.replace("{plan}", "akishima") for address in FIXED]).make
    places = asyncio.Semaphore(AT_ONCE)
    faults = {}

    async def attack(raw: bytes) -> None:
        async with places:
            try:
                answer = await live.send(raw, 3)
            except TimeoutError:  # it waits for the rest of what was cut off
                return
        if answer and (fault := find_fault(answer)):
            faults[raw] = fault

    await asyncio.gather(*(attack(spoil(write(make(random)), random)) for _ in range(RAW)))
    assert faults == {}
    assert status(await live.get("/about")) == 200
    log = live.log.read_text("utf-8", "replace")
    assert "Traceback" not in log, log[log.index("Traceback") - 500 :][:5000]


def write(asked: Asked) -> bytes:
    """As a client without scruples sends it."""
    query = b"?" + asked.query if asked.query else b""
    fields = b"".join(b"%s: %s\r\n" % field for field in asked.headers)
    start = b"%s %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    return start % (asked.method.encode(), asked.path, query) + fields + b"\r\n" + asked.body


def spoil(raw: bytes, random: Random) -> bytes:
    """One request in five has a byte too many, too few or another; none is left without its end."""
    if random.random() > 0.2:
        return raw
    at, byte = random.randrange(len(raw) - 4), bytes([random.randrange(256)])
    way = random.randrange(3)
    return raw[:at] + (b"" if way == 0 else byte) + raw[at + (way != 1) :] if way else raw[:at] + raw[at + 1 :]


def find_fault(answer: bytes) -> str:
    if not re.match(rb"HTTP/1\.[01] (?:[1234]\d\d|503) ", answer):
        return repr(answer[:200])
    head, body = split(answer)
    if status(answer) != 200 and any(leak.encode() in body for leak in LEAKS):
        return repr(body[:500])
    if b"content-security-policy: default-src 'none'" not in head and body not in NOT_HTTP:
        return repr(head)
    return ""


UPWARDS = [
    "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%2fsecret.txt", "..%252fsecret.txt",
    "%252e%252e%252fsecret.txt", "..%5csecret.txt", "....//secret.txt", "..;/secret.txt", "%c0%ae%c0%ae/secret.txt",
    "x/../../secret.txt", "./../secret.txt", "~2E~2E/secret.txt", "%00/../secret.txt", "../../../../../../etc/passwd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "%2fetc%2fpasswd", "../metadata.yml",
    "../plans.db%00",
]  # fmt: skip
BELOW = [
    "",
    *[
        "static/", "-/static/", "-/static-plugins/datasette_vega/", "files/", "pictures/", "styles/", "plans/",
        "print/", "cite/",
    ],
]  # fmt: skip


async def test_no_path_leads_out_of_a_folder(live: Site) -> None:
    for below in BELOW:
        for upwards in UPWARDS:
            answer = await live.get(f"/{below}{upwards}")
            assert status(answer) in (302, 400, 404), (below, upwards)
            for secret in (b"secret of the server", b"root:", b"databases:", b"SQLite format"):
                assert secret not in answer, (below, upwards)


NEW_LINES = [
    "/plans/measures.csv?_dl=1&x=%0d%0aSet-Cookie:a=b",
    "/plans/measures?_filter_column=code&_filter_op=exact&_filter_value=%0d%0aSet-Cookie:a=b",
    "/plans/measures.json?_size=1&_sort=code&x=%0d%0aSet-Cookie:a=b",
    "/plans/measures%0d%0aSet-Cookie:a=b/",
    "/%0d%0aSet-Cookie:a=b//",
    "/plans.csv?sql=select+1&_dl=%0d%0aSet-Cookie:a=b",
    "/plans/measures/%0d%0aSet-Cookie:a=b.xlsx",
    "/calendar/akishima%0d%0aSet-Cookie:a=b.ics",
    "/plans/measures.csv?code=%e5%98%8a%e5%98%8dSet-Cookie:a=b",
]


@pytest.mark.parametrize("path", NEW_LINES)
async def test_no_argument_begins_a_header(live: Site, path: str) -> None:
    head, _ = split(await live.get(path))
    assert b"\nset-cookie" not in head
    assert re.match(rb"http/1\.1 [234]", head)


async def test_no_header_but_host_changes_an_address(live: Site) -> None:
    """Nor does any change the answer that is kept for others."""
    plain = split(await live.get("/plans/sectors"))[1]
    for name in ("X-Forwarded-Host", "X-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "Referer", "Origin"):
        told = split(await live.get("/plans/sectors", f"{name}: evil.example", "Accept-Language: en"))[1]
        assert told == plain, name
    evil = split(await live.get("http://evil.example/plans/sectors"))[1]
    twice = await live.get("/plans/sectors", "Host: evil.example")
    assert b"evil.example" not in evil
    assert split(twice)[1] == plain or status(twice) == 400
    assert split(await live.get("/plans/sectors"))[1] == plain


async def test_a_packed_body_is_never_unpacked(live: Site) -> None:
    bomb = gzip.compress(bytes(200_000_000), 1)[:900_000]
    before = read_memory(live.process, "VmRSS")
    for method, path in (("POST", "/plans"), ("GET", "/about"), ("PUT", "/plans/measures.json")):
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Encoding: gzip\r\n"
        answer = await live.send(f"{head}Content-Length: {len(bomb)}\r\n\r\n".encode() + bomb)
        assert not answer or status(answer) in (200, 405)
    assert read_memory(live.process, "VmRSS") - before < 50_000_000


async def test_slow_visitors_do_not_stop_others(live: Site) -> None:
    """Some never end their request, some never read what they asked for."""
    slow = [await asyncio.open_connection(*live.place) for _ in range(SLOW)]
    try:
        for number, (_, writer) in enumerate(slow):
            begun = b"GET /plans/measures.csv HTTP/1.1\r\nHost: localhost\r\n"
            writer.write(begun + (b"\r\n" if number % 2 else b"X-A: "))
        for number in range(20):
            for _, writer in slow[::2]:
                writer.write(b"b")
            assert status(await live.get(f"/about?n={number}")) == 200
    finally:
        for _, writer in slow:
            writer.close()


@pytest.mark.parametrize("visitors", [VISITORS, pytest.param(MANY, marks=pytest.mark.long)])
async def test_many_visitors_at_once_are_all_answered(live: Site, visitors: int) -> None:
    connections = await asyncio.gather(*(asyncio.open_connection(*live.place) for _ in range(visitors)))

    async def ask(number: int) -> int:
        reader, writer = connections[number]
        path = ("/static/site.css", "/robots.txt", "/-/health", f"/cite/dataset.bib?n={number % 10}", "/nothing")[
            number % 5
        ]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        return status(answer)

    answers = await asyncio.gather(*(ask(number) for number in range(visitors)))
    assert sorted(set(answers)) == [200, 404]
    assert answers.count(404) == visitors // 5
