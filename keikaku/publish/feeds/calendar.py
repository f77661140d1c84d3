"""What of a plan stands in a calendar, and on which day: due dates, yearly targets, entries of the table of years.

A plan names fiscal years, never days. So what is due by or in a fiscal year stands on its last day, 31 March of the
next calendar year, and each description says that; a target for every year stands there in each year of the second
half; an event that lasts for several fiscal years takes all their days. A repeat is left out where its original is in.
All days are whole days without a time zone; a UID is made from the id of the record alone, so that it stays for ever.
"""

from collections.abc import Callable, Iterable
from typing import Any

from keikaku.plan.fiscal_year import format_date, format_fiscal_year
from keikaku.publish.feeds.changes import read_last_changes
from keikaku.publish.filling import Row, fill, read_rows, read_statements
from keikaku.schema.codes import COMPARATORS, PERIODS

Execute = Callable[..., Any]

_SQL = read_statements(__file__)
_LONGEST_LINE = 75  # octets, without the line break


def write_calendar(entries: Iterable[Row], **words: str) -> str:
    """The whole file (RFC 5545), with CRLF at the end of every line; words are name, description, url and changed.

    Entries are targets or events as calendar.sql gives them, or those of unreported.sql. Their days are in ISO 8601: first,
    next_day (after the last) and until, up to which it comes once a year, or None; `changed` is that of the last change.
    """
    ordered = sorted(entries, key=lambda entry: (entry["first"], entry["uid"]))
    terms = {"comparators": COMPARATORS, "periods": PERIODS}
    years = {"format_fiscal_year": format_fiscal_year, "format_date": format_date}
    text = fill("calendar.ics", entries=ordered, **terms, **years, **words)
    return "".join(map(_fold, text.removesuffix("\n").split("\n")))


def _fold(line: str) -> str:
    """A line broken into lines of at most 75 octets, never inside a character, each ended by CRLF."""
    parts, length = [""], 0
    for character in line:
        size = len(character.encode("utf-8"))
        if length + size > _LONGEST_LINE:
            parts.append(" ")  # a line that begins with a space continues the one before it
            length = 1
        parts[-1] += character
        length += size
    return "\r\n".join(parts) + "\r\n"


def find_calendar(execute: Execute, id_: str, root: str) -> str | None:
    """The calendar of a plan, a sector or an organization (with the bodies below it); None if the id is of none.

    `root` is the address of the site's tables, with a slash at its end: https://example.jp/plans/.
    """
    about = next(iter(read_rows(execute, _SQL["about"], id=id_)), None)
    if about is None:
        return None
    targets = read_rows(execute, _SQL["chosen"] + _SQL["targets"], id=id_, root=root)
    by_measure = about["table_name"] == "organizations"
    events = read_rows(execute, _SQL["chosen"] + _SQL["events"], id=id_, by_measure=by_measure, root=root)
    whose = "" if about["table_name"] == "plans" else f"{about['name']}・"
    return write_calendar(
        [*targets, *events],
        name=f"{whose}{about['title']} 期限",
        description=f"{about['title']}の目標の期限、毎年の目標、年表の項目。非公式のデータから作りました。",
        url=f"{root}{about['table_name']}/{id_}",
        changed=read_last_changes(execute)[about["plan_id"]],
    )
