"""Printed targets (目標・指標) of a measure as indicators that can be checked.

Guarantees: `parse_target` reads every number and year of a target or refuses the target; spaces made by the page layout
and full-width characters make no difference; what `format_indicator` writes is read back with the same meaning.
Does not: guess units that `_UNITS` lacks, kanji numerals, ranges (5～10件), starting years (令和6年度から) or periods
other than year, month and event; keep 約 and 程度; know what a target without a label counts.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from math import prod
from typing import Literal, NamedTuple, cast

from keikaku.plan.fiscal_year import find_fiscal_years, format_fiscal_year, half_width

Comparator = Literal[">=", "<=", ">", "<"]
Per = Literal["year", "event", "month"]
DueKind = Literal["by", "in"]
Span = tuple[int, int]


@dataclass(frozen=True)
class Indicator:
    """One thing that a target asks for; None is what the target does not print.

    A value is never negative; its unit is the word after it (社, kg, %, %増); due_fiscal_year is Gregorian.
    """

    kind: Literal["continue", "quantity", "milestone", "activity"]
    label: str | None = None
    comparator: Comparator | None = None
    value: int | float | None = None
    unit: str | None = None
    per: Per | None = None
    due_fiscal_year: int | None = None
    due_kind: DueKind | None = None
    printed: str = ""


class _Times(NamedTuple):
    per: Per | None = None
    due_fiscal_year: int | None = None
    due_kind: DueKind | None = None


class _Target(NamedTuple):
    """A target without layout spaces; in `text` the words that give a time are masked, and digits in names hidden."""

    printed: str
    places: list[int]  # of each character of `text` in `printed`
    text: str
    dues: list[tuple[int, _Times]]  # each with where it begins
    periods: list[re.Match[str]]
    quantities: list[re.Match[str]]


_MASK = "|"
_HIDE = str.maketrans("0123456789", "".join(chr(0xE000 + digit) for digit in range(10)))
_SHOW = {hidden: digit for digit, hidden in _HIDE.items()}
_NAME_WITH_DIGITS = re.compile(r"CO2|PM2\.5|(?<![0-9])[1-6]次産業")
_LAYOUT = re.compile(r"(?<![0-9A-Za-z,.\s])\s++|\s++(?![0-9A-Za-z,.])|(?<=[0-9])\s++(?=[A-Za-z])")

_NOT_DUE = re.compile(r"[末当初]*(?:から|以降|以前|以後|より|前(?!半)|後(?!半)|[~-]|実績|現在|現状|基準)")
_DUE_WORDS = re.compile(
    r"(?:末|中|内|前半|後半|上半期|下半期)?(?:(?P<by>までに?)|(?:時点)?(?:には?|で|の)|における|において|)"
)

_AHEAD = r"(?:[でに約計]|延べ|のべ|合計|平均)*[0-9]"
_PERIOD = re.compile(
    r"(?P<year>毎年度?|各年度?(?![代齢])|(?<![0-9,.])1年間?(?:に|あたり|当たり|につき)"
    rf"|(?<![0-9/])年間(?=\)|(?:[^0-9、。;/]*[数者額量高率])?{_AHEAD})|(?<![0-9少青成未前半隔数周来翌昨今])年(?={_AHEAD}))"
    r"|(?P<month>毎月|各月|(?<![0-9,.])1[かカヵヶケ箇]?月(?:に|あたり|当たり|につき)"
    rf"|(?<![0-9/])月間(?=\)|{_AHEAD})|(?<![0-9今来先])月(?={_AHEAD}))"
    r"|(?P<event>毎回|各回|(?<![0-9,.])1回(?:あたり|当たり|につき))"
)
_SLASH: dict[str, Per] = {"年間": "year", "年度": "year", "年": "year", "か月": "month", "月": "month", "回": "event"}

_COMPARATORS: dict[str, Comparator] = {
    "を超えない": "<=", "を下回らない": ">=", "を上回る": ">", "を下回る": "<", "を超える": ">", "を超え": ">",
    "以上": ">=", "以下": "<=", "以内": "<=", "未満": "<", "超": ">",
}  # fmt: skip

# 年, 月 and 分 are left out: they are periods and parts of another number more often than units.
_UNITS = """
    社 者 店 店舗 件 人 名 組 組合 組織 団体 企業 法人 事業 事業所 事業者 農家 世帯 戸 棟 室 床 席 か所 カ所 ヵ所 ヶ所
    ケ所 箇所 個所 地区 地域 地点 区域 区画 校 校区 園 園児 学級 学校 施設 拠点 駅 路線 系統 便 回 回線 回答 点 品
    品目 種 種類 作品 項目 施策 計画 事例 案件 講座 講演 人日 人泊 泊 日 日間 時間 頭 羽 匹 本 枚 冊 冊子 部 部会 部署
    巻 号 台 基 個 袋 箱 食 杯 票 通 株 面 班 隊 会場 会員 自治会 町会 市町村 自治体 名所 国 か国 言語 円 割 倍 位 歳
    % パーセント %ポイント ㎏ ㎡ ㎥ ㎞
"""
_UNIT = "|".join([*sorted(_UNITS.split(), key=len, reverse=True), "[ァ-ヴ][ァ-ヴー]+", "[A-Za-z]+"])
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,15})(?:\.[0-9]{1,4})?(?![0-9]|[,.][0-9])"
_SCALE = {"百": 10**2, "千": 10**3, "万": 10**4, "億": 10**8}
_TERM = re.compile(rf"({_DIGITS})([百千]?[万億]|[百千])?")
_CHANGE = (
    r"[をの]?(?:増やす|減らす|[増減削](?:(?![以未超程前])[一-龠])?|低減|上昇|向上|アップ|ダウン|引き?上げ|引き?下げ)"
)
_COMPARATOR = "|".join(_COMPARATORS)
_QUANTITY = re.compile(
    rf"(?<![0-9.第+±~△▲−一二三四五六七八九十百千万億-])(?<![0-9],|分の)(?:(?P<half>過?半数)|(?P<number>(?:{_TERM.pattern})+)"
    rf"(?:(?P<unit>{_UNIT})|(?={_COMPARATOR}|(?<![12][0-9]{{3}})(?:/|$|[、。;]))))"  # 2024 alone may be a year
    rf"(?P<words>(?:{_CHANGE}|{_COMPARATOR}|/(?:{'|'.join(_SLASH)})|程度|前後|ほど)*)"
)
_COUNTED = re.compile(r"の(?P<label>[^\s0-9、。;/()|をにがでへ]+)(?<!と)(?<!から|より|まで)")
_NOT_WITH_QUANTITY = re.compile(
    r"毎[日週]|隔[日週月年]|四半期|半期|半年|[日週期](?=に?[0-9])|最低|最大|最小|少なくとも|上限|下限|[今来翌次本]年度"
)
_NOT_AFTER_QUANTITY = re.compile(r"あたり|当たり|につき|ごと|毎|から|より|の?うち|以|[~/→-]")
_NUMBER_WORD = re.compile(
    r"(?<!一人)[一二三四五六七八九十百千][十百千万億]*(?:人(?!ひとり|一人)|[回件名社組校点割円%]|団体|[かカヶ箇]所)"
    r"|半[減分]|倍増|分の[一0-9]|ゼロ(?![ァ-ヴ])"
)

_CUT = re.compile(r"(?<![0-9])[、。;,]|[、。;,](?![0-9])|(?P<and>・|及び|および|並びに|かつ)")
_CONTINUE = re.compile(r"継続(?:的に|して|した|する)?|引き?続き")
_DONE = re.compile(r"(?:達成|実施|開催|作成|策定|検討|設置|設立|導入|整備|実現|具現化|完了|構築|充実|推進|支援)$")


def parse_target(printed: str) -> list[Indicator]:
    """Read a printed target as indicators in printed order: 令和8年度までに40社 is a quantity of 40 社, due by 2026.

    A period or due year that opens the target holds for later numbers that name neither. Raises ValueError, in one
    sentence, for a target that is empty or holds a number or year that cannot be read.
    """
    try:
        target = _mark(printed)
        clauses = list(_clauses(target))
        opening = _times(target, clauses[0]) if target.text.startswith(_MASK) else _Times()
        indicators = [indicator for clause in clauses for indicator in _read_clause(target, clause, opening)]
    except ValueError as reason:
        raise ValueError(f"The target {printed!r} cannot be read: {reason}.") from None
    return indicators if len(indicators) > 1 else [replace(indicators[0], printed=printed)]


def format_indicator(indicator: Indicator) -> str:
    """A short canonical phrase, a quantity without its label: 毎年 5件以上, 令和8年度までに 40社, 継続."""
    words = []
    if indicator.due_fiscal_year is not None:
        words.append(format_fiscal_year(indicator.due_fiscal_year) + ("までに" if indicator.due_kind == "by" else "に"))
    if indicator.per:
        words.append({"year": "毎年", "month": "毎月", "event": "1回あたり"}[indicator.per])
    if indicator.kind == "quantity":
        compared = {">=": "以上", "<=": "以下", ">": "超", "<": "未満", None: ""}[indicator.comparator]
        return " ".join([*words, f"{indicator.value:,}{indicator.unit or ''}{compared}"])
    return " ".join([*words, "継続" if indicator.kind == "continue" else indicator.label or "実施"])


def _mark(printed: str) -> _Target:
    """Find the times and quantities of a target. Raises ValueError for a year that is no due year."""
    plain = half_width(printed)
    layout = {place for spaces in _LAYOUT.finditer(plain) for place in range(*spaces.span())}
    places = [place for place in range(len(plain)) if place not in layout]
    text = _NAME_WITH_DIGITS.sub(lambda name: name[0].translate(_HIDE), "".join(plain[place] for place in places))
    dues = []
    for start, end, year in find_fiscal_years(text):
        if text.startswith(("比", "対比"), end):  # 2013年度比46%削減: the year is part of what is counted
            text = text[:start] + text[start:end].translate(_HIDE) + text[end:]
            continue
        words = _DUE_WORDS.match(text, end)
        if words is None or _NOT_DUE.match(text, end):
            raise ValueError(f"{text[start:end]} is not when something is due, as in 令和8年度までに or 令和8年度に")
        dues.append((start, _Times(None, year, "by" if words["by"] else "in")))
        text = _masked(text, start, words.end())
    periods = list(_PERIOD.finditer(text))
    for period in periods:
        text = _masked(text, *period.span())
    return _Target(printed, places, text, dues, periods, list(_QUANTITY.finditer(text)))


def _masked(text: str, start: int, end: int) -> str:
    return text[:start] + _MASK * (end - start) + text[end:]


def _clauses(target: _Target) -> Iterator[Span]:
    """Cut between parts that each say something by themselves (毎年、 does not), and at "and" between quantities."""
    start, last = 0, len(target.text)
    for cut in _CUT.finditer(target.text):
        after_quantity = any(quantity.end() == cut.start() for quantity in target.quantities)
        if cut["and"] and not (after_quantity and _quantities(target, (cut.end(), last))):
            continue
        if _stands_alone(target, (start, cut.start())) and _stands_alone(target, (cut.end(), last)):
            yield start, cut.start()
            start = cut.end()
    yield start, last


def _stands_alone(target: _Target, clause: Span) -> bool:
    text = target.text[slice(*clause)]
    if _quantities(target, clause) or _CONTINUE.search(text):
        return True
    has_due = any(start in range(*clause) for start, _ in target.dues)
    return bool(re.search(r"\w", text) and (has_due or (target.quantities and _DONE.search(text))))


def _quantities(target: _Target, clause: Span) -> list[re.Match[str]]:
    return [quantity for quantity in target.quantities if quantity.start() in range(*clause)]


def _times(target: _Target, clause: Span) -> _Times:
    """The period and due year that a part names. Raises ValueError where it names two."""
    dues = [times for start, times in target.dues if start in range(*clause)]
    periods = {period.lastgroup for period in target.periods if period.start() in range(*clause)}
    if len(dues) > 1 or len(periods) > 1:
        raise ValueError("one part names two years or periods, where each part may have one")
    times = dues[0] if dues else _Times()
    return times._replace(per=cast(Per | None, periods.pop())) if periods else times


def _read_clause(target: _Target, clause: Span, opening: _Times) -> Iterator[Indicator]:
    """The indicators of one part; several only where quantities share their words (20組の親子 40人)."""
    quantities, times = _quantities(target, clause), _times(target, clause)
    _refuse_unread(target, clause, quantities)
    if not quantities:
        yield _read_words(target, clause, times)
        return
    if not any(times) and not any(map(_slash, quantities)):
        times = opening
    start, end = clause
    counted = _COUNTED.match(target.text, quantities[0].end(), end)
    head = _CONTINUE.sub("", target.text[start : quantities[0].start()])
    label = _label(head) or (counted and _label(counted["label"]))
    ends = [*(quantity.start() for quantity in quantities[1:]), end]
    for quantity, part in zip(quantities, pairwise([start, *ends]), strict=True):
        value, unit = _amount(quantity)
        per = _slash(quantity) or times.per
        yield Indicator(
            "quantity", label, _comparator(quantity), value, unit, None if (per, unit) == ("event", "回") else per,
            times.due_fiscal_year, times.due_kind, _printed(target, part),
        )  # fmt: skip


def _read_words(target: _Target, clause: Span, times: _Times) -> Indicator:
    """A part without a number. Raises ValueError where it has no word at all besides a time."""
    text = target.text[slice(*clause)]
    if not re.search(r"\w", text):
        raise ValueError("it does not say what is to be done, such as 実施 or 継続")
    kind: Literal["continue", "milestone", "activity"] = "milestone" if times.due_fiscal_year else "activity"
    if _CONTINUE.search(text):
        kind, text = "continue", _CONTINUE.sub("", text)
    return Indicator(kind, _label(text), None, None, None, *times, _printed(target, clause))


def _refuse_unread(target: _Target, clause: Span, quantities: list[re.Match[str]]) -> None:
    """Raise ValueError where a number stands outside the quantities, or words bend what a quantity means."""
    rest = target.text
    for quantity in quantities:
        rest = _masked(rest, *quantity.span())
        if _NOT_AFTER_QUANTITY.match(target.text, quantity.end()):
            raise ValueError(f"the words after {quantity[0]} change what it means; write it as 毎年5件 or 20人/回")
    for one, other in pairwise(quantities):
        between = target.text[one.end() : other.start()].strip()
        is_rate = one["number"] == "1" and not one["words"]  # 1人1回
        if is_rate or not one["unit"] or not (between == "" or _COUNTED.fullmatch(between)):
            raise ValueError(f"{one[0]} and {other[0]} are not clearly apart; write 、 between two targets")
    rest = rest[slice(*clause)]
    has_number_sign = any(sign != "〇" and unicodedata.category(sign) in {"Nd", "Nl", "No"} for sign in rest)
    if has_number_sign or _NUMBER_WORD.search(rest):
        raise ValueError("it has a number that is not understood; write digits with a known unit, as in 5件")
    bent = quantities and _NOT_WITH_QUANTITY.search(target.text, *clause)
    if bent:
        raise ValueError(f"{bent[0]} is not understood with a number; write 毎年, 毎月 or /回, and 以上 or 以下")


def _comparator(quantity: re.Match[str]) -> Comparator | None:
    """The first that fits in the order of _COMPARATORS, where longer words come before those that they hold."""
    signs = (sign for word, sign in _COMPARATORS.items() if word in quantity["words"])
    return next(signs, ">" if quantity["half"] == "過半数" else None)


def _slash(quantity: re.Match[str]) -> Per | None:
    """The period after a slash, as in 20人/回."""
    return next((per for word, per in _SLASH.items() if f"/{word}" in quantity["words"]), None)


def _amount(quantity: re.Match[str]) -> tuple[int | float, str | None]:
    """Value and unit: 2.5万人 is 25000 人, 半数 is 50 %, 5%の削減 is 5 %削減. Raises ValueError for 1千2千."""
    if quantity["half"]:
        return 50, "%"
    value, below = Decimal(0), Decimal("Infinity")
    for digits, words in _TERM.findall(quantity["number"]):
        scale = prod(_SCALE[word] for word in words)
        term = Decimal(digits.replace(",", "")) * scale
        if term >= below:
            raise ValueError(f"{quantity['number']} is not a number, as 1万5千 is")
        value, below = value + term, Decimal(scale)
    change = re.search(_CHANGE, quantity["words"])
    unit = (quantity["unit"] or "").replace("パーセント", "%") + (change[0].lstrip("をの") if change else "")
    return int(value) if value == int(value) else float(value), unit or None


def _printed(target: _Target, part: Span) -> str:
    start, *_, end = [*target.places[slice(*part)], *target.places[slice(*part)]]
    return target.printed[start : end + 1].strip()


def _label(text: str) -> str | None:
    """What is counted or done, as printed, or None where only times, particles or 実施 are left."""
    text = re.sub(r"(?:^|を)(?:実施|行う)(?:する)?$", "", text.replace(_MASK, "")).translate(_SHOW).replace("()", "")
    text = re.sub(r"^[\s、。,;:・をの]+|(?:[\s、。,;:・(はがをのでに]|約|およそ|おおむね|概ね)+$", "", text)
    return text if re.search(r"\w", text) else None
