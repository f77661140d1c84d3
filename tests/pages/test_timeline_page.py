"""/timeline: every event once, in its sector, with today's year in words; chosen by plan and sector."""

import re

import pytest


async def read(site, path):
    response = await site.client.get(path)
    assert response.status_code == 200, response.text[:500]
    text = response.text
    return text, text[text.index('<table class="timeline">') : text.index("</table>")]


async def ids(site, where="1"):
    return sorted(
        row[0] for row in (await site.get_database("plans").execute(f"select id from events where {where}")).rows
    )


def shown(table):
    return sorted(re.findall(r'href="/plans/events/([^"]+)"', table))


async def test_every_event_stands_in_the_table_once(site):
    _, table = await read(site, "/timeline")
    assert shown(table) == await ids(site)


async def test_it_is_a_real_table_with_a_caption_and_scopes(site):
    _, table = await read(site, "/timeline")
    assert "<caption>" in table
    assert len(re.findall('<th scope="row">', table)) == 10
    assert len(re.findall('<th scope="col', table)) == 7


async def test_todays_year_is_marked_in_words(site):
    _, table = await read(site, "/timeline")
    year = (await site.get_database("plans").execute("select fiscal_year from current_fiscal_year")).first()[0]
    marked = re.findall(r'<tr class="now".*?</th>', table, re.DOTALL)
    assert len(marked) == 1
    assert f"{year}</span>" in marked[0]
    assert "今年度" in marked[0]


@pytest.mark.parametrize("sector", ["akishima-kogyo", "akishima-kanko"])
async def test_a_sector_can_be_chosen(site, sector):
    page, table = await read(site, f"/timeline?sector={sector}")
    assert shown(table) == await ids(site, f"sector_id = '{sector}'")
    assert f'href="/timeline?sector={sector}" aria-current="true"' in page


@pytest.mark.parametrize("plan", ["akishima", "minato"])
async def test_a_plan_can_be_chosen_of_several(two_plans, plan):
    page, table = await read(two_plans, f"/timeline?plan={plan}")
    assert shown(table) == await ids(two_plans, f"plan_id = '{plan}'")
    assert f"/timeline?plan={plan}&amp;sector={plan}-" in page
