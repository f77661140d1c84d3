"""A worker gives whole rows or says that they are not; it never outlives its limits, and its end touches nobody else."""

import asyncio
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from keikaku.serving import sql_worker
from keikaku.serving.sql_worker import Lease, Limits, WorkerEnded, Workers, WorkersBusy
from tests.browser.running_site import read_memory

ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
PLENTY = Limits(seconds=5)


@pytest.fixture
async def workers(database_file: Path) -> AsyncIterator[Workers]:
    workers = Workers(database_file)
    yield workers
    workers.stop()


async def read_all(lease: Lease, sql: str, limits: Limits = PLENTY) -> tuple[list[str], list[tuple[object, ...]], str]:
    rows = await lease.run(sql, {}, limits)
    found = [row async for batch in rows for row in batch]
    return rows.columns, found, rows.ended


async def test_rows_are_those_of_sqlite(workers: Workers) -> None:
    async with workers.lease() as lease:
        columns, rows, ended = await read_all(
            lease, "SELECT 1 AS a, 2.5 AS a, 'あ' AS \"x\"\"y\", x'00ff', NULL, 9e999, -9223372036854775808"
        )
        assert columns[:3] == ["a", "a", 'x"y']
        assert rows == [(1, 2.5, "あ", b"\x00\xff", None, float("inf"), -(2**63))]
        assert ended == ""
        assert (await read_all(lease, "SELECT id FROM measures WHERE 0"))[1] == []
        _, many, _ = await read_all(lease, f"{ENDLESS} SELECT n, hex(zeroblob(100)) FROM c LIMIT 5000")
        assert [row[0] for row in many] == list(range(1, 5001))


@pytest.mark.parametrize(
    ("limits", "ended"),
    [(Limits(5, rows=7), "rows"), (Limits(5, bytes=100_000), "bytes"), (Limits(0.2, bytes=10**9), "seconds")],
)
async def test_a_limit_ends_the_rows_and_is_named(workers: Workers, limits: Limits, ended: str) -> None:
    async with workers.lease() as lease:
        _, rows, why = await read_all(lease, f"{ENDLESS} SELECT n, hex(zeroblob(5000)) FROM c", limits)
        assert (why, bool(rows)) == (ended, True)
        assert limits.rows in (None, len(rows))
        assert (await read_all(lease, "SELECT 1"))[1] == [(1,)]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT nosuch", "no such column"),
        ("DELETE FROM measures", "not authorized"),
        ("SELECT * FROM sqlite_stmt", "prohibited|not authorized"),
        ("SELECT * FROM pragma_database_list", "prohibited|not authorized"),
        ("SELECT length(hex(zeroblob(400000000)))", "too big"),
        (f"{ENDLESS} SELECT count(*) FROM c", "interrupted"),
        (f"{ENDLESS} SELECT n FROM c ORDER BY hex(zeroblob(100000)) || n", "memory"),
        ("WITH RECURSIVE c (x) AS (SELECT 'x' UNION ALL SELECT x || x FROM c) SELECT x FROM c", "too (big|many bytes)"),
    ],
)
async def test_what_fails_is_told_and_the_worker_goes_on(workers: Workers, sql: str, message: str) -> None:
    async with workers.lease() as lease:
        with pytest.raises(sqlite3.DatabaseError, match=message):
            await read_all(lease, sql, Limits(0.3 if "count" in sql else 20, bytes=10**9))
        assert (await read_all(lease, "SELECT 1"))[1] == [(1,)]


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is measured as Linux tells it")
async def test_small_rows_take_no_more_of_the_system_than_a_worker_may(workers: Workers) -> None:
    """SQLite does not count what each of them costs beside its bytes."""
    async with workers.lease() as lease:
        await read_all(lease, "SELECT 1")
        process = lease.worker.process.pid
        idle = read_memory(process, "VmRSS")
        with pytest.raises(sqlite3.DatabaseError, match="memory"):
            await read_all(lease, f"{ENDLESS} SELECT n FROM c ORDER BY n DESC", Limits(60))
        assert sql_worker.HEAP_BYTES < read_memory(process, "VmHWM") - idle <= 1.1 * sql_worker.DATA_BYTES
        assert (await read_all(lease, "SELECT 1"))[1] == [(1,)]


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "frozen"])
async def test_rows_of_a_worker_that_ends_are_never_taken_for_all(
    workers: Workers, sent: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of its rows; the next statement has a new one."""
    monkeypatch.setattr(sql_worker, "GRACE_SECONDS", 0.3)
    async with workers.lease() as lease:
        worker = lease.worker
        assert worker
        rows = await lease.run(f"{ENDLESS} SELECT hex(zeroblob(50000)) FROM c", {}, Limits(0.5, bytes=10**10))
        process = worker.process.pid
        with pytest.raises(WorkerEnded):
            async for _ in rows:
                os.kill(process, sent)
        assert rows.ended == ""
        assert (await read_all(lease, "SELECT 1"))[1] == [(1,)]
        assert worker.process.pid != process


async def test_an_abandoned_statement_is_ended_before_the_next(workers: Workers) -> None:
    async with workers.lease() as lease:
        await lease.run(f"{ENDLESS} SELECT hex(zeroblob(50000)) FROM c", {}, Limits(60, bytes=10**10))
    async with workers.lease() as lease:
        assert (await read_all(lease, "SELECT 2"))[1] == [(2,)]


async def test_who_finds_all_taken_waits_a_while_and_is_refused(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_worker, "PATIENCE_SECONDS", 0.01)
    leases = [workers.lease() for _ in range(sql_worker.WORKERS)]
    for lease in leases:
        await lease.__aenter__()
    with pytest.raises(WorkersBusy):
        await workers.lease().__aenter__()
    monkeypatch.setattr(sql_worker, "PATIENCE_SECONDS", 60)
    waiting = [asyncio.create_task(workers.lease().__aenter__()) for _ in range(sql_worker.MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(WorkersBusy):
        await workers.lease().__aenter__()
    for lease in leases:
        await lease.__aexit__(None, None, None)
    for number in range(sql_worker.WORKERS):
        (await waiting[number]).end()
    for task in waiting:
        (await task).end()


async def test_no_worker_answers_from_newer_data(database_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    path.write_bytes(database_file.read_bytes())
    workers = Workers(path)
    newer = tmp_path / "newer.db"
    newer.write_bytes(database_file.read_bytes())
    newer.replace(path)
    async with workers.lease() as lease:
        with pytest.raises(WorkerEnded):
            await read_all(lease, "SELECT 1")
    workers.stop()
