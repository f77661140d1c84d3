"""The site in parts by prefecture: together they are the site, and each goes alone."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from build_db import main


@pytest.fixture(scope="module")
def parts(baked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parts") / "shards"
    done = CliRunner().invoke(main, ["shards", "--database", str(baked / "plans.db"), "--output", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


def test_the_parts_laid_over_one_another_are_the_site(baked: Path, parts: Path) -> None:
    own = [f for f in (baked / "site").rglob("*") if f.is_file() and f.name != "manifest.json"]
    site = {f.relative_to(baked / "site"): f for f in own}
    folders = [part for part in parts.iterdir() if part.is_dir()]
    found = [(f.relative_to(part), f) for part in folders for f in part.rglob("*") if f.is_file()]
    pages = {path: f for path, f in found if path.parts[0] != "manifests"}
    assert pages.keys() == site.keys() | {Path("plans.db")}
    assert len(pages) == sum(path.parts[0] != "manifests" for path, _ in found)
    assert [path for path in site if not pages[path].samefile(site[path])] == []


def test_a_part_has_the_pages_of_its_prefecture_and_a_list_of_them(baked: Path, parts: Path) -> None:
    whole = json.loads((baked / "site" / "manifest.json").read_text("utf-8"))["files"]
    lists = {
        part.name: json.loads((part / "manifests" / f"{part.name}.json").read_text("utf-8"))["files"]
        for part in parts.iterdir()
        if part.is_dir()
    }
    assert lists.keys() == {"47", "all"}
    assert lists["47"] | lists["all"] == whole
    assert "/plans/measures/minato-geijutsu-1" in lists["47"]
    assert {"/", "/plans/measures", "/plans.db"} <= lists["all"].keys()


def test_a_site_that_was_not_baked_is_refused(tmp_path: Path, baked: Path) -> None:
    (tmp_path / "plans.db").symlink_to(baked / "plans.db")
    done = CliRunner().invoke(
        main, ["shards", "--database", str(tmp_path / "plans.db"), "--output", str(tmp_path / "x")]
    )
    assert (done.exit_code, "build_db.py pages" in done.output) == (1, True)
