"""The addresses of a site for search engines (sitemaps.org), in parts where there are more than a file may hold."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from keikaku.publish.feeds.atom import DECLARATION

MOST = 50_000  # addresses of one file, by the protocol
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"


class Place(NamedTuple):
    """An absolute address and the ISO date on which what stands there changed last."""

    address: str
    changed: str


def write_site_map(places: Iterable[Place]) -> str:
    """At most MOST places."""
    return _write("urlset", "url", places)


def write_index(parts: Iterable[Place]) -> str:
    """The addresses of site maps instead of pages."""
    return _write("sitemapindex", "sitemap", parts)


def _write(outer: str, inner: str, places: Iterable[Place]) -> str:
    root = Element(outer, xmlns=_NAMESPACE)
    for place in places:
        element = SubElement(root, inner)
        SubElement(element, "loc").text = place.address
        SubElement(element, "lastmod").text = place.changed
    return DECLARATION + tostring(root, encoding="unicode") + "\n"
