"""Scripts of other sites may read every kind of data, as it is, unchanged, refused or gone; pages are not for them."""

import pytest
from datasette.app import Datasette

from tests.sites import ADDRESSES

ASKING = {"origin": "https://example.com", "access-control-request-method": "GET"}


@pytest.mark.parametrize("path", ADDRESSES["data"])
async def test_every_kind_of_data_may_be_read(site: Datasette, path: str) -> None:
    whole = await site.client.get(path, headers=ASKING)
    assert whole.status_code == 200
    for answer in (whole, await site.client.head(path)):
        assert answer.headers.get_list("access-control-allow-origin") == ["*"], answer
        assert "ETag" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize(("path", "status"), ADDRESSES["refused_data"])
async def test_a_refusal_may_be_read_too(site: Datasette, path: str, status: int) -> None:
    for answer in (await site.client.get(path), await site.client.post(path)):
        assert answer.status_code in (status, 405)
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]


@pytest.mark.parametrize("path", ["/plans/measures.json", "/plans.db", "/plans/nosuch.json"])
async def test_what_is_asked_before_costs_no_answer(site: Datasette, path: str) -> None:
    answer = await site.client.options(path, headers={**ASKING, "access-control-request-headers": "range,x-own"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "*"
    assert "GET" in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("path", ADDRESSES["pages"])
async def test_pages_are_for_people(site: Datasette, path: str) -> None:
    for answer in (await site.client.get(path), await site.client.options(path, headers=ASKING)):
        assert "access-control-allow-origin" not in answer.headers
