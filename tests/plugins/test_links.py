"""Ids in cells lead to their rows, in HTML alone."""

from datasette.app import Datasette

LINK = '<a href="/plans/measures/akishima-kogyo-10">'


async def test_query_links_its_rows(site: Datasette) -> None:
    assert LINK in (await site.client.get("/plans/new_measures")).text
    for suffix in (".json", ".csv"):
        assert "<a" not in (await site.client.get(f"/plans/new_measures{suffix}")).text


async def test_view_names_the_row_behind_an_id(site: Datasette) -> None:
    page = (await site.client.get("/plans/corrections?id=akishima-correction-3")).text
    assert 'href="/plans/events/akishima-event-12"' in page
    assert "事業所による出前授業の体制確立のための調査を実施" in page


async def test_what_is_no_id_stays_as_it_is(site: Datasette) -> None:
    page = (await site.client.get("/plans?sql=select+'akishima-nobody'+as+id,+'<b>'+as+name")).text
    assert 'href="/plans/nobody' not in page
    assert "<b>" not in page.partition("<tbody")[2]
