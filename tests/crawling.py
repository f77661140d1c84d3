"""A site of files: hosted below a path, and every link followed from its first page, over file:// or http://."""

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


def crawl(start: str) -> tuple[set[str], list[str]]:
    """Addresses from the folder of the first page that were read, and faults."""
    root = urljoin(start, ".")
    read: dict[str, Links | None] = {}
    faults, wanted = [], [("", start)]
    while wanted:
        page, address = wanted.pop()
        address, fragment = urldefrag(address)
        address = address.partition("?")[0]
        if address not in read:
            try:
                content = urlopen(address).read()
            except (URLError, OSError) as error:
                faults.append(f"{page}: {address}: {error}")
                continue
            found = read[address] = Links(content.decode("utf-8")) if address.endswith(".html") else None
            links, asked = (found.links, found.asked) if found else ([], [])
            asked += find_styled(content.decode("utf-8")) if address.endswith(".css") else []
            for link in [*links, *asked]:
                full = urljoin(address, link)
                if full.startswith(root):
                    wanted.append((address, full))
                elif link in asked or not full.startswith(("http:", "https:", "mailto:")):
                    faults.append(f"{address}: {link} is outside")
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
