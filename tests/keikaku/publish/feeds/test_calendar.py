"""Calendars: any text survives the way into a calendar program, and every date stands on the right day."""

import sqlite3
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keikaku.publish.feeds import find_calendar, write_calendar

ROOT = "https://example.jp/plans/"
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n,;:\\\"'ー🗓"), max_size=200)
DAYS = st.dates(date(1970, 1, 1), date(2200, 12, 31))


def read(text: str) -> Any:
    return icalendar.Calendar.from_ical(text.encode("utf-8"))


def write(title: str, question: str, first: date, next_day: date) -> str:
    """A calendar of one target without a result."""
    entry = {"uid": "a-1", "title": title, "question": question, "label": "毎年", "url": f"{ROOT}events/a-1"}
    days = {"first": first.isoformat(), "next_day": next_day.isoformat(), "until": None}
    return write_calendar([entry | days], name="題", description="説明", url=ROOT, changed="2026-04-01")


@given(title=TEXTS, question=TEXTS, first=DAYS, length=st.integers(0, 4000))
@settings(max_examples=150)
def test_whatever_is_written_is_read_back(title: str, question: str, first: date, length: int) -> None:
    next_day = first + timedelta(days=length + 1)
    text = write(title, question, first, next_day)
    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    (event,) = read(text).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"])) == (
        f"【実績の記録なし】{title}",
        f"{question}\n説明\n{ROOT}events/a-1",
    )
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (first, next_day)
    assert event["DTSTAMP"].dt == datetime(2026, 4, 1, tzinfo=UTC)
    assert str(event["UID"]) == "a-1@keikaku"


def test_control_characters_and_line_breaks_begin_no_property_of_their_own() -> None:
    text = write("題\r\nSUMMARY:x\x00\x1b", "", date(2026, 4, 1), date(2026, 4, 2))
    (event,) = read(text).walk("VEVENT")
    assert str(event["SUMMARY"]) == "【実績の記録なし】題\nSUMMARY:x"


def events(database: sqlite3.Connection, id_: str) -> dict[str, Any]:
    """UID without its end -> event."""
    calendar = find_calendar(database.execute, id_, ROOT)
    assert calendar is not None
    found = read(calendar).walk("VEVENT")
    assert len({str(event["UID"]) for event in found}) == len(found)
    return {str(event["UID"]).removesuffix("@keikaku"): event for event in found}


def days(event: Any) -> tuple[date, date]:
    """First and last day."""
    return event["DTSTART"].dt, event["DTEND"].dt - timedelta(days=1)


def test_every_target_with_a_year_and_every_event_is_in_the_calendar_of_the_plan(database: sqlite3.Connection) -> None:
    targets = "SELECT id FROM targets WHERE repeat_of IS NULL AND (due_fiscal_year IS NOT NULL OR per = 'year')"
    expected = {row[0] for row in database.execute(f"{targets} UNION SELECT id FROM events")}
    assert len(expected) > 12
    assert set(events(database, "minato")) == expected


def test_what_is_due_in_a_fiscal_year_stands_on_its_last_day(database: sqlite3.Connection) -> None:
    found = events(database, "minato")
    rows = database.execute("SELECT id, due_fiscal_year FROM targets WHERE due_fiscal_year IS NOT NULL AND per IS NULL")
    due = {row["id"]: date(row["due_fiscal_year"] + 1, 3, 31) for row in rows if row["id"] in found}
    assert due
    assert {id_: days(found[id_]) for id_ in due} == {id_: (day, day) for id_, day in due.items()}
    assert all(str(found[id_]["SUMMARY"]).startswith("【期限】") for id_ in due)
    assert days(found["minato-event-9"]) == (date(2024, 3, 31), date(2024, 3, 31))  # 令和5年度


def test_an_event_of_several_fiscal_years_takes_all_their_days(database: sqlite3.Connection) -> None:
    event = events(database, "minato")["minato-event-8"]
    assert days(event) == (date(2020, 4, 1), date(2022, 3, 31))
    assert str(event["SUMMARY"]) == "【令和2年度〜令和3年度】感染症に対応した講座の実施"
    assert str(event["URL"]) == f"{ROOT}events/minato-event-8"
    assert str(event["TRANSP"]) == "TRANSPARENT"


def test_a_target_for_every_year_comes_every_year_of_the_second_half(database: sqlite3.Connection) -> None:
    found = events(database, "minato")
    yearly = [row[0] for row in database.execute("SELECT id FROM indicators WHERE per = 'year'") if row[0] in found]
    assert yearly
    for id_ in yearly:
        rule = found[id_]["RRULE"]
        assert (rule["FREQ"], rule["UNTIL"]) == (["YEARLY"], [date(2026, 3, 31)])
        assert days(found[id_]) == (date(2023, 3, 31), date(2023, 3, 31))
        assert str(found[id_]["SUMMARY"]).startswith("【毎年】")
        assert "毎年度の終わり" in str(found[id_]["DESCRIPTION"])


def test_a_repeat_is_there_only_without_its_original(database: sqlite3.Connection) -> None:
    repeated, original = "minato-rekishi-5-target-1", "minato-geijutsu-4-target-1"
    assert (repeated in events(database, "minato"), original in events(database, "minato")) == (False, True)
    assert repeated in events(database, "minato-rekishi")
    assert original in events(database, "minato-geijutsu")


def test_an_organization_has_what_it_and_the_bodies_below_it_promote(database: sqlite3.Connection) -> None:
    parents = dict(database.execute("SELECT id, parent_id FROM organizations").fetchall())
    family = {"minato-shi"}
    while more := {id_ for id_, parent in parents.items() if parent in family} - family:
        family |= more
    assert len(family) > 2
    promoted = "SELECT organization_id, event_id FROM measure_organizations JOIN event_measures USING (measure_id)"
    expected = {event for body, event in database.execute(promoted) if body in family}
    found = events(database, "minato-shi")
    assert {id_ for id_ in found if "-event-" in id_} == expected
    assert set(found) < set(events(database, "minato")) | {"minato-rekishi-5-target-1"}


@pytest.mark.parametrize("id_", ["minato-event-1", "nobody", ""])
def test_nothing_else_has_a_calendar(database: sqlite3.Connection, id_: str) -> None:
    assert find_calendar(database.execute, id_, ROOT) is None


def test_without_changes_no_day_of_a_change_is_made_up(database: sqlite3.Connection) -> None:
    assert "\r\nDTSTAMP:20260601T000000Z\r\n" in find_calendar(database.execute, "minato", ROOT)
    database.execute("DELETE FROM change_records")
    database.execute("DELETE FROM changes")
    calendar = find_calendar(database.execute, "minato", ROOT)
    assert "\r\nDTSTAMP:19700101T000000Z\r\n" in calendar and "LAST-MODIFIED" not in calendar
