"""Japanese fiscal years (April to March) as Gregorian integers: 令和6年度 is 2024; nothing else knows eras.

Guarantees: years run from 1926 (昭和元年度) to 2117 (令和99年度), and what `format_fiscal_year` or `short_fiscal_year`
writes, `read_fiscal_year` reads back.
Does not: judge whether a year is likely (令和29年度 is 2047), tell 令和6年 from 令和6年度, read kanji numerals or 大正.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple


class _Era(NamedTuple):
    """An era by its names, its first Gregorian year and how many years it counts (the last one included)."""

    name: str
    letter: str
    first_year: int
    years: int


_ERAS = (_Era("昭和", "S", 1926, 64), _Era("平成", "H", 1989, 31), _Era("令和", "R", 2019, 99))
_ERA_BY_NAME = {name: era for era in _ERAS for name in (era.name, era.letter)}
_FIRST_YEAR = _ERAS[0].first_year
_LAST_YEAR = _ERAS[-1].first_year + _ERAS[-1].years - 1
_EXPECTED = f"write an era year such as 令和6年度 or R6, or a year from {_FIRST_YEAR} to {_LAST_YEAR} such as 2024年度"

_HALF_WIDTH = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x301C: "~"})

_ERA = r"令\s*和|平\s*成|昭\s*和|(?<![A-Za-z0-9_])[RHS](?=[0-9元])"
_SEPARATOR = r"[・、,~-]"
_YEAR = re.compile(rf"(?:(?P<era>{_ERA})\s*)?(?P<number>元|[0-9]{{1,4}})(?:\s*年度?)?")

# A calendar date (令和5年3月, R6.4.1) or a span of years (2000年間) is no fiscal year.
_CALENDAR_YEAR = r"年(?!度|間|目|\s*[0-9]{1,2}\s*月)"
_FISCAL_YEAR = r"年度(?!目|間)"
_ERA_NUMBER = r"(?:元|[0-9]{1,2}(?![0-9A-Za-z_]))"
_ERA_MENTION = (
    rf"(?:{_ERA})\s*{_ERA_NUMBER}(?:"
    rf"(?:(?:\s*年度?)?\s*{_SEPARATOR}\s*{_ERA_NUMBER}){{1,9}}\s*{_FISCAL_YEAR}"  # 令和3・4年度
    rf"|\s*{_FISCAL_YEAR}|\s*{_CALENDAR_YEAR}|(?!\s*年|[./-][0-9]))"
)
_FOUR_DIGITS = r"[0-9]{4}(?![0-9])"
_GREGORIAN_MENTION = (
    rf"(?<![0-9A-Za-z])(?<![0-9][,.]){_FOUR_DIGITS}(?:(?:\s*年度?)?\s*{_SEPARATOR}\s*{_FOUR_DIGITS}){{0,9}}"
    rf"\s*(?:{_FISCAL_YEAR}|{_CALENDAR_YEAR})"
)
_MENTION = re.compile(f"{_ERA_MENTION}|{_GREGORIAN_MENTION}")


def read_fiscal_year(text: str | int) -> int:
    """Read one fiscal year: 令和6年度, 令和元年度, R6, R元, 平成 29 年度, 2024年度 or 2024, in digits of any width.

    Raises ValueError, in one sentence, for anything else and for years that the era never had (平成32年度).
    """
    years = read_fiscal_years(text)
    if len(years) != 1:
        raise ValueError(f"{text!r} names {len(years)} fiscal years where one is wanted: write one, such as 令和6年度.")
    return years[0]


def read_fiscal_years(text: str | int) -> tuple[int, ...]:
    """Read fiscal years in printed order: 令和3・4年度 -> (2021, 2022); a range 令和元～3年度 includes both its ends.

    平成31・令和元年度, the two names of one year, is that year once. Raises ValueError, in one sentence, where a year cannot be read or a range runs
    backwards.
    """
    # Whatever else YAML may give (True, 2024.0) is written as no year is, so that it is refused below. White space may go
    # but between two digits, where it may part two numbers.
    plain = re.sub(r"(?<![0-9\s])\s++|\s++(?![0-9])", "", half_width(str(text)))
    first, *following = re.split(f"({_SEPARATOR})", plain.upper())
    year, era = _read_year(first, None, text)
    years = [year]
    for separator, printed in zip(following[::2], following[1::2], strict=True):
        year, era = _read_year(printed, era, text)
        if separator in "~-" and year < years[-1]:
            raise ValueError(f"{text!r} is a range that runs backwards: write the earlier fiscal year first.")
        years += range(years[-1] + 1, year + 1) if separator in "~-" else [year]
    return tuple(dict.fromkeys(years))


def format_counted_year(year: int, calendar: str | None) -> str:
    """A year as the print counts it: 2022年, or 令和4年度."""
    return f"{year}年" if calendar == "calendar" else format_fiscal_year(year)


def format_fiscal_year(year: int) -> str:
    """Write a fiscal year as printed: 2024 -> 令和6年度, 2019 -> 令和元年度. Raises ValueError outside 1926 to 2117."""
    era, number = _era_year(year)
    return f"{era.name}{'元' if number == 1 else number}年度"


def short_fiscal_year(year: int) -> str:
    """Write a fiscal year in short: 2024 -> R6. Raises ValueError outside 1926 to 2117."""
    era, number = _era_year(year)
    return f"{era.letter}{number}"


def today_in_japan() -> date:
    """Today's date in Japan."""
    return (datetime.now(UTC) + timedelta(hours=9)).date()


def fiscal_year_of(day: date) -> int:
    """The fiscal year that a day falls in: January to March belong to the year before."""
    return day.year if day.month >= 4 else day.year - 1


def format_date(day: str) -> str:
    """Write an ISO date as a Japanese one: 2024-04-01 -> 2024年4月1日."""
    return "{}年{}月{}日".format(*map(int, day.split("-")))


def starts_on(year: int) -> date:
    """The first day of a fiscal year, 1 April."""
    return date(year, 4, 1)


def ends_on(year: int) -> date:
    """The last day of a fiscal year, 31 March of the next calendar year."""
    return date(year + 1, 3, 31)


def find_fiscal_years(text: str) -> list[tuple[int, int, int]]:
    """Find every fiscal year named in running text, as (start, end, year) with text[start:end] naming the year.

    令和3・4年度 is two (令和3, 4年度), a range its two ends. No mention: a number without 年 or 年度, a date with its
    month, a letter and number inside a longer ASCII word, and a year that its era never had.
    """
    plain = half_width(text)
    return [found for mention in _MENTION.finditer(plain) for found in _years_within(plain, *mention.span())]


def half_width(text: str) -> str:
    """Full-width ASCII, 〜 and the ideographic space in half width; the length and every position stay the same."""
    return text.translate(_HALF_WIDTH)


def _read_year(printed: str, inherited: _Era | None, text: str | int) -> tuple[int, _Era | None]:
    """The year and era of one part of `text`; a short number without an era takes the one before it."""
    match = _YEAR.fullmatch(printed)
    if match is None:
        raise ValueError(f"{text!r} is not a fiscal year: {_EXPECTED}.")
    era = _era_of(match, inherited)
    year = _gregorian(era, match["number"])
    if year is None:
        expected = f"{era.name} has the years 1 to {era.years}" if era else _EXPECTED
        raise ValueError(f"{text!r} is not a fiscal year: {expected}.")
    return year, era


def _years_within(plain: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """The (start, end, year) of each possible year inside one mention."""
    era: _Era | None = None
    for match in _YEAR.finditer(plain, start, end):
        era = _era_of(match, era)
        year = _gregorian(era, match["number"])
        if year is not None:
            yield match.start(), match.end(), year


def _era_of(match: re.Match[str], inherited: _Era | None) -> _Era | None:
    """The era that a matched year names or takes over; None where it is Gregorian."""
    if match["era"]:
        return _ERA_BY_NAME[re.sub(r"\s", "", match["era"])]
    return None if len(match["number"]) == 4 else inherited


def _gregorian(era: _Era | None, printed: str) -> int | None:
    """The Gregorian year of a printed number (元 is 1), or None where there is no such year."""
    number = 1 if printed == "元" else int(printed)
    if era is None:
        return number if _FIRST_YEAR <= number <= _LAST_YEAR else None
    return era.first_year + number - 1 if len(printed) <= 2 and 1 <= number <= era.years else None


def _era_year(year: int) -> tuple[_Era, int]:
    """The era, and the year within it, that a fiscal year is called by from its first day (2019 is 令和元年度)."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(f"{year!r} is not a fiscal year with a name: it must be from {_FIRST_YEAR} to {_LAST_YEAR}.")
    era = next(era for era in reversed(_ERAS) if era.first_year <= year)
    return era, year - era.first_year + 1
