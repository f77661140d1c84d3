"""Indicators as people write them -> what they say in full: figures with their years, and where better lies.

A printed cell (`target: 1,270件（2026年）`) is read by target.py; a key that is written beside it overrules the reading. A
cell that cannot be read is kept as text, which no verdict by number is made of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from keikaku.plan import verdicts
from keikaku.plan.model import Indicator, Measure, Result
from keikaku.plan.target import Indicator as Reading
from keikaku.plan.target import read_parts
from keikaku.plan.verdicts import Direction

# What a printed cell says; where better lies is not compared, since the data may know more than the cell.
READ_KEYS = (
    *("kind", "comparator", "value", "value_to", "unit", "per", "due_fiscal_year", "due_kind"),
    *("first_year", "calendar", "approximate", "accumulation"),
)


@dataclass(frozen=True)
class Figure:
    """A row of `figures` without its ids; see the schema."""

    role: str
    last_year: int | None = None
    first_year: int | None = None
    calendar: str = "fiscal"
    value: int | float | None = None
    value_to: int | float | None = None
    text: str | None = None
    comparator: str | None = None
    approximate: bool = False
    due_kind: str | None = None
    edition: int = 1
    status: str | None = None
    printed: str | None = None
    note: str | None = None
    source_url: str | None = None
    published_on: str | None = None

    def to_judge(self) -> verdicts.Figure:
        names = verdicts.Figure.__dataclass_fields__
        return verdicts.Figure(**{name: getattr(self, name) for name in names})


def read_target(measure: Measure) -> list[Indicator]:
    """The indicators of a measure whose file gives none: one for each part of its target."""
    if measure.indicators or measure.target is None:
        return measure.indicators
    found = []
    for part in read_parts(measure.target):
        for reading in part.indicators or [Reading("activity", part.printed, printed=part.printed)]:
            read = {key: getattr(reading, key) for key in (*READ_KEYS, "direction")}
            label = reading.label or measure.name
            found.append(Indicator.model_construct(**read, label=label, printed=reading.printed, note=reading.note))
    return found


def complete(indicator: Indicator) -> Indicator:
    """The indicator with what its target cell says, where no key says otherwise."""
    read = _read_cell(indicator.target)
    if read is None:
        return indicator
    given = indicator.model_fields_set
    update: dict[str, Any] = {key: getattr(read, key) for key in (*READ_KEYS, "direction") if key not in given}
    if "direction" in update and read.direction:
        update["direction_from"] = "printed"
    return indicator.model_copy(update={**update, "note": indicator.note or read.note})


def _read_cell(cell: str | None) -> Reading | None:
    """What a cell says, where it says one thing that can be read."""
    parts = read_parts(cell) if cell else []
    return parts[0].indicators[0] if len(parts) == 1 and len(parts[0].indicators) == 1 else None


def figures_of(indicator: Indicator, cell: str | None, results: Iterable[Result]) -> list[Figure]:
    """Baseline, target and results of a complete indicator; `cell` is the printed target that it was read from."""
    printed = indicator.printed or indicator.target or cell
    figures = [*_baseline(indicator)]
    if _has_target(indicator, printed):
        figures.append(
            Figure(
                "target",
                indicator.due_fiscal_year,
                indicator.first_year,
                indicator.calendar,
                indicator.value,
                indicator.value_to,
                printed if indicator.value is None else None,
                indicator.comparator,
                indicator.approximate,
                indicator.due_kind,
                printed=printed,
            )
        )
    return figures + [_result(result) for result in results]


def _has_target(indicator: Indicator, printed: str | None) -> bool:
    """A record or a cost is only counted, unless the data gives a number or year to reach."""
    if indicator.target or indicator.value is not None or indicator.due_fiscal_year is not None:
        return True
    return indicator.kind not in ("record", "cost") and (printed is not None or indicator.kind != "quantity")


def _baseline(indicator: Indicator) -> Iterator[Figure]:
    if indicator.baseline is None:
        return
    read = _read_cell(indicator.baseline)
    if read is None or read.value is None:
        yield Figure("baseline", indicator.baseline_year, text=indicator.baseline, printed=indicator.baseline)
        return
    yield Figure(
        "baseline",
        indicator.baseline_year if read.due_fiscal_year is None else read.due_fiscal_year,
        read.first_year,
        read.calendar,
        read.value,
        read.value_to,
        approximate=read.approximate,
        printed=indicator.baseline,
        note=read.note,
    )


def _result(result: Result) -> Figure:
    return Figure(
        "estimate" if result.estimate else "result",
        result.fiscal_year,
        result.first_year,
        result.calendar,
        result.value,
        result.value_to,
        approximate=result.approximate,
        edition=result.edition,
        status=result.status,
        printed=result.printed,
        note=result.note,
        source_url=result.source_url,
        published_on=result.published_on,
    )


def direction_of(indicator: Indicator, figures: Sequence[Figure]) -> tuple[Direction | None, str | None]:
    """Where better lies and how that is known, as far as print, baseline or the data say it."""
    if indicator.direction:
        return indicator.direction, indicator.direction_from or "ours"
    target = next((figure for figure in figures if figure.role == "target"), None)
    if target is None or target.value is None:
        return None, None
    if target.comparator:
        return ("up" if target.comparator in (">=", ">") else "down"), "printed"
    if any(figure.role == "baseline" and figure.value is not None for figure in figures):
        judged = [figure.to_judge() for figure in figures]
        direction = verdicts.direction_of(to_judge(indicator), target.to_judge(), judged)
        return direction, "baseline" if direction else None
    return None, None


def to_judge(indicator: Indicator) -> verdicts.Indicator:
    kind: Any = indicator.kind
    return verdicts.Indicator(kind, indicator.direction, indicator.accumulation, indicator.per)


@dataclass(frozen=True)
class DatedVerdict:
    """What can be said of a target from a fiscal year on; `result` is the index of the newest result among the figures."""

    fiscal_year: int
    state: str
    missing: str | None
    judged_by: str | None
    trend: str
    result: int | None


def judge_over_time(
    indicator: Indicator, figures: Sequence[Figure], first: int
) -> Iterator[tuple[int, list[DatedVerdict]]]:
    """For each current target, by its index: what holds from which running fiscal year on, as seen from `first` or before.

    A verdict changes only when the year of a target or result begins or has ended; the first one also holds before.
    """
    judged = [figure.to_judge() for figure in figures]
    named = {f.last_year for f in figures if f.role in ("target", "result") and f.last_year is not None}
    earliest = min([first, *(last - 1 for last in named)])
    years = sorted({earliest, *(year for last in named for year in (last, last + 1))})
    current = verdicts.current_targets(judged)
    for i, target in enumerate(judged):
        if any(target is one for one in current):
            yield i, list(_changes(to_judge(indicator), target, judged, years))


def _changes(
    indicator: verdicts.Indicator, target: verdicts.Figure, figures: list[verdicts.Figure], years: Iterable[int]
) -> Iterator[DatedVerdict]:
    before: tuple[object, ...] | None = None
    for year in years:
        verdict = verdicts.judge(indicator, target, figures, year)
        newest = verdicts.newest_of(verdicts.results_until(figures, year))
        result = next((i for i, figure in enumerate(figures) if newest and figure is newest[-1]), None)
        trend = verdicts.trend(indicator, target, figures, year)
        held = (verdict.state, verdict.missing, verdict.by, trend, result)
        if held != before:
            yield DatedVerdict(year, *held)
        before = held
