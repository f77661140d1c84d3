"""A folder of generated files, complete or as it was: written beside its place, which it takes in two renames.

A folder that has no listing of ours and is not empty was made by someone else and is never touched.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from keikaku.files.build_turn import find_abandoned, remove_abandoned
from keikaku.files.errors import FilesError


@contextmanager
def replacing(folder: Path, listing: str) -> Iterator[Path]:
    """A new folder to fill, which takes the place of `folder` after the block; raises FilesError."""
    if folder.exists() and not (folder / listing).is_file() and any(folder.iterdir()):
        raise FilesError(f"{folder}: is not empty and was not made by this command; name another folder")
    new = folder.with_name(f".{folder.name}.{os.getpid()}.new")
    old = folder.with_name(f".{folder.name}.{os.getpid()}.old.new")
    _mend(folder)
    try:
        new.mkdir(parents=True)
        yield new
        if folder.exists():
            folder.rename(old)
        new.rename(folder)
    except OSError as error:
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise FilesError(f"{folder}: cannot be written: {error}") from error
    finally:
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)


def _mend(folder: Path) -> None:
    """After a build that was killed: the old folder back in its place if it was killed between the renames."""
    for old in find_abandoned(folder):
        if old.name.endswith(".old.new") and not folder.exists():
            with suppress(OSError):
                old.rename(folder)
    remove_abandoned(folder)
