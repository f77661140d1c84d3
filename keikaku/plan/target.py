"""Printed targets (目標・指標) of a measure as indicators that can be checked.

Guarantees: `read_parts` reads every number and year of a part of a target or refuses that part with the reason; width,
NFD, invisible characters and spaces made by the page layout make no difference (plain_text.py). A bare number has no
comparator, and what is not exact is marked (約, ranges, 累計, 2026年 that is no 2026年度).
Does not: guess units that `UNITS` lacks, choose between alternatives (または), read starting years (令和6年度から) or
periods other than year, month and event; know what a target without a label counts.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import Literal, NamedTuple, cast

from keikaku.plan.amounts import Number, find_amount, read_amount
from keikaku.plan.marked_target import (
    LONGEST_TARGET,
    MASK,
    SHOW,
    Calendar,
    DueKind,
    MarkedTarget,
    Span,
    Times,
    UnreadableTarget,
    mark_target,
    masked,
)
from keikaku.plan.target_words import COMPARATORS, LEVELS, PATTERNS, SIGNS, SLASH, Comparator, Direction, Per


@dataclass(frozen=True)
class Indicator:
    """One thing that a target asks for; None is what the target does not print.

    The unit is the word after the value (社, kg, %, %増); value_to ends a range. due_fiscal_year is Gregorian: of a
    calendar year the fiscal year of the same number, of a date the one that it falls in. first_year opens a total or
    mean over years. `against` tells how a target without a number of its own stands to the baseline: 現状値以上 is >=, 維持
    is =. `note` says in Japanese what was read otherwise than printed.
    """

    kind: Literal["continue", "quantity", "milestone", "activity"]
    label: str | None = None
    comparator: Comparator | None = None
    value: int | Number | None = None
    unit: str | None = None
    per: Per | None = None
    due_fiscal_year: int | None = None
    due_kind: DueKind | None = None
    printed: str = ""
    value_to: int | Number | None = None
    approximate: bool = False
    accumulation: Literal["total", "mean"] | None = None
    direction: Direction | None = None
    first_year: int | None = None
    calendar: Calendar = "fiscal"
    against: Comparator | Literal["="] | None = None
    note: str | None = None


class Part(NamedTuple):
    """A part of a target as printed: its indicators, or why it cannot be read."""

    printed: str
    indicators: list[Indicator]
    error: UnreadableTarget | None


@lru_cache(maxsize=4096)  # the cells of a table say much the same, and checks and rows ask what each says
def read_parts(printed: str) -> list[Part]:
    """Read each part of a printed target by itself, so that one unreadable part hides none of the others.

    令和8年度までに40社 is a quantity of 40 社, due by 2026. A period or due year that opens the target holds for later numbers
    that name neither. A part that is empty, or holds a number or year that cannot be read, has its error.
    """
    if len(printed) > LONGEST_TARGET:
        return [Part(printed, [], UnreadableTarget("too long", "", printed))]
    target = mark_target(printed)
    clauses = list(_clauses(target))
    opening = Times()
    with suppress(UnreadableTarget):
        opening = _times(target, clauses[0]) if target.text.startswith(MASK) else Times()
    parts = [_read_part(target, clause, opening) for clause in clauses]
    if len(parts) == 1 and len(parts[0].indicators) == 1:
        return [Part(printed, [replace(parts[0].indicators[0], printed=printed)], None)]
    return parts


def _read_part(target: MarkedTarget, clause: Span, opening: Times) -> Part:
    printed = target.plain.printed_part(*clause)
    try:
        return Part(printed, list(_read_clause(target, clause, opening)), None)
    except UnreadableTarget as error:
        return Part(printed, [], error.with_traceback(None))


def _clauses(target: MarkedTarget) -> Iterator[Span]:
    """Cut between parts that each say something by themselves (毎年、 does not), and at "and" between quantities."""
    start, last = 0, len(target.text)
    for cut in PATTERNS["cut"].finditer(target.text):
        after_quantity = any(quantity.end() == cut.start() for quantity in target.quantities)
        if cut["and"] and not (after_quantity and _quantities(target, (cut.end(), last))):
            continue
        if cut["step"]:  # 検討→実施（R6）→継続; 5→10 is no target
            can_cut = not target.quantities and start < cut.start() and cut.end() < last
        else:
            can_cut = _stands_alone(target, (start, cut.start())) and _stands_alone(target, (cut.end(), last))
        if can_cut:
            yield start, cut.start()
            start = cut.end()
    yield start, last


def _stands_alone(target: MarkedTarget, clause: Span) -> bool:
    text = target.text[slice(*clause)]
    if _quantities(target, clause) or PATTERNS["continue"].search(text):
        return True
    has_due = any(start in range(*clause) for start, _ in target.dues)
    return bool(re.search(r"\w", text) and (has_due or (target.quantities and PATTERNS["done"].search(text))))


def _quantities(target: MarkedTarget, clause: Span) -> list[re.Match[str]]:
    return [quantity for quantity in target.quantities if quantity.start() in range(*clause)]


def _times(target: MarkedTarget, clause: Span) -> Times:
    """The period and due year that a part names. Raises UnreadableTarget where it names two."""
    dues = [times for start, times in target.dues if start in range(*clause)]
    periods = {period.lastgroup for period in target.periods if period.start() in range(*clause)}
    if len(dues) > 1 or len(periods) > 1:
        raise target.refusal("two times", *clause)
    times = dues[0] if dues else Times()
    return times._replace(per=cast(Per | None, periods.pop())) if periods else times


def _read_clause(target: MarkedTarget, clause: Span, opening: Times) -> Iterator[Indicator]:
    """The indicators of one part; several only where quantities share their words (20組の親子 40人)."""
    quantities, times = _quantities(target, clause), _times(target, clause)
    _refuse_unread(target, clause, quantities)
    if not quantities:
        yield _read_words(target, clause, times)
        return
    if times == Times() and not any(map(_slash, quantities)):
        times = opening
    start, end = clause
    accumulation = PATTERNS["accumulation"].search(target.text, start, end)
    if times.first_year and not accumulation and not times.per:
        raise target.refusal("span", *clause)
    counted = PATTERNS["counted"].match(target.text, quantities[0].end(), end)
    named = _label(PATTERNS["continue"].sub("", target.text[start : quantities[0].start()]))
    is_kept = bool(named and PATTERNS["as_before"].fullmatch(named))  # 現状維持（65%）
    label = None if is_kept else named or (counted and _label(counted["label"]))
    accumulated = cast(Literal["total", "mean"] | None, accumulation and accumulation.lastgroup)
    kept: Direction | None = "keep" if is_kept else None
    common = Indicator("quantity", label, accumulation=accumulated, direction=kept, **times._asdict())
    ends = [*(quantity.start() for quantity in quantities[1:]), end]
    for quantity, part in zip(quantities, pairwise([start, *ends]), strict=True):
        yield _read_quantity(target, quantity, replace(common, printed=target.plain.printed_part(*part)))


def _read_quantity(target: MarkedTarget, quantity: re.Match[str], common: Indicator) -> Indicator:
    """One number with its unit and what bends it; `common` is what it shares with the others of its part."""
    low, value = _amount(target, quantity, "low"), _amount(target, quantity, "number") or 0
    unit, per = _unit(quantity), _slash(quantity) or common.per
    if "ずつ" in quantity["words"] and not per:
        raise target.refusal("after", *quantity.span())
    scaled = bool(re.search("[百千万億]", quantity["low"] or "")) != bool(
        re.search("[百千万億]", quantity["number"] or "")
    )
    is_odd = scaled or quantity["sign"] or quantity["low_unit"] not in (None, quantity["unit"])  # 5～10万円
    if low is not None and (low >= value or is_odd):
        raise target.refusal("range", *quantity.span())
    about = PATTERNS["about_before"].search(target.text[: quantity.start()]) or PATTERNS["about_after"].search(
        quantity["words"]
    )
    comparator = _comparator(quantity)
    return replace(
        common,
        comparator=comparator,
        value=value if low is None else low,
        value_to=None if low is None else value,
        unit=unit,
        per=None if (per, unit) == ("event", "回") else per,
        approximate=about is not None or "目安" in target.text[quantity.end() : quantity.end() + 3],
        direction=_direction(target, quantity, comparator, value) or (common.direction if value else None),
    )


def _direction(
    target: MarkedTarget, quantity: re.Match[str], comparator: Comparator | None, value: int | Number
) -> Direction | None:
    """Where better lies, as far as it is printed: 以上, 5%に抑える, 5%削減 (more of a change that is meant)."""
    if comparator:
        return "up" if comparator in (">=", ">") else "down"
    aim = PATTERNS["aim"].match(target.text, quantity.end())
    if aim and not (aim["keep"] and value == 0):  # what is kept at zero can only be worse above it
        return cast(Direction, aim.lastgroup)
    return "up" if PATTERNS["meant"].search(quantity["words"]) and not quantity["sign"] else None


def _read_words(target: MarkedTarget, clause: Span, times: Times) -> Indicator:
    """A part without a number. Raises UnreadableTarget where it has no word at all besides a time."""
    text = target.text[slice(*clause)]
    said = text.replace(MASK, "").translate(SHOW).replace("()", "")
    if not re.search(r"\w", text):
        raise target.refusal("empty", *clause)
    if PATTERNS["no_value"].fullmatch(said.strip("()（）")):
        raise target.refusal("no value", *clause)
    kind: Literal["continue", "milestone", "activity"] = "activity"
    if times.due_fiscal_year or PATTERNS["ordinal"].search(said):
        kind = "milestone"
    if PATTERNS["continue"].search(text):
        kind, text = "continue", PATTERNS["continue"].sub("", text)
    direction = next((direction for level, direction in LEVELS.items() if PATTERNS[level].fullmatch(said)), None)
    start = PATTERNS["against_start"].fullmatch(said)
    kept: Literal["="] | None = "=" if PATTERNS["as_before"].fullmatch(said) else None
    return Indicator(
        kind,
        _label(text),
        printed=target.plain.printed_part(*clause),
        direction=direction,
        against=COMPARATORS[start["words"]] if start else kept,
        **times._asdict(),
    )


def _refuse_unread(target: MarkedTarget, clause: Span, quantities: list[re.Match[str]]) -> None:
    """Raise UnreadableTarget where a number stands outside the quantities, or words bend what a quantity means."""
    fault = next((fault for start, fault in target.faults if start in range(*clause)), None)
    if fault:
        raise fault
    rest = target.text
    for quantity in quantities:
        rest = masked(rest, *quantity.span())
        after = PATTERNS["not_after_quantity"].match(target.text, quantity.end())
        if after:
            raise target.refusal("after", quantity.start(), after.end())
    for one, other in pairwise(quantities):
        between = target.text[one.end() : other.start()].strip()
        is_rate = one["number"] == "1" and not one["words"]  # 1人1回
        has_units = one["unit"] and (other["unit"] or other["half"])
        if is_rate or not has_units or not (between == "" or PATTERNS["counted"].fullmatch(between)):
            raise target.refusal("apart", one.start(), other.end())
    rest = masked(masked(rest, 0, clause[0]), clause[1], len(rest))
    sign = next((i for i, sign in enumerate(rest) if sign != "〇" and unicodedata.category(sign)[0] == "N"), None)
    unread = PATTERNS["unread"].search(rest) or PATTERNS["number_word"].search(rest)
    if unread or sign is not None:
        raise target.refusal("number", *(unread.span() if unread else (sign or 0, (sign or 0) + 1)))
    bent = quantities and PATTERNS["not_with_quantity"].search(target.text, *clause)
    if bent:
        raise target.refusal("bent", *bent.span())


def _comparator(quantity: re.Match[str]) -> Comparator | None:
    """The first that fits in the order of COMPARATORS, where longer words come before those that they hold."""
    if quantity["compared"]:
        return SIGNS[quantity["compared"]]
    signs = (sign for word, sign in COMPARATORS.items() if word in quantity["words"])
    return next(signs, ">" if quantity["half"] == "過半数" else None)


def _slash(quantity: re.Match[str]) -> Per | None:
    """The period after a slash, as in 20人/回."""
    return next((per for word, per in SLASH.items() if f"/{word}" in quantity["words"]), None)


def _unit(quantity: re.Match[str]) -> str | None:
    """The unit with its change: 半数 is in %, 5%の削減 in %削減."""
    if quantity["half"]:
        return "%"
    change = PATTERNS["change"].search(quantity["words"])
    unit = (quantity["unit"] or "").replace("パーセント", "%")
    return unit + (re.sub("^(?:ずつ)?[をの]?", "", change[0]) if change else "") or None


def _amount(target: MarkedTarget, quantity: re.Match[str], group: str) -> int | Number | None:
    """A number in digits: 2.5万 is 25000, 半数 is 50; None where the group did not match."""
    if quantity["half"]:
        return 50 if group == "number" else None
    if quantity[group] is None:
        return None
    value = read_amount(quantity[group])
    if value is None:
        raise target.refusal("scale", *quantity.span(group))
    return type(value)(-value) if quantity["sign"] else value


def number_as_printed(value: int | Decimal, cells: Iterable[str | None]) -> str:
    """A number as one of the cells prints it, years apart; else with as many digits as it has."""
    texts = (mark_target(cell).text for cell in cells if cell and len(cell) <= LONGEST_TARGET)
    return next((found for text in texts if (found := find_amount(text, value))), f"{value:,}")


def _label(text: str) -> str | None:
    """What is counted or done, as printed, or None where only times, particles or 実施 are left."""
    text = PATTERNS["accumulation"].sub("", text).replace(MASK, "")
    text = re.sub(r"(?:^|を)(?:実施|行う)(?:する)?$", "", text).translate(SHOW).replace("()", "")
    text = re.sub(rf"^[\s、。,;:・をの]+|(?:[\s、。,;:・(はがをのでに]|{PATTERNS['about'].pattern})+$", "", text)
    return text if re.search(r"\w", text) else None
