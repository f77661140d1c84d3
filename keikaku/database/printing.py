"""Where the records of a plan are printed: in which document, and at which place of it."""

from typing import Any

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.model import Event, Goal, Measure, PlanData
from keikaku.plan.references import References


class Print:
    """The places of a plan, made of the headings of its report where the data knows these, and None where not."""

    def __init__(self, data: PlanData, known: References) -> None:
        self.data, self.known = data, known
        layouts = [document.layout for document in data.plan.documents if document.layout]
        self.sections = layouts[0].sections if layouts else None
        self.sectors = {sector.id: sector for sector in data.sectors}

    def placed(self, record: Any, place: str | None) -> dict[str, Any]:
        """What is printed, with its document (the first if none is named) and its place (this one if none is given)."""
        documents = self.known.documents
        first = next(iter(documents.values()), None)
        return {
            **dict(record),
            "document_id": documents.get(record.document) if record.document else first,
            "place": record.place or place,
        }

    def place_of_plan(self) -> str | None:
        return self.sections.introduction if self.sections else None

    def place_of_sector(self, sector_id: str | None) -> str | None:
        sector = self.sectors.get(sector_id or "")
        return f"{self.sections.measures} {sector.heading}" if self.sections and sector and sector.heading else None

    def place_of_goal(self, goal: Goal) -> str | None:
        place = self.place_of_sector(self.known.sectors.get(goal.sector or ""))
        return f"{place} {goal.number or goal.code or goal.title}" if place else None

    def place_of_measure(self, measure: Measure) -> str | None:
        place = self.place_of_sector(self.known.sector_of(measure))
        return f"{place}【{measure.code}】" if place and measure.code else place

    def place_of_evaluation(self, position: int) -> str | None:
        return f"{self.sections.evaluations} {position}行目" if self.sections else None

    def place_of_event(self, event: Event) -> str | None:
        sector = self.sectors.get(self.known.sectors.get(event.sector or "", ""))
        if self.sections is None:
            return None
        row = sector.name if sector else event.row
        return " ".join(filter(None, (self.sections.events, row, format_fiscal_year(event.fiscal_year))))

    def first_naming(self, organization_id: str) -> dict[str, Any]:
        """Document and place where a measure or the plan first names an organization; empty where neither does."""
        ids = self.known.organizations
        for measure in self.data.measures:
            if any(ids.get(name) == organization_id for name in measure.organizations):
                row = self.placed(measure, self.place_of_measure(measure))
                return {key: row[key] for key in ("document_id", "place")}
        named = [*self.data.plan.members, *self.data.plan.consulted]
        if self.sections and any(ids.get(name) == organization_id for name in named):
            return {"document_id": next(iter(self.known.documents.values())), "place": self.sections.introduction}
        return {}
