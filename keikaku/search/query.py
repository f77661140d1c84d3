"""What a person typed, as words: nothing of it is syntax but spaces, quotation marks and a minus before a word."""

import re
from collections.abc import Collection
from typing import NamedTuple

from keikaku.plan.fiscal_year import read_fiscal_years
from keikaku.search.text import normalise, runs

MAX_LENGTH = 600
MAX_WORDS = 30

_WORD = re.compile(r'(?P<minus>[-－−‐–—]?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("＂“”„‟〝〞〟", '"'))
_CODE = re.compile(r"([^\W\d_]{1,4}?)[\s‐-―−ー-]*([0-9]{1,4})")
_ABOUT_YEAR = re.compile(r"^(?:西暦|fy)\s*(?=[0-9]{4})|(?<=年度)[末中内]$")
_FIRST_OF_PLANS = 28  # 平成28年度: no plan of today began earlier, and 令和28年度 is far
_ERA = {"令": "令和", "平": "平成", "昭": "昭和"}


class Word(NamedTuple):
    """One word of a query: as typed and as a key. `years` where it names fiscal years, `code` where it is a code."""

    text: str
    key: str
    excluded: bool = False
    exact: bool = False
    years: tuple[int, ...] = ()
    code: str | None = None


def read_query(text: str, prefixes: Collection[str]) -> list[Word]:
    """The words of a query; `prefixes` are the letters that codes of measures begin with."""
    text = _plain(text[:MAX_LENGTH])
    if (code := _read_code(text, prefixes)) and '"' not in text:
        return [Word(" ".join(text.split()), normalise(code), code=code)]
    words = [_read_word(match, prefixes) for match in _WORD.finditer(text)]
    return [word for word in words if runs(word.key)][:MAX_WORDS]


def count_words(text: str) -> int:
    """How many words a query has, without reading them."""
    return sum(1 for _ in _WORD.finditer(_plain(text)))


def _plain(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text).translate(_QUOTES)


def _read_word(match: re.Match[str], prefixes: Collection[str]) -> Word:
    excluded, exact = bool(match["minus"]), match["phrase"] is not None
    text = (match["phrase"] if exact else match["word"]).strip()
    key = normalise(text)
    return Word(text, key, excluded, exact, *(() if exact else (read_years(key), _read_code(text, prefixes))))


def _read_code(text: str, prefixes: Collection[str]) -> str | None:
    """工-1 for 工-1, 工－１, 工1 or 工 1, where 工 is a prefix of codes."""
    match = _CODE.fullmatch(normalise(text).strip())
    if match is None:
        return None
    prefix = next((prefix for prefix in prefixes if normalise(prefix) == match[1]), None)
    return f"{prefix}-{int(match[2])}" if prefix else None


def read_year(text: str) -> int | None:
    """The one fiscal year that a text names, in any form that a search reads; None for anything else.

    2024年 is read as 2024年度, since plans have no other years.
    """
    years = read_years(normalise(text).strip())
    return years[0] if len(years) == 1 else None


def read_asked_year(text: str) -> int | None:
    """As `read_year`; besides, a number of an era alone is of the one in which plans of today have it (6: 令和, 29: 平成)."""
    number = normalise(text).strip()
    if re.fullmatch("[1-9]|[12][0-9]|3[01]", number):
        return read_year(("令和" if int(number) < _FIRST_OF_PLANS else "平成") + number)
    return read_year(text)


def read_years(key: str) -> tuple[int, ...]:
    """The fiscal years that a key is the name of (令和6年度, r元, 令6, fy2024, 西暦2024年, 令和6年度末), or none."""
    key = re.sub(r"^(令|平|昭)(?=[0-9元])", lambda match: _ERA[match[0]], _ABOUT_YEAR.sub("", key))
    if not re.fullmatch(r"(?:令和|平成|昭和|[rhs](?=[0-9元])|[0-9]{4}(?![0-9])).*", key):
        return ()
    try:
        return read_fiscal_years(key)
    except ValueError:
        return ()
