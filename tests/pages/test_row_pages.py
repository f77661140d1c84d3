"""The page of every row, and the printable pages: each answers, says what it is about, and shows nothing unfinished.

The site holds two plans, so that what is true of one plan only shows. Judged is what a visitor reads in <main>; the
citation is left out, since addresses stand there on purpose.
"""

import gzip
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from datasette.app import Datasette
from datasette.utils import tilde_encode

from keikaku.schema.tables import read_schema
from tests.pages.listing_page import ListingPage, open_address, rows_of

NAMED = dict.fromkeys(("plans", "sectors", "goals", "events"), "title")
NAMED |= dict.fromkeys(("measures", "organizations", "evaluations"), "name")
TABLES = [table.name for table in read_schema() if not table.is_view]
UNFINISHED = re.compile(r"None|Undefined|\{\{|\}\}|\{%|%\}|&lt;|Row object")


class Page(ListingPage):
    """A page whose text is without the citation."""

    def handle_data(self, data: str) -> None:
        text = self.text
        super().handle_data(data)
        if any(attributes.get("aria-labelledby") == "cite" for _, attributes in self.open):
            self.text = text

    def faults(self) -> Iterator[str]:
        """What no page may show, whatever row it is of."""
        if found := UNFINISHED.search(self.text):
            yield f"unfinished: {self.text[max(0, found.start() - 40) : found.end() + 40]!r}"
        if found := re.search(r"\b(akishima|minato)-[a-z]", re.sub(r"https?://\S+|/print/|/calendar/", "", self.text)):
            yield f"raw id: {self.text[max(0, found.start() - 40) : found.end() + 40]!r}"
        yield from self.faults_of_form()
        for part in ("<title>", 'name="description"', 'rel="canonical"', 'aria-label="現在の位置"'):
            if part not in self.html:
                yield f"no {part}"


@pytest.fixture(scope="module")
def ask(two_plans: Datasette):
    """Rows of a query."""
    with closing(sqlite3.connect(two_plans.get_database("plans").path)) as connection:
        connection.row_factory = sqlite3.Row
        yield lambda query, *parameters: connection.execute(query, parameters).fetchall()


async def open_page(site: Datasette, path: str) -> Page:
    return Page(await open_address(site, path))


@pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.parametrize("table", TABLES)
async def test_every_row_has_a_page_that_is_whole(table: str, share: int, two_plans: Datasette, ask) -> None:
    """Every row in long runs, else some of each table."""
    keys = [row["name"] for row in ask(f"SELECT name FROM pragma_table_info('{table}') WHERE pk ORDER BY pk")]
    faults = []
    enough = 20 if table.startswith("search_") else -1
    for row in ask(f"SELECT * FROM {table} LIMIT {enough}")[::share]:
        path = f"/plans/{table}/" + ",".join(tilde_encode(str(row[key])) for key in keys)
        page = await open_page(two_plans, path)
        faults += [f"{path}: {fault}" for fault in page.faults()]
        if table in NAMED and row[NAMED[table]] not in page.headings[0][1]:
            faults.append(f"{path}: the heading is {page.headings[0][1]!r}")
    assert faults == []


@pytest.mark.parametrize("table", NAMED)
async def test_a_page_names_no_other_plan(table: str, two_plans: Datasette, ask) -> None:
    """Nothing of the first plan stands in a template."""
    foreign = []
    for (id_,) in ask(f"SELECT id FROM {table} WHERE id = 'minato' OR id LIKE 'minato-%'"):
        page = await open_page(two_plans, f"/plans/{table}/{id_}")
        text = page.text if table != "plans" else page.text.partition("ほかの計画")[0]
        foreign += [id_ for word in ("昭島", "産業", "工業") if word in text]
    assert foreign == []


async def test_a_repeat_is_listed_once_and_not_counted(two_plans: Datasette, ask) -> None:
    for id_, originals, printed in ask("SELECT id, measures, printed_measures FROM organization_overview"):
        page = await open_page(two_plans, f"/plans/organizations/{id_}")
        repeated = f"と、再掲 {printed - originals}件" if printed > originals else ""
        assert not printed or f"施策（{originals}件{repeated}）" in [title for _, title in page.headings], id_


@pytest.mark.parametrize("plan", ["akishima", "minato"])
async def test_the_numbers_of_a_plan_lead_to_as_many_rows(two_plans: Datasette, plan: str) -> None:
    page = await open_page(two_plans, f"/plans/plans/{plan}")
    shown = re.findall(r'<a (?:rel="nofollow" )?class="count tap" href="/plans/(.+?)">([\d,]+)', page.html)
    assert len(shown) > 10
    for path, count in shown:
        assert len(await rows_of(two_plans, path.replace("&amp;", "&"))) == int(count), path


@pytest.mark.parametrize("kind", ["plans", "sectors", "organizations"])
async def test_a_printed_page_has_each_of_its_measures_once(kind: str, two_plans: Datasette, ask) -> None:
    part = {
        "plans": "plan_id = ?",
        "sectors": "sector_id = ?",
        "organizations": "id IN (WITH RECURSIVE family(id) AS (SELECT ? UNION SELECT o.id FROM organizations o "
        "JOIN family f ON o.parent_id = f.id) SELECT measure_id FROM measure_organizations WHERE organization_id IN family)",
    }[kind]
    for (id_,) in ask(f"SELECT id FROM {kind}"):
        page = await open_page(two_plans, f"/print/{id_}")
        assert list(page.faults()) == [], id_
        measures = ask(f"SELECT id, code, name FROM measures WHERE {part} ORDER BY position", id_)
        printed = re.findall(r'<h3 id="(.+?)"><span class="code">', page.html)
        assert printed == [measure["id"] for measure in measures], id_
        assert [measure["code"] for measure in measures if measure["name"] not in page.text] == []
        assert len(gzip.compress(page.html.encode(), mtime=0)) <= 25 * 1024


async def test_only_where_judgements_are_mixed_each_of_ours_is_marked(site: Datasette) -> None:
    told = [{"name": "あ", "outcome": "met", "judged_by": "ours"}, {"name": "い", "grade": "A", "judged_by": "city"}]
    table = site.jinja_env.from_string(
        '{% import "_macros.html" as m with context %}{{ m.evaluations_table("評価", told, {}, printed=True) }}'
    )
    mixed, ours = [await table.render_async(told=rows) for rows in (told, told[:1])]
    assert ('<th scope="col">評価</th>' in mixed, mixed.count("（当サイトの判定）")) == (True, 1)
    assert ('<th scope="col">当サイトの判定</th>' in ours, ours.count("（当サイトの判定）")) == (True, 0)


async def test_the_downloads_of_an_organization_hold_its_measures(two_plans: Datasette, ask) -> None:
    page = await open_page(two_plans, "/plans/organizations/akishima-shokokai")
    asked = f"organization={quote('昭島市商工会')}"
    assert f"/plans/measures_by_organization.json?{asked}&amp;_shape=array" in page.html
    ((printed,),) = ask("SELECT count(*) FROM measure_organizations WHERE organization_id = 'akishima-shokokai'")
    assert len(await rows_of(two_plans, f"measures_by_organization?{asked}")) == printed


async def test_links_of_a_page_lead_somewhere(two_plans: Datasette) -> None:
    """One of each kind, since those of another id come from the same line of a template."""
    pages = [
        "/plans/organizations/akishima-shi", "/plans/sectors/akishima-shogyo",
        "/plans/evaluations/akishima-evaluation-15", "/plans/goals/akishima-kanko-goal-1",
        "/plans/events/akishima-event-47", "/plans/plans/akishima", "/plans/corrections/akishima-correction-3",
        "/plans/codes/evaluations,outcome,met",
    ]  # fmt: skip
    links: dict[str, str] = {}
    for path in pages:
        page = await open_page(two_plans, path)
        addresses = [link.partition("#")[0] for link in page.links if link.startswith("/")]
        links |= {re.sub(r"akishima[\w-]*|%[\w%]+|\d+", "", address): address for address in addresses}
        assert [link for link in page.links if link.startswith("#") and link[1:] not in page.ids] == []
    assert len(links) > 40
    answers = {link: (await two_plans.client.get(link)).status_code for link in links.values()}
    assert {link: status for link, status in answers.items() if status != 200} == {}


async def test_a_target_that_cannot_be_judged_says_why_and_shows_every_figure(site: Datasette) -> None:
    page = (await site.client.get("/plans/measures/akishima-kanko-8")).text
    assert "判定できない理由：判定に使う年度の実績は、一日や一か所など、一部だけを数えた数です。" in page
    assert "「多いほどよい」は、何を数えるかから、当サイトがそう読んだものです。" in page
    drawn, _, table = page.partition('<figure class="drawing"')[2].partition("</svg>")
    assert re.findall(r'class="point (\w+)"[^>]*><title>', drawn).count("part") == 8
    letters = re.findall(r'dy="1.1em">(.)<', drawn)
    assert "".join(letters) == "中止一部の記録一部の記録記録なし"
    facts = page.partition('<dl class="facts">')[2].partition("</dl>")[0]
    years = dict(re.findall(r"<dt>(\S+年度)</dt>\s*<dd>(.*?)</dd>", facts, re.DOTALL))
    assert years["平成30年度"] == years["令和8年度"] == '<span class="help">当サイトに記録がありません</span>'
    third = re.sub("<[^>]*>", "", years["令和3年度"])
    assert third.split() == ["実施（写真パネルの特別展）", "号外NET", "立川・昭島"]
    assert len(years) == 10  # up to the last of the plan, with figures or not
    sources = await rows_of(site, "figures?indicator_id=akishima-kanko-8-target-1&role=result")
    table = table.partition("</table>")[0]
    assert (len(sources), table.count('<th scope="row"')) == (12, 12)
    assert [s["id"] for s in sources if s["source_url"] not in table or s["publisher"] not in table] == []


async def test_a_repeat_shows_the_figures_of_its_original(site: Datasette, ask) -> None:
    repeats = ask("SELECT measure_id FROM targets WHERE repeat_of > '' AND state IN ('published', 'not_judgeable')")
    assert repeats
    for (measure,) in repeats:
        assert '<h2 id="results"' in (await site.client.get(f"/plans/measures/{measure}")).text
