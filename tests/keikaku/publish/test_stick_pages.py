"""Pages of the folder that needs no server: links become relative, what needs a server is left out, the rest stays as it is."""

import json
from pathlib import Path

import pytest

from keikaku.publish.stick_pages import forget_server, write_page
from keikaku.serving.stick import StickLinks

ROOT = "https://keikaku.example.jp/plan/"
FILES = {
    "/": "index.html", "/about": "about/index.html", "/plans": "plans/index.html", "/plans/measures": "plans/measures/index.html",
    "/plans/measures/a-1": "plans/measures/a-1/index.html", "/plans/measures.csv": "plans/measures.csv", "/plans/plans/a": "plans/plans/a/index.html",
    "/plans/measures/a-1.json": "plans/measures/a-1.json", "/styles/site.css": "styles/site.css", "/verify.html": "verify.html",
}  # fmt: skip
QUERIES = {"due": {"sql": "select * from targets where year = :fiscal_year"}}
COLUMNS = {"measures": [("id", 1), ("plan_id", 0), ("is_new", 0)], "marks": [("measure_id", 2), ("mark", 1)]}


class Known:
    """What a connection answers about tables of the database."""

    def __init__(self, plans: list[str]) -> None:
        self._plans = plans

    def __call__(self, sql: str, values: list[str] | None = None) -> "Known":
        self._rows = (
            COLUMNS[values[0]] if values else [(name,) for name in (COLUMNS if "sqlite" in sql else self._plans)]
        )
        return self

    def fetchall(self) -> list[tuple]:
        return self._rows

    def __iter__(self):
        return iter(self._rows)


LINKS = StickLinks(FILES, QUERIES, Known(["a"]))
SQL = "../../../sql/index.html?sql="


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/plan/">ホーム</a>', '<a href="../../../index.html">ホーム</a>'),
        ('<a href="/plan/about#b">b</a>', '<a href="../../../about/index.html#b">b</a>'),
        ('<a href="/plan/plans/measures/a-1#c" class="x">c</a>', '<a href="#c" class="x">c</a>'),
        ('<a href="#main">本文</a>', '<a href="#main">本文</a>'),
        ('<a href="https://elsewhere.example/plan/">d</a>', '<a href="https://elsewhere.example/plan/">d</a>'),
        (f'<a href="{ROOT}about">e</a>', '<a href="../../../about/index.html">e</a>'),
        (f'<link rel="canonical" href="{ROOT}about">', f'<link rel="canonical" href="{ROOT}about">'),
        ('<link rel="stylesheet" href="/plan/styles/site.css?12">', '<link rel="stylesheet" href="../../../styles/site.css">'),
        ('<a href="/plan/plans/measures/a-1.json?_shape=array">f</a>', '<a href="../a-1.json">f</a>'),
        ('<script src="/plan/static/search.js?1" defer></script>g', "g"),
        ('<link rel="search" href="/plan/opensearch.xml">h', "h"),
        ('<p>i<a class="tap" rel="nofollow" href="/plan/nowhere"><b>j</b></a>k</p>', "<p>i<b>j</b>k</p>"),
        ('<p>l<a class="button" href="webcal://keikaku.example.jp/plan/a.ics">m</a></p>', "<p>l</p>"),
        ("<div data-live>n<div>o<br></div>p</div>q", "q"),
        ('<form action="/plan/plans/search"><input name="q"></form>', '<form action="../../../search/index.html"><input name="q"></form>'),
        ('<form action="/plan/plans"><p>r</p></form>', '<form action="../../../sql/index.html"><p>r</p></form>'),
        ('<form action="/plan/plans/measures"><p>s</p></form>t', "t"),
        ('<a href="/plan/plans/search?q=%E9%A3%9F">u</a>', '<a href="../../../search/index.html?q=%E9%A3%9F">u</a>'),
        ('<a href="/plan/plans?sql=select+1&amp;p0=2">v</a>', f'<a href="{SQL}select+1&amp;p0=2">v</a>'),
        ('<a href="/plan/plans/measures?plan_id=a">w</a>', '<a href="../index.html">w</a>'),
        ('<a href="/plan/?plan=a">x</a>', '<a href="../../../index.html">x</a>'),
        ('<a href="/plan/plans/due?fiscal_year=2026">y</a>', '<a href="../../../sql/index.html?_query=due&amp;fiscal_year=2026">y</a>'),
        ('<a href="/plan/plans/due?_sort=year">z</a>', "z"),
        ('<a href="/plan/plans/measures?easy=1">z</a>', "z"),
        ('<pre>&lt;a href="/plan/"&gt; &#39;1&#39;</pre><svg viewBox="0 0 1 1"><path d="M0"/></svg>', None),
    ],
)  # fmt: skip
def test_a_page_leads_to_files_of_the_folder(before: str, after: str | None) -> None:
    assert write_page(before, "plans/measures/a-1/index.html", ROOT, LINKS.find) == (before if after is None else after)


def test_json_keeps_no_address_that_only_a_server_answers() -> None:
    told = {
        "next": None, "next_url": None, "toggle_url": "/plans/measures.json", "results": [{"value": 0, "toggle_url": f"{ROOT}plans/measures.json?is_new=0"}],
        "inDefinedTermSet": f"{ROOT}plans/codes?table_name=evaluations", "url": "https://elsewhere.example/?a=1", "@id": f"{ROOT}about",
    }  # fmt: skip
    assert json.loads(forget_server(json.dumps(told), ROOT)) == {
        "next": None, "results": [{"value": 0}], "inDefinedTermSet": f"{ROOT}plans/codes", "url": "https://elsewhere.example/?a=1", "@id": f"{ROOT}about",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("address", "sql"),
    [
        ("/plans/measures?is_new=1", "select * from measures where \"is_new\" = '1'"),
        ("/plans/measures?is_new__gt=1&plan_id__isnull=1", 'select * from measures where "is_new" > 1 and "plan_id" is null'),
        ("/plans/measures?id=it's", "select * from measures where \"id\" = 'it''s'"),
        ("/plans/measures?_facet=is_new", "select is_new, count(*) as n from measures group by is_new order by n desc"),
        ("/plans/measures?_next=100&_sort=is_new", "select * from measures"),
        ("/plans/marks/new,a-1", "select * from marks where \"mark\" = 'new' and \"measure_id\" = 'a-1'"),
        ("/plans/marks/new", None),
        ("/plans/marks/new,a-1.json", None),
        ("/plans/measures?nosuch=1", None),
        ("/plans/measures?_through={}", None),
        ("/plans/nosuch?a=1", None),
        ("/timeline?sector=a", None),
    ],
)  # fmt: skip
def test_a_question_of_a_table_is_a_statement(address: str, sql: str | None) -> None:
    from urllib.parse import parse_qs

    found = LINKS.find(address)
    said = found and " ".join(parse_qs(found.partition("?")[2])["sql"][0].split())
    assert said == sql


def test_of_many_plans_the_home_page_of_one_is_its_own_page() -> None:
    links = StickLinks(FILES, QUERIES, Known(["a", "b"]))
    assert links.find("/?plan=a") == "plans/plans/a/index.html"
    assert "plan_id" in str(links.find("/plans/measures?plan_id=a"))


def test_what_no_link_is_in_stays_byte_for_byte(baked: Path) -> None:
    files = json.loads((baked / "site" / "manifest.json").read_text("utf-8"))["files"]
    pages = [file["path"] for file in files.values() if file["media_type"].startswith("text/html")]
    assert len(pages) > 100
    for path in pages:
        html = (baked / "site" / path).read_text("utf-8").replace("data-live", "data-kept").replace("webcal:", "feed:")
        assert write_page(html, path, "https://elsewhere.example/nowhere/", lambda _: None) == html
