"""A page of a table, a query or an error taken apart, and the faults that none of them may have."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import quote

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
# Words of Datasette's own pages.
ENGLISH = re.compile(
    r"\b(rows?|records?|where|sorted by|descending|Next page|Apply|View and edit|This data as|advanced|Advanced export"
    r"|Suggested facets|facets?|remove filter|contains|ends with|starts with|is null|not null|is blank|column -|Sort"
    r"|download file|expand labels|stream all|Custom SQL|Run SQL|Format SQL|Edit SQL|Query parameters|results?(?!-\d)"
    r"|Queries|Tables|Views|hidden|Download|Data license|Data source|About|home|Error|Invalid|Forbidden|Not found"
    r"|Table actions|array|newline-delimited|Powered by|Log out|None|Undefined|undefined)\b"
)
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
UNREAD = {"script", "style", "head", "pre", "code", "textarea", "noscript"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SPOKEN = ("aria-label", "title", "alt", "placeholder")


class ListingPage(HTMLParser):
    """What a visitor reads of a page, its headings, forms and table heads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.headings: list[tuple[int, str]] = []
        self.heads: list[dict[str, str | None]] = []
        self.head_texts: list[str] = []
        self.labels: set[str | None] = set()
        self.fields: list[dict[str, str | None]] = []
        self.links: dict[str, str] = {}
        self.filled = ""
        self.ids: list[str] = []
        self.handlers: list[str] = []
        self.feed(html)

    @property
    def h1(self) -> str:
        return "".join(text for level, text in self.headings if level == 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in VOID:
            self.open.append((tag, attributes))
        if tag in HEADINGS:
            self.headings.append((int(tag[1]), ""))
        if tag == "th":
            self.heads.append(attributes)
            self.head_texts.append("")
        if tag == "label":
            self.labels.add(attributes.get("for"))
        if tag in ("select", "textarea") or (tag == "input" and attributes.get("type") != "hidden"):
            self.fields.append(attributes)
        if tag == "a" and (href := attributes.get("href")):
            self.filled = href if href not in self.links else ""
            self.links.setdefault(href, "")
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        if "main" in [name for name, _ in self.open]:
            self.text += "".join(f" {attributes[name]} " for name in SPOKEN if attributes.get(name))
        self.handlers += [f"{tag} {name}" for name in attributes if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in attributes):
            self.handlers.append(f"inline {tag}")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self.open}
        if HEADINGS & tags:
            level, text = self.headings[-1]
            self.headings[-1] = (level, text + data)
        if "th" in tags:
            self.head_texts[-1] += data
        if "a" in tags and self.filled:
            self.links[self.filled] += data
        english = any(attributes.get("lang") == "en" for _, attributes in self.open)
        if "main" in tags and not UNREAD & tags and not english:
            self.text += data

    def faults(self) -> Iterator[str]:
        """What no page may have."""
        if not JAPANESE.search(self.h1):
            yield f"h1 {self.h1!r}"
        if found := ENGLISH.search(self.text):
            yield f"English: {self.text[max(0, found.start() - 40) : found.end() + 40]!r}"
        yield from self.faults_of_form()
        if unlabelled := [field for field in self.fields if field.get("id") not in self.labels]:
            yield f"fields without label: {unlabelled}"
        if empty := [text for text in self.head_texts if not text.strip()]:
            yield f"{len(empty)} empty table heads"
        if unscoped := [head for head in self.heads if "scope" not in head]:
            yield f"{len(unscoped)} table heads without scope"
        if 'lang="ja"' not in self.html or "<title>" not in self.html:
            yield "no language or title"

    def faults_of_form(self) -> Iterator[str]:
        if self.handlers:
            yield f"inline: {self.handlers}"
        levels = [level for level, _ in self.headings]
        if levels[:1] != [1] or levels.count(1) != 1 or any(b > a + 1 for a, b in pairwise(levels)):
            yield f"headings {levels}"
        if doubled := sorted({id_ for id_ in self.ids if self.ids.count(id_) > 1}):
            yield f"ids twice: {doubled}"


async def open_address(site, path: str, status: int = 200) -> str:
    response = await site.client.get(quote(path, safe="/?&=.+_%:,"))
    assert response.status_code == status, f"{path}: {response.status_code}"
    return response.text


async def rows_of(site, asked: str) -> list[dict]:
    """Of a table, view or query with its arguments: `progress?plan=minato`."""
    name, _, arguments = asked.partition("?")
    return json.loads(await open_address(site, f"/plans/{name}.json?_shape=array&_size=max&{arguments}"))


async def ask(site, sql: str) -> list[tuple]:
    return [tuple(row) for row in (await site.get_database("plans").execute(sql)).rows]


async def tables_of(site) -> list[str]:
    """Tables that are not hidden, and views."""
    db = site.get_database("plans")
    hidden = await db.hidden_table_names()
    return [name for name in [*await db.table_names(), *await db.view_names()] if name not in hidden]


async def open_page(site, path: str, status: int = 200) -> ListingPage:
    return ListingPage(await open_address(site, path, status))
