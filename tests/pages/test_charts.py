"""Pictures drawn by the server: each as a page with its table, as SVG and as PNG, with what it says and where it comes from."""

import re
import xml.etree.ElementTree as ET
from io import BytesIO

import pytest
from datasette.app import Datasette
from PIL import Image

from keikaku.publish.addresses import SQL
from tests.pages.listing_page import open_page

SVG = "{http://www.w3.org/2000/svg}"
KINDS = ("bodies", "deadlines", "outcomes", "progress", "results", "timeline")


@pytest.fixture(params=[False, True], ids=["one plan", "two plans"])
async def charts(request: pytest.FixtureRequest, site: Datasette, two_plans: Datasette) -> tuple[Datasette, list[str]]:
    datasette = two_plans if request.param else site
    listed = (await datasette.get_database().execute(SQL["charts"])).rows
    assert {chart["kind"] for chart in listed} == {*KINDS}
    return datasette, [f"/charts/{chart['kind']}/{chart['id']}" for chart in listed]


async def test_every_picture_says_what_it_shows_and_who_made_it_from_what(charts: tuple[Datasette, list[str]]) -> None:
    site, paths = charts
    faults = []
    for path in paths:
        answer = await site.client.get(f"{path}.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
        assert "style-src 'unsafe-inline'" in answer.headers["content-security-policy"]
        svg = ET.fromstring(answer.text)
        texts = ["".join(text.itertext()) for text in svg.iter(f"{SVG}text")]
        said = "".join(texts)
        if not svg.findtext(f"{SVG}title") or not svg.findtext(f"{SVG}desc") or "var(" in answer.text:
            faults.append(f"{path}: title, description or variables")
        if not re.search(r"出典：.+（.+作成）\d+年\d+月\d+日のデータ$", said):
            faults.append(f"{path}: {said[-60:]}")
        # Shapes stay inside: no box reaches below or beside the picture.
        _, _, width, height = map(float, svg.get("viewBox").split())
        drawn = svg.find(f"{SVG}g")
        top = float(re.search(r"translate\(0 (\d+)\)", drawn.get("transform"))[1])
        for box in drawn.findall(f"{SVG}rect"):
            x, y, wide, high = (float(box.get(name, 0)) for name in ("x", "y", "width", "height"))
            if x < 0 or wide < 0 or x + wide > width or y + high + top > height:
                faults.append(f"{path}: {box.attrib}")
    assert faults == []


async def test_every_picture_is_a_page_with_a_table_files_and_code_to_embed(
    charts: tuple[Datasette, list[str]],
) -> None:
    site, paths = charts
    faults = []
    for path in paths:
        page = await open_page(site, path)
        faults += [f"{path}: {fault}" for fault in page.faults()]
        title = ET.fromstring((await site.client.get(f"{path}.svg")).text).findtext(f"{SVG}title")
        if page.h1 != title or page.html.count("<table") != 1 or page.html.count('role="img"') != 1:
            faults.append(f"{path}: heading, table or picture")
        if not {f"{path}.svg", f"{path}.png", f"{path}?_embed=1"} <= page.links.keys():
            faults.append(f"{path}: links")
        framed = (await site.client.get(f"{path}?_embed=1")).text
        if "出典：" not in framed or "<table" not in framed or "site-head" in framed:
            faults.append(f"{path}: embedded")
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_picture_as_png_is_as_large_as_the_drawing_and_the_same_each_time(site: Datasette, kind: str) -> None:
    path = f"/charts/{kind}/akishima" + ("-kanko-8-target-1" if kind == "results" else "")
    first, second = [(await site.client.get(f"{path}.png")).content for _ in range(2)]
    assert first == second
    svg = ET.fromstring((await site.client.get(f"{path}.svg")).text)
    with Image.open(BytesIO(first)) as image:
        assert (image.format, image.size) == ("PNG", (int(svg.get("width")), int(svg.get("height"))))
        assert (
            len(image.convert("RGB").getcolors(1 << 20)) > 20
        )  # with type, and not only boxes for signs it does not have


@pytest.mark.parametrize(
    ("kind", "number", "shape"),
    [("progress", 44, "rect[@rx]"), ("deadlines", 11, "rect[@rx]"), ("outcomes", 5, "rect"), ("timeline", 58, "rect")],
)
async def test_a_picture_draws_as_much_as_its_data_has(site: Datasette, kind: str, number: int, shape: str) -> None:
    svg = ET.fromstring((await site.client.get(f"/charts/{kind}/akishima.svg")).text)
    drawn = svg.find(f"{SVG}g").findall(f".//{SVG}{shape}")
    key = [text for text in svg.iter(f"{SVG}text") if text.get("class") == "small"]  # has a square for each state
    assert len(drawn) - len(key) == number
