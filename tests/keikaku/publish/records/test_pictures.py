"""The pictures beside links: one for each measure, organization, plan and home, the same bytes on every machine."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from keikaku.files.errors import FilesError
from keikaku.publish.records.pictures import (
    HEIGHT,
    LISTING,
    WIDTH,
    Card,
    _font,
    draw_picture,
    fit_title,
    wrap_text,
    write_pictures,
)

FACTS = (("目標", "9件/年"), ("期限", "令和6年度"))
CARD = Card("x.png", "港町　港町計画", "工-1", "市内製造業の見学受け入れ体制の充実", FACTS, "港町")
japanese = st.text(
    st.characters(min_codepoint=0x20, max_codepoint=0x9FFF, exclude_categories=("Cs", "Cc", "Cn")), max_size=60
)


@pytest.fixture(scope="module")
def folder(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "pictures"
    write_pictures(site_folder / "plans.db", "計画のデータベース", folder)
    return folder


def test_every_measure_organization_plan_and_home_has_a_picture(folder: Path, site_folder: Path) -> None:
    with closing(sqlite3.connect(site_folder / "plans.db")) as connection:
        wanted = {"home.png"} | {
            f"{table}/{row[0]}.png"
            for table in ("measures", "organizations", "plans")
            for row in connection.execute(f"SELECT id FROM {table}")
        }
    listing = json.loads((folder / LISTING).read_text())
    assert set(listing["pictures"]) == wanted
    for path, digest in listing["pictures"].items():
        content = (folder / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
        with Image.open(BytesIO(content)) as image:
            assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
        assert len(content) < 100_000
    assert len({*listing["pictures"].values()}) >= len(wanted) - 1  # home is the plan's where there is one


def test_a_machine_without_any_type_draws_the_same(folder: Path, site_folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from keikaku.publish.records.pictures import write_pictures;"
        "write_pictures(Path(sys.argv[1]), '計画のデータベース', Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(site_folder / "plans.db"), str(tmp_path / "again")]
    (tmp_path / "fonts.conf").write_text("<fontconfig></fontconfig>")
    nowhere = {"HOME": str(tmp_path), "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"), "XDG_DATA_DIRS": str(tmp_path)}
    environment = {**os.environ, **nowhere, "PYTHONHASHSEED": "7"}
    root = Path(__file__).resolve().parents[4]
    subprocess.run(command, check=True, cwd=root, env=environment)
    assert (tmp_path / "again" / LISTING).read_bytes() == (folder / LISTING).read_bytes()


def test_what_a_card_says_changes_the_picture() -> None:
    changes: list[dict[str, Any]] = [
        {}, {"title": "別の題"}, {"code": "工-2"}, {"code": ""}, {"above": "山町"}, {"below": "山町"}, {"facts": ()}
    ]  # fmt: skip
    assert len({draw_picture(replace(CARD, **change)) for change in changes}) == len(changes)


def test_a_line_ends_where_a_word_does() -> None:
    lines, _ = fit_title(CARD.title, 700, 300)
    assert lines == ["市内製造業の見学", "受け入れ体制の充実"]


@settings(max_examples=60)
@given(japanese)
def test_a_title_always_fits_its_box(title: str) -> None:
    lines, size = fit_title(title, 1000, 260)
    assert len(lines) * round(size * 1.35) <= 260
    assert all(_font(size).getlength(line) <= 1000 for line in lines)
    kept = "".join("".join(lines).split())
    assert "".join(title.split()).startswith(kept.removesuffix("…")) or "…" in title


@settings(max_examples=60)
@given(japanese, st.integers(100, 900), st.booleans())
def test_no_sign_is_lost_in_lines(text: str, room: int, by_words: bool) -> None:
    assert "".join("".join(wrap_text(text, 60, room, by_words)).split()) == "".join(text.split())


def test_no_line_begins_with_a_closing_sign() -> None:
    for room in range(60, 200, 5):
        lines = wrap_text("出典：「計画」（市）、「別の計画」（市）、「三つめの計画」（県）", 10, room, by_words=False)
        assert len(lines) > 1
        assert [line for line in lines if line[0] in "：、」）"] == []


def test_a_folder_of_someone_else_is_left_alone(site_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "photo.png").write_bytes(b"")
    with pytest.raises(FilesError):
        write_pictures(site_folder / "plans.db", "計画", tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["photo.png"]
