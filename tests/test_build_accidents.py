"""Accidents of a build: the old database or the new one, whole; one clear line; nothing left behind."""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.files.build_turn import take_turn
from tests.programs import FAKE_CLOCK_ALONE, INSTALLED, drop_privileges, need
from tests.sites import ROOT

CITY = ROOT / "tests" / "fixtures" / "minato"
KIB = 1024


def command(folder: Path) -> list[str]:
    paths = ["--data", folder / "data", "--output", folder / "plans.db"]
    return [sys.executable, str(ROOT / "build_db.py"), *map(str, paths)]


def build(folder: Path, **how: object) -> subprocess.CompletedProcess[str]:
    """In a process of its own where it is limited; else here, which spares its start."""
    if how:
        return subprocess.run(
            [*command(folder), "--quiet"], capture_output=True, text=True, check=False, env=INSTALLED, **how
        )  # type: ignore[call-overload,no-any-return]
    arguments = [*command(folder)[2:], "--quiet"]
    built = CliRunner().invoke(main, arguments)
    return subprocess.CompletedProcess(arguments, built.exit_code, built.stdout, built.stderr)


def change(folder: Path) -> None:
    """So that the next build differs from the last."""
    file = folder / "data" / "minato" / "bunka" / "events.yml"
    text = file.read_text("utf-8")
    other = text.replace("計画の見直し", "計画の改定")
    file.write_text(other if other != text else text.replace("計画の改定", "計画の見直し"), "utf-8")


def listing(folder: Path) -> list[str]:
    """The files of a folder, less the working database."""
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith(".plans.db.rows"))


def assert_refused(built: subprocess.CompletedProcess[str], start: str) -> None:
    assert (built.returncode, built.stderr.count("\n")) == (1, 1), built.stderr
    assert built.stderr.startswith(start)


@pytest.fixture(scope="module")
def first_build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("first")
    shutil.copytree(CITY, folder / "data" / "minato")
    built = build(folder)
    assert (built.returncode, built.stderr) == (0, "")
    return folder


@pytest.fixture
def folder(first_build: Path, tmp_path: Path) -> Path:
    """A folder with data and what one build of it wrote."""
    return Path(shutil.copytree(first_build, tmp_path / "site"))


# What cannot be written or read


@pytest.fixture
def disk(first_build: Path, tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own with data and a first build."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here; a limit of size stands for it in the next test")
    try:
        yield Path(shutil.copytree(first_build, place, dirs_exist_ok=True))
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.parametrize("room", [0, 100, 300, 500])
def test_a_full_disk_leaves_the_old_file_and_one_line(disk: Path, room: int) -> None:
    before = (disk / "plans.db").read_bytes()
    change(disk)
    with (disk / "filler").open("wb") as filler:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        filler.write(bytes(max(0, free - room * KIB)))
    built = build(disk)
    (disk / "filler").unlink()
    assert listing(disk) == ["data", "plans.db"]
    if built.returncode or room < 300:
        assert_refused(built, f"{disk / 'plans.db'}: cannot be written: ")
        assert (disk / "plans.db").read_bytes() == before
    assert build(disk).returncode == 0
    assert (disk / "plans.db").read_bytes() != before


@pytest.mark.parametrize("limit", [0, 200])
def test_a_file_that_cannot_grow_is_as_a_full_disk(folder: Path, limit: int) -> None:
    before = (folder / "plans.db").read_bytes()
    change(folder)
    built = build(folder, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit * KIB, limit * KIB)))
    assert_refused(built, f"{folder / 'plans.db'}: cannot be written: ")
    assert ((folder / "plans.db").read_bytes(), listing(folder)) == (before, ["data", "plans.db"])
    assert build(folder).returncode == 0


def test_a_folder_that_is_read_only_is_told_and_left_alone(folder: Path) -> None:
    before = (folder / "plans.db").read_bytes()
    change(folder)
    folder.chmod(0o555)
    try:
        built = build(folder, preexec_fn=drop_privileges)
    finally:
        folder.chmod(0o755)
    assert_refused(built, f"{folder / 'plans.db'}: cannot be written: ")
    assert ((folder / "plans.db").read_bytes(), listing(folder)) == (before, ["data", "plans.db"])


UNWRITABLE: dict[str, Callable[[Path], Path]] = {
    "in a missing folder": lambda folder: folder / "none" / "plans.db",
    "in the place of a folder": lambda folder: folder / "data",
    "below a file": lambda folder: folder / "data" / "minato" / "municipality.yml" / "plans.db",
}


@pytest.mark.parametrize("place", UNWRITABLE.values(), ids=UNWRITABLE)
def test_a_place_where_no_file_can_be_is_one_clear_line(folder: Path, place: Callable[[Path], Path]) -> None:
    output = str(place(folder))
    built = CliRunner().invoke(main, [*command(folder)[2:], "--output", output])
    assert built.exit_code == 1
    assert built.stderr.splitlines()[-1].startswith(f"{output}: cannot be written: ")
    assert "Traceback" not in built.stderr


@pytest.mark.parametrize("name", ["", "minato", "minato/bunka/results.csv"])
def test_data_that_may_not_be_read_is_named(folder: Path, name: str) -> None:
    before = (folder / "plans.db").read_bytes()
    (folder / "data" / "synonyms.yml").write_text("- words: [給食, 昼食]\n", "utf-8")
    place = folder / "data" / name
    place.chmod(0)
    try:
        built = build(folder, preexec_fn=drop_privileges)
    finally:
        place.chmod(0o755)
    told = built.stderr.splitlines()
    if name:
        assert (built.returncode, bool(told)) == (1, True)
        assert [line for line in told if not line.startswith(str(place)) or "Permission denied" not in line] == []
    else:
        assert (built.returncode, told[-1]) == (
            2,
            f"Error: Invalid value for '--data': Path '{place}' is not readable.",
        )
    assert (folder / "plans.db").read_bytes() == before


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


# Builds at once, killed builds, a wrong clock


def test_builds_at_once_take_turns(folder: Path) -> None:
    change(folder)
    builds = [subprocess.Popen(command(folder), stderr=subprocess.PIPE, text=True, env=INSTALLED) for _ in range(3)]
    said = [build.communicate()[1] for build in builds]
    assert [build.returncode for build in builds] == [0, 0, 0], said
    assert listing(folder) == ["data", "plans.db"]


def test_a_build_says_that_it_waits_and_waits(folder: Path) -> None:
    with take_turn(folder, lambda _: None):
        waiting = subprocess.Popen(command(folder), stderr=subprocess.PIPE, text=True, env=INSTALLED)
        assert waiting.stderr
        assert waiting.stderr.readline() == f"another build writes to {folder}: waiting for it\n"
        assert waiting.poll() is None
    assert waiting.communicate()[1].splitlines()[-1].startswith("wrote ")
    assert waiting.returncode == 0


STEPS = ["read 1 municipality", "tables written", "checked"]


@pytest.mark.parametrize("step", STEPS)
def test_a_build_killed_after_a_step_leaves_the_old_file_or_the_new(folder: Path, step: str) -> None:
    before = (folder / "plans.db").read_bytes()
    change(folder)
    with subprocess.Popen(command(folder), stderr=subprocess.PIPE, text=True, env=INSTALLED) as killed:
        assert killed.stderr
        for line in killed.stderr:
            if line.startswith(step):
                killed.send_signal(signal.SIGKILL)
    left = (folder / "plans.db").read_bytes()
    assert build(folder).returncode == 0
    assert listing(folder) == ["data", "plans.db"]
    assert left in (before, (folder / "plans.db").read_bytes())


BAKE = """
import sys
from pathlib import Path
from keikaku.serving.baking import Bake, ProcessPoolExecutor, _open_site, get_context
bake = Bake(Path(sys.argv[1]), Path(sys.argv[2]), "http://127.0.0.1/", {}, "")
pool = ProcessPoolExecutor(2, get_context("spawn"), _open_site, (bake,))
print(*pool.map(abs, [-1, -2]), flush=True)
sys.stdin.read()
"""


def test_a_killed_bake_leaves_no_process(folder: Path) -> None:
    """Its processes have its output, which ends with the last of them."""
    baking = [sys.executable, "-c", BAKE, folder / "plans.db", folder]
    with subprocess.Popen(baking, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:
        assert killed.stdout
        assert killed.stdout.readline() == "1 2\n"
        killed.kill()
        assert killed.communicate(timeout=60) == ("", None)


@pytest.mark.long
def test_a_build_killed_at_any_moment_leaves_the_old_file_or_the_new(folder: Path) -> None:
    """Half of the 50 kills spread over the time that a build takes, half over its end, where the file is written."""
    rng = random.Random(2026)
    whole = set()
    for _ in range(2):
        change(folder)
        assert build(folder).returncode == 0
        whole.add((folder / "plans.db").read_bytes())
    duration = 20.0  # seconds, more than a build takes: each that ends before its kill brings it down
    killed, torn = 0, []
    while killed < 50:
        change(folder)
        moment = duration * rng.uniform(0.6 * (killed % 2), 1)
        try:
            build(folder, timeout=moment)
        except subprocess.TimeoutExpired:
            killed += 1
        else:
            duration = moment
        if (folder / "plans.db").read_bytes() not in whole:
            torn.append(moment)
    assert torn == []
    assert build(folder).returncode == 0
    assert (listing(folder), len(whole)) == (["data", "plans.db"], 2)


def test_the_clock_does_not_change_what_is_built(folder: Path) -> None:
    before = (folder / "plans.db").read_bytes()
    (folder / ".plans.db.rows").unlink()
    old = [need("faketime", "faketime"), "-f", "@1981-01-02 00:00:00", *command(folder)]
    environment = {**INSTALLED, **FAKE_CLOCK_ALONE}
    built = subprocess.run(old, capture_output=True, text=True, check=False, env=environment)
    assert built.returncode == 0, built.stderr
    assert (folder / "plans.db").read_bytes() == before
