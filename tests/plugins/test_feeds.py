"""Feeds, calendars and what programs look for first, as feed readers, calendars, crawlers and browsers read them."""

import json
import re
import sqlite3
import warnings
from datetime import UTC, datetime
from html import unescape
from xml.etree import ElementTree

import pytest
import yaml
from datasette.app import Datasette

from keikaku.publish.addresses import list_addresses
from keikaku.publish.feeds import read_changes, write_atom
from tests.browser.page_types import PAGES
from tests.sites import ROOT

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import feedparser
    import icalendar

PUBLIC = {"site_url": "https://plans.example.jp", "publisher": "市民の会", "contact": "mailto:errors@plans.example.jp"}
MAP = {"m": "http://www.sitemaps.org/schemas/sitemap/0.9"}
SEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture(scope="module")
async def named_site(site_folder) -> Datasette:
    """The same site, whose publisher has named its address."""
    metadata = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
    datasette = Datasette(config_dir=site_folder, metadata={**metadata, **PUBLIC})
    await datasette.invoke_startup()
    return datasette


async def test_the_feed_of_changes_is_read_without_a_fault(site: Datasette) -> None:
    answer = await site.client.get("/changes.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    feed = feedparser.parse(answer.content)
    assert (feed.bozo, feed.version, feed.feed.language) == (0, "atom10", "ja")
    rows = (await site.execute("plans", "SELECT * FROM changes ORDER BY date DESC, position DESC")).rows
    told = [(entry.title, entry.updated[:10], entry.tags[0].term) for entry in feed.entries]
    assert told == [(row["title"], row["date"], row["kind"]) for row in rows]
    for entry in feed.entries:
        assert entry.id.startswith("urn:uuid:")
        path = entry.link.removeprefix("http://localhost")
        assert (await site.client.get(path)).status_code == 200
    last = datetime.fromisoformat(feed.entries[0].updated).astimezone(UTC)
    assert feed.feed.updated_parsed[:3] == last.timetuple()[:3]


def test_entries_name_their_records_and_escape_their_text() -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(
        """
        CREATE TABLE changes (id, date, title, kind, text, plan_id, position);
        INSERT INTO changes VALUES ('a-1', '2026-06-01', '<b> & 題', 'added', '1 < 2 & <script>', 'a', 1);
        CREATE TABLE codes (table_name, column_name, code, label);
        INSERT INTO codes VALUES ('changes', 'kind', 'added', '追加');
        CREATE TABLE change_records (change_id, table_name, row_id);
        INSERT INTO change_records VALUES ('a-1', 'events', 'x?b&c');
        CREATE TABLE records (id, full_title);
        INSERT INTO records VALUES ('x?b&c', '<i>');
        CREATE TABLE withdrawn_ids (id, name);
        """
    )

    def read(root: str) -> feedparser.FeedParserDict:
        words = {"title": "題", "author": "者", "rights": "CC", "updated": "2026-06-01"}
        changes = read_changes(database.execute, root)
        text = write_atom(changes, "名", address=f"{root}changes.atom", page=f"{root}data", **words)
        return feedparser.parse(text.encode("utf-8"))

    feed, moved = read("https://a/"), read("https://b/")
    (entry,) = feed.entries
    assert entry.title_detail.value == "<b> & 題"
    assert (entry.tags[0].term, entry.tags[0].label) == ("added", "追加")
    assert "1 &lt; 2 &amp; &lt;script&gt;" in entry.content[0].value
    assert '<a href="https://a/plans/events/x?b&amp;c">&lt;i&gt;</a>' in entry.content[0].value
    assert (moved.feed.id, moved.entries[0].id) == (feed.feed.id, entry.id)


@pytest.mark.parametrize("id_", ["akishima", "akishima-kogyo", "akishima-shokokai"])
async def test_a_calendar_is_read_and_leads_to_pages(site: Datasette, id_: str) -> None:
    answer = await site.client.get(f"/calendar/{id_}.ics")
    assert answer.headers["content-type"].startswith("text/calendar; charset=utf-8")
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert "METHOD" not in calendar  # which would ask for an organizer with an address
    events = calendar.walk("VEVENT")
    assert len(events) > 10
    for path in {str(event["URL"]).removeprefix("http://localhost") for event in events}:
        assert (await site.client.get(f"{path}.json")).status_code == 200, path
    stamps = {event["DTSTAMP"].dt for event in events}
    (last,) = (await site.get_database("plans").execute("SELECT max(date) FROM changes")).first()
    assert stamps == {datetime.fromisoformat(last).replace(tzinfo=UTC)}
    assert answer.content == (await site.client.get(f"/calendar/{id_}.ics")).content


async def test_targets_without_a_recorded_result_are_a_feed_and_a_calendar(site: Datasette) -> None:
    rows = (await site.execute("plans", "SELECT * FROM unreported")).rows
    wanted = {row["question"]: f"{row['fiscal_year'] + 1}-04-01" for row in rows}
    feed = feedparser.parse((await site.client.get("/unreported.atom")).content)
    assert (feed.bozo, feed.version, len(feed.entries)) == (0, "atom10", len(rows))
    assert len({entry.id for entry in feed.entries}) == len(rows) == 24
    days = [entry.updated[:10] for entry in feed.entries]
    assert days == sorted(days, reverse=True)
    for entry in feed.entries:
        (question,) = [question for question in wanted if question in entry.content[0].value]
        assert entry.updated[:10] == wanted[question]
        assert "公表されていない、達成できなかったという意味ではありません" in entry.content[0].value
    answer = await site.client.get("/unreported.ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert sorted(str(event["DTEND"].dt) for event in events) == sorted(wanted.values())


async def test_the_site_map_has_every_record_once_and_only_pages(site: Datasette) -> None:
    tree = ElementTree.fromstring((await site.client.get("/sitemap.xml")).content)
    addresses = [loc.text for loc in tree.findall("m:url/m:loc", MAP)]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day.text) for day in tree.findall("m:url/m:lastmod", MAP))
    paths = [address.removeprefix("http://localhost") for address in addresses]
    for table in ("plans", "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events"):
        ids = {row[0] for row in (await site.execute("plans", f"SELECT id FROM {table}")).rows}
        assert {f"/plans/{table}/{id_}" for id_ in ids} <= set(paths)
    statuses = {path: (await site.client.get(path)).status_code for path in paths if path.count("/") < 3}
    assert {path: status for path, status in statuses.items() if status != 200} == {}


async def test_a_site_map_that_is_too_long_comes_in_parts(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ElementTree.fromstring((await site.client.get("/sitemap.xml")).content)
    monkeypatch.setattr("keikaku.publish.addresses.MOST_RECORDS", 200)
    index = ElementTree.fromstring((await site.client.get("/sitemap.xml?not=kept")).content)
    parts = [loc.text.removeprefix("http://localhost") for loc in index.findall("m:sitemap/m:loc", MAP)]
    assert parts == ["/sitemap/_pages.xml", "/sitemap/akishima.xml"]
    found = [ElementTree.fromstring((await site.client.get(part)).content) for part in parts]
    assert all(len(part) for part in found)
    mapped = [loc.text for part in found for loc in part.iterfind("m:url/m:loc", MAP)]
    assert mapped == [loc.text for loc in whole.iterfind("m:url/m:loc", MAP)]
    described = site.metadata(database="plans")
    addresses = await site.get_database().execute_fn(
        lambda connection: [*list_addresses(connection.execute, described)]
    )
    assert {*parts} < {address.path for address in addresses}
    assert (await site.client.get("/sitemap/nothing.xml")).status_code == 404


def allows(robots: str, path: str) -> bool:
    """As RFC 9309 has it: the longest rule that fits counts, and of two as long the one that allows."""
    rules = re.findall(r"^(Allow|Disallow): (\S+)$", robots, re.MULTILINE)
    return max(
        (len(rule), verb == "Allow") for verb, rule in rules if re.match(re.escape(rule).replace(r"\*", ".*"), path)
    )[1]


async def test_robots_read_records_and_no_questions(site: Datasette) -> None:
    robots = (await site.client.get("/robots.txt")).text
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    read = ["/", "/plans/measures/akishima-kogyo-1", "/plans/measures.csv", "/static/site.css?0123", "/styles/home.css?0123",
            "/timeline?plan=akishima", "/plans/search?q=x"]  # fmt: skip
    unread = ["/plans?sql=select+1", "/plans.json?sql=select+1", "/plans/measures?sector_id=akishima-kogyo",
              "/plans/search.json?q=x", "/about?easy=1", "/-/suggest?q=x"]  # fmt: skip
    assert [path for path in read if not allows(robots, path)] == []
    assert [path for path in unread if allows(robots, path)] == []


@pytest.mark.parametrize("name", PAGES)
async def test_what_robots_must_not_read_they_are_told_not_to_follow(site: Datasette, name: str) -> None:
    robots = (await site.client.get("/robots.txt")).text
    links = re.findall(r"<a ([^>]*)>", (await site.client.get(PAGES[name])).text)
    assert links
    followed = re.findall('href="(/[^"#]*)', " ".join(link for link in links if "nofollow" not in link))
    assert [link for link in followed if not allows(robots, unescape(link))] == []


async def test_a_browser_can_add_the_search(site: Datasette) -> None:
    tree = ElementTree.fromstring((await site.client.get("/opensearch.xml")).content)
    assert 1 <= len(tree.findtext("o:ShortName", "", SEARCH)) <= 16
    assert len(tree.findtext("o:LongName", "", SEARCH)) <= 48
    templates = {url.get("type"): url.get("template") for url in tree.findall("o:Url", SEARCH)}
    for kind in ("text/html", "application/x-suggestions+json"):
        path = templates[kind].replace("{searchTerms}", "%E7%B5%A6%E9%A3%9F").removeprefix("http://localhost")
        answer = await site.client.get(path)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
    typed, words, labels, addresses = json.loads(answer.text)
    assert typed == "給食"
    assert words
    assert len(words) == len(labels) == len(addresses)
    assert all(address.startswith("http://localhost/plans/") for address in addresses)
    assert (await site.client.get("/-/suggest?q=a&_format=xml")).status_code == 400


async def test_llms_txt_is_markdown_whose_addresses_answer(site: Datasette) -> None:
    answer = await site.client.get("/llms.txt")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text.startswith("# 昭島市")
    links = re.findall(r"\]\(http://localhost(/[^)]*)\)", answer.text)
    assert len(links) > 10
    statuses = {link: (await site.client.get(link)).status_code for link in links}
    assert {link: status for link, status in statuses.items() if status != 200} == {}


@pytest.mark.parametrize(
    "path", ["/changes.atom", "/unreported.atom", "/unreported.ics", "/calendar/akishima.ics", "/sitemap.xml", "/robots.txt", "/opensearch.xml", "/llms.txt",
             "/plans/measures/akishima-kogyo-1", "/plans/measures/akishima-kogyo-1.jsonld", "/data",
             "/-/suggest?q=%E7%B5%A6&_format=opensearch"]
)  # fmt: skip
async def test_no_header_changes_the_address_that_the_publisher_named(named_site: Datasette, path: str) -> None:
    text = (await named_site.client.get(path, headers={"host": "evil.example"})).text
    assert "evil.example" not in text
    assert "//plans.example.jp/" in text.replace("\r\n ", "")


async def test_a_host_that_is_none_stands_nowhere(site: Datasette) -> None:
    for path in ("/robots.txt", "/plans/measures/akishima-kogyo-1"):
        text = (await site.client.get(path, headers={"host": "a.jp/x?<y>"})).text
        assert "a.jp" not in text
        assert "http://localhost/" in text


@pytest.mark.parametrize(
    ("page", "calendar"),
    [("/timeline", "akishima"), ("/timeline?sector=akishima-kogyo", "akishima-kogyo"), ("/plans/plans/akishima", "akishima"),
     ("/plans/sectors/akishima-nogyo", "akishima-nogyo"), ("/plans/organizations/akishima-shokokai", "akishima-shokokai")],
)  # fmt: skip
async def test_pages_lead_to_the_calendar_of_what_they_show(site: Datasette, page: str, calendar: str) -> None:
    html = (await site.client.get(page)).text
    assert set(re.findall(r'href="(?:webcal://localhost)?/calendar/([a-z-]+)\.ics"', html)) == {calendar}
    assert f'href="webcal://localhost/calendar/{calendar}.ics"' in html
    assert (await site.client.get(f"/calendar/{calendar}.ics")).status_code == 200


async def test_a_measure_leads_to_the_calendars_that_have_its_dates(site: Datasette) -> None:
    html = (await site.client.get("/plans/measures/akishima-kogyo-4")).text
    pages = re.findall(r'href="(/plans/(?:sectors|organizations)/[^"#]+)#calendar"', html)
    assert pages[0] == "/plans/sectors/akishima-kogyo"
    assert len(pages) == 4
    for page in pages:
        assert '<h2 id="calendar">' in (await site.client.get(page)).text
        calendar = (await site.client.get(f"/calendar/{page.rpartition('/')[2]}.ics")).text
        assert "工-4" in calendar.replace("\r\n ", "")
    sql = """
        SELECT id FROM measures WHERE repeat_of IS NULL AND id NOT IN (
            SELECT measure_id FROM event_measures
            UNION ALL SELECT measure_id FROM targets WHERE measure_id > '' AND (due_fiscal_year > 0 OR per = 'year')
        )
    """
    undated = (await site.get_database("plans").execute(sql)).first()["id"]
    assert "#calendar" not in (await site.client.get(f"/plans/measures/{undated}")).text


@pytest.mark.parametrize("path", ["/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png"])
async def test_an_icon_is_where_browsers_look_for_it(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    kind = {"ico": "image/svg+xml", "png": "image/png"}[path.rpartition(".")[2]]
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
