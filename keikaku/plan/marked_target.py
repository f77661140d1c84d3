"""A printed target in plain text, with its times and quantities found, before its parts are read (target.py)."""

import re
from contextlib import suppress
from typing import Literal, NamedTuple

from keikaku.plan.errors import words_of
from keikaku.plan.fiscal_year import find_fiscal_years, format_fiscal_year, read_fiscal_year
from keikaku.plan.plain_text import PlainText, plain_text
from keikaku.plan.target_words import PATTERNS, Per

DueKind = Literal["by", "in"]
Calendar = Literal["fiscal", "calendar", "date"]
Span = tuple[int, int]
LONGEST_TARGET = 400


class UnreadableTarget(ValueError):
    """A part of a target that is refused; its message is Japanese first, and names the part."""

    def __init__(self, reason: str, part: str, printed: str) -> None:
        self.reason, self.part, self.printed = reason, part, printed
        japanese, english = words_of(f"target: {reason}", most=LONGEST_TARGET)
        place = f"のうち「{part}」" if part and part != printed else ""
        super().__init__(
            f"目標「{printed[:LONGEST_TARGET]}」{place}を読み取れません：{japanese} (cannot be read: {english})"
        )


class Times(NamedTuple):
    per: Per | None = None
    due_fiscal_year: int | None = None
    due_kind: DueKind | None = None
    first_year: int | None = None
    calendar: Calendar = "fiscal"
    note: str | None = None


class _Year(NamedTuple):
    """A year or month that stands in a text from `start` to `end`, as a fiscal year."""

    start: int
    end: int
    year: int
    calendar: Calendar
    note: str | None


class MarkedTarget(NamedTuple):
    """A target in plain text; in `text` the words that give a time are masked, and digits in names hidden."""

    plain: PlainText
    text: str
    dues: list[tuple[int, Times]]  # each with where it begins
    faults: list[tuple[int, UnreadableTarget]]
    periods: list[re.Match[str]]
    quantities: list[re.Match[str]]

    def refusal(self, reason: str, start: int, end: int) -> UnreadableTarget:
        return UnreadableTarget(reason, self.plain.printed_part(start, end), self.plain.printed)


MASK = "|"
HIDE = str.maketrans("0123456789", "".join(chr(0xE000 + digit) for digit in range(10)))
SHOW = {hidden: digit for digit, hidden in HIDE.items()}


def mark_target(printed: str) -> MarkedTarget:
    """Find the times and quantities of a target, and what can be said to be neither."""
    plain = plain_text(printed)
    text = PATTERNS["name_with_digits"].sub(lambda name: name[0].translate(HIDE), plain.text)
    target = MarkedTarget(plain, text, [], [], [], [])
    years = _find_years(plain, text)
    while years:
        first = years.pop(0)
        opens_span = years and PATTERNS["span"].fullmatch(text, first.end, years[0].start)
        is_named_twice = years and years[0].year == first.year and text[first.end : years[0].start] == "・"
        year = years.pop(0) if opens_span or is_named_twice else first  # 平成31・令和元年度
        # 2013年度比46%削減, 10%減（対H25）: the year is part of what is counted
        if text.startswith(("比", "対比"), year.end) or text[: first.start].endswith("対"):
            text = text[: first.start] + text[first.start : year.end].translate(HIDE) + text[year.end :]
            continue
        words = PATTERNS["due_words"].match(text, year.end)
        end = words.end() if words else year.end
        if PATTERNS["not_due"].match(text, year.end):
            target.faults.append((first.start, target.refusal("not due", first.start, year.end)))
        kind: DueKind = "by" if words and words["by"] and not opens_span else "in"
        times = Times(None, year.year, kind, first.year if opens_span else None, year.calendar, year.note)
        target.dues.append((first.start, times))
        text = masked(text, first.start, end)
    periods = list(PATTERNS["period"].finditer(text))
    for period in periods:
        text = masked(text, *period.span())
    quantities = list(PATTERNS["quantity"].finditer(text))
    for word in PATTERNS["or"].finditer(text):
        before = [
            q
            for q in quantities
            if q.end() <= word.start() and not PATTERNS["no_choice"].match(text, q.end(), word.start())
        ]
        if before or any(not text[word.end() : q.start()].strip("| ") for q in quantities if q.start() >= word.end()):
            error = target.refusal("alternative", *word.span())
            target.faults.extend((start, error) for start in (word.start(), *(q.start() for q in before)))
    return target._replace(text=text, periods=periods, quantities=quantities)


def _find_years(plain: PlainText, text: str) -> list[_Year]:
    """Fiscal years, calendar years and months in printed order, with what must be said about how they were read."""
    years = []
    for month in PATTERNS["month"].finditer(text):
        with suppress(ValueError):  # a year that its era never had stays a number that nobody understands
            year = read_fiscal_year(month["year"]) - (int(month["month"]) < 4)
            years.append(_Year(*month.span(), year, "date", f"{month[0]}は{format_fiscal_year(year)}と読みました"))
    for start, end, year in find_fiscal_years(text):
        named = text[start:end]
        calendar: Calendar = "calendar" if named.endswith("年") else "fiscal"
        note: str | None = None
        if plain.places[start] in plain.ended:
            note = f"{plain.ended[plain.places[start]]}年度は{format_fiscal_year(year)}のことです"
        elif not named.endswith(("年", "年度")) and not PATTERNS["span"].match(text, end):
            note = f"{named}は{format_fiscal_year(year)}と読みました"
        years.append(_Year(start, end, year, calendar, note))
    return sorted(years)


def masked(text: str, start: int, end: int) -> str:
    return text[:start] + MASK * (end - start) + text[end:]
