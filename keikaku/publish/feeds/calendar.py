"""Days of a plan as an iCalendar file (RFC 5545), for whatever calendar a person uses.

Guarantees: all days are whole days without a time zone; a UID stays the same for ever and on every site, since it is
made from the id of the record alone; the same calendar gives the same bytes.
Does not: know plans; keikaku.publish.feeds.deadlines decides what stands on which day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_LONGEST_LINE = 75  # octets, without the line break
_UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


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


@dataclass(frozen=True)
class Calendar:
    """`changed` is the day on which its data changed last."""

    name: str
    description: str
    url: str
    changed: date
    entries: tuple[Entry, ...]


def write_calendar(calendar: Calendar) -> str:
    """The whole file, with CRLF at the end of every line."""
    name, description, stamp = escape(calendar.name), escape(calendar.description), f"{calendar.changed:%Y%m%d}T000000Z"
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//keikaku//plans//JA",
        "CALSCALE:GREGORIAN",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        f"DESCRIPTION:{description}",
        f"X-WR-CALDESC:{description}",
        f"URL:{calendar.url}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
        "X-PUBLISHED-TTL:P1D",
        *(line for entry in calendar.entries for line in _write_entry(entry, stamp)),
        "END:VCALENDAR",
    ]
    return "".join(map(fold, lines))


def _write_entry(entry: Entry, stamp: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{entry.id}@keikaku"
    yield f"DTSTAMP:{stamp}"
    yield f"LAST-MODIFIED:{stamp}"
    yield f"DTSTART;VALUE=DATE:{entry.first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.last + timedelta(days=1):%Y%m%d}"  # the first day that is not part of it
    if entry.yearly_until is not None and entry.yearly_until > entry.last:
        yield f"RRULE:FREQ=YEARLY;UNTIL={entry.yearly_until:%Y%m%d}"
    yield f"SUMMARY:{escape(entry.summary)}"
    yield f"DESCRIPTION:{escape(entry.description)}"
    yield f"CATEGORIES:{escape(entry.category)}"
    yield f"URL:{entry.url}"
    yield "TRANSP:TRANSPARENT"  # nobody is busy all day because something is due
    yield "END:VEVENT"


def escape(text: str) -> str:
    """A text as a value: line breaks as \\n, what separates values with a backslash, no control characters."""
    plain = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def fold(line: str) -> str:
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
