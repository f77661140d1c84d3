"""What of a plan stands in a calendar, and on which day: due dates, yearly targets, entries of the table of years.

A plan names fiscal years, never days. So what is due by or in a fiscal year stands on its last day, 31 March of the
next calendar year, and each description says that; a target for every year stands there in each year of the second
half; an event that lasts for several fiscal years takes all their days. A repeat is left out where its original is in.
All days are whole days without a time zone; a UID is made from the id of the record alone, so that it stays for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from keikaku.plan.fiscal_year import ends_on, format_date, format_fiscal_year, starts_on
from keikaku.publish.feeds.changes import read_last_changes
from keikaku.publish.filling import fill, read_statements
from keikaku.schema.codes import COMPARATORS, PERIODS

Execute = Callable[..., Any]
Row = dict[str, Any]

_SQL = read_statements(__file__)
_LONGEST_LINE = 75  # octets, without the line break


@dataclass(frozen=True)
class Entry:
    """Whole days from `first` to `last`, both included; if `yearly_until` is a day, once a year up to then."""

    id: str
    summary: str
    description: str
    url: str
    category: str
    first: date
    last: date
    yearly_until: date | None = None

    @property
    def end(self) -> date:
        """The first day that is not part of it."""
        return self.last + timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """`changed` is the day on which its data changed last."""

    name: str
    description: str
    url: str
    changed: date
    entries: tuple[Entry, ...]


def write_calendar(calendar: Calendar) -> str:
    """The whole file (RFC 5545), with CRLF at the end of every line."""
    return "".join(map(_fold, fill("calendar.ics", calendar=calendar).removesuffix("\n").split("\n")))


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


def find_calendar(execute: Execute, id_: str, root: str) -> Calendar | None:
    """The calendar of a plan, a sector or an organization (with the bodies below it); None if the id is of none.

    `root` is the address of the site's tables, with a slash at its end: https://example.jp/plans/.
    """
    about = next(iter(_rows(execute, _SQL["about"], id=id_)), None)
    if about is None:
        return None
    targets = _rows(execute, _SQL["chosen"] + _SQL["targets"], id=id_)
    by_measure = about["table_name"] == "organizations"
    events = _rows(execute, _SQL["chosen"] + _SQL["events"], id=id_, by_measure=by_measure)
    entries = [*(_target_entry(row, root) for row in targets), *(_event_entry(row, root) for row in events)]
    whose = "" if about["table_name"] == "plans" else f"{about['name']}・"
    return Calendar(
        name=f"{whose}{about['title']} 期限",
        description=f"{about['title']}の目標の期限、毎年の目標、年表の項目。非公式のデータから作りました。",
        url=f"{root}{about['table_name']}/{id_}",
        changed=date.fromisoformat(read_last_changes(execute)[about["plan_id"]]),
        entries=tuple(sorted(entries, key=lambda entry: (entry.first, entry.id))),
    )


def _rows(execute: Execute, sql: str, **values: Any) -> list[Row]:
    found = execute(sql, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _target_entry(row: Row, root: str) -> Entry:
    due, is_yearly, whole_year = row["due_fiscal_year"], row["per"] == "year", row["calendar"] == "calendar"
    what = " ".join(filter(None, (row["code"], f"{row['label']}{_say_value(row)}")))
    about = {
        row["measure_word"]: " ".join(filter(None, (row["code"], row["name"]))),
        row["target_word"]: row["printed"],
        row["organization_word"]: row["organizations"],
    }
    if is_yearly:
        until = ends_on(due or row["end_fiscal_year"])
        day, where = min(ends_on(row["first_fiscal_year"]), until), "毎年度の終わり（3月31日）"
    else:
        until, day = None, date(due, 12, 31) if whole_year else ends_on(due)
        year, where = (f"{due}年", "年の最後の日") if whole_year else (format_fiscal_year(due), "年度の最後の日")
        about["期限"] = f"{year}（{format_date(day.isoformat())}まで）"
    url = f"{root}{row['table_name']}/{row['row_id']}"
    mark, kind = ("毎年", "毎年の目標") if is_yearly else ("期限", "期限")
    return Entry(row["entry_id"], f"【{mark}】{what}", _describe(about, where, url), url, kind, day, day, until)


def _event_entry(row: Row, root: str) -> Entry:
    start, end = row["fiscal_year"], row["end_fiscal_year"]
    last, url = ends_on(end), f"{root}events/{row['id']}"
    year, first, where = format_fiscal_year(start), last, "年度の最後の日"
    if start != end:
        year, first = f"{year}〜{format_fiscal_year(end)}", starts_on(start)
        where = "最初の年度の初めから最後の年度の終わりまで"
    about = {"年度": year, "分野": row["sector"], "施策": row["measure_names"]}
    text = _describe(about, where, url)
    return Entry(row["id"], f"【{year}】{row['title']}", text, url, "年表の項目", first, last)


def _say_value(row: Row) -> str:
    if row["value"] is None:
        return ""
    number = f"{row['value']:,}" if isinstance(row["value"], int) else f"{row['value']:,g}"
    compared = COMPARATORS[row["comparator"]][0] if row["comparator"] else ""
    per = f"（1{PERIODS[row['per']][0]}あたり）" if row["per"] not in (None, "year") else ""
    return f" {number}{row['unit'] or ''}{compared}{per}"


def _describe(about: dict[str, str | None], where: str, url: str) -> str:
    lines = [f"{word}：{text}" for word, text in about.items() if text]
    return "\n".join([*lines, f"計画には年だけが書かれていて、日は決まっていません。{where}に置いています。", url])
