"""A validated municipality -> its rows in every table. Pure: the same data gives the same rows in the same order.

Ids that no file gives are those of keikaku.plan.references.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from keikaku.database.printing import Print
from keikaku.plan.fiscal_year import ends_on, format_fiscal_year, short_fiscal_year, starts_on
from keikaku.plan.ids import numbered_id
from keikaku.plan.indicators import Figure, direction_of, figures_of, judge_over_time
from keikaku.plan.model import City, PlanData, PrintedFigure, Result
from keikaku.plan.municipality import label_of, prefecture_of
from keikaku.plan.references import PlacedIndicator, References
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema

Row = dict[str, Any]
CITY_TABLES = ("municipalities", "organizations", "organization_names", "ruby")
PLAN_TABLES = (
    *("plans", "plan_words", "periods", "documents", "sectors", "goals"),
    *("measures", "measure_marks", "measure_goals", "measure_links"),
    *("plan_organizations", "measure_organizations"),
    *("indicators", "indicator_links", "indicator_organizations", "figures", "verdicts", "grades"),
    *("evaluations", "events", "event_measures"),
    *("corrections", "changes", "change_records", "withdrawn_ids"),
)
# In the order in which they are written; each is the name of a method below.
TABLES = (*CITY_TABLES, *PLAN_TABLES)


def build_rows(city: City) -> dict[str, list[Row]]:
    """Table name -> rows of a municipality and its plans (column name -> value), in the order of its files."""
    plans = [_PlanRows(city, data) for data in city.plans]
    shared = _CityRows(city, plans)
    return {
        **{table: _fit(table, getattr(shared, table)()) for table in CITY_TABLES},
        **{table: [row for plan in plans for row in plan.fit(table)] for table in PLAN_TABLES},
    }


def _fit(table: str, rows: Iterable[Row], **known: Any) -> list[Row]:
    """Rows with exactly the columns of their table; what is said of no row is NULL, and its position is its order."""
    columns = columns_of()[table]
    return [
        {column: {"position": i, **known, **row}.get(column) for column in columns} for i, row in enumerate(rows, 1)
    ]


def _stored(number: int | Decimal | None) -> int | float | None:
    """A number as SQLite holds it."""
    if number is None:
        return None
    return int(number) if number == int(number) else float(number)


@cache
def columns_of() -> dict[str, list[str]]:
    """Table -> its columns in the order of the schema."""
    return {table.name: [column.name for column in table.columns] for table in read_schema()}


def fiscal_year_rows(first: int, last: int) -> list[Row]:
    """The rows of fiscal_years, both ends included."""
    return [
        {
            "fiscal_year": year,
            "label": format_fiscal_year(year),
            "short_label": short_fiscal_year(year),
            "starts_on": starts_on(year).isoformat(),
            "ends_on": ends_on(year).isoformat(),
        }
        for year in range(first, last + 1)
    ]


def code_rows() -> list[Row]:
    """The rows of codes."""
    return [
        {"table_name": table, "column_name": column, "code": code, "label": label, "description": description}
        for (table, column), terms in CODES.items()
        for code, (label, description) in terms.items()
    ]


class _CityRows:
    """The rows of a municipality that its plans share."""

    def __init__(self, city: City, plans: list["_PlanRows"]) -> None:
        self.city = city
        self.plans = plans
        self.id = city.municipality.id

    def municipalities(self) -> Iterator[Row]:
        about = self.city.municipality
        yield {**dict(about), "label": label_of(about.name, about.code), "prefecture": prefecture_of(about.code)}

    def organizations(self) -> Iterator[Row]:
        for organization in self.city.organizations:
            placed = next((row for plan in self.plans if (row := plan.print.first_naming(organization.id))), {})
            yield {**dict(organization), "municipality_id": self.id, "parent_id": organization.parent, **placed}

    def organization_names(self) -> Iterator[Row]:
        for organization in self.city.organizations:
            kinds = dict.fromkeys(organization.aliases, "everyday") | dict.fromkeys(organization.printed, "printed")
            for name in sorted({organization.name, *kinds}):
                yield {"name": name, "organization_id": organization.id, "kind": kinds.get(name, "everyday")}

    def ruby(self) -> Iterator[Row]:
        for word, reading in sorted(self.city.ruby.root.items()):
            yield {"municipality_id": self.id, "word": word, "reading": reading}


class _PlanRows:
    """The rows of one plan; methods that are named after a table give them as they stand in the data, and what it adds."""

    def __init__(self, city: City, data: PlanData) -> None:
        self.city = city
        self.data = data
        self.plan = data.plan
        self.known = References(city, data)
        self.print = Print(data, self.known)
        self.told: dict[str, list[PrintedFigure | Result]] = {}
        figures: list[PrintedFigure | Result] = [*data.figures, *data.results]
        for figure in figures:
            (placed,) = self.known.indicators_at(figure.measure, figure.indicator)
            self.told.setdefault(placed.id, []).append(figure)
        self.spans = {p.name: p for p in self.plan.periods}
        self.read: dict[str, list[Figure]] = {}

    def fit(self, table: str) -> list[Row]:
        rows: Callable[[], Iterator[Row]] = getattr(self, table)
        return _fit(table, rows(), plan_id=self.plan.id)

    def plans(self) -> Iterator[Row]:
        yield {
            **self.print.placed(self.plan, self.print.place_of_plan()),
            "municipality_id": self.city.municipality.id,
            "follows_id": self.plan.follows,
            "search_examples": "、".join(self.plan.search_examples) or None,
        }

    def plan_words(self) -> Iterator[Row]:
        yield from ({"term": term, "word": word} for term, word in self.plan.words.items())

    def periods(self) -> Iterator[Row]:
        yield from ({**dict(period), "id": self.known.periods[period.name]} for period in self.plan.periods)

    def documents(self) -> Iterator[Row]:
        for document in self.plan.documents:
            yield {**dict(document), "id": self.known.documents[document.title]}

    def sectors(self) -> Iterator[Row]:
        yield from (self.print.placed(sector, self.print.place_of_sector(sector.id)) for sector in self.data.sectors)

    def goals(self) -> Iterator[Row]:
        for goal, id_ in self.known.each_goal:
            yield {
                **self.print.placed(goal, self.print.place_of_goal(goal)),
                "id": id_,
                "sector_id": self.known.sectors.get(goal.sector or ""),
                "parent_id": self.known.goals[goal.parent] if goal.parent else None,
            }

    def measures(self) -> Iterator[Row]:
        for measure, id_ in self.known.each_measure:
            yield {
                **self.print.placed(measure, self.print.place_of_measure(measure)),
                "id": id_,
                "sector_id": self.known.sector_of(measure),
                "parent_id": self.known.measures[measure.parent] if measure.parent else None,
                "period_id": self.known.periods[measure.period] if measure.period else None,
                "number": measure.number,
                "is_new": int(measure.new),
                "repeat_of": self.known.measures[measure.repeat_of] if measure.repeat_of else None,
            }

    def measure_marks(self) -> Iterator[Row]:
        """A mark may be written with its period before it, as in 前期：◎."""
        for measure, id_ in self.known.each_measure:
            for position, printed in enumerate(measure.marks, 1):
                period, _, mark = printed.rpartition("：")
                period_id = self.known.periods.get(period)
                text = mark if period_id else printed
                yield {"measure_id": id_, "position": position, "mark": text, "period_id": period_id}

    def measure_goals(self) -> Iterator[Row]:
        for measure, id_ in self.known.each_measure:
            for goal in measure.goals:
                yield {"measure_id": id_, "goal_id": self.known.goal_of(measure, goal)}

    def measure_links(self) -> Iterator[Row]:
        """Both directions of every joint and repeat link."""
        for measure, here in self.known.each_measure:
            for name in measure.joint:
                yield {"measure_id": here, "linked_id": self.known.measures[name], "kind": "joint"}
            if measure.repeat_of:
                original = self.known.measures[measure.repeat_of]
                yield {"measure_id": here, "linked_id": original, "kind": "repeat"}
                yield {"measure_id": original, "linked_id": here, "kind": "repeat"}

    def plan_organizations(self) -> Iterator[Row]:
        for role, names in (("member", self.plan.members), ("consulted", self.plan.consulted)):
            yield from ({"role": role, **row} for row in self.named(names))

    def measure_organizations(self) -> Iterator[Row]:
        for measure, id_ in self.known.each_measure:
            for row in self.named(measure.organizations):
                name = row["printed"]
                yield {"measure_id": id_, "role": measure.roles.get(name), "task": measure.tasks.get(name), **row}

    def named(self, names: list[str]) -> Iterator[Row]:
        """Organizations in the order in which they are printed."""
        for position, name in enumerate(names, 1):
            yield {"organization_id": self.known.organizations[name], "position": position, "printed": name}

    def indicators(self) -> Iterator[Row]:
        for placed in self.known.indicators:
            indicator = placed.indicator
            direction, direction_from = direction_of(indicator, self.figures_of(placed))
            measure = placed.measure
            row = self.print.placed(indicator, self.print.place_of_measure(measure) if measure else None)
            yield {
                **row,
                "id": placed.id,
                "position": placed.position,
                "direction": direction,
                "direction_from": direction_from,
                "printed": indicator.printed or indicator.target or (measure.target if measure else None),
                "source": indicator.source if measure else "table",
            }

    def figures_of(self, placed: PlacedIndicator) -> list[Figure]:
        if placed.id not in self.read:
            cell = placed.measure.target if placed.measure else None
            told = self.told.get(self.original_of(placed).id, [])
            self.read[placed.id] = figures_of(placed.indicator, cell, told)
        return self.read[placed.id]

    def original_of(self, placed: PlacedIndicator) -> PlacedIndicator:
        """The indicator of the measure that the indicator's measure repeats, else itself: what is told of one is told of both."""
        if placed.measure is None or placed.measure.repeat_of is None:
            return placed
        at = self.known.indicators_at(placed.measure.repeat_of, placed.position)
        return next((o for o in at if o.indicator.label == placed.indicator.label), placed)

    def indicator_links(self) -> Iterator[Row]:
        for placed in self.known.indicators:
            for position, (table, row_id) in enumerate(placed.places, 1):
                yield {"indicator_id": placed.id, "table_name": table, "row_id": row_id, "position": position}

    def indicator_organizations(self) -> Iterator[Row]:
        for placed in self.known.indicators:
            yield from ({"indicator_id": placed.id, **row} for row in self.named(placed.indicator.organizations))

    def each_figure(self, placed: PlacedIndicator) -> Iterator[tuple[Figure, str, int]]:
        """The figures of an indicator with their ids and their order within their role."""
        counts: dict[str, int] = {}
        for figure in self.figures_of(placed):
            counts[figure.role] = counts.get(figure.role, 0) + 1
            position = counts[figure.role]
            yield figure, numbered_id(placed.id, figure.role, position), position

    def figures(self) -> Iterator[Row]:
        for placed in self.known.indicators:
            printed_in = self.print.placed(placed.indicator, None)["document_id"]
            for figure, id_, position in self.each_figure(placed):
                told_by_others = figure.role == "result" or figure.source_url
                yield {
                    **vars(figure),
                    "value": _stored(figure.value),
                    "value_to": _stored(figure.value_to),
                    "document_id": self.known.documents.get(
                        figure.document or "", None if told_by_others else printed_in
                    ),
                    "id": id_,
                    "indicator_id": placed.id,
                    "position": position,
                    "calendar": None if (figure.last_year, figure.calendar) == (None, "fiscal") else figure.calendar,
                    "is_approximate": int(figure.approximate),
                    "publisher_kind": self.kind_of(figure.publisher),
                }

    def kind_of(self, publisher: str | None) -> str | None:
        if publisher is None:
            return None
        if publisher == self.city.municipality.name:
            return "city"
        return "body" if publisher in self.known.organizations else "other"

    def verdicts(self) -> Iterator[Row]:
        for placed in self.known.indicators:
            figures = list(self.each_figure(placed))
            period = self.spans.get((placed.measure.period if placed.measure else None) or "")
            since = (period and period.start_fiscal_year) or self.plan.start_fiscal_year
            until = (period and period.end_fiscal_year) or self.plan.end_fiscal_year
            told = judge_over_time(placed.indicator, [figure for figure, _, _ in figures], since, until)
            for i, verdicts in told:
                for verdict in verdicts:
                    result_id = None if verdict.result is None else figures[verdict.result][1]
                    yield {**vars(verdict), "figure_id": figures[i][1], "result_id": result_id}

    def grades(self) -> Iterator[Row]:
        yield from map(dict, self.data.grades)

    def evaluations(self) -> Iterator[Row]:
        names = {id_: measure.name for measure, id_ in self.known.each_measure}
        names |= {id_: goal.title for goal, id_ in self.known.each_goal}
        names |= {placed.id: placed.indicator.label for placed in self.known.indicators}
        for position, evaluation in enumerate(self.data.evaluations, 1):
            table, row_id = self.known.judged(evaluation)
            yield {
                **self.print.placed(evaluation, self.print.place_of_evaluation(position)),
                "sector_id": self.known.sectors.get(evaluation.sector or ""),
                "table_name": table,
                "row_id": row_id,
                "name": evaluation.name or names.get(row_id or ""),
                "period_id": self.known.periods.get(evaluation.period or ""),
                "organization_id": self.known.organizations.get(evaluation.organization or ""),
                "judged_by": evaluation.judged_by or ("ours" if evaluation.rule else "city"),
                "successor_id": self.known.measures[evaluation.successor] if evaluation.successor else None,
            }

    def events(self) -> Iterator[Row]:
        for event in self.data.events:
            sector_id = self.known.sectors.get(event.sector or "")
            printed = event.printed or event.title
            yield {
                **self.print.placed(event, self.print.place_of_event(event)),
                "sector_id": sector_id,
                "printed": printed,
            }

    def event_measures(self) -> Iterator[Row]:
        for event in self.data.events:
            for name in event.measures:
                yield {"event_id": event.id, "measure_id": self.known.measures[name]}

    def corrections(self) -> Iterator[Row]:
        tables = (self.plans, self.sectors, self.goals, self.measures, self.evaluations, self.events)
        places = {row["id"]: row["place"] for table in tables for row in table()}
        for correction in self.data.corrections:
            row_id = self.known.row_of(correction.table, correction.row)
            names = {"table_name": correction.table, "row_id": row_id, "column_name": correction.column}
            named = self.print.first_naming(row_id or "") or {"place": places[self.plan.id]}
            place = places.get(row_id, named["place"])
            yield {**self.print.placed(correction, place), **names}

    def changes(self) -> Iterator[Row]:
        """A change keeps its position when a later one is put before it, and so the hash of its record."""
        for position, change in zip(range(len(self.data.changes), 0, -1), self.data.changes, strict=True):
            yield {**dict(change), "position": position}

    def change_records(self) -> Iterator[Row]:
        known = self.known.records | {w.id: (w.table, w.id) for w in self.data.withdrawn}
        for change in self.data.changes:
            for table, row_id in dict.fromkeys(known[record] for record in change.records):
                yield {"change_id": change.id, "table_name": table, "row_id": row_id}

    def withdrawn_ids(self) -> Iterator[Row]:
        for withdrawn in self.data.withdrawn:
            yield {**dict(withdrawn), "table_name": withdrawn.table}
