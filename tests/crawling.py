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


class Links(HTMLParser):
    """Ids of a page, addresses that it links to, and addresses that it asks for by itself."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.asked: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.ids.add(told.get("id") or "")
        for name in ("href", "src", "action", "data", "poster", "srcset"):
            if (address := told.get(name)) is not None:
                loads = tag in ASKING or (tag == "link" and told.get("rel") in LOADED)
                (self.asked if loads else self.links).append(address)
        self.asked += [address for found in STYLED.findall(told.get("style") or "") for address in found if address]


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
            is_page = address.endswith(".html")
            read[address] = found = Links(content.decode("utf-8")) if is_page else None
            styled = (
                [one for pair in STYLED.findall(content.decode("utf-8")) for one in pair if one]
                if address.endswith(".css")
                else []
            )
            for link in [*(found.links if found else []), *(found.asked if found else []), *styled]:
                full = urljoin(address, link)
                if full.startswith(root):
                    wanted.append((address, full))
                elif (
                    (found and link in found.asked)
                    or link in styled
                    or not full.startswith(("http:", "https:", "mailto:"))
                ):
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
