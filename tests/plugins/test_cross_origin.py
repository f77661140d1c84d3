"""Scripts of other sites may read every kind of data, as it is, unchanged, refused or gone; pages are not for them."""

import pytest
from datasette.app import Datasette

RECORD = "/plans/measures/akishima-kogyo-1"
DATA = [
    "/plans.json", "/plans.json?sql=select+1", "/plans.csv?sql=select+1", "/plans/measures.json",
    "/plans/measures.json?_shape=array&_nl=on", "/plans/measures.csv", "/plans/measures.excel.csv",
    "/plans/measures.xlsx", "/plans/unmet_targets.json", "/plans/search.json?q=給食", f"{RECORD}.json",
    f"{RECORD}.jsonld", f"{RECORD}.xlsx", "/plans.db", "/changes.atom", "/unreported.atom", "/unreported.ics",
    "/calendar/akishima.ics", "/cite/dataset.json", "/cite/measures/akishima-kogyo-1.bib",
    "/verify.json?hash=0123456789abcdef", "/sitemap.xml", "/opensearch.xml", "/robots.txt", "/llms.txt",
    "/-/suggest?q=%E5%B7%A5", "/-/versions.json", "/-/health",
]  # fmt: skip
REFUSED = {
    "/plans/nosuch.json": 404,
    "/plans/measures.nosuch": 404,
    "/plans/measures/nosuch.jsonld": 404,
    "/files/nosuch": 404,
    "/calendar/nosuch.ics": 404,
    "/cite/measures/nosuch.bib": 404,
    "/plans.json?sql=select+nosuch": 400,
    "/plans.csv?sql=select+nosuch": 400,
    "/plans/measures.xlsx?nosuch=1": 400,
    "/plans.json?sql=select+1%00": 400,
    "/verify.json": 400,
    "/_internal.json": 403,
}
ASKING = {"origin": "https://example.com", "access-control-request-method": "GET"}


@pytest.mark.parametrize("path", DATA)
async def test_every_kind_of_data_may_be_read(site: Datasette, path: str) -> None:
    whole = await site.client.get(path, headers=ASKING)
    assert whole.status_code == 200
    for answer in (whole, await site.client.head(path)):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"], answer
        assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", REFUSED)
async def test_a_refusal_may_be_read_too(site: Datasette, path: str) -> None:
    for answer in (await site.client.get(path), await site.client.post(path)):
        assert answer.status_code in (REFUSED[path], 405)
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]


@pytest.mark.parametrize("path", ["/plans/measures.json", "/plans.db", "/plans/nosuch.json"])
async def test_what_is_asked_before_costs_no_answer(site: Datasette, path: str) -> None:
    answer = await site.client.options(path, headers={**ASKING, "access-control-request-headers": "range,x-own"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", ["/", "/plans/measures", RECORD, "/data", "/verify", "/static/site.css"])
async def test_pages_are_for_people(site: Datasette, path: str) -> None:
    for answer in (await site.client.get(path), await site.client.options(path, headers=ASKING)):
        assert "access-control-allow-origin" not in answer.headers
