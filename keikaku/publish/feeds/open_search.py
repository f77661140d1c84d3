"""The site's search as a browser adds it to its own: an OpenSearch description, and suggestions in its JSON form."""

import json
from collections.abc import Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from keikaku.publish.feeds.atom import DECLARATION

_SHORT, _LONG, _DESCRIPTION = 16, 48, 1024  # characters that the format allows


class Suggestion(NamedTuple):
    """Words to search for, what they are, and an absolute address."""

    text: str
    label: str
    address: str


def write_description(title: str, description: str, root: str, icon: str) -> str:
    """opensearch.xml; `root` is the address of the site with a slash at its end, `icon` that of a picture."""
    element = Element("OpenSearchDescription", xmlns="http://a9.com/-/spec/opensearch/1.1/")
    short = title.partition("（")[0][:_SHORT]
    for tag, text in (
        ("ShortName", short),
        ("LongName", title[:_LONG]),
        ("Description", description[:_DESCRIPTION]),
        ("InputEncoding", "UTF-8"),
        ("OutputEncoding", "UTF-8"),
        ("Language", "ja"),
    ):
        SubElement(element, tag).text = text
    SubElement(element, "Image", type="image/svg+xml", width="16", height="16").text = icon
    for type_, path in (
        ("text/html", "plans/search?q={searchTerms}"),
        ("application/x-suggestions+json", "-/suggest?q={searchTerms}&_format=opensearch"),
    ):
        SubElement(element, "Url", type=type_, template=root + path)
    SubElement(
        element, "Url", type="application/opensearchdescription+xml", rel="self", template=f"{root}opensearch.xml"
    )
    return DECLARATION + tostring(element, encoding="unicode") + "\n"


def write_suggestions(typed: str, suggestions: Sequence[Suggestion]) -> str:
    """What was typed, then three lists of the same length: words, what they are, addresses."""
    columns = [[suggestion[i] for suggestion in suggestions] for i in range(3)]
    return json.dumps([typed, *columns], ensure_ascii=False)
