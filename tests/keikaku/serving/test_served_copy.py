"""A copy to serve is whole and sound, or there is none and nothing of it is left."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.serving import served_copy
from keikaku.serving.served_copy import (
    PREFIX,
    UnsoundFile,
    check_file,
    find_home,
    look_at,
    make_folder,
    remove_folder,
    take_copy,
)
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", folder / "data" / "minato")
    made = CliRunner().invoke(main, ["--quiet", "--data", str(folder / "data"), "--output", str(folder / "plans.db")])
    assert made.exit_code == 0, made.output
    return folder / "plans.db"


@pytest.fixture
def source(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(built, tmp_path / "plans.db"))


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for what is temporary."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder


def test_a_copy_is_the_file_byte_for_byte_and_known_by_it(source: Path, copies: Path) -> None:
    copy = take_copy(source, copies)
    assert copy.path.name == source.name
    assert copy.path.read_bytes() == source.read_bytes()
    assert copy.path.stat().st_mode & 0o777 == 0o400
    assert copy.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert copy.stamp == look_at(source)
    with closing(sqlite3.connect(source)) as connection:
        assert copy.counts["measures"] == connection.execute("SELECT count(*) FROM measures").fetchone()[0] > 0


def test_a_copy_outlives_its_file_and_two_of_them_differ_in_place(source: Path, copies: Path) -> None:
    first, second = take_copy(source, copies), take_copy(source, copies)
    assert first.path != second.path
    source.unlink()
    assert check_file(first.path) == check_file(second.path) == first.counts


def alter(sql: str) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(sql)

    return apply


def garble(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[5 * 4096 : 50 * 4096] = os.urandom(45 * 4096)
    path.write_bytes(content)


UNSOUND: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda p: p.write_bytes(b""), "it is of another version: it lacks plans"),
    "no database": (lambda p: p.write_bytes(b"x" * 9000), "it cannot be read: file is not a database"),
    "cut off": (lambda p: os.truncate(p, p.stat().st_size // 2), "it is damaged|it cannot be read"),
    "garbled": (garble, "it is damaged|it cannot be read"),
    "without a table": (alter("DROP TABLE corrections"), "it lacks .*corrections"),
    "without a column": (alter("ALTER TABLE corrections RENAME COLUMN reason TO why"), "it lacks corrections.reason"),
    "without a plan": (alter("DELETE FROM plans"), "there is no plan in it"),
}


@pytest.mark.parametrize(("spoil", "reason"), UNSOUND.values(), ids=UNSOUND)
def test_an_unsound_file_is_refused_and_nothing_of_it_left(
    source: Path, copies: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    spoil(source)
    with pytest.raises(UnsoundFile, match=reason):
        take_copy(source, copies)
    assert list(copies.iterdir()) == []


def test_a_file_that_is_being_written_is_refused(source: Path, copies: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def copy_slowly(old, new, _length) -> None:
        new.write(old.read())
        with source.open("ab") as late:
            late.write(bytes(4096))

    monkeypatch.setattr(served_copy.shutil, "copyfileobj", copy_slowly)
    with pytest.raises(UnsoundFile, match="it is being written"):
        take_copy(source, copies)
    assert list(copies.iterdir()) == []


def test_a_file_that_is_gone_or_a_disk_that_is_full_is_told_and_nothing_left(
    source: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileNotFoundError):
        take_copy(source.with_name("nosuch.db"), copies)

    def run_out(old, new, length) -> None:
        new.write(old.read(length))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(served_copy.shutil, "copyfileobj", run_out)
    with pytest.raises(OSError, match="No space left"):
        take_copy(source, copies)
    assert list(copies.iterdir()) == []


def test_a_replaced_a_changed_and_a_removed_file_is_noticed(source: Path) -> None:
    stamps = [look_at(source)]
    shutil.copy2(source, source.with_name("new"))  # of the same size and time
    source.with_name("new").replace(source)
    stamps.append(look_at(source))
    os.utime(source, (1, 1))
    stamps.append(look_at(source))
    source.unlink()
    stamps.append(look_at(source))
    assert len(set(stamps)) == 4
    assert stamps[-1] is None


def test_the_folder_of_copies_is_private_and_goes(temporary: Path) -> None:
    folder, handle = make_folder()
    assert (folder.parent, folder.stat().st_mode & 0o777) == (temporary, 0o700)
    remove_folder(folder, handle)
    assert list(temporary.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_uses_is_not(temporary: Path) -> None:
    make = "import tempfile, sys, time; from keikaku.serving.served_copy import make_folder\n"
    make += "print(make_folder()[0], flush=True); time.sleep(60)"
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    other = subprocess.Popen([sys.executable, "-c", make], stdout=subprocess.PIPE, text=True, env=environment)
    assert other.stdout
    with other.stdout:
        theirs = Path(other.stdout.readline().strip())
    try:
        folder, handle = make_folder()
        assert theirs.is_dir()
        remove_folder(folder, handle)
    finally:
        other.kill()
        other.wait()
    folder, handle = make_folder()
    assert [path.name for path in temporary.iterdir()] == [folder.name]
    remove_folder(folder, handle)


def test_folders_of_others_are_left_alone(temporary: Path) -> None:
    """What has no lock is not ours, whatever its name."""
    others = temporary / f"{PREFIX}other"
    others.mkdir()
    folder, handle = make_folder()
    assert others.is_dir()
    remove_folder(folder, handle)


def test_the_home_of_a_database_is_that_of_its_file_not_of_its_copy(source: Path, copies: Path) -> None:
    copy = take_copy(source, copies)
    assert find_home(SimpleNamespace(path=str(copy.path), source=source)) == source.parent
    assert find_home(SimpleNamespace(path=str(source))) == source.parent
