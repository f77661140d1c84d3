"""What a person typed, as words: nothing of it is syntax but spaces, quotation marks and a minus before a word."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from keikaku.plan.fiscal_year import read_fiscal_years
from keikaku.search.text import normalise, runs

MAX_LENGTH = 300
MAX_WORDS = 12

_WORD = re.compile(r'(?P<minus>[-－−‐–—]?)(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("＂“”„‟〝〞〟", '"'))
_CODE = re.compile(r"([^\W\d_]{1,4}?)[\s‐-―−ー-]*([0-9]{1,4})")
_ERA = {"令": "令和", "平": "平成", "昭": "昭和"}


@dataclass(frozen=True)
class Word:
    """One word of a query: as typed and as a key. `years` where it names fiscal years, `code` where it is a code."""

    text: str
    key: str
    excluded: bool = False
    exact: bool = False
    years: tuple[int, ...] = ()
    code: str | None = None


def read_query(text: str, prefixes: Collection[str]) -> list[Word]:
    """The words of a query; `prefixes` are the letters that codes of measures begin with."""
    text = re.sub(r"[\x00-\x1f\x7f]", " ", text[:MAX_LENGTH]).translate(_QUOTES)
    if (code := _read_code(text, prefixes)) and '"' not in text:
        return [Word(" ".join(text.split()), normalise(code), code=code)]
    words = [_read_word(match, prefixes) for match in _WORD.finditer(text)]
    return [word for word in words if runs(word.key)][:MAX_WORDS]


def _read_word(match: re.Match[str], prefixes: Collection[str]) -> Word:
    exact = match["phrase"] is not None
    text = (match["phrase"] if exact else match["word"]).strip()
    key = normalise(text)
    if exact:
        return Word(text, key, bool(match["minus"]), exact)
    return Word(text, key, bool(match["minus"]), False, read_years(key), _read_code(text, prefixes))


def _read_code(text: str, prefixes: Collection[str]) -> str | None:
    """工-1 for 工-1, 工－１, 工1 or 工 1, where 工 is a prefix of codes."""
    match = _CODE.fullmatch(normalise(text).strip())
    if match is None:
        return None
    prefix = next((prefix for prefix in prefixes if normalise(prefix) == match[1]), None)
    return f"{prefix}-{int(match[2])}" if prefix else None


def read_years(key: str) -> tuple[int, ...]:
    """The fiscal years that a key is the name of (令和6年度, r6, 令6, 2024年, 2024), or none."""
    key = re.sub(r"^(令|平|昭)(?=[0-9])", lambda match: _ERA[match[0]], key)
    if not re.fullmatch(r"(?:令和|平成|昭和|[rhs](?=[0-9])|[0-9]{4}(?![0-9])).*", key):
        return ()
    try:
        return read_fiscal_years(key)
    except ValueError:
        return ()
