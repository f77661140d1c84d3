"""Numbers as they are printed: read exactly, and written as they stood (67.0 stays 67.0, 2,539千 is no 2,539,000)."""

import re
from decimal import Decimal
from math import prod

DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,4})?(?![0-9]|[,.][0-9])"
SCALE = {"百": 10**2, "千": 10**3, "万": 10**4, "億": 10**8}
TERM = re.compile(rf"({DIGITS})([百千]?[万億]|[百千])?")
_SIGN = "[△▲-]|マイナス"
_AMOUNT = re.compile(rf"(?P<sign>{_SIGN})?(?P<number>(?:{TERM.pattern})+)")


class Number(Decimal):
    """A number with a decimal point, with as many digits as are written."""

    def __repr__(self) -> str:
        return str(self)


def read_amount(terms: str) -> int | Number | None:
    """The number that is written in digits: 1万5千 is 15000, 67.0 is 67.0; None where its terms do not descend (1千2千)."""
    value, below = Decimal(0), Decimal("Infinity")
    for digits, words in TERM.findall(terms):
        scale = prod(SCALE[word] for word in words)
        term = Decimal(digits.replace(",", "")) * scale
        if term >= below:
            return None
        value, below = value + term, Decimal(scale)
    is_whole = value == int(value) and ("." not in terms or below > 1)
    return int(value) if is_whole else Number(value)


def find_amount(text: str, value: int | Decimal) -> str | None:
    """A number as it is printed in a plain text that holds it."""
    for amount in _AMOUNT.finditer(text):
        number = read_amount(amount["number"])
        if number is not None and value in (number, -number if amount["sign"] else number):
            return amount[0] if value < 0 else amount["number"]
    return None
