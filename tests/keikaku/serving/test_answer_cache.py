"""What is kept, for whom, and for how long; and that no visitor can spoil it for another."""

import asyncio
import gzip
from collections.abc import Callable
from typing import Any

import pytest

from keikaku.serving import answer_cache
from keikaku.serving.answer_cache import AnswerCache, is_settled, mark_incomplete

TEXT = "工業と商業と農業。" * 100


class Application:
    """Answers with what it was asked for, and counts how often."""

    def __init__(self) -> None:
        self.calls = 0
        self.status = 200
        self.body = TEXT
        self.headers: dict[str, str] = {"content-type": "text/plain"}
        self.during: Callable[[], Any] = lambda: None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.calls += 1
        body = f"{self.calls} {dict(scope['headers'])} {self.body}".encode()
        await asyncio.sleep(0)
        self.during()
        headers = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        if (b"accept-encoding", b"gzip") in scope["headers"]:
            body = gzip.compress(body)
            headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": body[:10], "more_body": True})
        await send({"type": "http.response.body", "body": body[10:]})


class Site:
    """An application behind a cache; `ask` gives status, headers, body and where it came from."""

    def __init__(self) -> None:
        self.application = Application()
        self.edition = "1"
        self.cache = AnswerCache(lambda: self.edition, 60)

    async def ask(
        self, path: str = "/a", query: str = "", method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes, str]:
        named = {"host": "example.jp", **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        came = await self.cache.respond(self.application, scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], {n.decode(): v.decode() for n, v in sent[0]["headers"]}, body, came


@pytest.fixture
def site() -> Site:
    return Site()


async def test_the_same_address_is_computed_once(site: Site) -> None:
    first = await site.ask()
    again = await site.ask()
    assert (first[3], again[3]) == ("made", "kept")
    assert again[:3] == first[:3]
    assert site.application.calls == 1
    assert again[1]["content-length"] == str(len(again[2]))
    assert again[1]["cache-control"].startswith("public, max-age=60, stale-while-revalidate=")


@pytest.mark.parametrize(
    "other", [{"path": "/b"}, {"query": "q=1"}, {"host": "other.jp"}, {"query": "a=1&b=2"}, {"query": "b=2&a=1"}]
)
async def test_another_address_is_another_answer_with_another_tag(site: Site, other: dict[str, str]) -> None:
    first, second = await site.ask(), await site.ask(**other)
    assert second[3] == "made"
    assert first[1]["etag"] != second[1]["etag"]


async def test_a_new_edition_replaces_everything(site: Site) -> None:
    before = await site.ask()
    await site.ask("/b")
    site.edition = "2"
    after = await site.ask(if_none_match=before[1]["etag"])
    assert (after[0], after[3]) == (200, "made")
    assert after[1]["etag"] != before[1]["etag"]
    assert len(site.cache.store) == 1


async def test_what_a_visitor_has_is_not_sent_again_nor_computed(site: Site) -> None:
    etag = (await site.ask())[1]["etag"]
    fresh = Site()
    for known in (etag, f'"x", {etag}', f"W/{etag}"):
        status, headers, body, came = await fresh.ask(if_none_match=known)
        assert (status, headers["etag"], body, came) == (304, etag, b"", "unchanged")
    assert fresh.application.calls == 0
    assert (await site.ask(if_none_match=etag))[0] == 304
    assert (await site.ask(if_none_match='"other"'))[0] == 200


async def test_a_tag_of_the_application_stays_and_is_asked_for_it(site: Site) -> None:
    site.application.headers["etag"] = '"sha"'
    assert (await site.ask())[1]["etag"] == '"sha"'
    assert (await site.ask(if_none_match='"sha"'))[::3] == (304, "unchanged")
    assert (await Site().ask(if_none_match='"sha"'))[0] == 200


async def test_both_forms_come_from_one_computation(site: Site) -> None:
    packed = await site.ask(accept_encoding="gzip, br")
    plain = await site.ask()
    assert gzip.decompress(packed[2]) == plain[2]
    assert (packed[1]["content-encoding"], plain[1].get("content-encoding")) == ("gzip", None)
    assert plain[1]["content-length"] == str(len(plain[2]))
    assert packed[1]["etag"] == plain[1]["etag"][:-1] + '-gzip"'
    assert packed[1]["vary"] == plain[1]["vary"] == "Accept-Encoding"
    assert site.application.calls == 1


async def test_head_has_the_headers_and_fills_nothing_wrong(site: Site) -> None:
    head = await site.ask(method="HEAD")
    whole = await site.ask()
    assert head[:3] == (200, whole[1], b"")
    assert whole[2]
    assert site.application.calls == 1


async def test_no_header_of_a_visitor_but_host_has_an_effect(site: Site) -> None:
    odd = {
        "cookie": "a=b",
        "x_forwarded_host": "evil",
        "accept_language": "en",
        "user_agent": "<script>",
        "accept": "x",
    }
    first = await site.ask(**odd)
    assert b"evil" not in first[2] and b"script" not in first[2] and b"cookie" not in first[2]
    assert (await site.ask())[2] == first[2]


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "POST"},
        {"authorization": "Bearer x"},
        {"range": "bytes=0-1"},
        {"path": "/-/threads"},
        {"path": "/files/x"},
    ],
)
async def test_what_is_for_one_visitor_is_passed_on(site: Site, request_: dict[str, str]) -> None:
    for _ in range(2):
        assert (await site.ask(**request_))[3] == "passed"
    assert site.application.calls == 2
    assert len(site.cache.store) == 0


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
async def test_only_what_was_found_is_kept(site: Site, status: int) -> None:
    site.application.status = status
    first, second = await site.ask(), await site.ask()
    assert (first[0], first[3], second[3]) == (status, "passed", "passed")
    assert "etag" not in first[1]


@pytest.mark.parametrize(
    "header",
    [
        {"cache-control": "no-store"},
        {"cache-control": "private, max-age=5"},
        {"vary": "Accept-Language"},
        {"vary": "*"},
        {"set-cookie": "a=b"},
        {"accept-ranges": "bytes"},
    ],
)
async def test_what_says_so_is_not_kept(site: Site, header: dict[str, str]) -> None:
    site.application.headers |= header
    await site.ask()
    assert (await site.ask())[3] == "passed"


async def test_what_is_too_large_is_passed_on_whole(site: Site) -> None:
    site.application.body = "x" * (answer_cache.ANSWER_BYTES + 1)
    for _ in range(2):
        status, headers, body, came = await site.ask()
        assert (status, came, "etag" in headers) == (200, "passed", False)
        assert body.endswith(site.application.body.encode())
    assert (await site.ask(method="HEAD"))[2] == b""


async def test_memory_is_bounded_and_junk_displaces_no_clean_address(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_cache, "SEGMENT_BYTES", 100_000)
    site.cache = AnswerCache(lambda: site.edition, 60)
    await site.ask("/a")
    for n in range(300):
        await site.ask("/a", f"junk={n}")
        assert site.cache.store.size() <= 200_000
    assert (await site.ask("/a"))[3] == "kept"
    assert (await site.ask("/a", "junk=0"))[3] == "made"


async def test_who_asks_at_the_same_time_shares_one_computation(site: Site) -> None:
    answers = await asyncio.gather(*(site.ask() for _ in range(20)))
    assert site.application.calls == 1
    assert sorted({came for *_, came in answers}) == ["made", "shared"]
    assert len({body for _, _, body, _ in answers}) == 1


async def test_a_fault_is_nobody_elses_and_is_forgotten(site: Site) -> None:
    def fail() -> None:
        if site.application.calls == 1:
            raise RuntimeError("broken")

    site.application.during = fail
    results = await asyncio.gather(*(site.ask() for _ in range(3)), return_exceptions=True)
    assert [type(result) for result in results].count(RuntimeError) == 1
    assert (await site.ask())[3] == "kept"


async def test_no_answer_mixes_two_editions(site: Site) -> None:
    def replace_once() -> None:
        site.edition = "2"

    site.application.during = replace_once
    _, _, body, came = await site.ask()
    assert (came, site.application.calls) == ("made", 2)
    assert body.startswith(b"2 ")
    assert (await site.ask())[2] == body


async def test_what_lacks_something_for_want_of_time_is_not_kept(site: Site) -> None:
    site.application.during = mark_incomplete
    first = await site.ask()
    assert (first[0], first[3], "etag" in first[1]) == (200, "passed", False)
    site.application.during = lambda: None
    assert (await site.ask())[3] == "made"


async def test_nothing_is_kept_of_data_that_may_change_unnoticed(site: Site) -> None:
    site.edition = ""
    await site.ask()
    assert (await site.ask())[3] == "passed"


@pytest.mark.parametrize(
    ("query", "settled"),
    [
        ("q=random", True),
        ("sql=select+1", True),
        ("sql=select+random()", False),
        ("sql=select%20RAND%4Fm()", False),
        ("sql=select+datetime('now')", False),
        ("_where=due+%3C+current_date", False),
        ("_where=year=2024", True),
    ],
)
def test_sql_that_gives_another_answer_each_time_is_not_kept(query: str, settled: bool) -> None:
    assert is_settled(query.encode()) is settled
