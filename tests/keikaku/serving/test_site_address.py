"""The address of the site: what the publisher names, else a host that has the form of one."""

import pytest

from keikaku.serving.site_address import find_root

HOSTS = {
    "[::::]": "http://localhost/",
    "a.example:99999": "http://localhost/",
    "a.example:0": "http://localhost/",
    "example.jp": "http://example.jp/",
    "localhost:8001": "http://localhost:8001/",
    "[::1]:8001": "http://[::1]:8001/",
    "a.jp/../x": "http://localhost/",
    'a.jp"><script>': "http://localhost/",
    "user@evil.example": "http://localhost/",
    "evil.example#": "http://localhost/",
    "a.jp:x": "http://localhost/",
    "a.jp\r\nx: y": "http://localhost/",
    "": "http://localhost/",
}


@pytest.mark.parametrize(("host", "root"), HOSTS.items())
def test_only_what_has_the_form_of_a_host_stands_in_an_address(host: str, root: str) -> None:
    assert find_root(None, "http", host) == root


def test_a_configured_address_is_used_whatever_the_request_says() -> None:
    assert find_root("https://plans.example.jp", "http", "evil.example", "/base/") == "https://plans.example.jp/"
    assert find_root("https://example.jp/plans/", "http", "evil.example") == "https://example.jp/plans/"


def test_the_path_and_the_scheme_of_the_site_are_kept() -> None:
    assert find_root(None, "https", "example.jp", "/keikaku/") == "https://example.jp/keikaku/"
    assert find_root(None, "gopher", "example.jp") == "http://example.jp/"


@pytest.mark.parametrize("wrong", ["example.jp", "ftp://example.jp/", "https://", "https://a.jp/?x=1", "https://a b/"])
def test_a_wrong_address_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match="is not the address of a site"):
        find_root(wrong, "http", "example.jp")
