"""Rules for targets, indicators and figures: what the data says is what its printed cells say."""

from collections.abc import Iterator

from keikaku.plan.checking import Fault, Plan, fault, needs, unknown
from keikaku.plan.indicators import READ_KEYS, is_bare, is_scaled, unit_in, year_in
from keikaku.plan.model import Indicator, Measure, PrintedFigure, Result
from keikaku.plan.record_checks import LONGEST_PLAN
from keikaku.plan.references import PlacedIndicator
from keikaku.plan.target import Indicator as Reading
from keikaku.plan.target import read_parts
from keikaku.plan.verdicts import BY_COMPARATOR

_SAID_BY = ("publisher", "source_url")


@needs("measures", "sectors", "goals", "indicators")
def check_targets(plan: Plan) -> Iterator[Fault]:
    """The indicators say what the printed target says; a part beyond read_parts needs a note on how it was read.

    A note that begins with 読み方： overrules the reading, and the page shows it.
    """
    for i, measure in enumerate(plan.data.measures):
        if measure.target is not None and measure.indicators:
            yield from _find_misread(i, measure, measure.target)


def _find_misread(i: int, measure: Measure, target: str) -> Iterator[Fault]:
    parts = read_parts(target)
    left = [(j, x) for j, x in enumerate(measure.indicators) if x.source == "target"]
    read = [indicator for part in parts for indicator in part.indicators]
    error = next((part.error for part in parts if part.error), None)
    if error is None and len(left) != len(read) and not any(_is_overruled(x) for _, x in left):
        yield fault("measures", (i, "indicators"), "indicators", target=target, count=len(left), read=len(read))
        return
    for right in read:
        named = ((j, x) for j, x in left if error is None or (x.printed or target) == right.printed)
        match = next(named, None)
        if match is None:
            yield fault("measures", (i, "indicators"), "no part", printed=right.printed)
            continue
        left.remove(match)
        j, indicator = match
        for key, given, must in _find_differences(indicator, right):
            values = {"key": key, "given": given, "must": must, "printed": right.printed}
            yield fault("measures", (i, "indicators", j, key), "misread", **values)
    if error and not (left and all(x.note for _, x in left)):
        yield fault("measures", (i, "target"), "unread", error=error)


def _find_differences(indicator: Indicator, right: Reading) -> Iterator[tuple[str, object, object]]:
    for key in () if _is_overruled(indicator) else READ_KEYS:
        given, must = getattr(indicator, key), getattr(right, key)
        if given != must and not (indicator.note and (key, must) == ("per", None)):
            yield key, given, must


def _is_overruled(indicator: Indicator) -> bool:
    return (indicator.note or "").startswith("読み方：")


def _find_unplaced(plan: Plan) -> Iterator[Fault]:
    """A line without a place, among others that have one, is what merged cells leave; alone it would be the whole plan's."""
    named = [bool(x.plan or x.measures or x.goals or x.sectors) for x in plan.data.indicators]
    for i in (i for i, is_named in enumerate(named) if any(named) and not is_named):
        yield fault("indicators", (i,), "no place", name=plan.data.indicators[i].label)


@needs("measures", "sectors", "goals", "indicators")
def check_indicators(plan: Plan) -> Iterator[Fault]:
    """An indicator has what its kind needs, and its printed part stands in the target."""
    yield from _find_unplaced(plan)
    first, last = plan.data.plan.start_fiscal_year, plan.data.plan.end_fiscal_year + LONGEST_PLAN
    for placed in plan.known.indicators:
        x, (kind, path) = placed.indicator, placed.path
        cell = placed.measure.target if placed.measure else x.target
        if x.value is not None and x.kind in ("continue", "milestone", "activity"):
            yield fault(kind, path, "value of words", kind=x.kind, value=x.value)
        if x.kind == "quantity" and x.value is None and x.target is None and x.baseline is None:
            yield fault(kind, path, "no value")
        yield from _find_unfit_cells(placed)
        right = BY_COMPARATOR.get(x.comparator)
        if right and x.direction not in (right, None):
            values = {"given": x.direction, "right": right, "printed": x.printed or cell or x.comparator}
            yield fault(kind, (*path, "direction"), "contradiction", **values)
        if (x.due_fiscal_year is None) != (x.due_kind is None):
            yield fault(kind, path, "one of two")
        if x.due_fiscal_year is not None and not first <= x.due_fiscal_year <= last:
            yield fault(kind, (*path, "due_fiscal_year"), "due outside", year=x.due_fiscal_year, first=first)
        if placed.measure and x.source == "schedule":
            missing = [key for key in ("printed", "note") if getattr(x, key) is None]
            yield from (fault(kind, path, "from schedule", key=key) for key in missing)
        elif x.printed is not None and cell is not None and x.printed not in cell:
            yield fault(kind, (*path, "printed"), "not in the target", printed=x.printed)


def _find_unfit_cells(placed: PlacedIndicator) -> Iterator[Fault]:
    """Years that a key and a cell tell differently, and a baseline in another unit."""
    x, (kind, path) = placed.indicator, placed.path
    cells = (("baseline_year", x.baseline_year, x.baseline), ("due_fiscal_year", x.due_fiscal_year, x.target))
    for key, year, cell in cells:
        read = year_in(cell)
        if None not in (year, read) and year != read and not _is_overruled(x):
            yield fault(kind, (*path, key), "another year", year=year, cell=cell, read=read)
    if unfit := _other_unit(x, x.baseline):
        yield fault(kind, (*path, "baseline"), "unit of the baseline", unfit=unfit)


def _other_unit(indicator: Indicator, cell: str | None) -> str | None:
    """What is wrong with a cell whose unit is not that of its indicator, which has one for all its figures."""
    unit, here, counted = indicator.unit, unit_in(cell), _counted_in(indicator)
    if here and is_scaled(f"1{unit}"):
        return f"「{cell}」に単位があるのに、指標の unit が{unit}です (a unit in both)"
    if is_scaled(counted) and is_bare(cell):
        return f"「{cell}」に単位がないのに、「{counted}」と数えています (thousands or ones)"
    if here is None or unit is None or unit_in(f"1{unit}") in (here, None):
        return None
    return f"「{cell}」の単位は{unit}ではありません (another unit)"


def _counted_in(indicator: Indicator) -> str | None:
    """The cell that shows how an indicator counts."""
    return indicator.target or indicator.printed or indicator.baseline


@needs("plan", "sectors", "goals", "measures", "indicators", "figures", "results")
def check_figures(plan: Plan) -> Iterator[Fault]:
    """Figures name one indicator, say something that no other says, and their cell says the same year and unit.

    Of a result is told who says it, and where: its document, or publisher and address.
    """
    for kind in ("figures", "results"):
        seen = set()
        for i, told in enumerate(getattr(plan.data, kind)):
            named = plan.known.indicators_at(told.measure, told.indicator)
            if len(named) != 1:
                yield _unclear(plan, (kind, i), told, named)
                continue
            yield from _find_wrong_figure(plan, (kind, i), told, named[0].indicator)
            if isinstance(told, Result) and told.document is None:
                yield from (fault(kind, (i, key), f"no {key}") for key in _SAID_BY if getattr(told, key) is None)
            role = told.estimate if isinstance(told, Result) else told.role
            year = told.fiscal_year or year_in(told.printed)
            told_by = told.source_url or told.document
            key = (named[0].id, role, year, told.calendar, told.first_year, told.part, told.edition, told_by)
            if key in seen:
                yield fault(kind, (i, "fiscal_year"), "figure twice")
            seen.add(key)


def _unclear(plan: Plan, at: tuple[str, int], told: PrintedFigure | Result, named: list[PlacedIndicator]) -> Fault:
    kind, i = at
    if named:
        key, name = ("indicator", told.indicator) if told.measure is None else ("measure", told.measure)
        ids = "、".join(placed.id for placed in named)
        return fault(kind, (i, key), "ambiguous", name=name, count=len(named), ids=ids)
    if told.measure is not None and isinstance(told.indicator, int):
        count = sum(1 for n in range(1, 20) if plan.known.indicators_at(told.measure, n))
        values = {"measure": told.measure, "indicator": told.indicator, "count": count}
        return fault(kind, (i, "indicator" if count else "measure"), "no indicator", **values)
    return unknown(kind, (i, "indicator"), "指標", told.indicator, plan.known.indicator_names)


def _find_wrong_figure(
    plan: Plan, at: tuple[str, int], told: PrintedFigure | Result, indicator: Indicator
) -> Iterator[Fault]:
    kind, i = at
    if told.value is not None and told.printed is None and is_scaled(counted := _counted_in(indicator)):
        yield fault(kind, (i, "value"), "ones or thousands", counted=counted, value=told.value)
    if told.value is None and (unfit := _other_unit(indicator, told.printed)):
        yield fault(kind, (i, "printed"), "unit of the figure", unfit=unfit)
    if told.fiscal_year is not None and (year := year_in(told.printed)) not in (None, told.fiscal_year):
        values = {"year": told.fiscal_year, "cell": told.printed, "read": year}
        yield fault(kind, (i, "fiscal_year"), "another year", **values)
    if told.document is not None and told.document not in plan.known.documents:
        yield unknown(kind, (i, "document"), "文書", told.document, plan.known.documents)
    if told.value is None and told.printed is None and getattr(told, "status", None) is None:
        yield fault(kind, (i, "value"), "nothing told")
