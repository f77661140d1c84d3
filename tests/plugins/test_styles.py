"""The style sheet of a page: one, whole, kept as long as it is the same."""

import re

import pytest
from datasette.app import Datasette

from tests.sites import ROOT

KINDS = {
    "/": "home",
    "/plans/measures": "tables",
    "/timeline": "timeline",
    "/data": "data",
    "/plans/measures/akishima-nogyo-4": "site",
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
async def test_a_page_asks_for_one_sheet_with_all_it_needs(site: Datasette, path: str, kind: str) -> None:
    page = (await site.client.get(path)).text
    (address,) = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
    answer = await site.client.get(address)
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert "max-age=31536000" in answer.headers["cache-control"]
    for name in ("design-tokens/tokens.css", "site.css", f"{kind}.css"):
        assert (ROOT / "static" / name).read_text("utf-8") in answer.text
    outdated = await site.client.get(address.partition("?")[0] + "?00000000")
    assert outdated.text == answer.text
    assert "max-age=31536000" not in outdated.headers["cache-control"]
