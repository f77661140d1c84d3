"""Pages of queries: titles, forms fed from the data, linked names, answers in words; and a visitor's own SQL."""

import re
from collections import Counter
from html import unescape
from urllib.parse import urlencode

import pytest

from keikaku.publish.tables.query_forms import PARAMETERS
from keikaku.schema.codes import CODES
from tests.pages.listing_page import ListingPage, open_page, rows_of


async def ask_sql(site, sql, status=200, **values):
    response = await site.client.get("/plans?" + urlencode({"sql": sql, **values}))
    assert response.status_code == status
    return ListingPage(response.text)


@pytest.fixture
async def queries(site):
    return await site.get_canned_queries("plans", None)


@pytest.mark.parametrize(
    ("served", "variant"),
    [
        ("one", ""),
        ("one", "?_chart=1&_size=max"),
        ("one", "?sector=zzz&organization=zzz&fiscal_year=1950&q=zzzz"),
        ("two", ""),
    ],
)
async def test_every_query_is_a_japanese_page_under_its_own_title(site, two_plans, queries, served, variant):
    faults = []
    for name, query in queries.items():
        page = await open_page(site if served == "one" else two_plans, f"/plans/{name}{variant}")
        faults += [f"{name}: {fault}" for fault in page.faults()]
        if (page.h1 != query["title"] and served == "one") or re.search("<title>[^<]*(SELECT|select)", page.html):
            faults.append(f"{name}: h1 {page.h1!r}, or SQL in the title")
        offered = re.search('href="([^"#]*_chart=1[^"#]*)#', page.html) if served == "one" else None
        if offered and 'class="rows-and-columns"' not in (await open_page(site, unescape(offered[1]))).html:
            faults.append(f"{name}: no table for the chart to stand before")
    assert faults == []


async def test_every_parameter_of_every_query_is_known_and_every_choice_gives_an_answer(site, queries):
    for name, query in queries.items():
        assert set(re.findall(r":(\w+)", query["sql"])) <= PARAMETERS.keys(), name
        page = await open_page(site, f"/plans/{name}")
        for parameter, options in re.findall(r'<select id="p-\w+" name="(\w+)">(.*?)</select>', page.html, re.DOTALL):
            for value in re.findall(r'<option value="([^"]+)"', options):
                await rows_of(site, f"{name}?{urlencode({parameter: value})}")


@pytest.mark.parametrize(
    ("address", "chosen"),
    [
        ("/plans/targets_due?fiscal_year=令和6年度", "2024"),
        ("/plans/targets_due?fiscal_year=R6", "2024"),
        ("/plans/targets_due?fiscal_year=", None),
        ("/plans/measures_by_goal?sector=農業", "農業"),
        ("/plans/measures_by_organization?organization=農協", "農協"),
    ],
)
async def test_what_was_asked_for_stays_chosen(site, address, chosen):
    page = await open_page(site, address)
    assert re.findall(r'<option value="([^"]*)" selected', page.html) == ([chosen] if chosen else [])


LEGEND = re.compile(
    r'<li><a (?:rel="nofollow" )?href="(/plans/progress[^"]*)"[^>]*>(?:<span[^>]*>.</span>)?([^<]+) <span class="help">(\d+)</span>',
    re.S,
)
SQUARE = re.compile(r'<a class="square [^>]*? is-(\w+)" title="[^"]+"\s+href="/plans/(?:measures|indicators)/[\w-]+">')


@pytest.mark.parametrize(
    "asked", ["", "as_of=R6&sector=観光", "organization=農協", "as_of=2024&state=due", "rule=ratio"]
)
@pytest.mark.parametrize("several", [False, True])
async def test_the_legend_of_progress_counts_what_its_links_list(site, two_plans, several, asked):
    datasette = two_plans if several else site
    page = await open_page(datasette, f"/plans/progress?{asked}")
    legend = [(unescape(address), word.strip(), int(n)) for address, word, n in LEGEND.findall(page.html)]
    assert len(legend) > 2
    for address, word, n in legend:
        rows = await rows_of(datasette, address.removeprefix("/plans/"))
        assert (len(rows), {row["状態"] for row in rows}) == (n, {word}) or word == "すべて", address
    assert legend[0][2] == sum(n for _, _, n in legend[1:])
    shown = await rows_of(datasette, f"progress?{asked}")
    labels = {code: label for code, (label, _) in CODES["verdicts", "state"].items()}
    assert Counter(labels[code] for code in SQUARE.findall(page.html)) == Counter(row["状態"] for row in shown)


async def test_names_are_links_and_their_ids_are_left_out(site):
    page = await open_page(site, "/plans/measures_by_goal?sector=農業")
    assert page.links["/plans/measures/akishima-nogyo-4"] == "学校給食での地場野菜の使用"
    assert "ID" not in [text.strip() for text in page.head_texts]
    page = await open_page(site, "/plans/organizations_together?organization=農協")
    assert "/plans/organizations/akishima-shi" in page.links


async def test_a_query_sorts_by_the_heading_that_is_pressed(site):
    page = await open_page(site, "/plans/new_measures?_sort_desc=番号")
    codes = re.findall(r'data-label="番号">([^<]+)<', page.html)
    assert codes.index("観-10") < codes.index("観-9") < codes.index("共-6")
    assert (await site.client.get("/plans/new_measures?_sort=nosuch")).status_code == 400
    cut = await site.client.get("/plans?sql=select+1+a+union+all+select+x'00'&_sort=a")
    assert cut.status_code == 200
    assert [h["aria-sort"] for h in page.heads if "aria-sort" in h] == ["descending"]


@pytest.mark.parametrize("q", ["給食", "工-1", "商工会", "祭"])
async def test_search_groups_counts_and_marks(site, q):
    page = await open_page(site, f"/plans/search?q={q}")
    assert list(page.faults()) == []
    rows = await rows_of(site, f"search?q={q}")
    assert f"{len(rows)}件" in page.text
    assert [row["url"] for row in rows[:3] if row["url"] not in page.links] == []
    kinds = [int(count) for level, text in page.headings for count in re.findall(r"（(\d+)件）", text) if level == 2]
    assert sum(kinds) == len(rows)


async def test_search_narrows_by_kind_and_sector(site):
    page = await open_page(site, "/plans/search?q=給食&kind=measure")
    assert next(text for level, text in page.headings if level == 2 and "件）" in text).startswith("施策（")
    assert not any("基本目標（" in text for _, text in page.headings)
    page = await open_page(site, "/plans/search?q=農業&sector=観光")
    assert list(page.faults()) == []


async def test_a_visitors_sql_is_answered_with_its_own_columns(site):
    page = await ask_sql(site, "select code, name, is_new from measures where number = :n", n="1")
    assert list(page.faults()) == []
    assert [text.strip() for text in page.head_texts[:3]] == ["code", "name", "is_new"]
    assert ":n に入れる値" in page.text
    assert 'content="noindex"' in page.html


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("select * from measure", "「measure」という表はありません"),
        ("select nonesuch from measures", "「nonesuch」という列はありません"),
        ("select nonesuch( from measures", "の近くの書き方がちがいます"),
        ("select nonesuch()", "「nonesuch」という関数はありません"),
        ("select * from measures where", "文が途中で終わっています"),
        ("delete from measures", "読み出すだけの文です"),
        ("select 1; select 2", "一度に実行できる文は一つです"),
    ],
)
async def test_wrong_sql_is_explained_and_can_be_mended(site, sql, sentence):
    page = await ask_sql(site, sql, status=400)
    assert list(page.faults()) == []
    assert sentence in page.text
    assert sql in page.html.replace("&#39;", "'")
    assert "<textarea" in page.html


async def test_a_result_that_is_cut_says_so(site):
    most = site.setting("max_returned_rows")
    sql = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {most + 1}) select i from n"
    page = await ask_sql(site, sql)
    assert f"{most:,}件以上" in page.text
    assert f"JSON（最初の{most:,}行）" in page.links.values()


OF_PLANS = ("unmet_targets", "unreported", "final_year", "targets_due", "linked_measures", "organizations_together")


@pytest.mark.parametrize("name", OF_PLANS)
async def test_a_plan_is_named_only_where_there_are_several(site, two_plans, name):
    for served, is_named in ((site, False), (two_plans, True)):
        page = await open_page(served, f"/plans/{name}?fiscal_year=2024")
        assert ("計画" in [text.strip() for text in page.head_texts]) == is_named


@pytest.mark.parametrize(
    "name",
    ["unmet_targets", "unreported", "targets_due", "events_by_year", "first_to_second_half", "organizations_together"],
)
async def test_a_query_of_one_plan_has_all_rows_of_it_and_no_others(two_plans, name):
    async def plans_of(argument: str) -> list[str]:
        return [row["計画"] for row in await rows_of(two_plans, f"{name}?fiscal_year=2023{argument}")]

    titles = {row["id"]: row["title"] for row in await rows_of(two_plans, "plans")}
    every = await plans_of("")
    assert set(every) == set(titles.values())
    for plan, title in titles.items():
        assert await plans_of(f"&plan={plan}") == [title] * every.count(title)


async def test_each_plan_has_its_own_pictures_and_groups(two_plans):
    ids = re.findall(r'<title id="([^"]+)"', (await two_plans.client.get("/plans/first_to_second_half")).text)
    assert len(ids) == len(set(ids)) == 4
    together = (await two_plans.client.get("/plans/organizations_together")).text
    matrices = re.findall(r'<table class="matrix">.*?</table>', together, re.DOTALL)
    assert len(matrices) == 2
    assert sum("昭島市商工会" in matrix and "みなと市" in matrix for matrix in matrices) == 0


@pytest.mark.parametrize(
    ("query", "kept_out"), [("", False), ("?q=給食", False), ("?q=宇宙開発", True), ("?q=給食&kind=measure", True)]
)
async def test_results_are_for_search_engines_where_there_are_any(site, query, kept_out):
    assert ('content="noindex"' in (await site.client.get(f"/plans/search{query}")).text) is kept_out


async def test_downloads_say_how_many_rows_they_have(site, two_plans, queries):
    faults = []
    for served in (site, two_plans):
        for name in queries:
            asked = "q=祭" if name == "search" else ""
            said = re.findall("（([0-9,]+)行）", (await served.client.get(f"/plans/{name}?{asked}")).text)
            rows = (await served.client.get(f"/plans/{name}.json?_shape=array&{asked}")).json()
            if rows and {*said} != {f"{len(rows):,}"}:
                faults.append(f"{name}: {said} of {len(rows)}")
    assert faults == []
