"""deploy/nginx: files of the baked site, answers of the window, limits, and what is written down."""

import json
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha256
from urllib.parse import quote, urlsplit

import httpx
import pytest

from keikaku.serving.headers import protect_answer
from tests.deploy.conftest import Deployed, wait_until

FOOD = quote("給食")
WINDOW = [f"/plans/search?q={FOOD}", "/plans/measures?_sort=name", "/plans/measures.csv?_size=5"]
HEAVY = [
    "/plans.json?sql=select+random()&_shape=array",
    "/plans.json?s%71l=select+random()&_shape=array",
    "/plans/measures.json?_where=1",
    "/plans/measures.csv?_stream=on",
    "/verify?hash=0123456789abcdef&of=%2Fplans%3Fsql%3Dselect%2Brandom()",
    "/reconcile?queries=%7B%22q%22%3A%7B%22query%22%3A%22a%22%7D%7D",
]


@pytest.fixture
def client(deployed: Deployed):
    with httpx.Client(base_url=deployed.address, timeout=60) as client:
        yield client


@pytest.fixture(scope="session")
def files(deployed: Deployed) -> dict[str, dict]:
    """Address -> entry of the manifest: the first and the last of every kind."""
    manifest = json.loads((deployed.place / "lib" / "current" / "site" / "manifest.json").read_text("utf-8"))
    kinds: dict[tuple, list[str]] = {}
    for address, file in manifest["files"].items():
        path, _, query = address.partition("?")
        where = re.findall("[^/]+", path)[:-1]
        kind = (where[:1], where[1:2] if "." not in path else [], file["media_type"], "packed_sha256" in file, query)
        kinds.setdefault(str(kind), []).append(address)
    chosen = {address for addresses in kinds.values() for address in (addresses[0], addresses[-1])}
    assert len(kinds) > 40
    return {address: manifest["files"][address] for address in sorted(chosen)}


def get_raw(client: httpx.Client, path: str, encoding: str) -> tuple[httpx.Response, str]:
    """An answer and the digest of its body as it was sent."""
    with client.stream("GET", path, headers={"accept-encoding": encoding}) as answer:
        return answer, sha256(b"".join(answer.iter_raw())).hexdigest()


# Files


@pytest.mark.parametrize("encoding", ["identity", "gzip, deflate", "gzip;q=0, br;q=0.0"])
def test_every_kind_of_file_is_sent_with_its_bytes_and_headers(
    deployed: Deployed, files: dict[str, dict], encoding: str
) -> None:
    wrong = []
    with deployed.visitor(1 + len(encoding)) as visitor:
        for path, file in files.items():
            answer, digest = get_raw(visitor, path, encoding)
            packed = "packed_sha256" in file and encoding.startswith("gzip,")
            parts = urlsplit(path)
            expected = {
                "content-type": [file["media_type"]],
                "content-encoding": ["gzip"] if packed else [],
                "vary": ["Accept-Encoding"] if "packed_sha256" in file else [],
                "cache-control": ["max-age=60"],
                "x-cache-status": [],
                "server": ["nginx"],
                "x-frame-options": [],
            }
            protecting = protect_answer([], parts.path, parts.query.encode())
            expected |= {name.decode(): [value.decode()] for name, value in protecting}
            found = {name: answer.headers.get_list(name) for name in expected}
            attached = {
                headers.get("content-disposition", "").startswith("attachment")
                for headers in (file.get("headers", {}), answer.headers)
            }
            if (answer.status_code, digest, len(attached)) != (200, file["packed_sha256" if packed else "sha256"], 1):
                wrong.append((path, answer.status_code, answer.headers.get("content-disposition")))
            wrong += [(path, name, found[name], expected[name]) for name in expected if found[name] != expected[name]]
    assert wrong == []


def test_files_come_in_parts_and_only_when_changed(deployed: Deployed, files: dict[str, dict]) -> None:
    wrong = []
    for number, (path, file) in enumerate((path, file) for path, file in files.items() if file["size"] > 9):
        with deployed.visitor(100 + number % 100) as visitor:
            whole = visitor.get(path, headers={"accept-encoding": "identity"})
            etag = whole.headers["etag"]
            part = visitor.get(path, headers={"accept-encoding": "identity", "range": "bytes=1-9", "if-range": etag})
            changed = visitor.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'})
            same = visitor.get(path, headers={"accept-encoding": "identity", "if-none-match": etag})
            beyond = visitor.get(path, headers={"accept-encoding": "identity", "range": f"bytes={file['size']}-"})
            statuses = [answer.status_code for answer in (whole, part, changed, same, beyond)]
            if (statuses, part.content) != ([200, 206, 200, 304, 416], whole.content[1:10]):
                wrong.append((path, statuses))
    assert wrong == []


def test_what_pages_load_is_kept_for_good_under_its_digest(client: httpx.Client) -> None:
    addresses = re.findall(r'"(/(?:static|styles)/[^"]+\?\w+)"', client.get("/").text)
    assert addresses
    for address in addresses:
        assert client.get(address).headers["cache-control"] == "public, max-age=31536000, immutable"


NO_FILES = [
    "/index.html",
    "/index.json",
    "/plans/index.html",
    "/timeline/embed-1.html",
    "/manifest.json",
    "/site/manifest.json",
    "/plans/measures.csv.gz",
    "/static/site.css.gz",
    "/static/",
    "/static/nosuch.css",
    "/files/",
    "/files/csv",
    "/files/nosuch.csv",
    "/files/..%2fsettings.json",
    "/files/../../settings.json",
    "/settings.json",
    "/metadata.yml",
    "/plugins/site.py",
    "/keikaku-errors/busy.html",
    "/-/metrics",
]


@pytest.mark.parametrize("path", NO_FILES)
def test_nothing_else_is_sent(client: httpx.Client, path: str) -> None:
    answer = client.get(path, follow_redirects=True)
    assert answer.status_code == 404
    assert "ありません" in answer.text


@pytest.mark.parametrize(
    "path", ["/?x=1", "/plans/measures?_size=3", "/plans/measures?_embed=1&_size=3", "/plans//measures"]
)
def test_another_address_than_that_of_a_file_is_asked_of_datasette(client: httpx.Client, path: str) -> None:
    assert "x-cache-status" in client.get(path).headers


def test_scripts_of_other_sites_are_told_what_they_may_do(client: httpx.Client) -> None:
    asked = {"origin": "https://example.com", "access-control-request-method": "GET"}
    for path in ("/plans/measures.json", "/files/plans.xlsx", "/plans.db", "/plans/measures.json?_size=5"):
        answer = client.options(path, headers=asked)
        assert (answer.status_code, answer.headers["access-control-allow-headers"]) == (204, "*"), path


# The window


@pytest.mark.parametrize("path", WINDOW)
def test_an_answer_is_made_once_and_then_sent_from_its_copy(client: httpx.Client, path: str) -> None:
    parts = urlsplit(path)
    first, second = client.get(path), client.get(path)
    assert (first.status_code, second.headers["x-cache-status"]) == (200, "HIT")
    assert first.content == second.content
    for name, value in protect_answer([], parts.path, parts.query.encode()):
        assert second.headers.get_list(name.decode()) == [value.decode()], name


def test_no_answer_to_sql_of_a_visitor_is_ever_kept(deployed: Deployed) -> None:
    with deployed.visitor(2) as visitor:
        for path in HEAVY:
            assert {visitor.get(path).headers["x-cache-status"] for _ in range(2)} == {"BYPASS"}, path
        assert len({visitor.get(HEAVY[0]).text for _ in range(4)}) == 4


def test_pages_speak_of_the_address_that_the_visitor_used(client: httpx.Client) -> None:
    page = client.get("/plans/measures?_sort=id", headers={"x-forwarded-host": "evil.example"}).text
    assert "evil.example" not in page
    assert 'rel="canonical" href="http://localhost/' in page


# Too much


def test_a_flood_of_heavy_questions_is_refused_in_japanese_while_files_and_others_are_served(
    deployed: Deployed,
) -> None:
    with deployed.visitor(3) as visitor, ThreadPoolExecutor(90) as many:
        answers = list(many.map(lambda n: visitor.get(f"{HEAVY[n % len(HEAVY)]}&n={n}"), range(90)))
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) >= 30
        assert {visitor.get(path).status_code for path in ("/", "/plans/measures.json", "/plans.db")} == {200}
    asked = {answer.url.path for answer in refused}
    assert asked == {urlsplit(path).path for path in HEAVY}
    for answer in refused:
        assert "しばらくお待ちください" in answer.text
        assert answer.headers.get_list("cache-control") == ["no-store"]
        assert answer.headers.get_list("retry-after") == ["5"]
        for name, value in protect_answer([], answer.url.path, b"", 429):
            assert answer.headers.get_list(name.decode()) == [value.decode()], (answer.url.path, name)
    kinds = {answer.headers["content-type"] for answer in refused}
    assert kinds == {"text/html; charset=utf-8", "application/json; charset=utf-8", "text/plain; charset=utf-8"}
    with deployed.visitor(4) as other:
        assert other.get(HEAVY[0]).status_code == 200


BATCH = {f"q{number}": {"query": "給食" + "あ" * 400} for number in range(150)}
TOO_LONG = [
    ("GET", "/plans/measures/?a=" + "1" * 20_000, {}, {414}),
    ("GET", "/plans/measures/?sql=" + "1" * 20_000, {}, {200, 302, 400}),
    ("GET", "/plans?sql=select+" + "1" * 40_000, {}, {400, 414}),
    ("GET", "/plans.json?sql=select+" + "1" * 40_000, {}, {400, 414}),
    ("GET", "/plans?x=1", {"headers": {"x-long": "a" * 40_000}}, {400, 494}),
    ("POST", "/reconcile", {"data": {"queries": json.dumps(BATCH, ensure_ascii=False)[:25_000]}}, {400}),
    ("POST", "/reconcile", {"content": b"a" * 300_000}, {413}),
    ("POST", "/plans", {"content": b"a" * 100_000}, {405}),
]


@pytest.mark.parametrize(("method", "path", "options", "statuses"), TOO_LONG)
def test_what_is_too_long_is_refused_in_japanese(
    client: httpx.Client, method: str, path: str, options: dict, statuses: set[int]
) -> None:
    answer = client.request(method, path, **options)
    assert answer.status_code in statuses
    assert re.search("[ぁ-ん]", answer.text) or answer.is_redirect


def test_who_sends_nothing_is_let_go(deployed: Deployed, client: httpx.Client) -> None:
    """Half a request holds a connection for seconds, not for ever, and nobody else waits for it."""
    address = ("localhost", int(deployed.address.rpartition(":")[2]))
    slow = [socket.create_connection(address, timeout=60) for _ in range(60)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    assert client.get("/").status_code == 200
    for connection in slow:
        with connection, suppress(ConnectionResetError):
            assert connection.recv(1000) == b""


# What is written down


def test_a_request_is_a_line_that_tells_neither_who_asked_nor_what_was_searched(deployed: Deployed) -> None:
    asked = [f"/plans/search?q={FOOD}&_log=1", f"/plans/search?q={FOOD}&_log=1", "/static/site.css"]
    asked += ["/log%0d%0a%22,%22", "/" + "log" * 1000]
    log = deployed.place / "log" / "keikaku.log"
    before = len(log.read_text("utf-8").splitlines())

    def read_mine() -> list[dict]:
        lines = map(json.loads, log.read_text("utf-8").splitlines()[before:])
        return [line for line in lines if line["path"].startswith(("/plans/search", "/static/site.css", "/log"))]

    with deployed.visitor(6) as visitor:
        answers = [visitor.get(path, headers={"user-agent": '"secret'}) for path in asked]
    wait_until(lambda: len(read_mine()) == len(asked), "the log has all requests")
    lines = read_mine()
    assert [line["status"] for line in lines] == [answer.status_code for answer in answers]
    assert [line["path"] for line in lines] == ["/plans/search", "/plans/search", *asked[2:4], asked[4][:400]]
    assert [line["cache"] for line in lines[:3]] == ["MISS", "HIT", ""]
    assert {line["client"] for line in lines} == {"127.0.1.*"}
    assert lines[2]["bytes"] == int(answers[2].headers["content-length"])
    text = log.read_text("utf-8")
    assert [told for told in ("secret", "%E7", "127.0.1.6", "sql=") if told in text] == []
    names = {"at", "client", "method", "path", "status", "bytes", "seconds", "cache"}
    assert {tuple(line) for line in lines} == {tuple(lines[0])} and set(lines[0]) == names


def test_files_come_while_no_process_runs_and_nothing_is_written_of_what_was_asked(
    deployed: Deployed, files: dict[str, dict]
) -> None:
    gone = [f"/plans/search?q={FOOD}&_gone=1", "/plans/measures.json?_sort=name&_gone=1", "/plans/measures.csv?_gone=1"]
    for number in (1, 2):
        deployed.stop(number)
    try:
        with deployed.visitor(7) as visitor:
            wrong = [path for path, file in files.items() if get_raw(visitor, path, "identity")[1] != file["sha256"]]
            answers = [visitor.get(path) for path in gone]
    finally:
        for number in (1, 2):
            deployed.start(number)
    assert wrong == []
    for answer in answers:
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "ただいま準備中です" in answer.text
    assert answers[1].json()["status"] == 503
    logs = "".join(file.read_text("utf-8") for file in deployed.place.rglob("*error.log"))
    assert [told for told in ("_gone", "%E7", "sql", "1111") if told in logs] == []
    with deployed.visitor(8) as visitor:
        assert {visitor.get(path).status_code for path in gone} == {200}
