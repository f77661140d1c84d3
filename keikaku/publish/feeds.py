"""Changes and silences as Atom (RFC 4287), deadlines as iCalendar (RFC 5545), and the days of the data.

Guarantees: ids are made from those of changes, records and of the feed's name alone, so that they survive a move of the site;
texts and addresses are escaped, whatever stands in them. A silence is a target of which no result is recorded here (view
`unreported`): its entry is of the day after the year whose result is missing, and a yearly target is told anew every year.

A plan names fiscal years, never days. So what is due by or in a fiscal year stands on its last day, 31 March of the
next calendar year, and each description says that; a target for every year stands there in each year of the second
half; an event that lasts for several fiscal years takes all their days. A repeat is left out where its original is in.
All days of calendars are whole days without a time zone.
"""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from keikaku.files.beside import read_statements
from keikaku.plan.fiscal_year import format_date, format_fiscal_year
from keikaku.publish.addresses import is_of_this_machine
from keikaku.publish.filling import Row, fill, read_rows
from keikaku.schema.codes import CODES

Execute = Callable[..., Any]

MOST_SILENCES = 500  # entries of a feed
NOTE = "当サイトに実績の記録がないという意味です。公表されていない、達成できなかったという意味ではありません。"
_SQL = read_statements(__file__)
_LONGEST_LINE = 75  # octets, without the line break


def read_changes(execute: Execute, root: str) -> list[Row]:
    """All changes, the newest first, with the records that they touch; `root` is the address of the site with a slash at its end."""
    touched: dict[str, str] = {}
    for row in read_rows(execute, _SQL["touched"], root=root):
        link = f'<li><a href="{escape(row["url"])}">{escape(row["name"])}</a></li>'
        touched[row["change_id"]] = touched.get(row["change_id"], "") + link
    changes = read_rows(execute, _SQL["changes"], root=root)
    for change in changes:
        links = touched.get(change["id"])
        change["content"] = f"<p>{escape(change['text'])}</p>" + (f"<ul>{links}</ul>" if links else "")
    return changes


def read_silences(execute: Execute, root: str) -> list[Row]:
    """The newest first; `root` as of read_changes."""
    silences = read_rows(execute, _SQL["silences"], most=MOST_SILENCES, root=root)
    for silence in silences:
        silence["content"] = f"<p>{escape(silence['question'])}</p><p>{NOTE}</p>"
    return silences


def read_told_days(execute: Execute) -> dict[str, str]:
    """Plan -> ISO date that its data is of; plans of which nobody wrote one down are left out."""
    return dict(execute(_SQL["told_days"]).fetchall())


def read_last_day(execute: Execute, plan: str | None = "") -> str:
    """ISO date that the data of a plan, or of all, is of; "" where nobody wrote one down."""
    of_plan = "id BETWEEN :plan AND coalesce(nullif(:plan, ''), '~')"
    return execute(f"SELECT max(day) FROM ({_SQL['told_days']}) WHERE {of_plan}", {"plan": plan}).fetchone()[0] or ""


def make_urn(name: str) -> str:
    """The same for the same name, everywhere and for ever."""
    return uuid5(NAMESPACE_OID, f"keikaku:{name}").urn


def write_atom(entries: Iterable[Row], name: str, **words: str) -> str:
    """The feed with its entries in the order given: id, day (ISO), title, kind, label, url and content (HTML) of each.

    The id is made from `name`, which never changes. Words are title, author and rights; address, which is the feed's own,
    page, that of the page which shows the same; and updated, an ISO date.
    """
    return fill("feed.xml", entries=entries, id=make_urn(f"feed:{name}"), make_urn=make_urn, **words)


def write_calendar(entries: Iterable[Row], **words: str) -> str:
    """The whole file, with CRLF at the end of every line; words are name, description, url and changed.
    Addresses that no other machine reaches are left out.

    Entries are targets, events or silences as feeds.sql gives them. Their days are in ISO 8601: first, next_day (after the
    last) and until, up to which it comes once a year, or None; `changed` is that of the last change,
    empty where nobody wrote it down.
    """
    ordered = sorted(entries, key=lambda entry: (entry["first"], entry["uid"]))
    terms = {"comparators": CODES["figures", "comparator"], "periods": CODES["indicators", "per"]}
    years = {"format_fiscal_year": format_fiscal_year, "format_date": format_date}
    is_known = not is_of_this_machine(words["url"])
    text = fill("calendar.ics", entries=ordered, is_known=is_known, **terms, **years, **words)
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
    asked = {"id": id_, "plan": about["plan_id"], "root": root}
    targets = read_rows(execute, _SQL["chosen"] + _SQL["targets"], **asked)
    by_measure = about["table_name"] == "organizations"
    events = read_rows(execute, _SQL["chosen"] + _SQL["events"], by_measure=by_measure, **asked)
    told = ["目標の期限"] * any(t["due_fiscal_year"] for t in targets) + ["毎年の目標"] * any(
        t["until"] for t in targets
    )
    told += [event["event_word"] for event in events[:1]]
    whose = "" if about["table_name"] == "plans" else f"{about['name']}・"
    return write_calendar(
        [*targets, *events],
        name=f"{whose}{about['title']} 期限",
        description=f"{about['title']}の{'、'.join(told) or '期限'}。計画書そのものではありません。",
        url=f"{root}{about['table_name']}/{id_}",
        changed=read_last_day(execute, about["plan_id"]),
    )
