"""Numbers and years in one spelling: 1万人, 一万人 and 10,000人 all become 10000人, 令和六年 becomes 令和6年.

Guarantees: a numeral that cannot be read as one whole number stays as it is, and so do words that only look like
numbers (一定, 一部, 十分, 数十人, 八百屋). Works on text that is already NFKC.
"""

import re
from collections.abc import Callable
from decimal import Decimal

Edit = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_DIGITS = {character: digit for digit, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "元": 1}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "億": 10**8, "兆": 10**12}
_TOKEN = re.compile(r"[0-9]++(?:\.[0-9]++)?|.")
_COUNTER = r"人|件|社|回|名|組|円|か所|店舗|団体|年|点|割|校|歳"

_SEPARATED = re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])")
_ERA_YEAR = re.compile(r"(?<=令和|平成|昭和)\s*([元一二三四五六七八九十]{1,3})(?=年)")
_FOUR_DIGITS = re.compile(r"(?<![〇零一二三四五六七八九])[一二][〇零一二三四五六七八九]{3}(?=年)")
_SCALED = re.compile(
    r"(?<![0-9.数何幾])(?:[0-9]++(?:\.[0-9]++)?|[一二三四五六七八九十百千])"
    r"(?:[0-9]++(?:\.[0-9]++)?|[一二三四五六七八九十百千万億兆])+(?![葉代屋])"
)
_SINGLE = re.compile(rf"(?<![0-9.数何幾〇一二三四五六七八九十百千万億兆])[一二三四五六七八九十百千](?={_COUNTER})")


def _join(match: re.Match[str]) -> str:
    return match[0].replace(",", "")


def _read(match: re.Match[str]) -> str:
    value = read_numeral(match[match.lastindex or 0])
    return match[0] if value is None else str(value)


def _spell(match: re.Match[str]) -> str:
    return "".join(str(_DIGITS[character]) for character in match[0])


EDITS: tuple[Edit, ...] = (
    (_SEPARATED, _join),
    (_ERA_YEAR, _read),
    (_FOUR_DIGITS, _spell),
    (_SCALED, _read),
    (_SINGLE, _read),
)


def read_numeral(text: str) -> int | None:
    """The value of a numeral in digits, kanji or both (2万5千, 一万, 1.5万), or None where it is not one whole number."""
    total, section = Decimal(0), Decimal(0)
    number: Decimal | None = None
    ceiling, small_ceiling = 10**16, 10**4
    for token in _TOKEN.findall(text):
        if token in _SMALL:
            if _SMALL[token] >= small_ceiling:
                return None
            section += (1 if number is None else number) * _SMALL[token]
            small_ceiling, number = _SMALL[token], None
        elif token in _LARGE:
            section += number or 0
            if not section or _LARGE[token] >= ceiling:
                return None
            total += section * _LARGE[token]
            ceiling, small_ceiling, section, number = _LARGE[token], 10**4, Decimal(0), None
        elif number is not None:
            return None
        else:
            number = Decimal(_DIGITS[token]) if token in _DIGITS else Decimal(token)
    rest = section + (number or 0)
    value = total + rest
    return int(value) if value == int(value) and rest < ceiling else None
