"""ふりがな: `?easy=1` on any page, without cookie or script."""

import re
from pathlib import Path

import pytest
from datasette.app import Datasette

from keikaku.plan.folder import read_city

ROOT = Path(__file__).resolve().parents[2]
MEASURE = "/plans/measures/akishima-kogyo-1"


async def test_a_page_shows_readings_only_on_request(site: Datasette) -> None:
    plain, easy = (await site.client.get(MEASURE)).text, (await site.client.get(f"{MEASURE}?easy=1")).text
    assert "<ruby>" not in plain
    assert 'class="easy"' not in plain
    assert "<rt>そうおんたいさく</rt>" in easy
    assert '<html lang="ja" class="easy">' in easy


@pytest.mark.parametrize("value", ["0", "", "1x"])
async def test_any_other_value_is_the_usual_page(value: str, site: Datasette) -> None:
    answer = await site.client.get(f"{MEASURE}?easy={value}")
    assert answer.status_code == 200
    assert "<ruby>" not in answer.text


async def test_only_the_text_of_main_has_readings(site: Datasette) -> None:
    html = (await site.client.get(f"{MEASURE}?easy=1")).text
    before, main, after = re.fullmatch("(.*?)(<main.*</main>)(.*)", html, re.DOTALL).groups()
    assert "<ruby>" not in before + after
    assert "<ruby>" in main
    assert not re.search(r'="[^"]*<ruby>', main)


async def test_the_permanent_address_is_that_of_the_usual_page(site: Datasette) -> None:
    html = (await site.client.get(f"{MEASURE}?easy=1")).text
    assert f'<link rel="canonical" href="http://localhost{MEASURE}">' in html


async def test_the_switch_leads_there_and_back(site: Datasette) -> None:
    plain, easy = (await site.client.get(MEASURE)).text, (await site.client.get(f"{MEASURE}?easy=1")).text
    assert f'rel="alternate nofollow" href="{MEASURE}?easy=1">ふりがな</a>' in plain
    assert f'rel="alternate nofollow" href="{MEASURE}">ふりがななし</a>' in easy


async def test_links_and_the_search_form_keep_to_it(site: Datasette) -> None:
    html = (await site.client.get(f"{MEASURE}?easy=1")).text
    kept = html.replace('rel="alternate nofollow"', "")
    assert 'href="/plans/sectors/akishima-kogyo?easy=1"' in kept
    assert 'href="/data?easy=1"' in kept
    assert '<input type="hidden" name="easy" value="1">' in kept
    assert f'href="{MEASURE}.json?_shape=array"' in kept


async def test_to_a_table_it_is_no_column(site: Datasette) -> None:
    path = "/plans/measures.json?sector_id=akishima-kogyo&_shape=array"
    assert (await site.client.get(f"{path}&easy=1")).json() == (await site.client.get(path)).json()
    assert (await site.client.get("/plans/measures?easy=1&sector_id=akishima-kogyo")).status_code == 200


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
