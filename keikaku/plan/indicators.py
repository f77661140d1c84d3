"""Indicators as people write them -> what they say in full: figures with their years, and where better lies.

A printed cell (`target: 1,270件（2026年）`) is read by target.py; a key that is written beside it overrules the reading. A
cell that cannot be read is kept as text, which no verdict by number is made of.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from keikaku.plan import verdicts
from keikaku.plan.fiscal_year import half_width
from keikaku.plan.model import Indicator, Measure, PrintedFigure, Result
from keikaku.plan.target import Indicator as Reading
from keikaku.plan.target import Part, number_as_printed, read_parts
from keikaku.plan.verdicts import Direction

# What a printed cell says; where better lies is not compared, since the data may know more than the cell.
READ_KEYS = (
    *("kind", "comparator", "value", "value_to", "unit", "per", "due_fiscal_year", "due_kind"),
    *("first_year", "calendar", "approximate", "accumulation"),
)

_BARE = re.compile(r"[△▲-]?[0-9][0-9,]*(?:\.[0-9]+)?(?=\s*(?:$|[(（]))")
_SCALED = re.compile(r"[0-9][百千万億]")


@dataclass(frozen=True)
class Figure(verdicts.Figure):
    """A row of `figures` without its ids; see the schema. `amount` is made from the others by `figures_of`."""

    value: int | Decimal | None = None
    value_to: int | Decimal | None = None
    amount: str | None = None
    text: str | None = None
    due_kind: str | None = None
    printed: str | None = None
    note: str | None = None
    document: str | None = None
    source_url: str | None = None
    published_on: str | None = None
    recorded_on: str | None = None


def read_target(measure: Measure) -> list[Indicator]:
    """The indicators of a measure whose file gives none: one for each part of its target."""
    if measure.indicators or measure.target is None:
        return measure.indicators
    found = []
    for part in read_parts(measure.target):
        if _says_nothing(part):
            continue
        for reading in part.indicators or [Reading("activity", part.printed, printed=part.printed)]:
            read = {key: getattr(reading, key) for key in (*READ_KEYS, "direction")}
            label = reading.label or measure.name
            found.append(Indicator.model_construct(**read, label=label, printed=reading.printed, note=reading.note))
    return found


def _says_nothing(part: Part) -> bool:
    """Whether a part is a mark or a word for no value, such as － or 設定なし."""
    return part.error is not None and part.error.reason in ("empty", "no value")


def complete(indicator: Indicator) -> Indicator:
    """The indicator with what its target cell says, where no key says otherwise."""
    given = indicator.model_fields_set
    read = _read_cell(indicator.target, indicator.unit)
    if read is None:
        unit = getattr(_read_cell(indicator.baseline), "unit", None)
        return indicator if "unit" in given or unit is None else indicator.model_copy(update={"unit": unit})
    read = _reckoned(read, indicator)
    update: dict[str, Any] = {key: getattr(read, key) for key in (*READ_KEYS, "direction") if key not in given}
    if "due_fiscal_year" in given and "due_kind" not in given:  # the heading of a column names the year
        update["due_kind"] = "in"
    if "direction" in update and read.direction:
        update["direction_from"] = "printed"
    return indicator.model_copy(update={**update, "note": indicator.note or read.note})


def _reckoned(read: Reading, indicator: Indicator) -> Reading:
    """A target that is told by the baseline alone (現状値以上, 維持), with the baseline's number where there is one."""
    base = _read_cell(indicator.baseline, indicator.unit)
    if read.against is None or base is None or base.value is None or base.comparator:
        return read
    said: dict[str, Any] = {
        name: getattr(read, name) for name in ("direction", "due_fiscal_year", "due_kind", "calendar")
    }
    note = read.note or f"「{indicator.target}」の数は、基準値「{indicator.baseline}」です"
    return replace(base, comparator=None if read.against == "=" else read.against, note=note, **said)


def unit_in(cell: str | None) -> str | None:
    """The unit of the number that a cell says, in one spelling."""
    unit = getattr(_read_cell(cell), "unit", None)
    return re.sub("^(?:箇所|個所|[カヵヶケ]所)$", "か所", unit).replace("㏊", "ha") if unit else None


def year_in(cell: str | None) -> int | None:
    """The last fiscal year that a cell names."""
    return getattr(_read_cell(cell), "due_fiscal_year", None)


def calendar_in(cell: str | None) -> str | None:
    """How the year that a cell names is counted."""
    return getattr(_read_cell(cell), "calendar", None) if year_in(cell) else None


def is_scaled(cell: str | None) -> bool:
    """Whether a cell counts in thousands or the like, as 2,539千人, which reads as 2,539,000人."""
    return bool(cell and _SCALED.search(half_width(cell)))


def is_bare(cell: str | None) -> bool:
    """Whether a cell has a number without a unit."""
    return bool(cell and _BARE.match(half_width(cell)))


def _read_cell(cell: str | None, unit: str | None = None) -> Reading | None:
    """What a cell says, where it says one thing that can be read; of a bare number the unit may be known elsewhere."""
    if cell and unit:
        cell = _BARE.sub(r"\g<0>件", half_width(cell))  # any unit: without one 1270 may be a year
    parts = read_parts(cell) if cell else []
    return parts[0].indicators[0] if len(parts) == 1 and len(parts[0].indicators) == 1 else None


def figures_of(indicator: Indicator, cell: str | None, told: Iterable[PrintedFigure | Result]) -> list[Figure]:
    """All figures of a complete indicator; `cell` is the printed target that it was read from, `told` are of other files."""
    printed = indicator.printed or indicator.target or cell
    figures = [*_baseline(indicator)]
    if _has_target(indicator, printed):
        same = ("value", "value_to", "first_year", "calendar", "comparator", "approximate", "due_kind")
        given: dict[str, Any] = {name: getattr(indicator, name) for name in same}
        text = printed if indicator.value is None else None
        figures.append(Figure("target", indicator.due_fiscal_year, text=text, printed=printed, **given))
    figures += [_told(figure, indicator.unit) for figure in told]
    return [replace(figure, amount=_amount(figure, indicator)) for figure in figures]


def _amount(figure: Figure, indicator: Indicator) -> str | None:
    """The number of a figure as its cell prints it, else as the baseline does, whose number a target may be."""
    cells = (figure.printed, indicator.baseline if figure.role == "target" else None)
    numbers = [number for number in (figure.value, figure.value_to) if number is not None]
    return "〜".join(number_as_printed(number, cells) for number in numbers) or None


def _has_target(indicator: Indicator, printed: str | None) -> bool:
    """A record or a cost is only counted, unless the data gives a number or year to reach; － is no target at all."""
    if printed and indicator.value is None and all(map(_says_nothing, read_parts(printed))):
        return False
    if indicator.target or indicator.value is not None or indicator.due_fiscal_year is not None:
        return True
    return indicator.kind not in ("record", "cost") and (printed is not None or indicator.kind != "quantity")


def _baseline(indicator: Indicator) -> Iterator[Figure]:
    if indicator.baseline is None or all(map(_says_nothing, read_parts(indicator.baseline))):
        return
    read = _read_cell(indicator.baseline, indicator.unit)
    if read is None or read.value is None or read.comparator:
        yield Figure("baseline", indicator.baseline_year, text=indicator.baseline, printed=indicator.baseline)
        return
    told: dict[str, Any] = {
        name: getattr(read, name) for name in ("value", "value_to", "first_year", "approximate", "note")
    }
    if read.due_fiscal_year is None:
        told |= {"last_year": indicator.baseline_year, "calendar": indicator.calendar}
    else:
        told |= {"last_year": read.due_fiscal_year, "calendar": read.calendar}
    yield Figure("baseline", printed=indicator.baseline, **told)


def _told(figure: PrintedFigure | Result, unit: str | None) -> Figure:
    """A figure of a file; its printed cell is read where no value is written, and a cell that cannot be read is text."""
    names = Figure.__dataclass_fields__.keys() & type(figure).model_fields.keys()
    given = {name: getattr(figure, name) for name in names}
    given["last_year"] = figure.fiscal_year
    if isinstance(figure, Result):
        given["role"] = "estimate" if figure.estimate else "result"
    elif figure.role == "target" and figure.fiscal_year is not None:
        given["due_kind"] = figure.due_kind or "in"
    read = _read_cell(figure.printed, unit) if figure.value is None else None
    is_open = read is not None and read.comparator and given["role"] != "target"  # 10人以上 may be any number
    if read is None or read.value is None or is_open:
        return Figure(**given, text=figure.printed if figure.value is None else None)
    cell = {name: getattr(read, name) for name in names if hasattr(read, name)} | {"last_year": read.due_fiscal_year}
    unset = {name: value for name, value in cell.items() if given[name] in (None, False)}
    calendar = figure.calendar if "calendar" in figure.model_fields_set else read.calendar
    if given["role"] != "target":
        unset.pop("due_kind", None)
    return Figure(**{**given, **unset, "printed": figure.printed, "calendar": calendar})


def direction_of(indicator: Indicator, figures: Sequence[Figure]) -> tuple[Direction | None, str | None]:
    """Where better lies and how that is known, as far as print, baseline or the data say it."""
    if indicator.direction:
        return indicator.direction, indicator.direction_from or "ours"
    newest = max((figure.edition for figure in figures if figure.role == "target"), default=1)
    target = next((figure for figure in figures if figure.role == "target" and figure.edition == newest), None)
    if target is None or target.value is None:
        return None, None
    direction = verdicts.direction_of(to_judge(indicator), target, figures)
    if direction is None:
        return None, None
    if target.comparator:
        return direction, "printed"
    return direction, "ours" if verdicts.baseline_value(to_judge(indicator), figures) is None else "baseline"


def to_judge(indicator: Indicator, since: int | None = None, until: int | None = None) -> verdicts.Indicator:
    kind: Any = indicator.kind
    return verdicts.Indicator(kind, indicator.direction, indicator.accumulation, indicator.per, since, until)


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
    indicator: Indicator, figures: Sequence[Figure], since: int, until: int
) -> Iterator[tuple[int, list[DatedVerdict]]]:
    """For each current target, by its index: what holds from which running fiscal year on; results before `since` judge nothing,
    and a number without a year is judged by the year `until`.

    A verdict changes only when `since` or the year of a target or result begins or has ended; the first one also holds before.
    """
    named = {f.last_year for f in figures if f.role in ("target", "result") and f.last_year is not None}
    named.add(since)
    years = sorted({min(named) - 1, until + 1, *(year for last in named for year in (last, last + 1))})
    current = verdicts.current_targets(figures)
    for i, target in enumerate(figures):
        if any(target is one for one in current):
            yield i, list(_changes(to_judge(indicator, since, until), target, figures, years))


def _changes(
    indicator: verdicts.Indicator, target: Figure, figures: Sequence[Figure], years: Iterable[int]
) -> Iterator[DatedVerdict]:
    before: tuple[object, ...] | None = None
    for year in years:
        verdict = verdicts.judge(indicator, target, figures, year)
        newest = verdicts.newest_of(verdicts.results_until(figures, year))
        result = next((i for i, figure in enumerate(figures) if len(newest) == 1 and figure is newest[0]), None)
        trend = verdicts.trend(indicator, target, figures, year)
        held = (verdict.state, verdict.missing, verdict.by, trend, result)
        if held != before:
            yield DatedVerdict(year, *held)
        before = held
