"""A printed cell in one spelling, each character of which knows where it was printed.

Guarantees: a text in other widths, in decomposed characters (NFD, as file names on a Mac) or with characters that nobody
sees (U+200B, soft hyphens, variation selectors) becomes the same plain text; so do years in kanji numerals, years
of an era that had ended by then, and spaces and line breaks that the layout of a page made.
Does not: touch what may carry a meaning, such as ① (NFKC would make it 1), or kanji numerals besides years.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from keikaku.plan.fiscal_year import format_fiscal_year, half_width

_LAST_YEAR_BEFORE_HEISEI = 1988
_KANJI_DIGITS = {kanji: digit for digit, kanji in enumerate("〇一二三四五六七八九")}
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_LAYOUT = re.compile(r"(?<![0-9A-Za-z,.\s])\s++|\s++(?![0-9A-Za-z,.])|(?<=[0-9])\s++(?=[A-Za-z])")
_ENDED_ERA = re.compile(
    r"(?:平成|(?<![A-Za-z0-9_])H)(?P<year>3[2-9]|[4-9][0-9])(?![0-9])"
    r"|(?<=平成[0-9]{2}[~・、])(?P<later>3[2-9]|[4-9][0-9])(?=年)"
)


@dataclass(frozen=True)
class PlainText:
    """`text` is what is read; `places[i]` is where its character i begins in `printed`; `ended` are years of an era that
    had ended by then (平成32), by the same places."""

    printed: str
    text: str
    places: tuple[int, ...]
    ended: dict[int, str] = field(default_factory=dict)

    def printed_part(self, start: int, end: int) -> str:
        """What is printed where text[start:end] was read, without spaces around it."""
        places = (*self.places, len(self.printed))
        return self.printed[places[start] : places[end]].strip()


@lru_cache(maxsize=4096)  # a long table says the same years and words again and again
def plain_text(printed: str) -> PlainText:
    """Read a printed cell into one spelling."""
    pairs = [(sign, place) for place, signs in _characters(printed) for sign in signs]
    plain = PlainText(printed, "".join(sign for sign, _ in pairs), tuple(place for _, place in pairs))
    for pattern, write in _SPELLINGS:
        plain = _respell(plain, pattern, write)
    ended = {plain.places[year.start()]: year[0] for year in _ENDED_ERA.finditer(plain.text)}
    return replace(_respell(plain, _ENDED_ERA, _ended_era), ended=ended)


def _characters(printed: str) -> Iterator[tuple[int, str]]:
    """Each visible character with the marks that belong to it, composed and in half width, and where it begins."""
    place, character = 0, ""
    for i, sign in enumerate(printed):
        if _is_invisible(sign):
            continue
        if character and (unicodedata.combining(sign) or sign in "ﾞﾟ"):
            character += sign
            continue
        yield place, _compose(character)
        place, character = i, sign
    yield place, _compose(character)


def _is_invisible(sign: str) -> bool:
    is_variation_selector = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return is_variation_selector or sign == "\u034f" or unicodedata.category(sign) == "Cf"


def _compose(character: str) -> str:
    is_half_width_kana = "｡" <= character[:1] <= "ﾟ"
    composed = unicodedata.normalize("NFKC" if is_half_width_kana else "NFC", character)
    return half_width(composed).translate(_DASHES)


def _respell(plain: PlainText, pattern: re.Pattern[str], write: Callable[[re.Match[str]], str]) -> PlainText:
    text, places, end = "", [], 0
    for match in pattern.finditer(plain.text):
        written = write(match)
        text += plain.text[end : match.start()] + written
        places += [*plain.places[end : match.start()], *[plain.places[match.start()]] * len(written)]
        end = match.end()
    return PlainText(plain.printed, text + plain.text[end:], (*places, *plain.places[end:]))


def _kanji_number(match: re.Match[str]) -> str:
    """二〇二六 is 2026, 八 is 8, 二十一 is 21."""
    tens, ten, ones = match[0].rpartition("十")
    digits = (tens or "1") + (ones or "0") if ten else ones
    return "".join(str(_KANJI_DIGITS.get(sign, sign)) for sign in digits)


def _ended_era(match: re.Match[str]) -> str:
    year = _LAST_YEAR_BEFORE_HEISEI + int(match["year"] or match["later"])
    return format_fiscal_year(year).removesuffix("年度")


_SPELLINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_LAYOUT, lambda _: ""),
    (
        re.compile(r"(?<=令和|平成|昭和)(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=年)"),
        _kanji_number,
    ),
    (re.compile(r"(?<![〇一二三四五六七八九])[一二][〇一二三四五六七八九]{3}(?=年)"), _kanji_number),
)
