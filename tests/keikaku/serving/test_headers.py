"""Which answer gets which protection; what the site itself sends is asked in tests/pages/test_protected_answers.py."""

import pytest

from keikaku.serving.headers import protect_answer


def protect(path: str, query: bytes = b"", *headers: tuple[bytes, bytes], has_chart: bool = False) -> dict[str, str]:
    answer = protect_answer(list(headers), path, query, has_chart=has_chart)
    names = [name.lower() for name, _ in answer]
    assert len(set(names)) == len(names), "no header twice"
    return {name.decode(): value.decode() for name, value in answer}


@pytest.mark.parametrize("query", [b"", b"_chart=1", b"x_chart=1", b"q=_embed", b"_embed="])
def test_no_address_makes_a_chart_or_a_frame(query: bytes) -> None:
    policy = protect("/plans/measures", query)["content-security-policy"]
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy


def test_a_page_that_shows_a_chart_may_draw_it() -> None:
    for query, framed in ((b"_chart=1", "'none'"), (b"_chart=1&_embed=1", "*")):
        policy = protect("/plans/measures", query, has_chart=True)["content-security-policy"]
        assert "script-src 'self' 'unsafe-eval'" in policy and f"frame-ancestors {framed}" in policy


@pytest.mark.parametrize(("path", "is_data"), [("/a.b\n", True), ("/plans/a.b/c", False), ("/-/x", False)])
def test_what_has_an_ending_is_data(path: str, is_data: bool) -> None:
    assert ("access-control-allow-origin" in protect(path)) == is_data


def test_what_another_set_is_replaced() -> None:
    set_by_others = (
        (b"Content-Security-Policy", b"script-src *"),
        (b"X-Content-Type-Options", b"no"),
        (b"Set-Cookie", b"a=b"),
    )
    headers = protect("/", b"", *set_by_others)
    assert "set-cookie" not in headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_link_that_no_proxy_would_take_is_left_out() -> None:
    assert "link" in protect("/plans", b"", (b"link", b"<x>"))
    bare = b'http://localhost/plans.json?_x=a,b; rel="alternate"; type="application/json+datasette"'
    assert protect("/plans", b"", (b"link", bare))["link"].startswith("<http://localhost/plans.json?_x=a,b>; rel=")
    assert "link" not in {name.lower() for name in protect("/plans", b"", (b"Link", b"<" + b"x" * 3000 + b">"))}


@pytest.mark.parametrize("place", [b"/\\evil.example", b"//evil.example", b"\\/evil.example", b"/evil.example"])
def test_no_redirect_leads_to_another_site(place: bytes) -> None:
    assert protect("/", b"", (b"location", place))["location"] == "/evil.example"
