"""The changes of the data with the records that they touch, as entries of an Atom feed (RFC 4287), and the days of the data.

Guarantees: the id of an entry is made from the id of its change alone, that of the feed from its name, so that they
survive a move of the site; texts and addresses are escaped, whatever stands in them.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from keikaku.publish.filling import Row, fill, read_rows, read_statements

Execute = Callable[..., Any]

_SQL = read_statements(__file__)


def read_changes(execute: Execute, root: str) -> list[Row]:
    """All changes, the newest first; `root` is the address of the site with a slash at its end."""
    touched: dict[str, str] = {}
    for row in read_rows(execute, _SQL["touched"], root=root):
        link = f'<li><a href="{escape(row["url"])}">{escape(row["name"])}</a></li>'
        touched[row["change_id"]] = touched.get(row["change_id"], "") + link
    changes = read_rows(execute, _SQL["changes"], root=root)
    for change in changes:
        links = touched.get(change["id"])
        change["content"] = f"<p>{escape(change['text'])}</p>" + (f"<ul>{links}</ul>" if links else "")
    return changes


def read_told_days(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date that its data is of, for people; plans of which nobody wrote one down are left out."""
    return dict(execute(_SQL["told_days"]).fetchall())


def read_last_changes(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date of its last change, for programs, which need one."""
    return dict(execute(_SQL["first_days"]).fetchall()) | read_told_days(execute)


def make_urn(name: str) -> str:
    """The same for the same name, everywhere and for ever."""
    return uuid5(NAMESPACE_OID, f"keikaku:{name}").urn


def write_atom(entries: Iterable[Row], name: str, **words: str) -> str:
    """The feed with its entries in the order given: id, day (ISO), title, kind, label, url and content (HTML) of each.

    The id is made from `name`, which never changes. Words are title, author and rights; address, which is the feed's own,
    page, that of the page which shows the same; and updated, an ISO date.
    """
    return fill("feed.xml", entries=entries, id=make_urn(f"feed:{name}"), make_urn=make_urn, **words)
