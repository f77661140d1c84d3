"""What can be said of a target at a fiscal year: its state and its trend (rates: rates.py).

Guarantees: the order of rows changes nothing, a worse figure never gives a better state, silence is never met or below,
and a figure from before the due year, or of a year that is not over, judges nothing. What a number would need to be
judged and does not have is named (`Verdict.missing`); nothing is guessed, averaged or ranked.
Does not: read files, round a figure, or mix what the publisher says into a judgement by number.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeVar

Number = int | float | Decimal | Fraction
Direction = Literal["up", "down", "keep"]
State = Literal[
    "met", "partly_met", "below", "ahead", "due", "overdue_unreported", "unreported", "ongoing", "published",
    "not_judgeable",
]  # fmt: skip
Trend = Literal["better", "worse", "same", "unknown"]


@dataclass(frozen=True)
class Indicator:
    """What is counted or done. `direction` is where better lies; None is not known. A mean or total spans years.

    Its targets hold from the fiscal year `since` on: what was done before is shown and judges nothing, and before the end
    of that year nothing is missing. A number for which no year is printed is judged by what was reached in `until`, the
    last year of its plan.
    """

    kind: Literal["quantity", "milestone", "continue", "activity", "cost", "record"]
    direction: Direction | None = None
    accumulation: Literal["point", "total", "mean"] | None = None
    per: Literal["year", "event", "month"] | None = None
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Figure:
    """One printed figure in the indicator's unit. `last_year` is its year, for a target the due year, for a date the
    fiscal year that it falls in; `first_year` opens a span. `status` is what the publisher says of a result; what counts
    only a `part` (a day, a place) is compared with nothing."""

    role: Literal["baseline", "target", "result", "estimate"]
    last_year: int | None = None
    value: Number | None = None
    value_to: Number | None = None
    first_year: int | None = None
    calendar: Literal["fiscal", "calendar", "date"] = "fiscal"
    comparator: Literal[">=", "<=", ">", "<"] | None = None
    approximate: bool = False
    status: Literal["met", "partly_met", "not_met", "not_implemented", "implemented", "cancelled"] | None = None
    edition: int = 1
    part: str | None = None
    publisher: str | None = None


@dataclass(frozen=True)
class Verdict:
    """A state; `missing` names the field that not_judgeable lacks, `by` who judged."""

    state: State
    missing: str | None = None
    by: Literal["number", "publisher"] | None = None


_WORD_KINDS = ("milestone", "continue", "activity")
_BY_STATUS: dict[str | None, State] = {
    "met": "met", "partly_met": "partly_met", "not_met": "below", "not_implemented": "below", "implemented": "published",
    "cancelled": "published", None: "published",
}  # fmt: skip
BY_COMPARATOR: dict[str | None, Direction] = {">=": "up", ">": "up", "<=": "down", "<": "down"}


AnyFigure = TypeVar("AnyFigure", bound=Figure)


def current_targets(figures: Iterable[AnyFigure]) -> list[AnyFigure]:
    """The targets of the newest edition, in the order of their due years; a target without one comes last."""
    targets = [figure for figure in figures if figure.role == "target"]
    newest = max((target.edition for target in targets), default=0)
    return sorted((t for t in targets if t.edition == newest), key=lambda t: (t.last_year is None, t.last_year or 0))


def judge(indicator: Indicator, target: Figure | None, figures: Iterable[Figure], fiscal_year: int) -> Verdict:
    """The state of one target (None where there is none) in a running fiscal year."""
    figures = tuple(figures)
    since = indicator.since or 0
    results = [r for r in results_until(figures, fiscal_year) if r.last_year is None or r.last_year >= since]
    due = target.last_year if target else None
    is_done = any(result.status == "met" and result.part is None for result in results)
    if indicator.kind == "milestone" and is_done:  # what was done once stays done
        return Verdict("met", None, "publisher")
    end = indicator.until if due is None and not indicator.per and _is_number(indicator, target) else None
    newest = newest_of(_finished(indicator, results, due, fiscal_year))
    if newest:
        whole = [result for result in newest if result.part is None]
        found = {_judge_result(indicator, target, figures, result) for result in whole or newest}
        verdict = found.pop() if len(found) == 1 else Verdict("not_judgeable", "publisher")
        is_interim = verdict.by and end is not None and (newest[0].last_year or 0) < end
        return Verdict("not_judgeable", "due_fiscal_year") if is_interim else verdict
    if any(result.last_year is None for result in results):
        return Verdict("not_judgeable", "last_year")
    if due is not None:
        return _silent(due, fiscal_year, late=any((result.last_year or 0) > due for result in results))
    if indicator.kind in _WORD_KINDS and not indicator.per:
        return Verdict("ongoing")
    if not results and fiscal_year < since:
        return Verdict("ahead")
    if not results:  # of the first year of a yearly target nothing can be told before it ends
        return Verdict("due" if indicator.per == "year" and fiscal_year == since else "unreported")
    # Of a year that is not over: a yearly target is due at its end, whatever else is not judged before.
    return Verdict("due") if indicator.per == "year" else Verdict("not_judgeable", "last_year")


def direction_of(indicator: Indicator, target: Figure, figures: Iterable[Figure]) -> Direction | None:
    """Where better lies: by the print (以上, 以下), the data's own word, baseline against target, or a target of zero.

    A bare number has no direction, and neither have print and data that contradict each other.
    """
    printed = BY_COMPARATOR.get(target.comparator)
    if printed or indicator.direction:
        agreed = printed is None or indicator.direction in (printed, None)
        return (printed or indicator.direction) if agreed else None
    if target.value is None or target.value_to is not None:
        return None
    figures = tuple(figures)
    start, aim = baseline_value(indicator, figures), _exact(target.value)
    if start is not None:
        return "keep" if start == aim else "up" if start < aim else "down"
    has_negative = any(figure.value is not None and figure.value < 0 for figure in figures)
    return "down" if aim == 0 and not has_negative else None


def trend(indicator: Indicator, target: Figure | None, figures: Iterable[Figure], fiscal_year: int) -> Trend:
    """The newest whole year against the baseline, else against the result before it, both of one accumulation."""
    figures = tuple(figures)
    results = [f for f in results_until(figures, fiscal_year) if f.last_year is not None and f.last_year < fiscal_year]
    newest = newest_of(results)
    earlier = [f for f in results if f.last_year != newest[0].last_year]
    before = newest_of([f for f in figures if f.role == "baseline"]) or newest_of(earlier)
    now, then = {*map(single_value, newest)}, {*map(single_value, before)}
    spans_years = any(figure.first_year is not None for figure in (*newest, *before))
    if len(now) != 1 or len(then) != 1 or spans_years or indicator.accumulation == "total":
        return "unknown"
    return _change(now.pop(), then.pop(), direction_of(indicator, target, figures) if target else indicator.direction)


def _change(now: Fraction | None, then: Fraction | None, direction: Direction | None) -> Trend:
    if now is None or then is None:
        return "unknown"
    if now == then:
        return "same"
    if direction not in ("up", "down"):
        return "unknown"
    return "better" if (now > then) == (direction == "up") else "worse"


def results_until(figures: Iterable[Figure], fiscal_year: int) -> list[Figure]:
    """Results that say something, but those of years to come."""
    said = [f for f in figures if f.role == "result" and (f.value is not None or f.status)]
    return [f for f in said if f.last_year is None or f.last_year <= fiscal_year]


def _finished(indicator: Indicator, results: list[Figure], due: int | None, fiscal_year: int) -> list[Figure]:
    """Results of years that are over: of the due year where there is one; what is no number may be told later."""
    over = [f for f in results if f.last_year is not None and f.last_year < fiscal_year]
    if due is None:
        return over
    return [f for f in over if f.last_year == due or (indicator.kind in _WORD_KINDS and (f.last_year or 0) > due)]


def newest_of(figures: list[Figure]) -> tuple[Figure, ...]:
    """The figures of the newest year, each in its publisher's newest edition: more than one where publishers differ."""
    year = max((f.last_year or 0 for f in figures), default=0)
    last = [f for f in figures if (f.last_year or 0) == year]
    return tuple(f for f in last if not any(_supersedes(g, f) for g in last))


def _supersedes(newer: Figure, older: Figure) -> bool:
    """A publisher corrects its own figures; where one is not told, an edition is that of whoever published before."""
    is_same = newer.publisher == older.publisher or None in (newer.publisher, older.publisher)
    return is_same and newer.edition > older.edition


def _silent(due: int, fiscal_year: int, late: bool) -> Verdict:
    if due >= fiscal_year:
        return Verdict("due" if due == fiscal_year else "ahead")
    return Verdict("not_judgeable", "last_year") if late else Verdict("overdue_unreported")


def _is_number(indicator: Indicator, target: Figure | None) -> bool:
    return target is not None and target.value is not None and indicator.kind not in _WORD_KINDS


def _judge_result(indicator: Indicator, target: Figure | None, figures: tuple[Figure, ...], result: Figure) -> Verdict:
    if _is_number(indicator, target) and result.value is None and result.status in ("implemented", "cancelled"):
        return Verdict("not_judgeable", "value")  # that it took place says nothing of how many came
    if result.value is None or indicator.kind in _WORD_KINDS:
        state = "published" if result.part else _BY_STATUS[result.status]
        return Verdict(state, None, None if state == "published" else "publisher")
    if target is None:
        return Verdict("published")
    missing = first_difference(target, result)
    if missing:
        return Verdict("not_judgeable", missing)
    direction = direction_of(indicator, target, figures)
    reached = {_reaches(_exact(end), target, direction) for end in (result.value, result.value_to) if end is not None}
    one = reached.pop() if len(reached) == 1 else "value_to"  # a range of which only one end reaches the target
    if one is True:
        return Verdict("met", None, "number")
    if one is False and not target.approximate:
        return Verdict("below", None, "number")
    return Verdict("not_judgeable", one or "approximate")


def first_difference(target: Figure, result: Figure) -> str | None:
    """The first field by which target and result cannot be compared."""
    if target.value is None:
        return "target"
    if result.part is not None:
        return "part"
    if target.calendar != result.calendar:
        return "calendar"
    if target.first_year != result.first_year:
        return "first_year"
    return "approximate" if result.approximate else None


def _reaches(value: Fraction, target: Figure, direction: Direction | None) -> bool | str:
    """Whether a value reaches the target, or the field that is missing to say so."""
    low = _exact(target.value or 0)
    high = low if target.value_to is None else _exact(target.value_to)
    if target.comparator and direction is None:  # print and data contradict each other
        return "direction"
    if target.comparator in (">", "<"):
        return value > high if target.comparator == ">" else value < low
    if direction == "up":
        return value >= low
    if direction == "down":
        return value <= high
    if target.value_to is not None or direction == "keep":  # how far from it is still kept, nobody printed
        return True if low <= value <= high else "comparator"
    return "direction"


def baseline_value(indicator: Indicator, figures: Iterable[Figure]) -> Fraction | None:
    """The baseline, where there is one and a year's figure may be set against the target."""
    values = {*map(single_value, newest_of([f for f in figures if f.role == "baseline"]))}
    spans_years = indicator.accumulation in ("total", "mean")
    return None if spans_years or len(values) != 1 else values.pop()


def single_value(figure: Figure) -> Fraction | None:
    """A single exact value of the whole; None for a range, for 約, for a part and for no value."""
    single = figure.value_to is None and not figure.approximate and figure.part is None
    return _exact(figure.value) if single and figure.value is not None else None


def _exact(value: Number) -> Fraction:
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)  # 37.2 is 372/10 as printed
