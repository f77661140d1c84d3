"""Which answer gets which protection."""

import pytest

from keikaku.serving.headers import protect_answer


def protect(path: str, query: bytes = b"", *headers: tuple[bytes, bytes], has_chart: bool = False) -> dict[str, str]:
    answer = protect_answer(list(headers), path, query, has_chart=has_chart)
    names = [name.lower() for name, _ in answer]
    assert len(set(names)) == len(names), "no header twice"
    return {name.decode(): value.decode() for name, value in answer}


@pytest.mark.parametrize("path", ["/", "/plans", "/plans/measures", "/plans/a/b", "/timeline", "/-/x", "/static/a.js"])
@pytest.mark.parametrize("query", [b"", b"q=1", b"_chart=", b"_embed=", b"x_chart=1", b"q=_embed"])
def test_nothing_inline_and_no_frames(path: str, query: bytes) -> None:
    headers = protect(path, query)
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"} <= set(policy)
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_that_shows_a_chart_may_draw_it() -> None:
    policy = protect("/plans/measures", b"_chart=1", has_chart=True)["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "frame-ancestors 'none'" in policy
    framed = protect("/plans/measures", b"_chart=1&_embed=1", has_chart=True)["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval'" in framed
    assert "frame-ancestors *" in framed


def test_no_address_makes_a_chart() -> None:
    assert "unsafe" not in protect("/plans/measures", b"_chart=1")["content-security-policy"]


@pytest.mark.parametrize(
    "path", ["/plans.csv", "/plans/a/b.jsonld", "/plans.db", "/files/nosuch", "/-/suggest", "/a.b\n"]
)
def test_data_may_be_read_by_scripts_of_any_site(path: str) -> None:
    headers = protect(path)
    assert headers["access-control-allow-origin"] == "*"
    assert {"ETag", "Link", "Retry-After"} <= set(headers["access-control-expose-headers"].split(", "))


@pytest.mark.parametrize(
    "path", ["/", "/plans/measures", "/plans/a.b/c", "/static/site.css", "/-/static/app.css", "/-/x"]
)
def test_pages_and_what_they_are_made_of_may_not(path: str) -> None:
    assert not any(name.startswith("access-control") for name in protect(path))


def test_no_cookie_is_set() -> None:
    assert "set-cookie" not in protect("/", b"", (b"Set-Cookie", b"a=b"), (b"set-cookie", b"c=d"))


def test_what_another_set_is_replaced() -> None:
    headers = protect("/", b"", (b"Content-Security-Policy", b"script-src *"), (b"X-Content-Type-Options", b"no"))
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
