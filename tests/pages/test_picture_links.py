"""What a page tells to sites that show a link to it: title, description, kind, address, and a picture where it has one."""

import json
import re
import shutil
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from datasette.app import Datasette
from PIL import Image

from keikaku.publish.records.pictures import LISTING, write_pictures
from keikaku.serving.served_copy import find_home

WITH = ["/", "/plans/measures/akishima-nogyo-4", "/plans/organizations/akishima-nokyo", "/plans/plans/akishima"]
WITHOUT = ["/data", "/timeline", "/plans/measures", "/plans/goals/akishima-nogyo-goal-1", "/plans/nothing", "/plans"]


@pytest.fixture(scope="module", autouse=True)
def pictures(site_folder: Path) -> Iterator[Path]:
    """The pictures beside the database that the site serves."""
    folder = site_folder / "pictures"
    write_pictures(site_folder / "plans.db", "計画", folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
async def site(pictures: Path) -> Datasette:
    """A site that has seen the pictures from the first."""
    return await start_site(pictures.parent)


async def start_site(folder: Path) -> Datasette:
    datasette = Datasette(config_dir=folder)
    await datasette.invoke_startup()
    return datasette


def read_meta(html: str) -> dict[str, str]:
    """Name or property -> content."""
    found = re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', html)
    return {name: unescape(content) for name, content in found}


async def open_meta(site: Datasette, path: str) -> dict[str, str]:
    return read_meta((await site.client.get(path)).text)


@pytest.mark.parametrize("path", [*WITH, *WITHOUT])
async def test_every_page_says_what_it_is(path: str, site: Datasette) -> None:
    html = (await site.client.get(path)).text
    meta = read_meta(html)
    for name in ("og:title", "og:description", "og:type", "og:url", "twitter:card", "description"):
        assert meta[name].strip(), name
    assert meta["og:url"] == f"http://localhost{path}"
    assert f'<link rel="canonical" href="http://localhost{path}">' in html
    assert meta["og:type"] == ("website" if path == "/" else "article")


@pytest.mark.parametrize("path", WITH)
async def test_a_page_with_a_picture_leads_to_it(path: str, site: Datasette) -> None:
    meta = await open_meta(site, path)
    assert meta["twitter:card"] == "summary_large_image"
    address = meta["og:image"]
    assert address.startswith("http://localhost/pictures/")
    answer = await site.client.get(address.removeprefix("http://localhost"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["cache-control"].startswith("public, max-age=31536000")
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (int(meta["og:image:width"]), int(meta["og:image:height"]))
    again = await site.client.get(
        address.removeprefix("http://localhost"), headers={"if-none-match": answer.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


async def test_a_picture_without_its_digest_is_asked_for_again(site: Datasette) -> None:
    for path in ("/pictures/home.png", "/pictures/home.png?00000000"):
        answer = await site.client.get(path)
        assert answer.status_code == 200
        assert "max-age=31536000" not in answer.headers["cache-control"]


@pytest.mark.parametrize("path", WITHOUT)
async def test_a_page_without_a_picture_names_none(path: str, site: Datasette) -> None:
    meta = await open_meta(site, path)
    assert "og:image" not in meta
    assert meta["twitter:card"] == "summary"


async def test_without_pictures_no_page_names_one(two_plans: Datasette) -> None:
    assert "og:image" not in await open_meta(two_plans, "/")
    assert (await two_plans.client.get("/pictures/home.png")).status_code == 404


@pytest.mark.parametrize("path", ["pictures.json", "measures/", "measures/nobody.png", "%2e%2e/plans.db"])
async def test_only_pictures_are_served(path: str, site: Datasette) -> None:
    answer = await site.client.get(f"/pictures/{path}", follow_redirects=True)
    assert answer.status_code == 404
    assert "見つかりません" in answer.text or "ありません" in answer.text


async def test_pictures_of_another_database_are_not_served(pictures: Path) -> None:
    kept = (pictures / LISTING).read_text()
    (pictures / LISTING).write_text(json.dumps({**json.loads(kept), "database": "0" * 64}))
    try:
        site = await start_site(pictures.parent)
        assert (await site.client.get("/pictures/home.png")).status_code == 404
        assert "og:image" not in await open_meta(site, "/")
    finally:
        (pictures / LISTING).write_text(kept)


async def test_a_plan_among_several_has_a_picture_of_its_own(two_plans: Datasette) -> None:
    folder = find_home(two_plans.get_database("plans"))
    write_pictures(folder / "plans.db", "計画", folder / "pictures")
    try:
        ids = [row[0] for row in (await two_plans.get_database("plans").execute("select id from plans")).rows]
        seen = await start_site(folder)
        addresses = {(await open_meta(seen, path))["og:image"] for path in ("/", *(f"/?plan={i}" for i in ids))}
        assert len(addresses) == len(ids) + 1
    finally:
        shutil.rmtree(folder / "pictures")
