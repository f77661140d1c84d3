"""Accidents, each with what is promised: the old files or the new ones, whole; one clear line; a site that goes on."""

import ctypes
import errno
import hashlib
import json
import os
import random
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

import build_db
from keikaku.files.build_turn import take_turn
from keikaku.files.replacing import replacing
from keikaku.serving.site_check import PLUGINS, find_missing_libraries, find_missing_plugins
from tests.conftest import ROOT, SERVED
from tests.programs import need

PLAN = ROOT / "tests" / "fixtures" / "minato"
PR_CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2
KIB = 1024


def command(folder: Path, *options: str | Path) -> list[str]:
    """Build in a folder that holds data/: the database, and the files of the whole data set beside it."""
    arguments = ["--data", folder / "data", "--output", folder / "plans.db", "--files", folder / "files", "--quiet"]
    return [sys.executable, str(ROOT / "build_db.py"), *map(str, arguments), *map(str, options)]


def build(folder: Path, *options: str | Path, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(folder, *options), capture_output=True, text=True, check=False, **how)  # type: ignore[call-overload,no-any-return]


def contents(folder: Path) -> dict[str, str]:
    """Digest of every file that builds have written, hidden ones too."""
    found = (file for file in sorted(folder.rglob("*")) if file.is_file() and "data" not in file.parts)
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest() for file in found}


def leftovers(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob(".*"))


def assert_whole(folder: Path) -> None:
    """A sound database, and files that are all there and are those of one database."""
    with sqlite3.connect(folder / "plans.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    listing = json.loads((folder / "files" / "files.json").read_text("utf-8"))
    for file in listing["files"]:
        digest = hashlib.sha256((folder / "files" / file["path"]).read_bytes()).hexdigest()
        assert digest == file["sha256"], file["path"]


def is_one_line(text: str) -> bool:
    return text.count("\n") == 1 and "Traceback" not in text


def change(folder: Path) -> None:
    """So that the next build differs from the last."""
    file = folder / "data" / "minato" / "events.yml"
    text = file.read_text("utf-8")
    other = text.replace("計画の見直し", "計画の改定")
    file.write_text(other if other != text else text.replace("計画の改定", "計画の見直し"), "utf-8")


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    shutil.copytree(PLAN, folder / "data" / "minato")
    built = build(folder)
    assert (built.returncode, built.stderr) == (0, "")
    return folder


@pytest.fixture
def folder(first_build: Path, tmp_path: Path) -> Path:
    """A folder with data and what one build of it wrote."""
    return Path(shutil.copytree(first_build, tmp_path / "site"))


# Disk full


@pytest.fixture
def disk(first_build: Path, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own with data and a first build."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no disk can be mounted here; a limit of size stands for it in the next test")
    try:
        shutil.copytree(first_build, place, dirs_exist_ok=True)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_leaves_the_old_files_and_one_line(disk: Path) -> None:
    """From no room at all to just too little."""
    change(disk)
    first = contents(disk)
    for room in (0, 300, 700, 1300):
        before = contents(disk)
        with (disk / "filler").open("wb") as filler:
            free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
            filler.write(bytes(max(0, free - room * KIB)))
        built = build(disk)
        (disk / "filler").unlink()
        after = contents(disk)
        assert leftovers(disk) == [], room
        assert_whole(disk)
        if built.returncode:
            assert is_one_line(built.stderr), (room, built.stderr)
            assert "cannot be written" in built.stderr
            # The database may be new when there was room for it and not for the files.
            assert {k: v for k, v in after.items() if "files/" in k} == {
                k: v for k, v in before.items() if "files/" in k
            }
        if room < 300:
            assert built.returncode == 1
            assert after == before
    assert build(disk).returncode == 0
    assert contents(disk) != first


@pytest.mark.parametrize("limit", [0, 200, 440])
def test_a_file_that_cannot_grow_is_as_a_full_disk(folder: Path, limit: int) -> None:
    before = contents(folder)
    change(folder)
    built = build(folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit * KIB, limit * KIB)))
    assert (built.returncode, is_one_line(built.stderr)) == (1, True), built.stderr
    assert contents(folder) == before
    assert leftovers(folder) == []
    assert build(folder).returncode == 0


# Read-only, unreadable


def drop_privileges() -> None:
    """Root reads and writes everything; without these two it obeys the modes of files as everyone does."""
    libc = ctypes.CDLL(None)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


def test_a_folder_that_is_read_only_is_told_and_left_alone(folder: Path) -> None:
    before = contents(folder)
    change(folder)
    folder.chmod(0o555)
    try:
        built = build(folder, preexec_fn=drop_privileges)
    finally:
        folder.chmod(0o755)
    assert (built.returncode, is_one_line(built.stderr)) == (1, True), built.stderr
    assert built.stderr.startswith(f"{folder / 'plans.db'}: cannot be written: ")
    assert contents(folder) == before


@pytest.mark.parametrize("name", ["", "minato", "minato/measures.yml", "minato/results.csv", "synonyms.yml"])
def test_data_that_may_not_be_read_is_named(folder: Path, name: str) -> None:
    before = contents(folder)
    (folder / "data" / "synonyms.yml").write_text("- words: [給食, 昼食]\n", "utf-8")
    place = folder / "data" / name
    place.chmod(0)
    try:
        built = build(folder, preexec_fn=drop_privileges)
    finally:
        place.chmod(0o755)
    if name:
        assert built.returncode == 1
        assert built.stderr
        assert [
            x for x in built.stderr.splitlines() if not x.startswith(str(place)) or "Permission denied" not in x
        ] == []
    else:
        assert built.returncode == 2
        assert built.stderr.endswith(f"Path '{place}' is not readable.\n")
    assert contents(folder) == before


def test_data_that_is_read_only_is_built_and_left_alone(folder: Path) -> None:
    data = folder / "data"
    files = [data, *data.rglob("*")]
    modes = [(file, file.stat().st_mode) for file in files]
    for file, mode in modes:
        file.chmod(mode & ~0o222)
    try:
        built = build(folder, preexec_fn=drop_privileges)
    finally:
        for file, mode in modes:
            file.chmod(mode)
    assert (built.returncode, built.stderr) == (0, "")
    assert [data, *data.rglob("*")] == files


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


# Two builds at once, killed builds


def test_two_builds_at_once_take_turns(folder: Path) -> None:
    change(folder)
    builds = [subprocess.Popen(command(folder), stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [build.communicate()[1] for build in builds]
    assert [build.returncode for build in builds] == [0, 0, 0], said
    assert_whole(folder)
    digest = hashlib.sha256((folder / "plans.db").read_bytes()).hexdigest()
    listing = json.loads((folder / "files" / "files.json").read_text("utf-8"))
    inspected = json.loads((folder / "inspect-data.json").read_text("utf-8"))
    assert (listing["database"]["sha256"], inspected["plans"]["hash"]) == (digest, digest)
    assert leftovers(folder) == []


def test_a_build_says_that_it_waits_and_waits(folder: Path) -> None:
    arguments = [argument for argument in command(folder) if argument != "--quiet"]
    with take_turn(folder, lambda _: None):
        waiting = subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True)
        assert waiting.stderr
        assert "read 1 plan" in waiting.stderr.readline()
        assert waiting.stderr.readline() == f"another build writes to {folder}: waiting for it\n"
        assert waiting.poll() is None
    assert waiting.communicate()[1].splitlines()[-1].startswith("wrote ")
    assert waiting.returncode == 0


def test_a_build_of_database_and_files_killed_at_any_moment_is_mended_by_the_next(folder: Path) -> None:
    """Its database is whole at every moment; its files are whole after the next build, which needs no help."""
    started = time.monotonic()
    build(folder)
    duration = time.monotonic() - started
    rng = random.Random(2026)
    killed = 0
    for attempt in range(4):
        change(folder)
        running = subprocess.Popen(command(folder))
        time.sleep(duration * rng.uniform(0.5 if attempt % 2 else 0.8, 1))
        if running.poll() is None:
            running.kill()
            killed += 1
        running.wait()
        with sqlite3.connect(folder / "plans.db") as connection:
            assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        connection.close()
    assert killed
    assert build(folder).returncode == 0
    assert_whole(folder)
    assert leftovers(folder) == []


def test_files_come_back_after_a_kill_between_the_two_renames(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    old = tmp_path / f".files.{process.pid}.old.new"
    old.mkdir()
    (old / "files.json").write_text("{}")
    (tmp_path / f".files.{process.pid}.new").mkdir()
    with pytest.raises(RuntimeError), replacing(folder, "files.json"):
        raise RuntimeError("and this build fails")
    assert [file.name for file in tmp_path.iterdir()] == ["files"]
    assert (folder / "files.json").read_text() == "{}"


# The site's own parts


@pytest.fixture
def site_copy(site_folder: Path, tmp_path: Path) -> Path:
    """The site's folder, to be broken."""
    folder = tmp_path / "broken"
    folder.mkdir()
    for name in (*SERVED, "docs"):
        source = ROOT / name
        shutil.copytree(source, folder / name) if source.is_dir() else shutil.copy(source, folder)
    for name in ("plans.db", "inspect-data.json"):
        shutil.copy(site_folder / name, folder)
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


@pytest.mark.parametrize("content", [None, "a: [", "- a", "{}", "\xff"])
def test_files_need_sound_metadata_and_say_so(
    folder: Path, content: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (folder / "metadata.yml").write_bytes(content.encode("latin-1"))
    monkeypatch.setattr(build_db, "ROOT", folder)
    before = contents(folder / "files")
    built = CliRunner().invoke(build_db.main, command(folder)[2:], catch_exceptions=False)
    assert (built.exit_code, is_one_line(built.stderr)) == (1, True), built.stderr
    assert built.stderr.startswith(str(folder / "metadata.yml"))
    assert contents(folder / "files") == before


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


def test_the_clock_does_not_change_what_is_built(folder: Path) -> None:
    before = contents(folder)
    environment = {**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    old = [need("faketime", "faketime"), "-f", "@1981-01-02 00:00:00", *command(folder)]
    built = subprocess.run(old, capture_output=True, text=True, check=False, env=environment)
    assert (built.returncode, built.stderr) == (0, "")
    assert contents(folder) == before
