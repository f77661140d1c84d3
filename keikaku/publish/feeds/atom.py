"""Changes of the data as an Atom feed (RFC 4287).

Guarantees: the id of an entry is made from the id of its change alone, that of the feed from its name, so that they
survive a move of the site; texts and addresses are escaped, whatever stands in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from xml.etree.ElementTree import Element, SubElement, tostring

from keikaku.publish.urn import make_urn

_MIDNIGHT = "T00:00:00+09:00"
DECLARATION = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True)
class Change:
    """`day` is an ISO date, `category` a code and its word; `records` are addresses and names of what it touches."""

    id: str
    day: str
    title: str
    category: tuple[str, str]
    text: str
    url: str
    records: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Feed:
    """`name` is what the id is made from, and never changes; `address` is the feed's own, `page` that of the page which shows the same; `updated` is an ISO date."""

    name: str
    title: str
    author: str
    rights: str
    address: str
    page: str
    updated: str


def write_atom(feed: Feed, changes: Sequence[Change]) -> str:
    """The feed with its changes in the order given."""
    root = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": "ja"})
    for tag, text in (
        ("id", make_urn(f"feed:{feed.name}")),
        ("title", feed.title),
        ("updated", feed.updated + _MIDNIGHT),
    ):
        SubElement(root, tag).text = text
    SubElement(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.page)
    SubElement(SubElement(root, "author"), "name").text = feed.author
    SubElement(root, "rights").text = feed.rights
    for change in changes:
        _add_entry(root, change)
    return DECLARATION + tostring(root, encoding="unicode") + "\n"


def _add_entry(root: Element, change: Change) -> None:
    entry = SubElement(root, "entry")
    day = change.day + _MIDNIGHT
    for tag, text in (("id", make_urn(change.id)), ("title", change.title), ("published", day), ("updated", day)):
        SubElement(entry, tag).text = text
    SubElement(entry, "link", rel="alternate", type="text/html", href=change.url)
    SubElement(entry, "category", term=change.category[0], label=change.category[1])
    SubElement(entry, "content", type="html").text = _write_content(change)


def _write_content(change: Change) -> str:
    links = (f'<li><a href="{escape(address)}">{escape(name)}</a></li>' for address, name in change.records)
    listed = f"<ul>{''.join(links)}</ul>" if change.records else ""
    return f"<p>{escape(change.text or change.title)}</p>{listed}"
