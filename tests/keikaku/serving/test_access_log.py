"""One line for each request, soon, which nothing that a visitor sends makes two or long, and which does not tell who asked."""

import asyncio
import json

import pytest

from keikaku.serving import access_log
from keikaku.serving.access_log import AccessLog, is_wanted, write_line
from keikaku.serving.traffic import Served

SERVED = Served(1_790_000_000.1234, "GET", "/plans/measures", False, 200, 1234, 0.0123456, "made")


def test_a_request_is_a_line_of_json_with_these_fields_and_no_others() -> None:
    assert json.loads(write_line(SERVED)) == {
        "at": "2026-09-21T14:13:20.123Z",
        "method": "GET",
        "path": "/plans/measures",
        "status": 200,
        "bytes": 1234,
        "ms": 12.35,
        "cache": "made",
    }


async def test_a_line_is_written_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "FLUSH_SECONDS", 0.01)
    written: list[str] = []
    log = AccessLog(written.append)
    log.note(SERVED)
    log.note(SERVED)
    assert written == []
    await asyncio.sleep(0.05)
    assert written == [2 * write_line(SERVED)]


async def test_many_requests_do_not_wait_for_the_clock() -> None:
    written: list[str] = []
    log = AccessLog(written.append)
    for _ in range(access_log.FLUSH_LINES + 1):
        log.note(SERVED)
    assert len("".join(written).splitlines()) == access_log.FLUSH_LINES
    log.flush()
    assert len("".join(written).splitlines()) == access_log.FLUSH_LINES + 1
    log.flush()
    assert len(written) == 2


@pytest.mark.parametrize("sent", ['/a\n{"status": 500}', "/\r\n", '/\x1b[2J"', "/\u2028\x85\x00", "/" + "a" * 99_999])
def test_nothing_breaks_out_of_a_line(sent: str) -> None:
    line = write_line(SERVED._replace(path=sent, method=sent))
    assert line.endswith("}\n")
    assert line[:-1].isascii()
    assert line[:-1].isprintable()
    assert len(line) < 1000
    told = json.loads(line)
    assert told["status"] == 200
    assert told["path"].removesuffix("…") in sent


def test_the_switch_is_on_off_or_a_mistake() -> None:
    assert [is_wanted(switch) for switch in ("", "on", "off")] == [True, True, False]
    with pytest.raises(ValueError, match="KEIKAKU_ACCESS_LOG: 'of' is neither on nor off"):
        is_wanted("of")
