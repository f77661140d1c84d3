"""Pages as browsers ask for them: compressed, and told apart from the plain ones by caches."""

import pytest
from datasette.app import Datasette

GZIP = {"accept-encoding": "gzip"}
PLAIN = {"accept-encoding": "identity"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/plans/measures",
        "/plans/measures.json?_shape=array",
        "/plans/measures.csv",
        "/plans/search?q=%E7%B5%A6%E9%A3%9F",
        "/no-such-page",
        "/static/site.css",
    ],
)
async def test_text_is_compressed_for_those_who_accept_it(site: Datasette, path: str) -> None:
    plain = await site.client.get(path, headers=PLAIN)
    packed = await site.client.get(path, headers=GZIP)
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert "accept-encoding" in plain.headers["vary"].lower()
    assert "accept-encoding" in packed.headers["vary"].lower()
    sent = int(packed.headers.get("content-length", 0))
    assert sent < len(plain.content) / 2
    assert int(plain.headers.get("content-length", len(plain.content))) == len(plain.content)


@pytest.mark.parametrize("path", ["/plans/measures.xlsx", "/plans.db"])
async def test_what_is_compressed_already_or_sent_in_parts_is_left_alone(site: Datasette, path: str) -> None:
    answer = await site.client.get(path, headers=GZIP)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers


async def test_both_forms_of_a_download_are_known_again(site: Datasette) -> None:
    tags = set()
    for headers in (GZIP, PLAIN):
        first = await site.client.get("/plans/measures.csv", headers=headers)
        tag = first.headers["etag"]
        assert not tag.startswith("W/")
        tags.add(tag)
        again = await site.client.get("/plans/measures.csv", headers={**headers, "if-none-match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert "accept-encoding" in again.headers["vary"].lower()
    assert len(tags) == 2
