"""The home page: every number on it leads to exactly as many rows, with one plan and with two."""

import re
from html import unescape

import pytest

NUMBER = re.compile(r'<a (?:rel="nofollow" )?class="rows" href="([^"]+)"><span class="n">([\d,]+)</span>')
PLANS = ["akishima", "minato"]


async def get(site, path):
    response = await site.client.get(path)
    assert response.status_code == 200, (path, response.text[:500])
    return response.text


async def count_rows(site, address):
    path, _, query = unescape(address).partition("?")
    return len((await site.client.get(f"{path}.json?{query}&_size=max&_shape=array")).json())


async def wrong_numbers(site, page):
    found = NUMBER.findall(await get(site, page))
    assert len(found) >= 2
    return [(address, number) for address, number in found if await count_rows(site, address) != int(number)]


async def test_every_number_is_the_number_of_rows_behind_its_link(site):
    assert await wrong_numbers(site, "/") == []


@pytest.mark.parametrize("plan", PLANS)
async def test_every_number_is_right_for_each_of_two_plans(two_plans, plan):
    assert await wrong_numbers(two_plans, f"/?plan={plan}") == []


async def test_what_was_reached_and_what_was_missed_stand_side_by_side(site):
    page = await get(site, "/")
    part = page[page.index('<h2 id="evaluated">') : page.index('<h2 id="organizations">')]
    assert "届いたもの（2件）" in part
    assert "届かなかったもの（6件）" in part
    rows = await site.get_database("plans").execute(
        "select id from evaluations where outcome in ('met', 'not_met', 'not_implemented')"
    )
    listed = re.findall(r'href="/plans/evaluations/([^"]+)"', part)
    assert sorted(listed) == sorted(row["id"] for row in rows.rows)


async def test_each_target_is_a_square_once_and_a_legend_counts_them(site):
    page = await get(site, "/")
    squares = re.findall(r'<a class="square [^>]*?is-(\w+)"', page)
    assert len(squares) == 44
    for state, number in re.findall(r'state=(\w+)" rel="nofollow">.*?class="help">(\d+)<', page, re.DOTALL):
        assert squares.count(state) == int(number)
        assert await count_rows(site, f"/plans/progress?state={state}") == int(number)


async def test_examples_for_the_search_come_from_the_data(site):
    words = re.findall(r'class="tap" href="/plans/search\?q=[^"]+">([^<]+)</a>', await get(site, "/"))
    assert words == ["給食", "くじら祭", "あきしまの水"]


async def test_days_left_are_counted_by_the_browser(site):
    page = await get(site, "/")
    assert re.search(r'<time class="days-left" datetime="\d{4}-03-31">', page)
