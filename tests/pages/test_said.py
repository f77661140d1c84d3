"""Pages show the words of their own rows and no others, with one plan and with many: said.yml names them, page by page."""

import re
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette

from tests.pages.listing_page import open_address

SAID = yaml.safe_load(Path(__file__).with_name("said.yml").read_text("utf-8"))


@pytest.fixture
def sites(
    site: Datasette, two_plans: Datasette, all_shapes: Datasette, odd: Datasette, crowded: Datasette
) -> dict[str, Datasette]:
    return {"one": site, "two": two_plans, "shapes": all_shapes, "odd": odd, "many": crowded}


@pytest.mark.parametrize(("served", "path"), [(served, path) for served, pages in SAID.items() for path in pages])
async def test_a_page_shows_and_hides_what_it_should(sites: dict[str, Datasette], served: str, path: str) -> None:
    said = SAID[served][path]
    page = even_out((await open_address(sites[served], path, said.get("status", 200))).replace("\r\n ", ""))
    text = even_out(re.sub("<[^>]*>", "", page))
    assert [word for word in said.get("shows", ()) if even_out(word) not in page and even_out(word) not in text] == []
    assert [word for word in said.get("hides", ()) if word in (page.partition("<main")[2] or page)] == []


def even_out(text: str) -> str:
    return " ".join(text.split())
