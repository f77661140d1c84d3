"""The address of the site: what the publisher names, else a host that has the form of one."""

import pytest

from keikaku.serving.site_address import find_root

LOCAL = "http://localhost/"
# What find_root is asked, and the address that it gives.
ROOTS = [
    ((None, "http", "example.jp"), "http://example.jp/"),
    ((None, "http", "localhost:8001"), "http://localhost:8001/"),
    ((None, "http", "[::1]:8001"), "http://[::1]:8001/"),
    ((None, "https", "example.jp", "/keikaku/"), "https://example.jp/keikaku/"),
    ((None, "gopher", "example.jp"), "http://example.jp/"),
    (("https://plans.example.jp", "http", "evil.example", "/base/"), "https://plans.example.jp/"),
    (("https://example.jp/plans/", "http", "evil.example"), "https://example.jp/plans/"),
]
NO_HOSTS = [
    "[::::]", "a.example:99999", "a.example:0", "a.jp/../x", 'a.jp"><script>', "user@evil.example", "evil.example#",
]  # fmt: skip
NO_HOSTS += ["a.jp:x", "a.jp\r\nx: y", ""]


@pytest.mark.parametrize(("asked", "root"), ROOTS + [((None, "http", host), LOCAL) for host in NO_HOSTS])
def test_the_address_is_the_configured_one_else_that_of_what_has_the_form_of_a_host(asked: tuple, root: str) -> None:
    assert find_root(*asked) == root


@pytest.mark.parametrize("wrong", ["example.jp", "ftp://example.jp/", "https://", "https://a.jp/?x=1", "https://a b/"])
def test_a_wrong_address_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a site"):
        find_root(wrong, "http", "example.jp")
