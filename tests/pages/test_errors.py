"""Wrong addresses: the right status, in the format asked for, in Japanese, with a way on and never a traceback."""

import logging
import re
import sqlite3
from urllib.parse import urlencode

import pytest
from datasette import hookimpl
from datasette.database import QueryInterrupted
from datasette.plugins import pm

from keikaku.serving.visitors import PublishedDatabase
from tests.pages.listing_page import JAPANESE, ListingPage

# Datasette begins to count facets and leaves the rest when one fails.
pytestmark = pytest.mark.filterwarnings(
    "ignore:coroutine .* was never awaited:RuntimeWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
ENDLESS = urlencode({"sql": "with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c"})
THROUGH = urlencode({"_through": '{"table": "nothing", "column": "a", "value": "1"}'})
BAD_REQUESTS = [
    "/plans/measures?zz=1", "/plans/measures?zz__contains=1", "/plans/measures?code__unknown=1",
    "/plans/targets?zz=1", "/plans/measures?_sort=nothing", "/plans/measures?_sort=code&_sort_desc=code",
    "/plans/measures?_sort_desc=nothing", "/plans/measures?_through=x", "/plans/measures?_through=1e999",
    "/plans/measures?_through=[]", "/plans/measures?name__in=" + "[" * 1200, "/plans/measures?_through=" + "[" * 1200,
    f"/plans/measures?{THROUGH}", "/plans/measures?_facet=%7B", "/plans/measures?_facet=nothing",
    "/plans/measures?code__in=%5B", "/plans/measures?number__gt=9223372036854775808",
    "/plans/measures?number__lt=99999999999999999999", "/plans/measures?_timelimit=abc", "/plans/targets?_next=abc",
    "/plans/measures?_next=a,b,c", "/plans/measures?_size=-1", "/plans/measures?_size=many",
    "/plans/measures?_size=99999999", "/plans/measures?_col=nothing", "/plans/measures?_nocol=nothing",
    "/plans/measures?_where=nothing+is+3", "/plans/measures?_search=%00", "/plans?sql=select+*+from+nothing",
    "/plans?sql=drop+table+measures", f"/plans?{ENDLESS}",
]  # fmt: skip
MISSING = [
    "/nothing", "/nothing/at/all", "/plans/nothing", "/plans/measurs", "/plans/nothing/1", "/plans/measures/nothing",
    "/plans/measure_goals/akishima-kogyo-1", "/plans/targets/akishima-kogyo-1", "/plans/unmet_targets/1",
    "/plans/plans/nothing", "/plans/organizations/nothing", "/plans.xyz", "/plans/measures.xyz", "/plans/search.xyz",
    "/plans/measures/akishima-kogyo-1.xyz", "/-/messages", "/-/permissions", "/-/allow-debug", "/-/patterns",
    "/-/logout", "/-/auth-token", "/-/nothing", "/static/nothing.css", "/-/static/nothing.js",
    "/-/static-plugins/datasette_vega/nothing.js",
]  # fmt: skip
METHODS = ["POST", "PUT", "PATCH", "DELETE", "TRACE", "NONSENSE"]


@pytest.fixture
async def broken(site):
    """The site with an address that fails by a fault of our own."""

    class Broken:
        @hookimpl
        def extra_template_vars(self, request):
            if request and request.args.get("kk_break"):
                raise ZeroDivisionError("secret of the server")

    plugin = Broken()
    pm.register(plugin)
    yield site
    pm.unregister(plugin)


def assert_error_page(response, status):
    assert response.status_code == status, f"{response.url}: {response.status_code}"
    page = ListingPage(response.text)
    assert list(page.faults()) == [], response.url
    assert "Traceback" not in response.text
    assert "site-packages" not in response.text
    assert not response.headers.get("set-cookie")
    return page


@pytest.mark.parametrize("path", BAD_REQUESTS)
async def test_a_wrong_condition_is_400_in_every_format(site, hurry, path):
    if ENDLESS in path:
        hurry(site)
    page = assert_error_page(await site.client.get(path), 400)
    assert "sql" in path or page.links["/"]
    before, mark, after = path.partition("?")
    answer = await site.client.get(f"{before}.json{mark}{after}")
    assert (answer.status_code, answer.json()["ok"], "Traceback" in answer.text) == (400, False, False)
    if not re.search(r"_(facet|size|next|timelimit)=", path):  # a file holds all rows and has no facets
        assert_refused_as_text(await site.client.get(f"{before}.csv{mark}{after}"))


async def test_a_file_of_no_statement_is_refused(site):
    assert_refused_as_text(await site.client.get("/plans.csv?x=1"))


def assert_refused_as_text(response):
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("text/plain")
    assert JAPANESE.search(response.text)


@pytest.mark.parametrize("path", MISSING)
async def test_what_is_not_there_is_404(site, path):
    page = assert_error_page(await site.client.get(path), 404)
    assert page.links["/"]
    assert 'action="/plans/search"' in page.html


@pytest.mark.parametrize("path", ["/nothing", "/plans/nothing", "/plans/measures/nothing", "/plans/nothing/1"])
async def test_what_is_not_there_is_404_in_json(site, path):
    response = await site.client.get(f"{path}.json")
    answer = response.json()
    assert (response.status_code, answer["ok"], answer["status"]) == (404, False, 404)
    assert JAPANESE.search(answer["error"]) and JAPANESE.search(response.text), "Unicode as itself"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", ["/", "/plans", "/plans/measures/akishima-kogyo-1", "/plans/measures.json"])
async def test_only_reading_is_allowed(site, method, path):
    response = await site.client.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    if path.endswith(".json"):
        assert response.json()["ok"] is False
    else:
        assert_error_page(response, 405)


@pytest.mark.parametrize("path", ["/_internal", "/_internal/databases"])
async def test_what_is_not_public_is_403(site, path):
    assert_error_page(await site.client.get(path), 403)
    assert (await site.client.get(f"{path}.json")).json()["status"] == 403


@pytest.mark.parametrize("path", ["/plans/search", "/plans", "/plans/measures/akishima-kogyo-1"])
async def test_a_fault_of_our_own_is_500_and_keeps_its_secrets(broken, path, caplog):
    with caplog.at_level(logging.ERROR, "keikaku.errors"):
        response = await broken.client.get(f"{path}?kk_break=1")
    assert "secret of the server" in caplog.text
    assert response.status_code == 500
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert JAPANESE.search(response.text)


async def test_a_mistake_that_datasette_answers_with_500_is_logged(site, caplog):
    with caplog.at_level(logging.WARNING, "keikaku.errors"):
        await site.client.get("/plans/measures?_through=x")
    assert "/plans/measures: answered as 400" in caplog.text


@pytest.mark.parametrize(
    ("path", "link", "words"),
    [
        ("/plans/measurs", "/plans/measures", "施策"),  # a name that is near
        ("/plans/measures/nothing", "/plans/measures", "施策"),  # the table of a row
        ("/plans/measures?zz=1&number=2", "/plans/measures?number=2", "この条件を外して開く"),
    ],
)
async def test_an_error_leads_on(site, path, link, words):
    assert ListingPage((await site.client.get(path)).text).links[link] == words


async def test_a_query_that_takes_too_long_can_be_mended(site, hurry):
    hurry(site)
    page = ListingPage((await site.client.get(f"/plans?{ENDLESS}")).text)
    assert page.h1 == "時間がかかりすぎました"
    assert "with recursive c(x)" in page.html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/plans/unmet_targets", 503),
        ("/plans/unmet_targets.json?sector=x&_sort=x", 503),  # parameters of a question
        ("/plans/targets", 503),
        ("/plans/targets.json?_size=5&_next=5", 503),
        ("/plans/unmet_targets?_timelimit=1", 400),
        ("/plans/targets?name__contains=x", 400),
        ("/plans/targets?_sort=name", 400),
        ("/plans/targets.json?_where=1", 400),
        ("/plans.json?sql=select+1", 400),
    ],
)
async def test_what_takes_too_long_is_a_mistake_only_where_its_visitor_made_it(site, monkeypatch, path, status):
    ask, stopped = PublishedDatabase.execute, []

    async def stop(self, sql, params=None, truncate=False, **limits):
        if truncate:  # the rows of a page
            stopped.append(sql)
            raise QueryInterrupted(sqlite3.OperationalError("interrupted"), sql, params)
        return await ask(self, sql, params, truncate, **limits)

    monkeypatch.setattr(PublishedDatabase, "execute", stop)
    answer = await site.client.get(path)
    assert stopped
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) is (status == 503)
    assert ("いま混み合っています" in answer.text) is (status == 503)


async def test_pages_that_datasette_has_in_english_are_json_only(site):
    for name in ("versions", "metadata", "settings", "plugins", "databases", "actor"):
        response = await site.client.get(f"/-/{name}")
        assert response.status_code == 302
        assert response.headers["location"] == f"/-/{name}.json"
        assert (await site.client.get(f"/-/{name}.json")).status_code == 200


# withdrawn ids


async def test_a_withdrawn_id_is_gone_with_its_reason_and_the_way_to_what_replaced_it(two_plans):
    page = await two_plans.client.get("/plans/events/minato-event-11")
    assert page.status_code == 410
    for words in ("感染症に対応した講座", "2026年6月1日", "同じ講座を二度載せていた。", 'content="noindex"'):
        assert words in page.text
    assert '<a class="tap" href="/plans/events/minato-event-8">' in page.text
    for ending in ("json", "jsonld"):
        answer = await two_plans.client.get(f"/plans/events/minato-event-11.{ending}")
        assert answer.status_code == 410
        assert answer.json()["replaced_by"] == "/plans/events/minato-event-8"
        assert answer.json()["ok"] is False
    assert (await two_plans.client.get("/plans/events/minato-event-11.csv")).status_code == 410


async def test_a_withdrawn_id_without_a_replacement_says_only_why(two_plans):
    answer = await two_plans.client.get("/plans/organizations/minato-minato-bunko.json")
    assert answer.status_code == 410
    assert "団体ではなく建物の名前だった。" in answer.json()["error"]
    assert "replaced_by" not in answer.json()
    assert (await two_plans.client.get("/calendar/minato-minato-bunko.ics")).status_code == 410


async def test_a_withdrawn_id_is_unknown_in_other_tables(two_plans):
    assert (await two_plans.client.get("/plans/measures/minato-event-11")).status_code == 404
