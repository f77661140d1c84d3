"""What of a plan stands in a calendar, and on which day: due dates, yearly targets, entries of the table of years.

A plan names fiscal years, never days. So what is due by or in a fiscal year stands on its last day, 31 March of the
next calendar year, and each description says that; a target for every year stands there in each year of the second
half; an event that lasts for several fiscal years takes all their days. A repeat is left out where its original is in.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from keikaku.plan.fiscal_year import ends_on, format_date, format_fiscal_year, starts_on
from keikaku.publish.feeds.calendar import Calendar, Entry
from keikaku.publish.feeds.changes import read_last_changes
from keikaku.schema.codes import COMPARATORS, PERIODS

Execute = Callable[..., Any]
Row = dict[str, Any]

_ABOUT = """
    SELECT r.plan_id, r.table_name, r.title AS name, p.title FROM records AS r JOIN plan_facts AS p ON p.id = r.plan_id
    WHERE r.id = :id AND r.table_name IN ('plans', 'sectors', 'organizations')
"""
_MEASURES = """
    WITH RECURSIVE family (id) AS (
        SELECT :id UNION SELECT o.id FROM organizations AS o JOIN family AS f ON o.parent_id = f.id
    ), chosen AS (
        SELECT * FROM measures AS m
        WHERE :id IN (m.plan_id, m.sector_id) OR EXISTS (
            SELECT 1 FROM measure_organizations AS mo
            WHERE mo.measure_id = m.id AND mo.organization_id IN (SELECT id FROM family)
        )
    )
"""
_TARGETS = f"""
    {_MEASURES}
    SELECT t.*, p.end_fiscal_year, p.measure_word, p.target_word, p.organization_word,
        coalesce((SELECT start_fiscal_year FROM periods WHERE id = m.period_id), p.start_fiscal_year) AS first_fiscal_year,
        (SELECT iif(position = 1, t.id, id) FROM figures WHERE id = t.figure_id) AS entry_id
    FROM targets AS t
    JOIN plan_facts AS p ON p.id = t.plan_id
    JOIN indicator_places AS w ON w.indicator_id = t.id
    LEFT JOIN chosen AS m ON m.id = t.measure_id
    WHERE (m.id IS NOT NULL OR (t.measure_id IS NULL AND (:id IN (t.plan_id, t.sector_id) OR EXISTS (
        SELECT 1 FROM indicator_organizations AS o WHERE o.indicator_id = t.id AND o.organization_id IN (SELECT id FROM family)
    ))))
    AND (t.due_fiscal_year IS NOT NULL OR t.per = 'year')
    AND (m.repeat_of IS NULL OR m.repeat_of NOT IN (SELECT id FROM chosen))
    ORDER BY w.position, t.position, t.due_fiscal_year
"""
_EVENTS = f"""
    {_MEASURES}
    SELECT t.*, (
        SELECT group_concat(name, '、') FROM (
            SELECT coalesce(m.code || ' ', '') || m.name AS name FROM event_measures AS em JOIN measures AS m ON m.id = em.measure_id
            WHERE em.event_id = t.id ORDER BY m.position
        )
    ) AS measure_names
    FROM timeline AS t
    WHERE :id IN (t.plan_id, t.sector_id) OR (:by_measure AND EXISTS (
        SELECT 1 FROM event_measures AS em WHERE em.event_id = t.id AND em.measure_id IN (SELECT id FROM chosen)
    ))
    ORDER BY t.position
"""


def find_calendar(execute: Execute, id_: str, root: str) -> Calendar | None:
    """The calendar of a plan, a sector or an organization (with the bodies below it); None if the id is of none.

    `root` is the address of the site's tables, with a slash at its end: https://example.jp/plans/.
    """
    about = next(iter(_rows(execute, _ABOUT, id=id_)), None)
    if about is None:
        return None
    events = _rows(execute, _EVENTS, id=id_, by_measure=about["table_name"] == "organizations")
    entries = [_target_entry(row, root) for row in _rows(execute, _TARGETS, id=id_)]
    entries += [_event_entry(row, root) for row in events]
    whose = "" if about["table_name"] == "plans" else f"{about['name']}・"
    return Calendar(
        name=f"{whose}{about['title']} 期限",
        description=f"{about['title']}の目標の期限、毎年の目標、年表のできごと。非公式のデータから作りました。",
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
    return Entry(row["id"], f"【{year}】{row['title']}", text, url, "年表のできごと", first, last)


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
