"""What is compressed, for whom, and under which entity tag."""

import pytest

from keikaku.serving.compression import accepts_gzip, add_vary, is_compressible, tag_compressed, untag


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip, deflate, br", True),
        ("GZIP;q=0.5", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("*", True),
        ("", False),
        ("identity", False),
        ("br", False),
        ("gzip;q=0", False),
        ("gzip; q=0.000, *", False),
        ("*;q=0", False),
    ],
)
def test_gzip_is_sent_to_those_who_accept_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


@pytest.mark.parametrize(
    ("headers", "compressible"),
    [
        ({"content-type": "text/html; charset=utf-8"}, True),
        ({"content-type": "application/json"}, True),
        ({"content-type": "application/ld+json"}, True),
        ({"content-type": "application/schema+json; charset=utf-8"}, True),
        ({"content-type": "application/atom+xml; charset=utf-8"}, True),
        ({"content-type": "image/svg+xml"}, True),
        ({"content-type": "image/png"}, False),
        ({"content-type": "application/zip"}, False),
        ({"content-type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}, False),
        ({"content-type": "text/csv", "accept-ranges": "bytes"}, False),
        ({"content-type": "text/csv", "content-encoding": "br"}, False),
        ({}, False),
    ],
)
def test_text_is_compressed_unless_it_is_so_already_or_can_be_had_in_parts(
    headers: dict[str, str], compressible: bool
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert is_compressible(200, raw) is compressible
    assert not is_compressible(206, raw)


def test_vary_names_what_an_answer_depends_on_once() -> None:
    assert add_vary([]) == [(b"vary", b"Accept-Encoding")]
    assert add_vary([(b"Vary", b"Cookie")]) == [(b"vary", b"Cookie, Accept-Encoding")]
    assert add_vary([(b"vary", b"accept-encoding")]) == [(b"vary", b"accept-encoding")]
    assert add_vary([(b"vary", b"*")]) == [(b"vary", b"*")]


def test_the_compressed_form_has_a_strong_tag_of_its_own() -> None:
    assert tag_compressed([(b"etag", b'"abc"'), (b"vary", b"x")]) == [(b"etag", b'"abc-gzip"'), (b"vary", b"x")]
    assert tag_compressed([(b"etag", b'W/"abc"')]) == [(b"etag", b'W/"abc"')]
    asked = [(b"if-none-match", b'"abc-gzip", "def"')]
    assert untag(asked) == ([(b"if-none-match", b'"abc", "def"')], True)
    assert untag([(b"if-none-match", b'"abc"')]) == ([(b"if-none-match", b'"abc"')], False)
