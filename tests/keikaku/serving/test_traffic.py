"""What is told of a request that is over, however it ended."""

import pytest

from keikaku.serving.traffic import CAME, Served, follow


def scope(raw_path: bytes = b"/plans", query: bytes = b"") -> dict:
    named = {"raw_path": raw_path, "path": raw_path.decode("latin-1"), "query_string": query}
    return {"type": "http", "method": "GET", "client": ("192.0.2.1", 1234), "headers": [], **named}


async def answer(scope, _receive, send) -> None:
    scope[CAME].append("kept")
    await send({"type": "http.response.start", "status": 304, "headers": []})
    await send({"type": "http.response.body", "body": b"abc", "more_body": True})
    await send({"type": "http.response.body", "body": b"de"})


async def nothing(*_) -> None:
    return None


async def test_a_request_is_told_without_arguments_and_visitor() -> None:
    told: list[Served] = []
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    await follow(answer, scope(b"/plans/search?q=%E8", b"q=%E8&sql=select+1"), nothing, send, told.append)
    (served,) = told
    assert [message["type"].rpartition(".")[2] for message in sent] == ["start", "body", "body"]
    assert served[1:6] == ("GET", "/plans/search", True, 304, 5)
    assert served.came == "kept"
    assert 0 <= served.seconds < 1
    assert "192.0.2.1" not in repr(served)


async def test_a_request_that_fails_is_told_too() -> None:
    async def fail(*_) -> None:
        raise RuntimeError

    told: list[Served] = []
    with pytest.raises(RuntimeError):
        await follow(fail, scope(), nothing, nothing, told.append)
    assert [(served.status, served.came) for served in told] == [(0, "passed")]
