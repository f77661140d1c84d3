"""Pages of tables and views: Japanese headings and values, ways to narrow, sort, turn the page and take the data away."""

import re
from urllib.parse import unquote

import pytest

from tests.pages.listing_page import JAPANESE, open_page, tables_of


async def pages_of(site):
    """Those that Datasette shows as tables: a query may have the name of one."""
    queries = await site.get_canned_queries("plans", None)
    return [name for name in await tables_of(site) if name not in queries]


@pytest.fixture(scope="module")
async def pages(site):
    """The page of every table and view."""
    return {table: await open_page(site, f"/plans/{table}") for table in await pages_of(site)}


async def test_every_table_and_view_is_a_japanese_page_with_its_labels_and_help(site, pages):
    faults = []
    for table, page in pages.items():
        faults += [f"{table}: {fault}" for fault in page.faults()]
        described = site.table_metadata("plans", table)
        if page.h1 != described["title"]:
            faults.append(f"{table}: h1 {page.h1!r}")
        columns = described.get("columns") or {}
        labels = {text.partition("：")[0] for text in columns.values()} | {"この行"}
        heads = [t.strip(" ▲▼\n") for t, h in zip(page.head_texts, page.heads, strict=True) if h["scope"] == "col"]
        faults += [f"{table}: heading {head!r}" for head in heads if head not in labels]
        faults += [
            f"{table}: no help of {c}" for c, text in columns.items() if text.partition("：")[2] not in page.text
        ]
    assert len(pages) > 50
    assert faults == []


@pytest.mark.parametrize(
    ("served", "variant"), [("site", "?_chart=1&_size=max"), ("site", "?_search=あ"), ("two_plans", "?_size=2")]
)
async def test_every_table_and_view_is_a_japanese_page_however_it_is_asked(site, two_plans, served, variant):
    datasette = {"site": site, "two_plans": two_plans}[served]
    faults = []
    for table in await pages_of(datasette):
        page = await open_page(datasette, f"/plans/{table}{variant}")
        faults += [f"{table}{variant}: {fault}" for fault in page.faults()]
    assert faults == []


async def test_coded_values_are_words(site):
    table = (await open_page(site, "/plans/evaluations")).text.partition("この行は")[0]
    assert not re.search(r"\b(not_met|partly_met|target_stated|never_carried_out)\b", table)
    assert (await open_page(site, "/plans/targets?state=unreported")).text.count("「実績の記録なし」") > 1


async def test_rows_with_two_keys_link_to_their_page_and_cells_are_labelled_for_cards_on_a_phone(site):
    cells = re.findall(r"<td([^>]*)>", (await open_page(site, "/plans/measures")).html)
    assert cells and all("data-label=" in cell for cell in cells)
    page = await open_page(site, "/plans/measure_goals")
    assert any(re.fullmatch(r"/plans/measure_goals/[^/,]+,[^/]+", link) for link in page.links)


async def test_the_form_speaks_japanese_and_every_condition_can_be_left_out(site):
    page = await open_page(site, "/plans/measures?sector_id=akishima-nogyo&number__gte=3&_search=給食")
    options = re.findall(r'<option value="([a-z_0-9]+)"[^>]*>([^<]+)</option>', page.html)
    assert options and all(JAPANESE.search(text) or text == "ID" for _, text in options)
    without = [link for link, text in page.links.items() if "「番号（数）」が「3」以上" in text]
    assert without and "number__gte" not in without[0]


@pytest.mark.parametrize(
    ("sort", "marked"),
    [("_sort=name", ["施策", "ascending"]), ("_sort_desc=name", ["施策", "descending"]), ("_sort=number", ["番号（数）", "ascending"])],
)  # fmt: skip
async def test_the_sorted_column_is_marked_for_all(site, sort, marked):
    page = await open_page(site, f"/plans/measures?{sort}")
    heads = zip(page.head_texts, page.heads, strict=True)
    assert [[text.strip(" ▲▼\n"), head["aria-sort"]] for text, head in heads if "aria-sort" in head] == [marked]


async def test_codes_stand_as_printed(site):
    page = await open_page(site, "/plans/measure_overview")
    link = next(link for link, text in page.links.items() if text.startswith("番号") and "_sort=" in link)
    codes = re.findall(r'data-label="番号">([^<]+)<', (await site.client.get(link)).text)
    assert codes.index("共-2") < codes.index("共-3") < codes.index("共-10")


async def test_every_count_of_a_column_leads_to_counts(site, pages):
    """Each `#facet-…` of a page is an id of the page that it leads to, and stands there once; one of each page is followed."""
    wrong, followed = [], 0
    for page in pages.values():
        for link in [link for link in page.links if "#facet-" in link][-1:]:
            address, _, anchor = link.partition("#")
            followed += 1
            html = (await site.client.get(address)).text
            wrong += [link] if html.count(f'id="{anchor}"') != 1 else []
    assert followed > 30
    assert wrong == []


async def test_pages_follow_one_another(site):
    page = await open_page(site, "/plans/measures?_size=20")
    seen = [page]
    while following := [link for link, text in seen[-1].links.items() if text == "次のページ →"]:
        seen.append(await open_page(site, following[0].partition("localhost")[2] or following[0]))
    assert len(seen) == 3
    assert "← 最初のページ" in seen[-1].links.values()
    rows = [link for page in seen for link in page.links if re.fullmatch(r"/plans/measures/akishima-\w+-\d+", link)]
    assert len(set(rows)) == 46


async def test_downloads_say_how_many_rows_they_hold_and_hold_them(site):
    page = await open_page(site, "/plans/measures?sector_id=akishima-nogyo")
    csv = next(link for link, text in page.links.items() if text == "CSV（9行）")
    json = next(link for link, text in page.links.items() if text == "JSON（9行）")
    assert len((await site.client.get(csv)).text.splitlines()) == 10
    assert len((await site.client.get(json)).json()["rows"]) == 9


async def test_the_json_link_comes_first_since_the_chart_code_reads_the_first(site):
    page = await open_page(site, "/plans/targets?_chart=1&_size=max")
    assert re.search(r'class="export-links[^>]*>\s*<a [^>]*href="/plans/targets\.json\?', page.html)
    assert 'class="rows-and-columns' in page.html


async def test_the_chart_code_loads_only_where_a_chart_is_asked_for(site):
    plain = await open_page(site, "/plans/organization_overview")
    link = next(link for link, text in plain.links.items() if text == "グラフにする")
    assert unquote(link).endswith(
        "#g.mark=bar&g.x_column=施策の数&g.x_type=quantitative&g.y_column=団体&g.y_type=ordinal"
    )
    assert "datasette_vega" not in plain.html
    assert 'content="noindex"' not in plain.html
    chart = await open_page(site, link.partition("#")[0])
    assert "datasette_vega" in chart.html
    assert 'content="noindex"' in chart.html
    assert "棒グラフ" in chart.text
    rows = (await site.client.get("/plans/organization_overview.json?_shape=array&_chart=1&_size=max")).json()
    assert [row["施策の数"] for row in rows] == sorted((row["施策の数"] for row in rows), reverse=True)
    assert rows[0]["団体"].strip("\u200b\u200c") == "昭島市"


@pytest.mark.parametrize(
    ("table", "is_offered"),
    [("targets", True), ("measures", False), ("unmet_targets", False), ("organizations?id=akishima-shi", False)],
)
async def test_a_chart_is_offered_only_where_there_is_one_to_draw(site, table, is_offered):
    page = await open_page(site, f"/plans/{table}")
    assert ("グラフにする" in page.links.values()) == is_offered
    asked = await open_page(site, f"/plans/{table}{'&' if '?' in table else '?'}_chart=1&_size=max")
    assert ("グラフにできる数がありません" in asked.text) == (not is_offered)
    assert ("のうち、単位が「" in asked.text) == is_offered


async def test_the_sql_is_shown_with_an_explanation_and_can_be_changed(site):
    page = await open_page(site, "/plans/measures?sector_id=akishima-nogyo")
    edit = next(link for link, text in page.links.items() if text == "SQLを書きかえて試す")
    assert (await site.client.get(edit)).status_code == 200


async def test_the_database_page_leads_to_every_query_table_and_view(site):
    page = await open_page(site, "/plans")
    assert list(page.faults()) == []
    queries = await site.get_canned_queries("plans", None)
    wanted = [*(name for name in queries if name != "compare"), *await pages_of(site)]  # it needs two municipalities
    assert [name for name in wanted if f"/plans/{name}" not in page.links] == []
    assert page.text.index("問い合わせ（") < page.text.index("表（")
    assert "/plans.db" in page.links
