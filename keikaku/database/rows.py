"""A validated plan -> its rows in every table. Pure: the same plan gives the same rows in the same order.

Ids that no file gives are those of keikaku.plan.ids.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from keikaku.plan import ids
from keikaku.plan.checks import known_names, known_records
from keikaku.plan.fiscal_year import ends_on, format_fiscal_year, short_fiscal_year, starts_on
from keikaku.plan.model import Event, PlanData
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema

Row = dict[str, Any]
# The tables that have rows of a plan; each is the name of a method below.
TABLES = (
    *("plans", "sectors", "goals", "measures", "measure_goals", "measure_links"),
    *("organizations", "organization_names", "plan_organizations", "measure_organizations"),
    *("indicators", "evaluations", "events", "event_measures", "results"),
    *("corrections", "changes", "change_records", "withdrawn_ids", "ruby"),
)


def build_rows(data: PlanData) -> dict[str, list[Row]]:
    """Table name -> rows of a plan (column name -> value), in the order of its files."""
    rows = _PlanRows(data)
    return {
        table: [_fit(table, data.plan.id, i, row) for i, row in enumerate(getattr(rows, table)(), 1)]
        for table in TABLES
    }


def _fit(table: str, plan_id: str, position: int, row: Row) -> Row:
    """A row with exactly the columns of its table; its plan and its position among the plan's rows need not be said."""
    known = {"plan_id": plan_id, "position": position, **row}
    return {column: known[column] for column in columns_of()[table]}


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


class _PlanRows:
    """The rows of one plan; methods that are named after a table give them as they stand in the data, and what it adds."""

    def __init__(self, data: PlanData) -> None:
        self.data = data
        self.plan = data.plan
        self.sections = data.plan.report.sections
        self.sector = {s.prefix: s for s in data.sectors}
        self.measure_ids = {m.code: ids.measure_id(self.sector[m.prefix].id, m.number) for m in data.measures}
        self.organization_ids = known_names(data)

    def goal_id(self, prefix: str, number: int | str) -> str:
        return ids.goal_id(self.sector[prefix].id, number)

    def place_of_sector(self, prefix: str) -> str:
        return f"{self.sections.measures} {self.sector[prefix].heading}"

    def place_of_measure(self, code: str) -> str:
        return f"{self.place_of_sector(code.rpartition('-')[0])}【{code}】"

    def plans(self) -> Iterator[Row]:
        report = {f"report_{key}": value for key, value in self.plan.report}
        subtitle = self.plan.report.subtitle or ""
        yield {**dict(self.plan), **report, "report_subtitle": subtitle, "place": self.sections.introduction}

    def sectors(self) -> Iterator[Row]:
        for sector in self.data.sectors:
            yield {**dict(sector), "place": self.place_of_sector(sector.prefix)}

    def goals(self) -> Iterator[Row]:
        for goal in self.data.goals:
            place = f"{self.place_of_sector(goal.sector)} {goal.number}"
            id_ = self.goal_id(goal.sector, goal.number)
            yield {**dict(goal), "id": id_, "sector_id": self.sector[goal.sector].id, "place": place}

    def measures(self) -> Iterator[Row]:
        for measure in self.data.measures:
            yield {
                **dict(measure),
                "id": self.measure_ids[measure.code],
                "sector_id": self.sector[measure.prefix].id,
                "number": measure.number,
                "is_new": int(measure.new),
                "repeat_of": self.measure_ids[measure.repeat_of] if measure.repeat_of else None,
                "place": self.place_of_measure(measure.code),
            }

    def measure_goals(self) -> Iterator[Row]:
        for measure in self.data.measures:
            for number in measure.goals:
                yield {"measure_id": self.measure_ids[measure.code], "goal_id": self.goal_id(measure.prefix, number)}

    def measure_links(self) -> Iterator[Row]:
        """Both directions of every joint and repeat link."""
        for measure in self.data.measures:
            here = self.measure_ids[measure.code]
            for code in measure.joint:
                yield {"measure_id": here, "linked_id": self.measure_ids[code], "kind": "joint"}
            if measure.repeat_of:
                original = self.measure_ids[measure.repeat_of]
                yield {"measure_id": here, "linked_id": original, "kind": "repeat"}
                yield {"measure_id": original, "linked_id": here, "kind": "repeat"}

    def organizations(self) -> Iterator[Row]:
        for organization in self.data.organizations:
            place = self.place_of_organization(organization.id)
            yield {**dict(organization), "parent_id": organization.parent, "place": place}

    def place_of_organization(self, id_: str) -> str:
        for measure in self.data.measures:
            if any(self.organization_ids[name] == id_ for name in measure.organizations):
                return self.place_of_measure(measure.code)
        return self.sections.introduction

    def organization_names(self) -> Iterator[Row]:
        for organization in self.data.organizations:
            kinds = dict.fromkeys(organization.aliases, "everyday") | dict.fromkeys(organization.printed, "printed")
            for name in sorted({organization.name, *kinds}):
                yield {"name": name, "organization_id": organization.id, "kind": kinds.get(name, "everyday")}

    def plan_organizations(self) -> Iterator[Row]:
        for role, names in (("member", self.plan.members), ("consulted", self.plan.consulted)):
            yield from ({"role": role, **row} for row in self.named(names))

    def measure_organizations(self) -> Iterator[Row]:
        for measure in self.data.measures:
            id_ = self.measure_ids[measure.code]
            yield from ({"measure_id": id_, **row} for row in self.named(measure.organizations))

    def named(self, names: list[str]) -> Iterator[Row]:
        """Organizations in the order in which they are printed."""
        for position, name in enumerate(names, 1):
            yield {"organization_id": self.organization_ids[name], "position": position, "printed": name}

    def indicator_id(self, code: str, position: int) -> str:
        return ids.indicator_id(self.measure_ids[code], position)

    def indicators(self) -> Iterator[Row]:
        for measure in self.data.measures:
            for position, indicator in enumerate(measure.indicators, 1):
                yield {
                    **dict(indicator),
                    "id": self.indicator_id(measure.code, position),
                    "measure_id": self.measure_ids[measure.code],
                    "position": position,
                    "printed": indicator.printed or measure.target,
                }

    def evaluations(self) -> Iterator[Row]:
        for position, evaluation in enumerate(self.data.evaluations, 1):
            yield {
                **dict(evaluation),
                "sector_id": self.sector[evaluation.sector].id,
                "successor_id": self.measure_ids[evaluation.successor] if evaluation.successor else None,
                "place": f"{self.sections.evaluations} {position}行目",
            }

    def events(self) -> Iterator[Row]:
        for event in self.data.events:
            sector_id = self.sector[event.sector].id if event.sector else None
            printed = event.printed or event.title
            yield {**dict(event), "sector_id": sector_id, "printed": printed, "place": self.place_of_event(event)}

    def place_of_event(self, event: Event) -> str:
        row = self.sector[event.sector].name if event.sector else event.row
        return f"{self.sections.events} {row} {format_fiscal_year(event.fiscal_year)}"

    def event_measures(self) -> Iterator[Row]:
        for event in self.data.events:
            for code in event.measures:
                yield {"event_id": event.id, "measure_id": self.measure_ids[code]}

    def results(self) -> Iterator[Row]:
        for result in self.data.results:
            yield {**dict(result), "indicator_id": self.indicator_id(result.measure, result.indicator)}

    def corrections(self) -> Iterator[Row]:
        placed = (
            self.plans,
            self.sectors,
            self.goals,
            self.measures,
            self.organizations,
            self.evaluations,
            self.events,
        )
        places = {row["id"]: row["place"] for table in placed for row in table()}
        for correction in self.data.corrections:
            row_id = self.row_id(correction.table, correction.row)
            names = {"table_name": correction.table, "row_id": row_id, "column_name": correction.column}
            yield {**dict(correction), **names, "place": places[row_id]}

    def row_id(self, table: str, row: str) -> str:
        """The id of a row that a correction names by code, prefix or id."""
        match table:
            case "measures":
                return self.measure_ids[row]
            case "sectors":
                return self.sector[row].id
            case "goals":
                prefix, _, number = row.rpartition("-")
                return self.goal_id(prefix, int(number))
        return row

    def changes(self) -> Iterator[Row]:
        """A change keeps its position when a later one is put before it, and so the hash of its record."""
        for position, change in zip(range(len(self.data.changes), 0, -1), self.data.changes, strict=True):
            yield {**dict(change), "position": position}

    def change_records(self) -> Iterator[Row]:
        known = known_records(self.data) | {w.id: (w.table, w.id) for w in self.data.withdrawn}
        for change in self.data.changes:
            for table, row_id in dict.fromkeys(known[record] for record in change.records):
                yield {"change_id": change.id, "table_name": table, "row_id": row_id}

    def withdrawn_ids(self) -> Iterator[Row]:
        for withdrawn in self.data.withdrawn:
            yield {**dict(withdrawn), "table_name": withdrawn.table}

    def ruby(self) -> Iterator[Row]:
        for word, reading in sorted(self.data.ruby.root.items()):
            yield {"word": word, "reading": reading}
