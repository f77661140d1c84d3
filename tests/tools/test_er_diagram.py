"""The picture of the tables: every table once, none over another, every reference drawn or implied and told in words."""

import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from keikaku.schema.tables import read_schema
from tools.er_diagram import PICTURE, draw_er_diagram

SVG = "{http://www.w3.org/2000/svg}"
TABLES = [table for table in read_schema() if not table.is_view]


@pytest.fixture(scope="module")
def picture():
    return ElementTree.fromstring(PICTURE.read_text("utf-8"))


def test_every_table_is_drawn_once(picture):
    names = [text.text for text in picture.iter(f"{SVG}text") if text.get("class") == "er-name"]
    assert sorted(names) == sorted(table.name for table in TABLES)


def test_no_box_stands_on_another_or_outside(picture):
    boxes = [
        tuple(float(box.get(key) or 0) for key in ("x", "y", "width", "height")) for box in picture.iter(f"{SVG}rect")
    ]
    width, height = (float(picture.get(key) or 0) for key in ("width", "height"))
    assert all(x >= 0 and y >= 0 and x + w <= width and y + h <= height for x, y, w, h in boxes)
    for (ax, ay, aw, ah), (bx, by, bw, bh) in combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def test_every_reference_is_told_in_words(picture):
    description = picture.find(f"{SVG}desc").text
    for table in TABLES:
        targets = {column.references[0] for column in table.columns if column.references} - {table.name}
        if targets:
            told = re.search(rf"(?:^|。){table.name} は (.+?) を参照します", description)
            assert set(told[1].split("、")) == targets


def test_it_is_of_this_schema_without_style_script_or_colour_of_its_own(picture):
    assert draw_er_diagram() == PICTURE.read_text("utf-8"), "make dictionary"
    for element in picture.iter():
        assert not {"style", "onclick", "stroke", "font-family"} & set(element.keys())
        assert element.get("fill", "none") == "none"
