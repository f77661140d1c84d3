"""Of many plans the pages of records are not files of their own: for each plan and table there is one list of its records.

Guarantees: the list says without scripts what matters; it holds the pages, packed, of which static/stick/record.js shows the one
that the address names (plans/measures/PLAN.html?ID#ID).
"""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping

from keikaku.publish.addresses import DATABASE, Address

_CITIES = f"/{DATABASE}/municipalities"  # which are few, and lead to their plans
_OF_PLANS = ("ics", "png", "svg")  # what a plan has besides its pages, and its database does not say

Lists = dict[str, dict[str, str]]


def list_records_of(addresses: Iterable[Address]) -> tuple[Lists, set[str]]:
    """File of a list -> id -> address of a page, and the addresses that have no place in the folder."""
    lists: Lists = {}
    left_out = set()
    for path, plan in addresses:
        folder, _, name = path.rpartition("/")
        name, _, ending = name.partition(".")
        if plan and ending and (name != plan or ending not in _OF_PLANS):
            left_out.add(path)
        elif plan and not ending and name != plan and folder != _CITIES and "?" not in name:
            lists.setdefault(f"{folder[1:]}/{plan}.html", {})[name] = path
    return lists, left_out


def link_records(lists: Lists) -> dict[str, str]:
    """Address of a page -> its place in a list; without scripts the fragment leads to what the list says of it."""
    return {address: f"{file}?{name}#{name}" for file, pages in lists.items() for name, address in pages.items()}


def hold_pages(html: str, pages: Mapping[str, str]) -> str:
    """A list with the pages of its records."""
    packed = pack(json.dumps(pages, ensure_ascii=False).encode("utf-8"))
    return html.replace("</body>", f'<script type="application/gzip" id="pages">{packed}</script>\n</body>')


def pack(content: bytes) -> str:
    """As scripts of the folder read it."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()
