"""ふりがな: `?easy=1` on any page, without cookie or script; more of it in tests/pages/said.yml."""

import re
from pathlib import Path

from datasette.app import Datasette

from keikaku.plan.folder import read_city

ROOT = Path(__file__).resolve().parents[2]
MEASURE = "/plans/measures/akishima-kogyo-1"


async def test_only_the_text_of_main_has_readings(site: Datasette) -> None:
    html = (await site.client.get(f"{MEASURE}?easy=1")).text
    before, main, after = re.fullmatch("(.*?)(<main.*</main>)(.*)", html, re.DOTALL).groups()
    assert "<ruby>" not in before + after
    assert "<ruby>" in main
    assert not re.search(r'="[^"]*<ruby>', main)


async def test_to_a_table_it_is_no_column(site: Datasette) -> None:
    path = "/plans/measures.json?sector_id=akishima-kogyo&_shape=array"
    assert (await site.client.get(f"{path}&easy=1")).json() == (await site.client.get(path)).json()


async def test_every_word_of_a_plan_is_read_on_one_of_its_pages(site: Datasette) -> None:
    """A word that stands nowhere is a word to take out of ruby.yml."""
    words = set(read_city(ROOT / "data" / "akishima").ruby.root)
    database = site.get_database()
    paths = ["/print/akishima", "/about", "/data"]
    for table in ("organizations", "measures", "evaluations"):
        paths += [f"/plans/{table}/{row['id']}" for row in (await database.execute(f"SELECT id FROM {table}")).rows]
    for path in paths:
        words -= set(re.findall("<ruby>(.+?)<rp>", (await site.client.get(f"{path}?easy=1")).text))
    assert words == set()
