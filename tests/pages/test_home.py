"""The home page: every number on it leads to exactly as many rows, with one plan and with two."""

import re
from html import unescape

import pytest

NUMBER = re.compile(r'<a class="rows" href="([^"]+)"><span class="n">([\d,]+)</span>')
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
    assert len(found) > 20
    return [(address, number) for address, number in found if await count_rows(site, address) != int(number)]


async def test_every_number_is_the_number_of_rows_behind_its_link(site):
    assert await wrong_numbers(site, "/") == []


@pytest.mark.parametrize("plan", PLANS)
async def test_every_number_is_right_for_each_of_two_plans(two_plans, plan):
    assert await wrong_numbers(two_plans, f"/?plan={plan}") == []


async def test_several_plans_are_listed_first(two_plans):
    page = await get(two_plans, "/")
    for plan in PLANS:
        assert f'href="/plans/plans/{plan}"' in page
    assert 'id="now"' not in page


@pytest.mark.parametrize("plan", ["nothing", "<b>", "akishima2"])
async def test_an_unknown_plan_is_told(two_plans, plan):
    page = await get(two_plans, f"/?plan={plan}")
    assert "という計画はありません" in page
    assert "<b>" not in page


async def test_it_says_what_the_plan_is_and_what_is_now(site):
    page = await get(site, "/")
    row = (await site.get_database("plans").execute("select * from plan_facts")).first()
    assert f"<h1>{row['title']}</h1>" in page
    assert row["municipality"] in page
    assert "いま（" in page


async def test_a_plan_that_is_over_says_so(two_plans):
    assert "計画の期間は令和7年度で終わりました" in await get(two_plans, "/?plan=minato")


async def test_targets_not_met_in_the_first_half_are_counted_and_begin_with_the_worst(site):
    page = await get(site, "/")
    rows = (
        await site.get_database("plans").execute("select name from unmet_targets where reason_kind = 'evaluation'")
    ).rows
    part = page[page.index('<h2 id="unmet">') : page.index('<h2 id="sectors">')]
    assert f'<span class="n">{len(rows)}</span>件</a>' in part
    listed = re.findall(r'href="/plans/evaluations/[^"]+">([^<]+)</a>', part)
    assert len(listed) == 5
    assert set(listed) <= {row["name"] for row in rows}
    assert part.index("未実施</span>") < part.index("bad") + 200


@pytest.mark.parametrize(
    "path",
    ["/plans.db", "/plans/measure_overview.xlsx?plan_id=akishima", "/plans/measure_overview.csv?plan_id=akishima"],
)
async def test_downloads_are_there(site, path):
    assert path.replace("&", "&amp;") in await get(site, "/")
    assert (await site.client.get(path)).status_code == 200
