"""Every page that has a picture names it for other sites, under an address that changes with the picture."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.app import Datasette

from keikaku.publish.records.pictures import LISTING, write_pictures
from keikaku.serving.baked_site import find_site, use_site

NAMED = re.compile(r'<meta property="og:image" content="([^"]+)">')
PAGES = {
    "/": "home.png",
    "/?plan=akishima": "plans/akishima.png",
    "/plans/plans/akishima": "plans/akishima.png",
    "/plans/measures/akishima-nogyo-4": "measures/akishima-nogyo-4.png",
    "/plans/organizations/akishima-shokokai": "organizations/akishima-shokokai.png",
}


@pytest.fixture(scope="module")
def pictures(two_plans: Datasette, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of pictures of a site."""
    usual, folder = find_site(two_plans), tmp_path_factory.mktemp("drawn")
    write_pictures(Path(two_plans.get_database("plans").path), "計画", folder / "pictures")
    use_site(two_plans, folder)
    yield folder / "pictures"
    use_site(two_plans, usual)


async def test_a_page_names_its_picture_with_its_digest(two_plans: Datasette, pictures: Path) -> None:
    for page, path in PAGES.items():
        (named,) = NAMED.findall((await two_plans.client.get(page)).text)
        digest = hashlib.sha256((pictures / path).read_bytes()).hexdigest()
        assert named == f"http://localhost/pictures/{path}?{digest[:8]}"


@pytest.mark.parametrize("page", ["/about", "/plans/goals/akishima-nogyo-goal-1", "/plans/measures", "/nowhere"])
async def test_a_page_without_a_picture_names_none(two_plans: Datasette, pictures: Path, page: str) -> None:
    assert pictures.is_dir()
    html = (await two_plans.client.get(page)).text
    assert NAMED.findall(html) == []
    assert '<meta name="twitter:card" content="summary">' in html


async def test_pictures_of_another_database_are_named_nowhere(two_plans: Datasette, pictures: Path) -> None:
    whole = (pictures / LISTING).read_text("utf-8")
    (pictures / LISTING).write_text(json.dumps({**json.loads(whole), "database": "0" * 64}), "utf-8")
    assert NAMED.findall((await two_plans.client.get("/")).text) == []
    (pictures / LISTING).write_text(whole, "utf-8")
