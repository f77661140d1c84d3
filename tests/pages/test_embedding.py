"""Pages shown inside another site's page: their part alone with its source; and the code for it on the pages themselves."""

import re
from html import unescape

import pytest
from datasette.app import Datasette
from datasette.utils import tilde_encode

from tests.pages.listing_page import open_address, tables_of
from tests.sites import ROOT

CHROME = (
    'class="site-head"', 'class="site-foot"', 'class="crumbs"', "/static/search.js", "<form", "このデータを使う", "埋め込む",
)  # fmt: skip
QUERIES = (
    "search?q=給食", "unmet_targets", "unreported", "final_year", "first_to_second_half", "organizations_together", "targets_due?fiscal_year=2026",
)  # fmt: skip
CODE = re.compile(r"<pre[^>]* data-embed-code>(.*?)</pre>", re.DOTALL)


async def every_page(site: Datasette) -> list[str]:
    """The timeline, every table, view and query, and a record of each table."""
    db, tables = site.get_database("plans"), await tables_of(site)
    pages = [f"/plans/{name}" for name in sorted([*tables, *await site.get_canned_queries("plans", None)])]
    for table in tables:
        keys = await db.primary_keys(table)
        row = (
            (await db.execute(f"SELECT {', '.join(keys)} FROM {table} ORDER BY rowid LIMIT 1")).first()
            if keys
            else None
        )
        if row is not None:
            pages.append(str(site.urls.row("plans", table, ",".join(tilde_encode(str(key)) for key in row))))
    return ["/timeline", *pages]


def embedded(path: str, part: str = "1") -> str:
    return f"{path}{'&' if '?' in path else '?'}_embed={part}"


async def test_every_table_query_record_and_the_timeline_can_be_embedded(site: Datasette) -> None:
    faults = []
    for path in await every_page(site):
        answer = await site.client.get(embedded(path))
        html, is_record = answer.text, path.count("/") == 3
        if answer.status_code != 200 or "frame-ancestors *" not in answer.headers["content-security-policy"]:
            faults.append(f"{path}: {answer.status_code} {answer.headers['content-security-policy']}")
        faults += [f"{path}: {part}" for part in CHROME if part in html]
        if f'<a href="http://localhost{path}">' not in html or 'rel="license"' not in html:
            faults.append(f"{path}: no source")
        if html.count("<h1") != 1 or '<base target="_blank">' not in html or 'content="noindex"' not in html:
            faults.append(f"{path}: heading, target or robots")
        if is_record:
            page = (await site.client.get(path)).text
            if re.search("<h1>.*?</h1>", page, re.DOTALL)[0] not in html or len(html) > len(page):
                faults.append(f"{path}: heading or size")
            if "引用する" in page and f"http://localhost{path}?_embed=1" not in page:
                faults.append(f"{path}: no code")
    assert faults == []


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("part", ["picture", "table"])
async def test_a_part_alone_is_less_than_both(query: str, part: str, site: Datasette) -> None:
    some = await open_address(site, embedded(f"/plans/{query}", part))
    assert "出典：" in some
    if query in ("first_to_second_half", "organizations_together"):
        assert ("rows-and-columns" in some, 'id="picture"' in some) == (part == "table", part == "picture")
        assert len(some) < len(await open_address(site, embedded(f"/plans/{query}")))


SQL = "/plans?sql=select+code%2C+name+from+measures+where+number+%3D+%3An&n=1"
CODED = (
    "/plans/measures?sector_id=akishima-nogyo&_sort_desc=number", "/plans/measures?_search=%E7%B5%A6%E9%A3%9F",
    "/plans/unmet_targets?sector=%E8%BE%B2%E6%A5%AD", "/timeline?sector=akishima-kanko", SQL,
)  # fmt: skip


@pytest.mark.parametrize("path", CODED)
async def test_the_code_leads_to_what_the_page_shows(path: str, site: Datasette) -> None:
    codes = [unescape(code) for code in CODE.findall((await site.client.get(path)).text)]
    assert codes
    for code in codes:
        src = unescape(re.search(r'<iframe src="([^"]+)"', code)[1])
        assert src.startswith(f"http://localhost{path}&_embed=")
        assert '<script src="http://localhost/static/embed.js" async></script>' in code
        framed = await site.client.get(src.removeprefix("http://localhost"))
        assert (framed.status_code, "frame-ancestors *" in framed.headers["content-security-policy"]) == (200, True)
        assert f'<a href="http://localhost{path}"'.replace("&", "&amp;") in framed.text
        if path == SQL:
            assert 'title="SQLの結果（' in code and [part for part in CHROME if part in framed.text] == []
            said = ("アドレスに書かれた SQL の結果です", "工-1", "<h1>SQLの結果</h1>")
            assert [words for words in said if words not in framed.text] == []


async def test_a_condition_cannot_break_out_of_the_code(site: Datasette) -> None:
    attack = '"></pre><script>alert(1)</script>'
    for path in ("/plans/measures?_search=", "/plans/measures?name=", "/plans/unmet_targets?sector="):
        for more in ("", "&_embed=1"):
            answer = await site.client.get(path.partition("?")[0], params={path.split("?")[1][:-1]: attack})
            html = (await site.client.get(str(answer.url) + more)).text
            assert "<script>alert" not in html
            assert not re.search(r"<script[^>]* src=\"[^\"]*/embed.js\" async", html)
            for code in CODE.findall(html):
                assert "<script>alert" not in unescape(code)


async def test_sql_cannot_bring_markup_into_the_frame(site: Datasette) -> None:
    sql = "select '<script>alert(1)</script>' as \"<img src=x>\", 'javascript:alert(1)' as link"
    html = (await site.client.get("/plans", params={"sql": sql, "_embed": "1"})).text
    assert "<script>alert" not in html and "<img" not in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize("sql", ["select+nosuch", "drop+table+plans", "select+1+union"])
async def test_sql_that_cannot_be_run_is_not_framed(sql: str, site: Datasette) -> None:
    answer = await site.client.get(f"/plans?sql={sql}&_embed=1")
    assert (answer.status_code, answer.headers["x-frame-options"]) == (400, "DENY")
    assert "<table" not in answer.text


async def test_no_page_of_its_own_is_framed_for_having_sql_in_its_address(site: Datasette) -> None:
    pages = [path.stem for path in (ROOT / "templates" / "pages").glob("*.html")]
    assert len(pages) > 2
    for page in [*(name for name in pages if name != "timeline"), "verify", "nosuch", ""]:
        answer = await site.client.get(f"/{page}?sql=select+1&_embed=1")
        assert answer.headers["x-frame-options"] == "DENY", page


async def test_sorting_stays_in_the_frame(site: Datasette) -> None:
    html = (await site.client.get("/plans/measures?_embed=1")).text
    headings = re.search("<thead>(.*?)</thead>", html, re.DOTALL)[1]
    links = re.findall("<a [^>]+>", headings)
    assert links
    assert all('target="_self"' in link and "_embed=1" in link for link in links)


async def test_the_script_has_an_address_that_stays(site: Datasette) -> None:
    assert "javascript" in (await site.client.get("/static/embed.js")).headers["content-type"]
