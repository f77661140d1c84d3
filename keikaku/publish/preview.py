"""What would change on which page of the site: two baked folders -> one page with the old words beside the new ones.

Compared is the text within <main>, block by block. Digests, and the parts of a page in which its hash and its day stand, do
not count: they would name every page.
"""

import itertools
import os
import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

from keikaku.files.errors import FilesError
from keikaku.publish.filling import fill
from keikaku.publish.site import MANIFEST, read_manifest

_UNTOLD = {"checked", "cite", "share", "copy"}  # what labels these parts, or their class
_GROUPS = (
    (re.compile("/plans/[^/]+/.+"), "記録"),
    (re.compile("/plans(/.*)?"), "表と問い合わせ"),
    (re.compile(".*"), "そのほかのページ"),
)
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_INLINE = {
    "a", "abbr", "b", "code", "del", "em", "i", "ins", "mark", "rp", "rt", "ruby", "small", "span", "strong", "td", "th", "time",
}  # fmt: skip
_DIGEST = re.compile(r"\b(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])(?:[0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{16}|[0-9a-f]{64})\b")
_WORD = re.compile(r"[0-9][0-9,.]*|[A-Za-z]+|.")
_LIKE = 0.5  # of two blocks, for their differences to be marked within

Files = dict[str, dict[str, Any]]  # of a manifest
Piece = tuple[bool, str]  # whether it differs, and its text


class PageChange(NamedTuple):
    """`what` is 追加, なくなる or 変更; the links lead from the folder of the preview; `lines` are pairs of old and new pieces."""

    what: str
    group: str  # whether the page is of one record, of a table or question, or neither
    address: str
    title: str
    lines: list[tuple[list[Piece], list[Piece]]]
    old: str
    new: str


class _Main(HTMLParser):
    """The blocks of text within <main>."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self.title = ""
        self._open: list[tuple[str, bool]] = []  # element, and whether its text counts
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._end_block()
        self._text += " " * (tag in ("td", "th"))
        if tag not in _VOID:
            counts = tag == "main" or bool(self._open and self._open[-1][1])
            about = dict(attrs)
            labels = {about.get("aria-labelledby"), about.get("class")}
            untold = tag in ("script", "style", "svg") or not _UNTOLD.isdisjoint(labels)
            self._open.append((tag, counts and not untold))

    def handle_endtag(self, tag: str) -> None:
        if tag not in _INLINE:
            text = self._end_block()
            self.title = self.title or (text if tag == "h1" else "")
        if any(tag == name for name, _ in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][1]:
            self._text += data

    def _end_block(self) -> str:
        text = " ".join(_DIGEST.sub("…", self._text).split())
        self._text = ""
        self.blocks += [text] if text else []
        return text


def write_preview(old: Path, new: Path, output: Path) -> dict[str, int]:
    """Write the page; returns how many pages are of which kind. Raises FilesError for a folder that is no baked site."""
    was, now = _read_files(old), _read_files(new)
    changes = list(_find_changes((old, was), (new, now), output.parent))
    kinds = {what: [change for change in changes if change.what == what] for what in ("変更", "追加", "なくなる")}
    counts = {
        "compared": sum(itertools.starmap(_is_page, now.items())),
        "others": sum(not _is_page(a, e) and was.get(a, {}).get("sha256") != e["sha256"] for a, e in now.items()),
        "gone": sum(not _is_page(address, entry) and address not in now for address, entry in was.items()),
    }
    output.write_text(fill("preview.html", kinds=kinds, **counts), "utf-8", newline="\n")
    return {what: len(found) for what, found in kinds.items()}


def _read_files(folder: Path) -> Files:
    files: Files | None = read_manifest(folder).get("files")
    if files is None:
        wrong = f"{MANIFEST} がありません。build_db.py pages で作ったフォルダーを指定してください (no site)"
        raise FilesError(f"{folder}: {wrong}")
    return files


def _is_page(address: str, entry: Mapping[str, Any]) -> bool:
    """Whether it is HTML; what other sites embed says the same as its page."""
    return bool(entry["media_type"].startswith("text/html")) and "_embed=" not in address


def _find_changes(old: tuple[Path, Files], new: tuple[Path, Files], beside: Path) -> Iterator[PageChange]:
    for address in sorted({**old[1], **new[1]}):
        held = [folder / files[address]["path"] if address in files else None for folder, files in (old, new)]
        entries = [files[address] for _, files in (old, new) if address in files]
        if not _is_page(address, entries[-1]) or (len(entries) == 2 and entries[0]["sha256"] == entries[1]["sha256"]):
            continue
        before, after = (_read(file) if file else None for file in held)
        lines = list(_compare(before.blocks, after.blocks)) if before and after else []
        what = "なくなる" if after is None else "変更" if before else "追加"
        if lines or what != "変更":
            group = next(group for pattern, group in _GROUPS if pattern.fullmatch(address))
            title = (after and after.title) or (before and before.title) or address
            links = (os.path.relpath(file, beside) if file else "" for file in held)
            yield PageChange(what, group, address, title, lines, *links)


def _read(file: Path) -> _Main:
    page = _Main()
    page.feed(file.read_text("utf-8"))
    page.close()
    return page


def _compare(old: list[str], new: list[str]) -> Iterator[tuple[list[Piece], list[Piece]]]:
    """The blocks that differ, old and new; what has no counterpart stands alone."""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from (_mark(x, y) for x, y in itertools.zip_longest(old[a:b], new[c:d], fillvalue=""))


def _mark(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    words, others = _WORD.findall(old), _WORD.findall(new)
    matcher = SequenceMatcher(None, words, others, autojunk=False)
    if matcher.ratio() < _LIKE:
        return [(False, old)], [(False, new)]
    steps = matcher.get_opcodes()
    return (
        [(kind != "equal", "".join(words[a:b])) for kind, a, b, _, _ in steps if b > a],
        [(kind != "equal", "".join(others[c:d])) for kind, _, _, c, d in steps if d > c],
    )
