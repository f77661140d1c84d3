"""Few at a time, few who wait, nobody for long; whoever leaves takes their query along; pages have threads of their own."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.types import ASGIApp

from keikaku.serving import sql_lane
from keikaku.serving.sql_lane import (
    GUESTS,
    PLACES,
    QUEUE,
    Interrupted,
    Lane,
    LanedExecutor,
    LaneFull,
    is_lane_thread,
    needs_lane,
    register_connection,
    run_apart,
    run_as_guest,
    run_in_lane,
)

ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
SCOPE = {"type": "http", "path": "/plans", "query_string": b"sql=x"}


@pytest.fixture
async def executor() -> AsyncIterator[LanedExecutor]:
    laned = LanedExecutor(ThreadPoolExecutor(2), 0.5, Interrupted)
    yield laned
    laned.shutdown()


def endless() -> None:
    """What Datasette does: a query on the connection of its thread."""
    connection = sqlite3.connect(":memory:")
    register_connection("plans", connection)
    try:
        connection.execute(ENDLESS).fetchall()
    finally:
        connection.close()


async def stay() -> dict[str, Any]:
    """A client that has sent its request and waits."""
    await asyncio.sleep(60)
    return {"type": "http.disconnect"}


async def ignore(_: dict[str, Any]) -> None:
    pass


def asking(executor: LanedExecutor, function: Callable[[], Any], answers: list[Any]) -> ASGIApp:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        answers.append(await asyncio.get_running_loop().run_in_executor(executor, function))
        await send({"type": "http.response.start", "status": 200})

    return app


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (b"", False),
        (b"q=sql", False),
        (b"sql=select+1", True),
        (b"sql=", True),
        (b"%73ql=select+1", True),
        (b"a=1&_where=1%3D1", True),
        (b"_facet=a&_facet=b&_facet=c", False),
        (b"_facet=a&_facet=b&_facet=c&_facet=d", True),
        (b"_facet_array=a&_facet_date=b&_facet=c&_facet=d", True),
        (b"_stream=1", False),
        (b"code=a", False),
        (b"\xff\xfe=%", False),
    ],
)
def test_what_a_visitor_wrote_goes_into_the_lane(query: bytes, expected: bool) -> None:
    assert needs_lane(query) is expected


async def test_a_few_run_a_few_wait_and_the_rest_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sql_lane, "PATIENCE", 0.2)
    lane = Lane()
    inside = [await lane.enter() for _ in range(PLACES)]
    waiting = [asyncio.create_task(lane.enter()) for _ in range(QUEUE)]
    await asyncio.sleep(0)
    with pytest.raises(LaneFull):
        await lane.enter()
    lane.leave(inside[0])
    lane.leave(inside[0])
    first = await waiting[0]
    rest = await asyncio.gather(*waiting[1:], return_exceptions=True)
    assert {type(error) for error in rest} == {LaneFull}
    for visit in (first, *inside[1:]):
        lane.leave(visit)
    again = [await lane.enter() for _ in range(PLACES)]
    assert len(again) == PLACES, "every place is free again"


async def test_a_waiting_visitor_who_leaves_takes_no_place() -> None:
    lane = Lane()
    inside = [await lane.enter() for _ in range(PLACES)]
    waiting = asyncio.create_task(lane.enter())
    await asyncio.sleep(0)
    waiting.cancel()
    lane.leave(inside[0])
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(lane.enter(), 1)


async def test_sql_of_visitors_has_threads_of_its_own(executor: LanedExecutor) -> None:
    answers: list[Any] = []
    await run_in_lane(executor.lane, asking(executor, is_lane_thread, answers), SCOPE, stay, ignore)
    assert answers == [True]
    assert await asyncio.get_running_loop().run_in_executor(executor, is_lane_thread) is False


async def test_a_query_ends_though_it_never_looks_at_the_clock(executor: LanedExecutor) -> None:
    began = time.perf_counter()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await run_in_lane(executor.lane, asking(executor, endless, []), SCOPE, stay, ignore)
    assert 0.5 < time.perf_counter() - began < 3


async def test_a_query_ends_when_its_visitor_leaves(executor: LanedExecutor) -> None:
    executor._time_limit = 60

    async def leave() -> dict[str, Any]:
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    began = time.perf_counter()
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await run_in_lane(executor.lane, asking(executor, endless, []), SCOPE, leave, ignore)
    assert time.perf_counter() - began < 3


async def test_a_long_job_is_told_when_its_visitor_leaves(executor: LanedExecutor) -> None:
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    steps: list[bool] = []

    async def leave() -> dict[str, Any]:
        await asyncio.sleep(0.2)
        return {"type": "http.disconnect"}

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        while True:
            steps.append(await run_apart(executor, connection, lambda: time.sleep(0.02) or is_lane_thread()))

    with pytest.raises(Interrupted):
        await run_in_lane(executor.lane, app, SCOPE, leave, ignore)
    assert set(steps) == {True}
    assert len(steps) < 20
    assert await run_apart(executor, connection, is_lane_thread) is False, "but not outside of the lane"
    connection.close()


async def test_what_is_sent_keeps_no_place(executor: LanedExecutor) -> None:
    sending = asyncio.Event()

    async def stall(_: dict[str, Any]) -> None:
        sending.set()
        await asyncio.sleep(60)

    slow = [
        asyncio.create_task(run_in_lane(executor.lane, asking(executor, lambda: 1, []), SCOPE, stay, stall))
        for _ in range(PLACES)
    ]
    await sending.wait()
    await asyncio.sleep(0.1)
    visit = await asyncio.wait_for(executor.lane.enter(), 0.5)
    executor.lane.leave(visit)
    for task in slow:
        task.cancel()
    await asyncio.gather(*slow, return_exceptions=True)


async def test_a_page_without_memory_ends_the_lanes_queries_and_is_made(executor: LanedExecutor) -> None:
    executor._time_limit = 60
    abuse = asyncio.create_task(run_in_lane(executor.lane, asking(executor, endless, []), SCOPE, stay, ignore))
    await asyncio.sleep(0.3)
    tries: list[int] = []

    def page() -> str:
        tries.append(threading.get_ident())
        if len(tries) < 3:
            raise MemoryError
        return "page"

    assert await asyncio.get_running_loop().run_in_executor(executor, page) == "page"
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        await asyncio.wait_for(abuse, 3)


async def test_each_query_of_a_guest_is_bounded_even_after_its_request(executor: LanedExecutor) -> None:
    """A task that a request began keeps asking: in the lane's threads, for the time of one query, a few at once."""
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[Any]] = []

    async def ask(function: Callable[[], Any]) -> Any:
        return await loop.run_in_executor(executor, function)

    async def app(_scope: Any, _receive: Any, _send: Any) -> None:
        tasks.extend(asyncio.create_task(ask(endless)) for _ in range(GUESTS + 2))
        tasks.append(asyncio.create_task(asyncio.sleep(0)))

    await run_as_guest(app, {}, stay, ignore)
    *asked, _ = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(error) for error in asked[:GUESTS]] == ["interrupted"] * GUESTS
    assert ["混み合って" in str(error) or "順番" in str(error) for error in asked[GUESTS:]] == [True, True]
    assert not await ask(is_lane_thread)
    await run_as_guest(lambda *_: keep(tasks, asyncio.create_task(ask(is_lane_thread))), {}, stay, ignore)
    assert await tasks[-1]


async def keep(tasks: list[asyncio.Task[Any]], task: asyncio.Task[Any]) -> None:
    tasks.append(task)
