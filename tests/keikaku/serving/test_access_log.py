"""One line for each request, soon, and nothing that a visitor sends makes it two."""

import asyncio
import json

import pytest

from keikaku.serving import access_log
from keikaku.serving.access_log import AccessLog


def scope(raw_path: bytes = b"/plans", query: bytes = b"") -> dict:
    named = {"raw_path": raw_path, "path": raw_path.decode("latin-1"), "query_string": query}
    return {"type": "http", "method": "GET", "client": ("192.0.2.1", 1234), **named}


async def answer(_scope, _receive, send) -> None:
    await send({"type": "http.response.start", "status": 304, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def nothing(*_) -> None:
    return None


async def test_a_request_is_a_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "FLUSH_SECONDS", 0.01)
    written: list[str] = []
    log = AccessLog(written.append)
    await log.follow(answer, scope(b"/plans/search?q=%E8", b"q=%E8"), nothing, nothing)
    await log.follow(answer, scope(), nothing, nothing)
    assert written == []
    await asyncio.sleep(0.05)
    first, second = map(json.loads, "".join(written).splitlines())
    assert (
        first.items()
        >= {"client": "192.0.2.1", "method": "GET", "address": "/plans/search?q=%E8", "status": 304}.items()
    )
    assert second["address"] == "/plans"
    assert first["at"].endswith("Z")
    assert 0 <= first["ms"] < 1000


async def test_many_requests_do_not_wait_for_the_clock() -> None:
    written: list[str] = []
    log = AccessLog(written.append)
    for _ in range(access_log.FLUSH_LINES + 1):
        await log.follow(answer, scope(), nothing, nothing)
    assert len("".join(written).splitlines()) == access_log.FLUSH_LINES
    log.flush()
    assert len("".join(written).splitlines()) == access_log.FLUSH_LINES + 1
    log.flush()
    assert len(written) == 2


async def test_nothing_breaks_out_of_a_line() -> None:
    written: list[str] = []
    log = AccessLog(written.append)
    await log.follow(answer, scope(b'/a\n{"status": 200}\xe2\x80\xa8\x1b[2J"'), nothing, nothing)
    log.flush()
    (line,) = "".join(written).splitlines()
    assert line.isascii()
    assert "\x1b" not in line
    assert json.loads(line)["status"] == 304


async def test_a_request_that_fails_is_noted_too() -> None:
    async def fail(*_) -> None:
        raise RuntimeError

    written: list[str] = []
    log = AccessLog(written.append)
    with pytest.raises(RuntimeError):
        await log.follow(fail, scope(), nothing, nothing)
    log.flush()
    assert json.loads(written[0])["status"] == 0
