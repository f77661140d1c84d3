"""What a value of a record may be: texts, codes, days, fiscal years and numbers, each refused with what would be right.

An error says `what is wrong | what would be right`.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, StringConstraints

from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.plan.plain_text import plain_text
from keikaku.schema.codes import CODES

SUMMARY_LENGTH = 160
_YEAR = r"(?P<year>[0-9]{4}|[^\W\d_]{1,2}[0-9元]{1,2})"
_DATE = re.compile(rf"{_YEAR}(?:年|(?:[-/年](?P<month>[0-9]{{1,2}})(?:月|(?:[-/月](?P<day>[0-9]{{1,2}})日?))?))?")
TEXT_LENGTH = 1000  # of any text that has no limit of its own


def _clean(text: str) -> str:
    if not text.strip():
        raise ValueError("が空です (empty) | 文字を書く")
    if text != text.strip():
        raise ValueError("の前後に空白があります (space around) | 消す")
    for character in text:
        # Cf: marks of direction, tags and spaces without width, which nobody sees and no search finds.
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            raise ValueError(f"に見えない文字 U+{ord(character):04X} があります (character) | 消して一行で書く")
    return text


def _fiscal_year(value: object) -> int:
    try:
        if isinstance(value, str | int) and not isinstance(value, bool):
            return read_fiscal_year(plain_text(str(value)).text)  # plans of 2014 to 2018 end in 平成32年度
    except ValueError as error:
        raise ValueError(f"は年度として読めません ({error}) | 令和6年度、R6、2024 のように書く") from None
    raise ValueError("は年度として読めません (not a fiscal year) | 令和6年度、R6、2024 のように書く")


def _number(value: object) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not -1e15 < value < 1e15:
        raise ValueError(
            "は数として読めません (not a number) | 単位や区切りのない数字だけを書くか、単位ごと printed に書く"
        )
    return Decimal(str(value)) if isinstance(value, float) else value


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError("は日付ではありません (not a day) | 2026-04-01 のように書く")


def _date(value: object) -> str:
    """A year, a month or a day: 2026-04, 2026/4/1, 令和8年4月."""
    found = _DATE.fullmatch(plain_text(str(value)).text) if type(value) in (str, int) else None
    try:
        if found:
            parts = [read_fiscal_year(found["year"]), *(int(part) for part in found.group("month", "day") if part)]
            date(*[*parts, 1, 1][:3])
            return "-".join(f"{part:02}" for part in parts)
    except ValueError:
        pass
    raise ValueError("は年月日として読めません (not a date) | 2026、2026-04、2026-04-01、令和8年4月 のように書く")


def distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("に同じものが二度あります (twice) | 一度だけ書く")
    return values


def one_of(table: str, column: str) -> Any:
    """A code of a column, or the Japanese word for it."""
    terms = CODES[table, column]
    by_label = {label: code for code, (label, _) in terms.items()}

    def check(value: object) -> object:
        if isinstance(value, str) and (code := value if value in terms else by_label.get(value)):
            return code
        known = "、".join(f"{label}（{code}）" for code, (label, _) in terms.items())
        raise ValueError(f"は使えない言葉です (unknown word) | {known} のどれか")

    return Annotated[str, BeforeValidator(check)]


Text = Annotated[str, StringConstraints(max_length=TEXT_LENGTH), AfterValidator(_clean)]
Summary = Annotated[Text, StringConstraints(max_length=SUMMARY_LENGTH)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=80)]
Code = Annotated[Text, StringConstraints(max_length=40)]
Reference = Text  # the code, name or id of another record
References = Annotated[list[Reference], AfterValidator(distinct)]
FiscalYear = Annotated[int, BeforeValidator(_fiscal_year)]
Number = Annotated[int | Decimal, PlainValidator(_number)]
Position = Annotated[int, Field(ge=1, le=9999)]
Day = Annotated[str, AfterValidator(_day)]
Date = Annotated[str, BeforeValidator(_date)]
Url = Annotated[Text, StringConstraints(pattern=r"^https?://[^\s]+$")]
Names = Annotated[list[Text], AfterValidator(distinct)]
