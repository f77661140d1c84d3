"""What the records of a plan are called: every code, name and id by which its files may name a record -> its id.

A name that two records share names neither. Nothing here fails: what is missing is found by checks.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from keikaku.plan import ids
from keikaku.plan.indicators import complete, read_target
from keikaku.plan.model import City, Evaluation, Goal, Indicator, Measure, PlanData

Place = tuple[str, str]  # table and id of a record


class PlacedIndicator(NamedTuple):
    """An indicator with its id, its order at its first place, and all places where it is printed.

    `measure` is the one within which it is written, None in a table of indicators; `path` is where it stands in the file.
    """

    indicator: Indicator
    id: str
    position: int
    places: list[Place]
    measure: Measure | None
    path: tuple[str, tuple[str | int, ...]]


class References:
    """The records of one plan by what they are called."""

    def __init__(self, city: City, data: PlanData) -> None:
        self.data = data
        self.plan_id = data.plan.id
        self.organizations = {name: o.id for o in city.organizations for name in (o.name, *o.printed, *o.aliases)}
        self.periods = _number(self.plan_id, "period", [p.name for p in data.plan.periods])
        self.documents = _number(self.plan_id, "document", [d.title for d in data.plan.documents])
        self.sectors = _unique((name, s.id) for s in data.sectors for name in {s.id, s.name, s.prefix or s.id})
        self.each_goal = [(goal, self._goal_id(goal, i)) for i, goal in enumerate(data.goals, 1)]
        self.each_measure = [(measure, self._measure_id(measure, i)) for i, measure in enumerate(data.measures, 1)]

    def _goal_id(self, goal: Goal, position: int) -> str:
        owner = self.sectors.get(goal.sector or "", self.plan_id)
        return goal.id or ids.numbered_id(owner, "goal", goal.number or position)

    def _measure_id(self, measure: Measure, position: int) -> str:
        sector = self.sectors.get(measure.prefix or "")
        if measure.id is None and sector and measure.number:
            return ids.measure_id(sector, measure.number)
        return measure.id or ids.coded_measure_id(self.plan_id, measure.code, position)

    @cached_property
    def goals(self) -> dict[str, str]:
        """By id, title, code, and sector-number as in 工-1."""
        return _unique(
            (name, id_)
            for goal, id_ in self.each_goal
            for name in {id_, goal.title, goal.code or id_, f"{goal.sector}-{goal.number}" if goal.number else id_}
        )

    @cached_property
    def measures(self) -> dict[str, str]:
        """By id, code and name; a name that several measures share is that of the one that is no repeat."""
        known = _unique((m.name, id_) for m, id_ in self.each_measure if not m.repeat_of)
        return known | {name: id_ for m, id_ in self.each_measure for name in (id_, m.code or id_)}

    def sector_of(self, measure: Measure) -> str | None:
        """The id of the sector that a measure names, by itself or by its code."""
        return self.sectors.get(measure.sector or measure.prefix or "")

    def goal_of(self, measure: Measure, goal: int | str) -> str | None:
        """The id of a goal that a measure names: by its number within the sector, or by any of its names (a code may be 1)."""
        if isinstance(goal, str):
            return self.goals.get(goal)
        sector = self.sector_of(measure)
        same = (id_ for g, id_ in self.each_goal if g.number == goal and self.sectors.get(g.sector or "") == sector)
        return next(same, None) or self.goals.get(str(goal))

    @cached_property
    def indicators(self) -> list[PlacedIndicator]:
        """Those within measures first, each in the order of its file."""
        return list(self._indicators())

    def _indicators(self) -> Iterator[PlacedIndicator]:
        counts: Counter[str] = Counter()
        for i, (measure, id_) in enumerate(self.each_measure):
            for j, indicator in enumerate(map(complete, read_target(measure))):
                counts[id_] += 1
                made = indicator.id or ids.numbered_id(id_, "target", counts[id_])
                path = ("measures", (i, "indicators", j))
                yield PlacedIndicator(indicator, made, counts[id_], [("measures", id_)], measure, path)
        for i, indicator in enumerate(map(complete, self.data.indicators)):
            places = self._places(indicator) or [("plans", self.plan_id)]
            owner = places[0][1]
            counts[owner] += 1
            made = indicator.id or ids.numbered_id(owner, "target", counts[owner])
            yield PlacedIndicator(indicator, made, counts[owner], places, None, ("indicators", (i,)))

    def _places(self, indicator: Indicator) -> list[Place]:
        named = [("plans", self.plan_id)] if indicator.plan else []
        for table, known in (("sectors", self.sectors), ("goals", self.goals), ("measures", self.measures)):
            named += [(table, known[name]) for name in getattr(indicator, table) if name in known]
        return named

    @cached_property
    def indicator_names(self) -> dict[str, list[PlacedIndicator]]:
        """Id, code or label (with its member after a space) -> the indicators that are called so."""
        named: dict[str, list[PlacedIndicator]] = {}
        for placed in self.indicators:
            x = placed.indicator
            label = f"{x.label} {x.member}" if x.member else x.label
            for name in {placed.id, x.code or placed.id, label}:
                named.setdefault(name, []).append(placed)
        return named

    def indicators_at(self, place: str | None, indicator: int | str) -> list[PlacedIndicator]:
        """By one of their names, or by any name of what they are first printed at and the position there.

        A place that is named with a name settles which of several is meant. More than one where it can mean several.
        """
        named = self.indicator_names.get(str(indicator), [])
        if place is None:
            return named
        owners = {known.get(place) for known in (self.measures, self.goals, self.sectors)} - {None}
        owners |= {self.plan_id} & {place}
        if isinstance(indicator, str):
            return [placed for placed in named if any(row_id in owners for _, row_id in placed.places)]
        return [
            placed
            for placed in self.indicators
            if place in (placed.id, placed.indicator.code)
            or (placed.places[0][1] in owners and placed.position == indicator)
        ]

    def judged(self, evaluation: Evaluation) -> Place | tuple[None, None]:
        """The table and id of what an evaluation names."""
        if evaluation.indicator:
            found = self.indicators_at(evaluation.measure or evaluation.goal, evaluation.indicator)
            return ("indicators", found[0].id) if len(found) == 1 else (None, None)
        for table, name in (("measures", evaluation.measure), ("goals", evaluation.goal)):
            if id_ := getattr(self, table).get(name):
                return table, id_
        return None, None

    @cached_property
    def records(self) -> dict[str, Place]:
        """The code of every measure and the id of every record of the plan -> its table and its id."""
        known = {self.plan_id: ("plans", self.plan_id)}
        known |= {id_: ("goals", id_) for _, id_ in self.each_goal}
        known |= {p.id: ("indicators", p.id) for p in self.indicators}
        known |= {name: ("measures", id_) for name, id_ in self.measures.items()}
        for table in ("sectors", "evaluations", "events", "corrections"):
            known |= {record.id: (table, record.id) for record in getattr(self.data, table)}
        return known | {id_: ("organizations", id_) for id_ in self.organizations.values()}

    def row_of(self, table: str, row: str) -> str | None:
        """The id of a row that a correction names by code, prefix or id."""
        if table in ("measures", "sectors", "goals", "periods", "documents"):
            known: dict[str, str] = getattr(self, table)
            return known.get(row)
        found = self.records.get(row)
        return found[1] if found and found[0] == table else None


def _number(owner: str, kind: str, names: list[str]) -> dict[str, str]:
    return {name: ids.numbered_id(owner, kind, i) for i, name in enumerate(names, 1)}


def _unique(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Without the names that stand for more than one id."""
    owners: dict[str, set[str]] = {}
    for name, id_ in named:
        owners.setdefault(name, set()).add(id_)
    return {name: next(iter(found)) for name, found in owners.items() if len(found) == 1}
