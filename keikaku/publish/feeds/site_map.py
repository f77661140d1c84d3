"""The addresses of a site for search engines (sitemaps.org), in parts where there are more than a file may hold."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from keikaku.publish.filling import fill

MOST = 50_000  # addresses of one file, by the protocol


class Place(NamedTuple):
    """An absolute address and the ISO date on which what stands there changed last."""

    address: str
    changed: str


def read_places(execute: Callable[..., Any], root: str, plan: str, changed: str) -> Iterator[Place]:
    """The page of every record of a plan."""
    for table, row_id in execute("SELECT table_name, id FROM records WHERE plan_id = ?", (plan,)).fetchall():
        yield Place(f"{root}plans/{table}/{row_id}", changed)


def write_site_map(places: Iterable[Place]) -> str:
    """At most MOST places."""
    return fill("sitemap.xml", outer="urlset", inner="url", places=places)


def write_index(parts: Iterable[Place]) -> str:
    """The addresses of site maps instead of pages."""
    return fill("sitemap.xml", outer="sitemapindex", inner="sitemap", places=parts)
