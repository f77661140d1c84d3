"""sqlite-utils with this package installed: its real command, and its Python API."""

import contextlib
import csv
import json
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlite_utils
from click.testing import CliRunner
from sqlite_utils import Database
from sqlite_utils.cli import cli

from keikaku.publish.catalogue.guides import read_examples
from tests.programs import INSTALLED
from tests.test_docs import blocks, read

COMMAND = Path(sys.executable).with_name("sqlite-utils")
DOCUMENTED = [line for block in blocks("docs/downloads.md", "sh") for line in block["body"].splitlines()]


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """In this process, which spares its start."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(cli, arguments)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def test_search_plans_gives_what_is_found_best_first_as_many_as_are_wanted(database_file: Path) -> None:
    command = [COMMAND, "search-plans", "plans.db", "給食"]
    done = subprocess.run(command, cwd=database_file.parent, capture_output=True, text=True, check=False, env=INSTALLED)
    assert (done.returncode, done.stderr) == (0, "")
    first, *_ = json.loads(done.stdout)
    assert list(first) == ["kind", "id", "title", "snippet"]
    assert (first["id"], first["title"]) == ("minato-geijutsu-2", "学校への出前公演")
    assert "«給食»" in first["snippet"]
    done = run("search-plans", "plans.db", "古文書", "--limit", "2", "--csv", folder=database_file.parent)
    assert len(list(csv.DictReader(done.stdout.splitlines()))) == 2


def test_a_database_of_something_else_is_told_in_one_line(tmp_path: Path) -> None:
    Database(tmp_path / "other.db").table("a").insert({"b": 1})
    done = run("search-plans", "other.db", "給食", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "Error: other.db is no database of plans: it has no table search_words\n"


@pytest.mark.parametrize("line", DOCUMENTED)
def test_every_documented_command_finds_something(line: str, site_folder: Path) -> None:
    done = run(*shlex.split(line)[1:], folder=site_folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) > 1 or json.loads(done.stdout)


def test_the_example_shown_on_the_site_needs_sqlite_utils_alone(
    database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_utils.db.pm.hook, "prepare_connection", lambda **_: None)
    monkeypatch.chdir(database_file.parent)
    (example,) = [e for e in read_examples(read("docs/downloads.md")) if e.tool == "sqlite-utils"]
    told: dict[str, Any] = {}
    exec(example.code, told)
    with pytest.raises(sqlite3.OperationalError, match="no such function"):
        list(told["database"].query("SELECT search_key('a')"))
    assert example.kind == "SQLite" and {"sector", "name", "reason"} == set(told["unmet"][0])


def test_the_documented_python_finds_something(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(database_file.parent)
    (example,) = [block for block in blocks("docs/downloads.md", "python") if "search_results(" in block["body"]]
    told: dict[str, Any] = {}
    exec(example["body"], told)
    assert told["found"][0] == {"id": "minato-geijutsu-2"}
    (row,) = told["database"].query("SELECT search_key('２００') AS key, fiscal_year('Ｒ６') AS year")
    assert row == {"key": "200", "year": 2024}
