"""A folder of generated files, whole at every moment."""

import subprocess
import sys
from pathlib import Path

import pytest

from keikaku.files.replacing import replacing


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
