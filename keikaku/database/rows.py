"""A validated plan -> its rows in every table. Pure: the same plan gives the same rows in the same order.

Ids that no file gives are those of keikaku.plan.ids.
"""

from collections.abc import Iterator
from typing import Any

from keikaku.plan import ids
from keikaku.plan.checks import known_names, known_records
from keikaku.plan.fiscal_year import ends_on, format_fiscal_year, short_fiscal_year, starts_on
from keikaku.plan.model import Event, Measure, PlanData
from keikaku.schema.codes import CODES

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
    return {name: list(rows) for name, rows in _PlanRows(data).tables()}


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
    """The rows of one plan; the methods are named after their tables."""

    def __init__(self, data: PlanData) -> None:
        self.data = data
        self.plan = data.plan
        self.sections = data.plan.report.sections
        self.sector = {s.prefix: s for s in data.sectors}
        self.measure_ids = {m.code: self.measure_id(m.code) for m in data.measures}
        self.organization_ids = known_names(data)

    def tables(self) -> Iterator[tuple[str, Iterator[Row]]]:
        for table in TABLES:
            yield table, getattr(self, table)()

    def measure_id(self, code: str) -> str:
        prefix, _, number = code.rpartition("-")
        return ids.measure_id(self.sector[prefix].id, int(number))

    def goal_id(self, prefix: str, number: int) -> str:
        return ids.goal_id(self.sector[prefix].id, number)

    def place_of_sector(self, prefix: str) -> str:
        return f"{self.sections.measures} {self.sector[prefix].heading}"

    def place_of_event(self, event: Event) -> str:
        row = self.sector[event.sector].name if event.sector else event.row
        return f"{self.sections.events} {row} {format_fiscal_year(event.fiscal_year)}"

    def plans(self) -> Iterator[Row]:
        plan, report = self.plan, self.plan.report
        yield {
            **plan.model_dump(exclude={"report", "members", "consulted"}),
            "report_title": report.title,
            "report_subtitle": report.subtitle or "",
            "report_author": report.author,
            "report_date": report.date,
            "place": self.sections.introduction,
        }

    def sectors(self) -> Iterator[Row]:
        for position, sector in enumerate(self.data.sectors, 1):
            yield {
                **sector.model_dump(exclude={"heading"}),
                "plan_id": self.plan.id,
                "position": position,
                "place": self.place_of_sector(sector.prefix),
            }

    def goals(self) -> Iterator[Row]:
        for position, goal in enumerate(self.data.goals, 1):
            yield {
                "position": position,
                "id": self.goal_id(goal.sector, goal.number),
                "sector_id": self.sector[goal.sector].id,
                "number": goal.number,
                "title": goal.title,
                "summary": goal.summary,
                "place": f"{self.place_of_sector(goal.sector)} {goal.number}",
            }

    def measures(self) -> Iterator[Row]:
        for position, measure in enumerate(self.data.measures, 1):
            yield {
                "position": position,
                "id": self.measure_ids[measure.code],
                "plan_id": self.plan.id,
                "sector_id": self.sector[measure.prefix].id,
                "number": measure.number,
                "code": measure.code,
                "name": measure.name,
                "is_new": int(measure.new),
                "repeat_of": self.measure_ids[measure.repeat_of] if measure.repeat_of else None,
                "summary": measure.summary,
                "schedule": measure.schedule,
                "target": measure.target,
                "place": f"{self.place_of_sector(measure.prefix)}【{measure.code}】",
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
            yield {
                "id": organization.id,
                "plan_id": self.plan.id,
                "name": organization.name,
                "kind": organization.kind,
                "parent_id": organization.parent,
                "note": organization.note,
                "place": self.place_of_organization(organization.id),
            }

    def place_of_organization(self, id_: str) -> str:
        for measure in self.data.measures:
            if any(self.organization_ids[name] == id_ for name in measure.organizations):
                return f"{self.place_of_sector(measure.prefix)}【{measure.code}】"
        return self.sections.introduction

    def organization_names(self) -> Iterator[Row]:
        for organization in self.data.organizations:
            kinds = dict.fromkeys(organization.aliases, "everyday") | dict.fromkeys(organization.printed, "printed")
            for name in sorted({organization.name, *kinds}):
                yield {"name": name, "organization_id": organization.id, "kind": kinds.get(name, "everyday")}

    def plan_organizations(self) -> Iterator[Row]:
        for role, names in (("member", self.plan.members), ("consulted", self.plan.consulted)):
            for position, name in enumerate(names, 1):
                yield {
                    "plan_id": self.plan.id,
                    "organization_id": self.organization_ids[name],
                    "role": role,
                    "position": position,
                    "printed": name,
                }

    def measure_organizations(self) -> Iterator[Row]:
        for measure in self.data.measures:
            for position, name in enumerate(measure.organizations, 1):
                yield {
                    "measure_id": self.measure_ids[measure.code],
                    "organization_id": self.organization_ids[name],
                    "position": position,
                    "printed": name,
                }

    def indicator_id(self, measure: Measure | str, position: int) -> str:
        code = measure if isinstance(measure, str) else measure.code
        return ids.indicator_id(self.measure_ids[code], position)

    def indicators(self) -> Iterator[Row]:
        for measure in self.data.measures:
            for position, indicator in enumerate(measure.indicators, 1):
                yield {
                    **indicator.model_dump(),
                    "id": self.indicator_id(measure, position),
                    "measure_id": self.measure_ids[measure.code],
                    "position": position,
                    "printed": indicator.printed or measure.target,
                }

    def evaluations(self) -> Iterator[Row]:
        for position, evaluation in enumerate(self.data.evaluations, 1):
            yield {
                **evaluation.model_dump(exclude={"sector", "successor"}),
                "plan_id": self.plan.id,
                "sector_id": self.sector[evaluation.sector].id,
                "position": position,
                "successor_id": self.measure_ids[evaluation.successor] if evaluation.successor else None,
                "place": f"{self.sections.evaluations} {position}行目",
            }

    def events(self) -> Iterator[Row]:
        for position, event in enumerate(self.data.events, 1):
            yield {
                "id": event.id,
                "plan_id": self.plan.id,
                "sector_id": self.sector[event.sector].id if event.sector else None,
                "position": position,
                "fiscal_year": event.fiscal_year,
                "end_fiscal_year": event.end_fiscal_year,
                "title": event.title,
                "printed": event.printed or event.title,
                "place": self.place_of_event(event),
            }

    def event_measures(self) -> Iterator[Row]:
        for event in self.data.events:
            for code in event.measures:
                yield {"event_id": event.id, "measure_id": self.measure_ids[code]}

    def results(self) -> Iterator[Row]:
        for result in self.data.results:
            yield {
                "indicator_id": self.indicator_id(result.measure, result.indicator),
                **result.model_dump(exclude={"measure", "indicator"}),
            }

    def corrections(self) -> Iterator[Row]:
        places = self._places()
        for correction in self.data.corrections:
            row_id = self.row_id(correction.table, correction.row)
            yield {
                "id": correction.id,
                "plan_id": self.plan.id,
                "table_name": correction.table,
                "row_id": row_id,
                "column_name": correction.column,
                "kind": correction.kind,
                "printed": correction.printed,
                "corrected": correction.corrected,
                "reason": correction.reason,
                "place": places[row_id],
            }

    def changes(self) -> Iterator[Row]:
        """A change keeps its position when a later one is put before it, and so the hash of its record."""
        for position, change in zip(range(len(self.data.changes), 0, -1), self.data.changes, strict=True):
            yield {**change.model_dump(exclude={"records"}), "plan_id": self.plan.id, "position": position}

    def change_records(self) -> Iterator[Row]:
        known = known_records(self.data) | {w.id: (w.table, w.id) for w in self.data.withdrawn}
        for change in self.data.changes:
            for table, row_id in dict.fromkeys(known[record] for record in change.records):
                yield {"change_id": change.id, "table_name": table, "row_id": row_id}

    def withdrawn_ids(self) -> Iterator[Row]:
        for withdrawn in self.data.withdrawn:
            yield {**withdrawn.model_dump(exclude={"table"}), "plan_id": self.plan.id, "table_name": withdrawn.table}

    def ruby(self) -> Iterator[Row]:
        for word, reading in sorted(self.data.ruby.root.items()):
            yield {"plan_id": self.plan.id, "word": word, "reading": reading}

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

    def _places(self) -> dict[str, str]:
        placed = (
            self.plans,
            self.sectors,
            self.goals,
            self.measures,
            self.organizations,
            self.evaluations,
            self.events,
        )
        return {row["id"]: row["place"] for table in placed for row in table()}
