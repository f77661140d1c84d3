"""Accidents, each with what is promised: the old files or the new ones, whole; one clear line; a site that goes on."""

import ctypes
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette

from keikaku.serving.site_check import PLUGINS, find_missing_libraries, find_missing_plugins
from tests.conftest import ROOT, SERVED
from tests.programs import need

PLAN = ROOT / "tests" / "fixtures" / "minato"
PR_CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2
KIB = 1024


def drop_privileges() -> None:
    """Root reads and writes everything; without these two it obeys the modes of files as everyone does."""
    libc = ctypes.CDLL(None)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def start(folder: Path, path: str, **how: object) -> subprocess.CompletedProcess[str]:
    """Start the site, let it answer one request, and end it."""
    command = [sys.executable, "-m", "datasette", str(folder), "--get", path]
    environment = {**os.environ, "COLUMNS": "999"}
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, **how)  # type: ignore[call-overload,no-any-return]


def test_a_site_that_is_read_only_is_served_and_a_database_that_may_not_be_read_is_named(site_copy: Path) -> None:
    site_copy.chmod(0o555)
    try:
        served = start(site_copy, "/-/health", preexec_fn=drop_privileges)
        (site_copy / "plans.db").chmod(0)
        refused = start(site_copy, "/-/health", preexec_fn=drop_privileges)
    finally:
        site_copy.chmod(0o755)
    assert (served.returncode, json.loads(served.stdout)["status"]) == (0, "ok"), served.stderr
    assert refused.returncode in (1, 2)
    assert "plans.db" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("needed", "status"), [((tempfile, "mkdtemp"), "ok"), ((shutil, "copyfileobj"), "degraded")], ids=["folder", "copy"]
)
async def test_a_server_without_room_for_a_copy_serves_the_file_itself(
    site_copy: Path,
    needed: tuple[object, str],
    status: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(*needed, run_out)
    site = Datasette(config_dir=site_copy)
    await site.invoke_startup()
    health = (await site.client.get("/-/health")).json()
    assert health["status"] == status
    assert (await site.client.get("/plans/measures")).status_code == 200
    assert "No space left on device" in caplog.text


# The site's own parts


@pytest.fixture
def site_copy(site_folder: Path, tmp_path: Path) -> Path:
    """The site's folder, to be broken."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in (*SERVED, "docs"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder)
    shutil.copy(site_folder / "plans.db", folder)
    return folder


def overwrite_middle(folder: Path) -> None:
    with (folder / "plans.db").open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(200 * 4096))


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "no database": (lambda f: (f / "plans.db").unlink(), "there is no database: run make build"),
    "an empty database": (lambda f: (f / "plans.db").write_bytes(b""), "plans.db: it is of another version"),
    "no database at all": (lambda f: (f / "plans.db").write_bytes(b"x" * 9999), "plans.db: it cannot be read"),
    "a database cut off": (lambda f: os.truncate(f / "plans.db", 200_000), "plans.db: it"),
    "a database overwritten": (overwrite_middle, "plans.db: it"),
    "no metadata": (lambda f: (f / "metadata.yml").unlink(), "metadata.yml is missing, or has no title"),
    "empty metadata": (lambda f: (f / "metadata.yml").write_text("{}"), "metadata.yml is missing, or has no title"),
    "metadata that is a list": (lambda f: (f / "metadata.yml").write_text("- a"), "metadata.yml is missing"),
    "metadata that cannot be read": (lambda f: (f / "metadata.yml").write_text("a: ["), "Metadata is not valid JSON or YAML"),
    "settings that cannot be read": (lambda f: (f / "settings.json").write_text("{"), "Expecting property name"),
    "an unknown setting": (lambda f: (f / "settings.json").write_text('{"nosuch": 1}'), "Invalid setting 'nosuch'"),
    "no templates": (lambda f: shutil.rmtree(f / "templates"), "templates/base.html is missing"),
    "no guard": (lambda f: (f / "plugins" / "sql_guard.py").unlink(), "sql_guard.py"),
    "a plugin whose library is missing": (
        lambda f: (f / "plugins" / "own.py").write_text("import nosuchlibrary\n"),
        "No module named 'nosuchlibrary'",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("break_it", "message"), BROKEN.values(), ids=BROKEN)
def test_a_site_with_a_broken_part_does_not_start_and_says_why(
    site_copy: Path, break_it: Callable[[Path], object], message: str
) -> None:
    """What Datasette reads before any plugin (settings, syntax of metadata) it tells itself, in its last line."""
    break_it(site_copy)
    started = start(site_copy, "/")
    assert (started.returncode, started.stdout) == (1, "")
    told = started.stderr.splitlines()[-1]
    assert message in told
    if told.startswith("  "):
        assert "Traceback" not in started.stderr


def test_every_plugin_of_the_site_is_missed(tmp_path: Path) -> None:
    assert list(find_missing_plugins(ROOT / "plugins")) == []
    (fault,) = find_missing_plugins(tmp_path)
    assert [name for name in PLUGINS if f" {name}.py" not in fault] == []


def test_a_library_that_is_missing_is_named() -> None:
    assert list(find_missing_libraries()) == []
    (fault,) = find_missing_libraries(["click>=8.1", "nosuch-library>=2", "other; extra == 'dev'"])
    assert fault.startswith("not installed: nosuch-library: ")


async def test_without_settings_the_site_works(site_copy: Path) -> None:
    (site_copy / "settings.json").unlink()
    site = Datasette(config_dir=site_copy)
    await site.invoke_startup()
    assert (await site.client.get("/plans/measures")).status_code == 200


# A wrong clock

LOOK = """
import asyncio, json, sys
from pathlib import Path
from datasette.app import Datasette
async def look():
    site = Datasette(config_dir=Path(sys.argv[1]))
    await site.invoke_startup()
    return {path: [answer.status_code, answer.text] for path in sys.argv[2:] if (answer := await site.client.get(path))}
print(json.dumps(asyncio.run(look())))
"""
PAGES = ["/", "/timeline", "/plans/targets_due", "/plans/unmet_targets", "/plans/measures/akishima-kogyo-1", "/about"]
PAGES += ["/data", "/verify"]
OVERDUE = "/plans/unmet_targets.json?_shape=array&_size=max"


@pytest.mark.parametrize(("clock", "overdue"), [("1970-01-02", False), ("2036-05-01", True)])
def test_pages_stay_sensible_when_the_clock_is_wrong(site_folder: Path, clock: str, overdue: bool) -> None:
    """Before the plan nothing is overdue, after it everything without a result is; no page fails."""
    look = [sys.executable, "-c", LOOK, str(site_folder), *PAGES, OVERDUE]
    environment = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [need("faketime", "faketime"), "-f", f"@{clock} 00:00:00", *look],
        capture_output=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert {path: status for path, (status, _) in seen.items() if status != 200} == {}
    assert any("期限経過" in str(row) for row in json.loads(seen[OVERDUE][1])) is overdue
    year, month, day = map(int, clock.split("-"))
    assert f"{year}年{month}月{day}日" in seen["/timeline"][1]
