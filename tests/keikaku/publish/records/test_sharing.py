"""Addresses to share keep what a page shows; the code to paste holds nothing that acts."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader

from keikaku.publish.addresses import find_embedded_part, shared_address
from keikaku.serving.headers import protect_answer
from tests.crawling import Tags
from tests.sites import ROOT

VIEWS = [
    ("/plans/measures", "_embed=1", "all"), ("/plans/measures", "sector_id=x&_embed=table", "table"),
    ("/plans/first_to_second_half", "_embed=picture", "picture"), ("/timeline", "_embed=1&sector=x", "all"),
    ("/plans", "sql=select+1&_embed=1", "all"), ("/plans/measures/minato-kogyo-1", "_embed=1", "all"),
]  # fmt: skip
NOT_VIEWS = [
    *(("/plans/measures", query) for query in ("", "_embed=", "_embed=0", "_embed=everything", "x=_embed%3D1")),
    *((path, "_embed=1") for path in (
        "/", "/data", "/about", "/plans", "/plans/measures/minato-kogyo-1.json", "/plans/measures/minato-kogyo-1/x",
        "/cite/measures/minato-kogyo-1", "/plans/measures.json", "/print/minato", "/static/embed.js", "/-/versions",
        "/plans/-/query",
    )),
    *((path, "sql=select+1&_embed=1") for path in ("/data", "/verify", "/-/versions", "/plans.json", "/")),
    ("/plans", "sql=&_embed=1"),
]  # fmt: skip
SHARING = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True).get_template("_sharing.html").module
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)


@pytest.mark.parametrize(("path", "query", "part"), VIEWS)
def test_a_view_made_for_it_may_be_framed_and_nothing_else_changes(path: str, query: str, part: str) -> None:
    assert find_embedded_part(path, query) == part
    usual, framed = (dict(protect_answer([], path, q.encode())) for q in (query.replace("_embed", "_other"), query))
    assert b"x-frame-options" not in framed
    policy = framed.pop(b"content-security-policy")
    assert policy == usual.pop(b"content-security-policy").replace(b"frame-ancestors 'none'", b"frame-ancestors *")
    assert usual.pop(b"x-frame-options") == b"DENY"
    assert framed == usual


@pytest.mark.parametrize(("path", "query"), NOT_VIEWS)
def test_no_other_page_may_be_framed(path: str, query: str) -> None:
    assert find_embedded_part(path, query) == ""
    headers = dict(protect_answer([(b"X-Frame-Options", b"ALLOWALL")], path, query.encode()))
    assert headers[b"x-frame-options"] == b"DENY"
    assert b"frame-ancestors 'none'" in headers[b"content-security-policy"]


@pytest.mark.parametrize("status", [302, 400, 404, 500, 503])
def test_an_error_in_place_of_a_view_may_not_be_framed(status: int) -> None:
    headers = dict(protect_answer([], "/plans/measures", b"_embed=1", status))
    assert headers[b"x-frame-options"] == b"DENY"


def test_filters_and_order_stay_and_a_visit_goes() -> None:
    query = "sector_id=a%26b&_sort_desc=number&_search=%E7%B5%A6%E9%A3%9F&_next=100&easy=1&_embed=table&_facet=is_new"
    assert shared_address("/plans/measures", query, {"_embed": "1"}) == (
        "/plans/measures?sector_id=a%26b&_sort_desc=number&_search=%E7%B5%A6%E9%A3%9F&_embed=1"
    )
    assert shared_address("/timeline", "easy=1") == "/timeline"


@given(texts, st.lists(st.tuples(texts.filter(bool), texts.filter(bool)), max_size=3))
def test_the_code_has_one_frame_and_one_script_whatever_a_visitor_wrote(title: str, pairs: list) -> None:
    address = "https://example.com" + shared_address("/plans/measures", urlencode(pairs), {"_embed": "1"})
    code = SHARING.embed_code(address, "https://example.com/static/embed.js", title)
    (frame, frame_attributes), (script, script_attributes) = Tags(code).found
    assert (frame, script) == ("iframe", "script")
    assert set(frame_attributes) == {"src", "title", "width", "height", "loading", "data-keikaku", "style"}
    assert frame_attributes["src"] == address
    assert script_attributes == {"src": "https://example.com/static/embed.js", "async": None}
    *told, last = parse_qsl(urlsplit(address).query)
    assert last == ("_embed", "1")
    is_visit = any(name.startswith("_") for name, _ in pairs)
    assert is_visit or told == [pair for pair in pairs if pair[0] != "easy"]
