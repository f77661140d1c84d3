"""The changes of the data with the records that they touch, and the addresses of everything that has a page."""

from collections.abc import Callable, Iterator
from typing import Any

from keikaku.publish.feeds.atom import Change
from keikaku.publish.feeds.site_map import Place
from keikaku.schema.codes import CHANGE_KINDS

Execute = Callable[..., Any]

_NAME = """
    SELECT full_title FROM records WHERE id = :id
    UNION ALL
    SELECT name || '（取り下げ）' FROM withdrawn_ids WHERE id = :id
"""
_PLACES = "SELECT table_name, id FROM records WHERE plan_id = ?"
_CHANGES = (
    "SELECT id, date, kind, title, coalesce(text, ''), plan_id FROM changes ORDER BY date DESC, plan_id, position DESC"
)
_TOUCHED = "SELECT change_id, table_name, row_id FROM change_records ORDER BY rowid"
# The day of a plan's last change; without one, the month of the report that it was read from.
LAST_CHANGES = """
    SELECT p.id, coalesce(max(c.date), substr(p.document_date || '-01-01', 1, 10), p.start_fiscal_year || '-04-01') FROM plan_facts AS p LEFT JOIN changes AS c ON c.plan_id = p.id
    GROUP BY p.id ORDER BY p.id
"""


def read_changes(execute: Execute, root: str) -> list[Change]:
    """All changes, the newest first; `root` is the address of the site with a slash at its end."""
    touched: dict[str, list[tuple[str, str]]] = {}
    for change, table, row_id in execute(_TOUCHED).fetchall():
        touched.setdefault(change, []).append((f"{root}plans/{table}/{row_id}", _name(execute, row_id)))
    return [
        Change(
            id_,
            day,
            title,
            (kind, CHANGE_KINDS[kind][0]),
            text,
            f"{root}plans/changes/{id_}",
            tuple(touched.get(id_, ())),
        )
        for id_, day, kind, title, text, _ in execute(_CHANGES).fetchall()
    ]


def _name(execute: Execute, row_id: str) -> str:
    """What a record is called, one that is withdrawn by the name that it had."""
    found = execute(_NAME, {"id": row_id}).fetchone()
    return str(found[0]) if found else row_id


def read_last_changes(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date of its last change."""
    return dict(execute(LAST_CHANGES).fetchall())


def read_places(execute: Execute, root: str, plan: str, changed: str) -> Iterator[Place]:
    """The page of every record of a plan."""
    for table, row_id in execute(_PLACES, (plan,)).fetchall():
        yield Place(f"{root}plans/{table}/{row_id}", changed)
