"""Rates of a target by named rules, each with its formula and, where it does not fit, the reason in words for readers.

Guarantees: exact fractions; what a city prints by the same rule comes out to its digit (`Rate.percent`).
Does not: choose a rule, average rates, or rank anything; a rate is no verdict, so an interim result has one too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import partial
from typing import Literal

from keikaku.plan import verdicts
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.verdicts import Direction, Figure, Indicator

Rule = Literal["baseline", "ratio", "path"]
FORMULAS: dict[Rule, str] = {
    "baseline": "（実績値－基準値）÷（目標値－基準値）",
    "ratio": "実績値÷目標値",
    "path": "（実績値－基準値）÷（基準値と目標値を結ぶ直線のその年度の値－基準値）",
}


@dataclass(frozen=True)
class Rate:
    """A share of the way (1 is all of it), or why the rule does not fit; the words are for readers."""

    value: Fraction | None = None
    refusal: str | None = None

    @property
    def percent(self) -> Decimal | None:
        """In percent with one decimal place, half away from zero, as Japanese cities print it."""
        if self.value is None:
            return None
        exact = Decimal(self.value.numerator * 100) / Decimal(self.value.denominator)
        return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def rate(rule: Rule, indicator: Indicator, target: Figure, figures: Iterable[Figure], fiscal_year: int) -> Rate:
    """How far the newest result up to the due year has come, by a rule of FORMULAS."""
    figures, refused = tuple(figures), partial(Rate, None)
    until = min(fiscal_year, fiscal_year if target.last_year is None else target.last_year)
    newest = verdicts.newest_of([f for f in verdicts.results_until(figures, until) if f.last_year is not None])
    values = {*map(verdicts.single_value, newest)}
    done, aim = next(iter(values), None), verdicts.single_value(target)
    start, direction = verdicts.baseline_value(indicator, figures), verdicts.direction_of(indicator, target, figures)
    if aim is None:
        return refused("目標が、はっきりした一つの数ではありません")
    if not newest:
        return refused(f"{format_fiscal_year(until)}までの、年度のわかる実績の記録が、当サイトにありません")
    if done is None or len(values) != 1:
        return refused("実績が、はっきりした一つの数ではありません")
    if verdicts.first_difference(target, newest[0]):
        return refused("目標と実績の数え方（年・年度、累計の期間）が違います")
    if rule == "ratio":
        return _ratio(done, aim, direction)
    if start is None:
        return refused("比べられる基準値がありません")
    if start == aim:
        return refused("基準値と目標値が同じ（維持）なので割れません")
    if direction != ("up" if start < aim else "down"):
        return refused("基準値から目標値への向きが、よくなる向きと合いません")
    way = Fraction(1) if rule == "baseline" else _share_of_time(newest[0], target, figures)
    if way is None:
        return refused("基準値・実績・目標の年度がこの順に並んでいません")
    return Rate((done - start) / ((aim - start) * way))


def _ratio(done: Fraction, aim: Fraction, direction: Direction | None) -> Rate:
    if direction != "up":
        words = {"down": "減らす目標なので", "keep": "維持する目標なので", None: "増やす目標かどうかわからないので"}
        return Rate(None, f"{words[direction]}、割り算の率は使えません")
    if aim <= 0:
        return Rate(None, "目標値が0以下なので割れません")
    return Rate(done / aim)


def _share_of_time(result: Figure, target: Figure, figures: Iterable[Figure]) -> Fraction | None:
    starts = {figure.last_year for figure in verdicts.newest_of([f for f in figures if f.role == "baseline"])}
    first = next(iter(starts)) if len(starts) == 1 else None
    year, last = result.last_year, target.last_year
    if first is None or year is None or last is None or not first < year <= last:
        return None
    return Fraction(year - first, last - first)
