"""Releases are recorded as they are, in versions that follow one another, and a history changed by hand is refused."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keikaku.database.errors import HistoryError
from keikaku.database.history import HISTORY, Told, check_told, hash_records, last, read_history, read_rows
from tests.releases import CHANGES, FIRST, SECOND, THIRD, build, edit, make_releases
from tests.sites import ROOT, make_once


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "released", make_releases)


def test_the_build_is_the_same_with_and_without_a_history(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "data" / "minato", tmp_path / "data" / "minato")
    assert build(tmp_path).exit_code == 0
    assert (tmp_path / "plans.db").read_bytes() == (folder / "plans.db").read_bytes()


def test_the_history_tells_what_each_release_held(folder: Path) -> None:
    releases = read_history(folder / "data" / HISTORY)
    assert [release.version for release in releases] == ["1.0.0", "1.0.1"]
    held = last(release.records for release in releases)
    assert held == hash_records(read_rows(folder / "plans.db", {record.table for record in held}))
    assert last([releases[0].records]) == hash_records(
        read_rows(folder / "before" / "plans.db", {record.table for record in held})
    )
    assert len(releases[1].records) < len(releases[0].records) / 4


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["release", "1.0.2", "--reason", "x"], "is the same as in 1.0.1"),
        (["release", "1.0.1", "--reason", "x"], "must be a new version"),
        (["release", "next", "--reason", "x"], "must be a new version"),
        (["release", "1.0.2"], "Missing option '--reason'"),
        (["release", "1.0.2", "--reason", " "], "say why with --reason"),
        (["release", "1.0.2", "--reason", "x", "--date", "2026-01-15"], "not before the last release"),
        (["--reason", "x"], "No such option"),
    ],
)
def test_a_release_that_would_not_be_true_is_refused(
    folder: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    shutil.copytree(folder / "data", tmp_path / "data")
    refused = build(tmp_path, *arguments)
    assert refused.exit_code != 0
    assert said in refused.output
    assert (tmp_path / "data" / HISTORY).read_bytes() == (folder / "data" / HISTORY).read_bytes()


def test_a_release_needs_the_database_of_the_one_before(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "data", tmp_path / "data")
    edit(tmp_path, "measures.yml", "要約を直しました。", "要約をまた直しました。")
    (tmp_path / CHANGES).write_text(THIRD + SECOND + FIRST, "utf-8")
    for since in ([], ["--since", str(folder / "before" / "plans.db")]):
        refused = build(tmp_path, "release", "1.0.2", "--reason", "x", *since)
        assert "name the database of 1.0.1 with --since" in refused.output
    assert build(tmp_path, "release", "1.0.2", "--reason", "x", "--since", str(folder / "plans.db")).exit_code == 0


@pytest.mark.parametrize(
    ("changes", "arguments", "said"),
    [
        (SECOND.replace("2026-01-20", "2026-02-02") + FIRST, [], "2026-02-02 is later than 1.0.1, released on 2026-02-01"),
        (FIRST, [], "no change has version 1.0.1"),
        (SECOND + FIRST, ["release", "1.0.2", "--reason", "x"], "no change has version 1.0.2"),
        (THIRD + SECOND + FIRST, ["release", "1.0.3", "--reason", "x"], "version 1.0.2 is none of those released"),
        (THIRD + SECOND + FIRST, ["release", "1.0.2", "--reason", "x", "--date", "2026-02-10"], "is later than 1.0.2"),
    ],
)  # fmt: skip
def test_changes_that_do_not_agree_with_the_releases_are_refused_in_a_line(
    folder: Path, tmp_path: Path, changes: str, arguments: list[str], said: str
) -> None:
    shutil.copytree(folder / "data", tmp_path / "data")
    (tmp_path / CHANGES).write_text(changes, "utf-8")
    before = (tmp_path / "data" / HISTORY).read_bytes()
    if arguments:
        edit(tmp_path, "measures.yml", "要約を直しました。", "要約をまた直しました。")
        arguments = [*arguments, "--since", str(folder / "plans.db")]
    refused = build(tmp_path, *arguments)
    assert refused.exit_code == 1
    assert said in refused.output
    assert f"{tmp_path / 'data' / 'minato' / 'bunka' / 'changes.yml'}:" in refused.output
    assert refused.output.count("\n") == 1
    assert (tmp_path / "data" / HISTORY).read_bytes() == before


def test_a_version_between_two_releases_was_never_one(folder: Path) -> None:
    first, second = read_history(folder / "data" / HISTORY)
    releases = [first, replace(second, version="1.2.0")]
    told = [Told(f"t-{v}", v, "2026-01-01") for v in ("0.9.0", "1.0.0", "1.2.0", "1.3.0")]
    check_told({"changes.yml": told}, releases)
    refused = r"changes\.yml: t: version 1\.1\.0 is none of those released: 1\.0\.0, 1\.2\.0"
    with pytest.raises(HistoryError, match=refused):
        check_told({"changes.yml": [*told, Told("t", "1.1.0", "2026-01-01")]}, releases)
    check_told({"changes.yml": []}, releases)
    check_told({"changes.yml": told}, [])


def test_a_history_changed_by_hand_is_refused_with_its_line(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / HISTORY
    lines = (folder / "data" / HISTORY).read_text("utf-8").splitlines()
    told = json.loads(lines[1])
    told["records"]["measures"] = {}
    faults = dict.fromkeys(("{", '{"version":1}', "[" * 100_000), "is not a release")
    for second, said in {json.dumps(told): "changed by hand", **faults}.items():
        path.write_text(f"{lines[0]}\n{second}\n", "utf-8")
        with pytest.raises(HistoryError, match=said) as raised:
            read_history(path)
        assert f"{path}:2:" in str(raised.value)


def test_the_history_of_this_repository_can_be_read() -> None:
    releases = read_history(ROOT / "data" / HISTORY)
    assert releases
    assert all(release.reason for release in releases)
