"""Builds that write to the same folder, one after the other, and what killed ones left there.

Guarantees: the turn of a build ends with its process, whatever ends it, and leaves no file. Where a file system knows no
locks, builds run at once; each still puts whole files in place.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def take_turn(folder: Path, say: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other build writes to a folder. One that is missing or cannot be read is left to who writes."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield
        return
    try:
        _lock(handle, lambda: say(f"another build writes to {folder}: waiting for it"))
        yield
    finally:
        os.close(handle)


def _lock(handle: int, wait: Callable[[], None]) -> None:
    with suppress(OSError):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(handle, fcntl.LOCK_EX)


def remove_abandoned(path: Path) -> None:
    """Remove `.NAME.PROCESS.new…` beside a file or folder, but nothing of a process that still runs."""
    for old in find_abandoned(path):
        with suppress(OSError):
            shutil.rmtree(old) if old.is_dir() else old.unlink()


def find_abandoned(path: Path) -> list[Path]:
    """What processes that have ended were writing, or about to remove, when they were killed."""
    start = f".{path.name}."
    found = sorted(path.parent.glob(f"{start}*.new*"))
    return [old for old in found if _has_ended(old.name.removeprefix(start).partition(".")[0])]


def _has_ended(process: str) -> bool:
    """Whether no other process has this number; in a container a killed build may have had ours."""
    if not process.isdecimal():
        return False
    if int(process) == os.getpid():
        return True
    try:
        os.kill(int(process), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        return False
    return False
