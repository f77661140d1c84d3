"""A site of files: hosted below a path, and every link followed from its first page, over file:// or http://."""

import base64
import gzip
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import URLError
from urllib.parse import unquote, urldefrag, urljoin
from urllib.request import urlopen

ASKING = ("audio", "embed", "iframe", "img", "input", "object", "script", "source", "track", "video")
LOADED = ("stylesheet", "icon", "preload", "manifest")
STYLED = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class Tags(HTMLParser):
    """Start tags of a page with their attributes, and what stands in its scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "script" and data.strip():
            self.scripts.append(data)


class Links:
    """Ids of a page, addresses that it links to, and addresses that it asks for by itself."""

    def __init__(self, html: str) -> None:
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.asked: list[str] = []
        for tag, told in Tags(html).found:
            self.ids.add(told.get("id") or "")
            for name in ("href", "src", "action", "data", "poster", "srcset"):
                if (address := told.get(name)) is not None:
                    loads = tag in ASKING or (tag == "link" and told.get("rel") in LOADED)
                    (self.asked if loads else self.links).append(address)
            self.asked += find_styled(told.get("style") or "")


def find_styled(style: str) -> list[str]:
    return [address for found in STYLED.findall(style) for address in found if address]


def read_records(html: str) -> dict[str, str]:
    """The pages that a list of records holds, by what stands after the "?" of their address."""
    found = re.search(r'<script type="application/gzip" id="pages">([^<]*)', html)
    pages: dict[str, str] = json.loads(gzip.decompress(base64.b64decode(found[1]))) if found else {}
    return pages


def crawl(start: str) -> tuple[set[str], list[str]]:
    """Addresses from the folder of the first page that were read, and faults."""
    root = urljoin(start, ".")
    read: dict[str, Links | None] = {}
    records: dict[str, dict[str, str]] = {}
    faults, wanted = [], [("", start)]

    def follow(address: str, links: list[str], asked: list[str]) -> None:
        for link in [*links, *asked]:
            full = urljoin(address, link)
            if full.startswith(root):
                wanted.append((address, full))
            elif link in asked or not full.startswith(("http:", "https:", "mailto:")):
                faults.append(f"{address}: {link} is outside")

    while wanted:
        page, link = wanted.pop()
        address, _, query = urldefrag(link).url.partition("?")
        fragment = urldefrag(link).fragment
        if address not in read:
            try:
                content = urlopen(address).read()
            except (URLError, OSError) as error:
                faults.append(f"{page}: {address}: {error}")
                continue
            html = content.decode("utf-8") if address.endswith(".html") else ""
            records[address], found = read_records(html), Links(html) if html else None
            read[address] = found
            styled = find_styled(content.decode("utf-8")) if address.endswith(".css") else []
            follow(address, found.links if found else [], (found.asked if found else []) + styled)
        if query and records[address]:
            name, place = f"{address}?{query}", address
            if query not in records[address]:
                faults.append(f"{page}: {address} holds no page {query}")
            elif name not in read:
                read[name] = found = Links(records[address][query])
                follow(name, found.links, found.asked)
            if fragment != query:  # of the page; the other leads, without scripts, to what the list says of it
                address = name if name in read else place
        if (target := read[address]) and fragment and unquote(fragment) not in target.ids:
            faults.append(f"{page}: {address} has no #{fragment}")
    return {unquote(address.removeprefix(root)) for address in read}, faults


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def hosting(folder: Path, root: Path) -> Iterator[str]:
    """Address of the first page of a folder, at /a/b/ of a host that knows nothing but files; `root` is its empty folder."""
    (root / "a").mkdir()
    (root / "a" / "b").symlink_to(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/a/b/index.html"
    finally:
        server.shutdown()
        server.server_close()
