"""Numbers and years in one spelling: 1万人, 一万人 and 10,000人 all become 10000人, 令和六年 becomes 令和6年.

Guarantees: a numeral that cannot be read as one whole number stays as it is, and so do words that only look like
numbers (一定, 一部, 十分, 数十人, 八百屋). Works on text that is already NFKC.
"""

import re
from collections.abc import Callable
from decimal import Decimal

Edit = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]

_DIGITS = dict(zip("〇一二三四五六七八九零元", "012345678901", strict=True))
_LARGE, _SMALL = "兆億万", "千百十"
_SIZES = {"兆": 10**12, "億": 10**8, "万": 10**4, "千": 1000, "百": 100, "十": 10}
_NUMBER = r"[0-9]++(?:\.[0-9]++)?"
_COUNTER = r"人|件|社|回|名|組|円|か所|店舗|団体|年|点|割|校|歳"


def _read(match: re.Match[str]) -> str:
    value = read_numeral(match[match.lastindex or 0])
    return match[0] if value is None else str(value)


EDITS: tuple[Edit, ...] = (
    (re.compile(r"(?<![0-9.,])[0-9]{1,3}(?:,[0-9]{3})+(?![0-9,])"), lambda match: match[0].replace(",", "")),
    (re.compile(r"(?<=令和|平成|昭和)\s*([元一二三四五六七八九十]{1,3})(?=年)"), _read),
    (
        re.compile(r"(?<![〇零一二三四五六七八九])[一二][〇零一二三四五六七八九]{3}(?=年)"),
        lambda match: "".join(_DIGITS[character] for character in match[0]),
    ),
    (
        re.compile(
            rf"(?<![0-9.数何幾])(?:{_NUMBER}|[一二三四五六七八九十百千])"
            rf"(?:{_NUMBER}|[一二三四五六七八九十百千万億兆])+(?![葉代屋])"
        ),
        _read,
    ),
    (re.compile(rf"(?<![0-9.数何幾〇一二三四五六七八九十百千万億兆])[一二三四五六七八九十百千](?={_COUNTER})"), _read),
)


def read_numeral(text: str) -> int | None:
    """The value of a numeral in digits, kanji or both (2万5千, 一万, 1.5万), or None where it is not one whole number."""
    value = _value(text, _LARGE + _SMALL)
    return None if value is None or value % 1 else int(value)


def _value(text: str, units: str) -> Decimal | None:
    for i, unit in enumerate(units):
        head, found, tail = text.partition(unit)
        if found:
            alone = Decimal(1) if unit in _SMALL else None  # 千 is 1000, but 万一 is no number
            times = _value(head, _SMALL if unit in _LARGE else "") if head else alone
            rest = _value(tail, units[i + 1 :]) if tail else Decimal(0)
            size = _SIZES[unit]
            return times * size + rest if times and rest is not None and rest < size else None
    digits = _DIGITS.get(text, text)
    return Decimal(digits) if re.fullmatch(_NUMBER, digits) else None
