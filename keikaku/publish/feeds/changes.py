"""The changes of the data with the records that they touch, as rows and as an Atom feed (RFC 4287).

Guarantees: the id of an entry is made from the id of its change alone, that of the feed from its name, so that they
survive a move of the site; texts and addresses are escaped, whatever stands in them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from keikaku.publish.filling import fill, read_statements
from keikaku.publish.urn import make_urn
from keikaku.schema.codes import CHANGE_KINDS

Execute = Callable[..., Any]

_SQL = read_statements(__file__)


@dataclass(frozen=True)
class Change:
    """`day` is an ISO date; `records` are addresses and names of what it touches."""

    id: str
    day: str
    title: str
    kind: str
    text: str
    url: str
    records: Sequence[tuple[str, str]] = ()

    @property
    def urn(self) -> str:
        return make_urn(self.id)

    @property
    def label(self) -> str:
        return CHANGE_KINDS[self.kind][0]

    @property
    def content(self) -> str:
        """HTML."""
        links = "".join(f'<li><a href="{escape(url)}">{escape(name)}</a></li>' for url, name in self.records)
        return f"<p>{escape(self.text or self.title)}</p>{links and f'<ul>{links}</ul>'}"


def read_changes(execute: Execute, root: str) -> list[Change]:
    """All changes, the newest first; `root` is the address of the site with a slash at its end."""
    touched: dict[str, list[tuple[str, str]]] = {}
    for change, table, row_id, name in execute(_SQL["touched"]):
        touched.setdefault(change, []).append((f"{root}plans/{table}/{row_id}", name))
    rows: list[tuple[str, str, str, str, str]] = execute(_SQL["changes"]).fetchall()
    return [Change(*row, f"{root}plans/changes/{row[0]}", touched.get(row[0], ())) for row in rows]


def read_told_days(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date that its data is of, for people; plans of which nobody wrote one down are left out."""
    return dict(execute(_SQL["told_days"]).fetchall())


def read_last_changes(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date of its last change, for programs, which need one."""
    return dict(execute(_SQL["first_days"]).fetchall()) | read_told_days(execute)


def write_atom(entries: Sequence[Any], name: str, **words: str) -> str:
    """The feed with its entries in the order given: urn, day (ISO), title, kind, label, url and content (HTML) of each.

    The id is made from `name`, which never changes. Words are title, author and rights; address, which is the feed's own,
    page, that of the page which shows the same; and updated, an ISO date.
    """
    return fill("feed.xml", entries=entries, id=make_urn(f"feed:{name}"), **words)
