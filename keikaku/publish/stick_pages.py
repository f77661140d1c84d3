"""A page of the baked site as a page of a folder that nobody serves: links become relative, what needs a server is left out.

Everything but the changed start tags stays byte for byte as it was. What becomes of an address is for the caller to say.
"""

import posixpath
import re
from collections.abc import Callable, Iterable
from html import escape
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

from keikaku.publish.addresses import DATABASE

LIVE = "data-live"  # marks, in templates, what only the live site can do
SINGLE = "data-single"  # what a folder of many plans does not have
_ADDRESSES = ("href", "src", "action")
SEARCH, SQL = "search/index.html", "sql/index.html"
_FORMS = {f"/{DATABASE}/search": SEARCH, f"/{SEARCH}": SEARCH, f"/{DATABASE}": SQL}
_VOID = ("base", "br", "hr", "img", "input", "link", "meta", "source", "wbr")
# These are nothing without what they point to; of a link the text stays, unless it looks like a button.
_NEEDED = ("form", "iframe", "img", "link", "script")

# From the root of the live site to the root of the folder; None for what the folder does not have.
Find = Callable[[str], str | None]
Attributes = list[tuple[str, str | None]]


def write_page(html: str, file: str, root: str, find: Find, left_out: Iterable[str] = (LIVE,)) -> str:
    """The page that lies in `file` of the folder; `root` is the address of the live site, `left_out` marks what is not for it."""
    page = _Page(file, root, find, left_out)
    page.feed(html)
    page.close()
    return "".join(page.written)


def forget_server(text: str, root: str) -> str:
    """JSON of the site without the addresses of choices and of further rows; of a list that is narrowed, the address of the whole."""
    text = re.sub(r', "(?:next|toggle)_url": (?:null|"[^"]*")', "", text)
    return re.sub(rf'("{re.escape(root)}[^"?]*)\?[^"]*"', r'\1"', text)


def forget_root(text: str, file: str, root: str, find: Find) -> str:
    """A file of a folder whose site no other machine reaches: addresses become places in the folder, a page's head names none."""
    if file.endswith(".html"):
        text = re.sub(rf'<(?:link|meta) [^>]*"{re.escape(root)}[^>]*>\n?', "", text)
    top = posixpath.relpath(".", posixpath.dirname(file) or ".")

    def place(found: re.Match[str]) -> str:
        target = find(f"/{found[1]}")
        return relate(target, file) if target else f"{top}/{found[1]}"

    return re.sub(re.escape(root) + r"((?:[\w/%~,-]|\.\w)*)", place, text)


def relate(target: str, file: str) -> str:
    """What leads from a file of the folder to another, which may have an argument and a fragment; both from its root."""
    path, mark, rest = target.partition("?") if "?" in target else target.partition("#")
    if path == file and mark == "#":
        return mark + rest
    return quote(posixpath.relpath(path, posixpath.dirname(file) or "."), safe="/,~") + mark + rest


class _Page(HTMLParser):
    def __init__(self, file: str, root: str, find: Find, left_out: Iterable[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.written: list[str] = []
        self._file, self._root, self._find, self._left_out = file, root, find, set(left_out)
        self._base = urlsplit(root).path
        self._skipped = ""  # the element that is being left out
        self._depth = 0  # how many of its kind are open in it
        self._is_unlinked = False  # within a link of which the text alone stays

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._skipped:
            self._depth += tag == self._skipped
            return
        kept = self._point(tag, attrs) if self._left_out.isdisjoint(dict(attrs)) else None
        if self._is_unlinked and tag == "a":
            return
        if kept is not None:
            self._write(self.get_starttag_text() or "" if kept == attrs else _write_tag(tag, kept))
        elif tag not in _VOID:
            self._skipped, self._depth = tag, 1

    def handle_startendtag(self, *_: object) -> None:
        """`<path/>` of pictures, in which no address is."""
        self._write(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self._skipped:
            self._depth -= tag == self._skipped
            self._skipped = self._skipped if self._depth else ""
        elif tag == "a" and self._is_unlinked:
            self._is_unlinked = False
        else:
            self._write(f"</{tag}>")

    def _point(self, tag: str, attrs: Attributes) -> Attributes | None:
        """The attributes with addresses in the folder; None where the element is of no use."""
        kept: Attributes = []
        for name, value in attrs:
            local = self._localize(value) if name in _ADDRESSES and dict(attrs).get("rel") != "canonical" else None
            if local is None:
                kept.append((name, value))
            elif target := _FORMS.get(local) if tag == "form" else self._find(local):
                kept.append((name, relate(target, self._file)))
            elif tag in _NEEDED or "button" in (dict(attrs).get("class") or "").split():
                return None
            else:
                self._is_unlinked = True
        return kept

    def _localize(self, value: str | None) -> str | None:
        """An address from the root of the live site; None for one of elsewhere, or within the page."""
        address = value or ""
        if address.startswith("webcal:"):  # which asks a server again and again
            return address
        if address.startswith(self._root):
            return "/" + address.removeprefix(self._root)
        return "/" + address.removeprefix(self._base) if address.startswith(self._base) else None

    def _write(self, text: str) -> None:
        if not self._skipped:
            self.written.append(text)

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self._write(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._write(f"<!{decl}>")


def _write_tag(tag: str, attrs: Attributes) -> str:
    said = (f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{''.join(said)}>"
