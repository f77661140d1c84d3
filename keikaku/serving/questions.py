"""What visitors ask in words of their own: years in every form, and searches that are not endless.

A year asked for (fiscal_year, due_fiscal_year__gte …) is written as its Gregorian number before Datasette sees it, so that
tables, queries, JSON and files take 令和6年度, R6 and 2024 alike. What cannot be read is refused: it would find nothing, as
if there were nothing. A visitor's own SQL is left alone.
"""

import re
from urllib.parse import parse_qsl, urlencode

from keikaku.search.query import MAX_WORDS, count_words, read_asked_year
from keikaku.serving import refusals
from keikaku.serving.refusals import Refusal

_YEAR = re.compile(r"(?:\w+_)?fiscal_year(?:__(?:exact|not|gt|gte|lt|lte))?")
_SEARCHED = ("q", "_search")

Argument = tuple[str, str]


class Unreadable(Exception):
    """A question that goes no further."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.sentence)
        self.refusal = refusal


def read_questions(query_string: bytes) -> bytes:
    """The query of an address with its years as numbers; the same bytes where there is none. Raises Unreadable."""
    arguments = parse_qsl(query_string.decode("latin-1"), keep_blank_values=True)
    if any(name == "sql" for name, _ in arguments):
        return query_string
    read = [_read(name, value) for name, value in arguments]
    return urlencode(read).encode() if read != arguments else query_string


def _read(name: str, value: str) -> Argument:
    if name in _SEARCHED and count_words(value) > MAX_WORDS:
        raise Unreadable(refusals.TOO_MANY_WORDS)
    if not _YEAR.fullmatch(name) or not value.strip():
        return name, value
    year = read_asked_year(value)
    if year is None:
        sentence = refusals.UNREADABLE_YEAR.sentence.format(value[:40])
        raise Unreadable(refusals.UNREADABLE_YEAR._replace(sentence=sentence))
    return name, str(year)
