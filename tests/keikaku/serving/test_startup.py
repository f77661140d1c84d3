"""A site starts whole or says in a line what is wrong with it; a running one keeps its data, and says when newer waits."""

import asyncio
import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from datasette.cli import cli

from keikaku.serving.startup import ASKED_FIRST
from tests.programs import drop_privileges
from tests.sites import ROOT, SERVED


def start(folder: Path, path: str, before: Callable[[], None] | None = None) -> subprocess.CompletedProcess[str]:
    """Start the site, let it answer one request, and end it."""
    command = [sys.executable, "-m", "datasette", str(folder), "--get", path]
    environment = {**os.environ, "COLUMNS": "999"}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, preexec_fn=before
    )


@pytest.fixture
def site_copy(site_folder: Path, tmp_path: Path) -> Path:
    """The site's folder, to be broken."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in (*SERVED, "docs"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder)
    shutil.copy(site_folder / "plans.db", folder)
    return folder


def break_everything(folder: Path) -> None:
    """All that is told at once: no templates, metadata that says nothing, and a database broken in every way."""
    whole = (folder / "plans.db").read_bytes()
    (folder / "metadata.yml").write_text("{}")
    shutil.rmtree(folder / "templates")
    (folder / "plans.db").write_bytes(b"")
    (folder / "garbage.db").write_bytes(b"x" * 9999)
    (folder / "cut.db").write_bytes(whole[:200_000])
    (folder / "overwritten.db").write_bytes(whole[:8192] + bytes(100 * 4096) + whole[8192 + 100 * 4096 :])


EVERYTHING = [
    "templates/base.html is missing", "metadata.yml is missing, or has nothing on", "plans.db: it is of another version",
    "garbage.db: it cannot be read", "cut.db: it", "overwritten.db: it",
]  # fmt: skip
BROKEN: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "everything": (break_everything, EVERYTHING),
    "no database": (lambda f: (f / "plans.db").unlink(), ["there is no database: run make build"]),
    "a public address without a publisher": (
        lambda f: (f / "metadata.yml").write_text("site_url: https://plans.example.jp/\n" + (f / "metadata.yml").read_text("utf-8"), "utf-8"),
        ["metadata.yml names site_url: name publisher"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("break_it", "messages"), BROKEN.values(), ids=BROKEN)
def test_a_site_with_a_broken_part_does_not_start_and_says_why(
    site_copy: Path, break_it: Callable[[Path], object], messages: list[str]
) -> None:
    break_it(site_copy)
    with ThreadPoolExecutor(1) as pool:  # which has no event loop yet
        started = pool.submit(CliRunner().invoke, cli, [str(site_copy), "--get", "/"]).result()
    assert (started.exit_code, started.stdout) == (1, "")
    told = started.stderr if len(messages) > 1 else started.stderr.splitlines()[-1]
    assert [message for message in messages if message not in told] == []
    assert "Traceback" not in told


async def test_a_running_site_keeps_its_data_and_tells_that_newer_waits(site_copy: Path) -> None:
    """Another file takes the place of the one that is served, or it is removed: pages and their queries stay as they were."""
    settings = json.loads((site_copy / "settings.json").read_text("utf-8"))
    (site_copy / "settings.json").write_text(
        json.dumps({**settings, "sql_time_limit_ms": 60_000})
    )  # on a busy machine, too
    site = Datasette(config_dir=site_copy)
    await site.invoke_startup()
    paths = ["/plans/measures.json?_size=3", "/plans/search?q=給食", "/plans/unmet_targets.csv?_size=3"]
    before = [(await site.client.get(path)).content for path in paths]
    health = (await site.client.get("/-/health")).json()
    assert (health["status"], health["databases"]["plans"]["newer_data"]) == ("ok", False)
    shutil.copy(ROOT / "README.md", site_copy / "newer")
    (site_copy / "newer").replace(site_copy / "plans.db")
    for _ in range(2):
        answers = await asyncio.gather(*(site.client.get(path) for path in paths * 5))
        pages = [answer for answer in answers if ".csv" not in str(answer.url)]
        assert {answer.content for answer in pages} == set(before[:2])
        health = (await site.client.get("/-/health")).json()
        assert (health["status"], health["databases"]["plans"]["newer_data"]) == ("outdated", True)
        (site_copy / "plans.db").unlink(missing_ok=True)


async def test_a_server_has_answered_itself_before_it_says_that_it_has_started(
    site: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, told = [], []
    messages = iter(["lifespan.startup", "lifespan.shutdown"])
    get = site.client.get

    async def ask(path: str) -> object:
        asked.append((path, (answer := await get(path)).status_code))
        return answer

    async def receive() -> dict[str, str]:
        return {"type": next(messages)}

    async def send(message: dict[str, str]) -> None:
        told.append((message["type"], list(asked), gc.get_freeze_count() > 0))

    monkeypatch.setattr(site.client, "get", ask)
    try:
        await site.app()({"type": "lifespan"}, receive, send)
    finally:
        gc.unfreeze()
    wanted = [(f"/plans/{path}", 200) for path in ASKED_FIRST]
    assert told[0] == ("lifespan.startup.complete", wanted, True)
    assert len(told) == 2 and len(wanted) > 1


async def test_health_tells_no_path_and_fails_when_the_database_is_silent(
    site_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Datasette(config_dir=site_copy)
    await site.invoke_startup()
    answer = await site.client.get("/-/health")
    told = answer.json()
    assert (answer.status_code, answer.headers["cache-control"], told["build"]) == (200, "no-store", "")
    assert told["databases"]["plans"]["sha256"] == site.get_database("plans").hash
    assert str(site_copy) not in answer.text + (await site.client.get("/-/databases.json")).text

    async def fail(*_: object) -> None:
        raise OSError("disk I/O error")

    monkeypatch.setattr(site.get_database("plans"), "execute_fn", fail)
    answer = await site.client.get("/-/health")
    assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")


def test_a_read_only_site_is_served_and_a_database_that_may_not_be_read_is_named(site_copy: Path) -> None:
    site_copy.chmod(0o555)
    try:
        served = start(site_copy, "/-/health", drop_privileges)
        (site_copy / "plans.db").chmod(0)
        refused = start(site_copy, "/-/health", drop_privileges)
    finally:
        site_copy.chmod(0o755)
    assert (served.returncode, json.loads(served.stdout)["status"]) == (0, "ok"), served.stderr
    assert refused.returncode in (1, 2)
    assert "plans.db" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr
