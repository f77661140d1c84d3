"""The held text of a report -> its parts, and their comparison with the data.

The layout is that of a report turned into text: headings on lines of their own, tables with tabs between cells,
measures headed 【工 - 1】, the table of years with stray list markup. The words that mark the parts come from the
plan's own data (`layout` of a document in plan.yml). White space and full or half width never count as a difference.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from keikaku.database.rows import Row
from keikaku.plan.errors import InvalidData, Problem, refusal
from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.plan.ids import numbered_id
from keikaku.plan.model import City, Measure, PlanData
from keikaku.plan.reading import read_text
from keikaku.plan.references import References
from keikaku.plan.report_layout import ReportLayout

_CODE = re.compile(r"【\s*(\S+?)\s*-\s*([0-9]+)\s*】")
_GOAL = re.compile(r"^([\u2460-\u2473])\s*(.+)$")
_MARKUP = re.compile(r"</?[a-z][^>]*>")
_ITEM = re.compile(r"^-\s*")


class Line(NamedTuple):
    """One line of the report: its number from 1, and its cells."""

    number: int
    text: str

    @property
    def cells(self) -> list[str]:
        return [cell.strip() for cell in self.text.split("\t")]


class ReportGoal(NamedTuple):
    number: int
    title: Line
    items: list[str]


class ReportMeasure(NamedTuple):
    """A measure as printed: its heading line, the cells under the table's headings, the passages by heading."""

    code: str
    heading: Line
    cells: list[str] | None
    passages: dict[str, str]
    text: str


class ReportSector(NamedTuple):
    heading: Line
    vision: str
    goals: list[ReportGoal]
    measures: list[ReportMeasure]
    text: str


class Report(NamedTuple):
    """Everything that the comparison and the passages need."""

    file: str
    cover: str
    introduction: list[str]
    evaluations: list[Line]
    sectors: list[ReportSector]
    years: Line | None
    events: list[Line]


def squeeze(text: str) -> str:
    """A text without white space, with full and half width made the same: what comparisons look at."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def read_report(path: Path, data: PlanData) -> Report:
    """Take the report of this plan apart; raises InvalidData if it cannot be read or lacks a part."""
    numbered = enumerate(read_text(path, linked=True).split("\n"), 1)
    lines = [Line(i, text.strip(" \r\n")) for i, text in numbered if text.strip()]
    layout = layout_of(data, str(path))
    sections = (layout.sections.introduction, layout.sections.evaluations, layout.sections.measures)
    start, evaluated, measured = (_find(str(path), lines, heading) for heading in sections)
    heading = squeeze(layout.table_headings.years)
    years = next((i for i, line in enumerate(lines) if squeeze(line.cells[0]) == heading), len(lines))
    named = {squeeze(sector.heading or sector.title) for sector in data.sectors}
    _, sectors = _split(lines[measured + 1 : years], lambda text: squeeze(text) in named)
    return Report(
        file=str(path),
        cover=_text_of(lines[:start]),
        introduction=[line.text for line in lines[start + 1 : evaluated]],
        evaluations=_table(lines[evaluated:measured], layout.table_headings.evaluations),
        sectors=[_read_sector(part, layout) for part in sectors],
        years=lines[years] if years < len(lines) else None,
        events=lines[years + 1 :],
    )


def layout_of(data: PlanData, file: str) -> ReportLayout:
    """The layout of the plan's document that has one; raises InvalidData where none has."""
    for document in data.plan.documents:
        if document.layout:
            return document.layout
    raise refusal(file, "no layout")


def _find(file: str, lines: list[Line], heading: str) -> int:
    for i, line in enumerate(lines):
        if squeeze(line.text) == squeeze(heading):
            return i
    raise InvalidData([Problem(file, 1, 1, f"no line {heading!r} in the report", "the text of this plan's report")])


def _split(lines: list[Line], is_heading: Callable[[str], object]) -> tuple[list[Line], list[list[Line]]]:
    """The lines before the first heading, and each heading with the lines below it."""
    starts = [i for i, line in enumerate(lines) if is_heading(line.text)]
    first, *_ = ends = [*starts, len(lines)]
    return lines[:first], [lines[start:end] for start, end in pairwise(ends)]


def _text_of(lines: list[Line]) -> str:
    return "".join(line.text for line in lines)


def _table(lines: list[Line], headings: list[str]) -> list[Line]:
    names = [squeeze(heading) for heading in headings]
    rows = (line for line in lines if len(line.cells) == len(names))
    return [row for row in rows if [squeeze(cell) for cell in row.cells] != names]


def _read_sector(lines: list[Line], layout: ReportLayout) -> ReportSector:
    before, measures = _split(lines, _CODE.match)
    said = [line for line in before[1:] if squeeze(line.text) != squeeze(layout.goals_until)]
    vision, goals = _split(said, _GOAL.match)
    read = [_read_goal(heading, below) for heading, *below in goals]
    printed = [_read_measure(part, layout) for part in measures]
    return ReportSector(lines[0], squeeze(_text_of(vision)), read, printed, _text_of(lines))


def _read_goal(heading: Line, below: list[Line]) -> ReportGoal:
    sign, title = _GOAL.findall(heading.text)[0]
    number = int(unicodedata.normalize("NFKC", sign))
    return ReportGoal(number, Line(heading.number, title.strip()), [_ITEM.sub("", line.text) for line in below])


def _read_measure(lines: list[Line], layout: ReportLayout) -> ReportMeasure:
    code = "-".join(_CODE.findall(lines[0].text)[0])
    table = _table(lines, layout.table_headings.measures)
    passages: dict[str, str] = {}
    _, parts = _split(lines[1:], lambda text: text.startswith("【") and text.strip("【】") in layout.passages)
    for heading, *below in parts:
        name = heading.text.strip("【】")
        if below:
            texts = [passages[name]] if name in passages else []
            passages[name] = "\n".join([*texts, *(line.text for line in below)])
    return ReportMeasure(code, lines[0], table[0].cells if table else None, passages, _text_of(lines))


def compare_report(report: Report, city: City, data: PlanData) -> list[Problem]:
    """Every difference between the data and the report, with both sides; empty if there is none."""
    return sorted(set(_Comparison(report, city, data).differences()))


@dataclass
class _Comparison:
    report: Report
    city: City
    data: PlanData

    def problem(self, line: int, wrong: str, right: str) -> Problem:
        return Problem(self.report.file, line, 1, wrong, right)

    def differs(self, line: int, what: str, printed: object, stored: object) -> Iterator[Problem]:
        if printed != stored:
            yield self.problem(line, f"{what}: the report has {printed!r}", f"the data has {stored!r}")

    def contains(self, line: int, what: str, text: str, stored: str) -> Iterator[Problem]:
        if squeeze(stored) not in squeeze(text):
            found = text if len(text) <= 200 else f"{text[:200]}..."
            yield self.problem(line, f"{what}: not found in the report's {found!r}", f"the data has {stored!r}")

    def differences(self) -> Iterator[Problem]:
        parts = (self.plan, self.organizations, self.sectors, self.measures)
        for part in (*parts, self.evaluations, self.events, self.corrections):
            yield from part()

    def plan(self) -> Iterator[Problem]:
        plan, introduction = self.data.plan, "".join(self.report.introduction)
        document = plan.documents[0]
        for text, what, stored in (
            (self.report.cover, "report title", document.title),
            (self.report.cover, "report subtitle", document.subtitle or ""),
            (self.report.cover, "report author", document.author or ""),
            (introduction, "title", plan.title),
            (introduction, "municipality", self.city.municipality.name),
            (introduction, "concept", plan.concept or ""),
            *((introduction, "member", name) for name in plan.members),
            *((introduction, "consulted body", name) for name in plan.consulted),
        ):
            yield from self.contains(1, what, text, stored)
        year, _, month = (document.date or "").partition("-")
        dates = [_read_year(found) for found in re.findall(r"(?:平成|令和)[0-9元]+年", squeeze(self.report.cover))]
        yield from self.differs(1, "report date", dates, [int(year)])
        yield from self.contains(1, "month of the report", self.report.cover, f"年{int(month)}月")

    def organizations(self) -> Iterator[Problem]:
        """Every name given as printed is printed; where a measure names its own, is compared with the measure."""
        texts = [*self.report.introduction, *(sector.text for sector in self.report.sectors)]
        printed = squeeze("".join(texts))
        for organization in self.city.organizations:
            for name in organization.printed:
                if squeeze(name) not in printed:
                    wrong = f"{organization.id}: the report names it nowhere as {name!r}"
                    yield self.problem(1, wrong, f"the data has {organization.printed!r} as printed")

    def sectors(self) -> Iterator[Problem]:
        printed = [squeeze(s.heading.text) for s in self.report.sectors]
        yield from self.differs(
            1, "sector headings", printed, [squeeze(s.heading or s.title) for s in self.data.sectors]
        )
        for sector, found in zip(self.data.sectors, self.report.sectors, strict=False):
            line = found.heading.number
            yield from self.contains(line, f"title of {sector.name}", found.heading.text, sector.title)
            yield from self.differs(line, f"vision of {sector.name}", found.vision, squeeze(sector.vision or ""))
            goals = [(g.number, squeeze(g.title)) for g in self.data.goals if g.sector == sector.prefix]
            printed_goals = [(g.number, squeeze(g.title.text)) for g in found.goals]
            yield from self.differs(line, f"goals of {sector.name}", printed_goals, goals)

    def measures(self) -> Iterator[Problem]:
        printed = [m for sector in self.report.sectors for m in sector.measures]
        yield from self.differs(1, "codes", [m.code for m in printed], [m.code for m in self.data.measures])
        found = {m.code: m for m in printed}
        for measure in self.data.measures:
            if measure.code in found:
                yield from self.measure(measure, found[measure.code])

    def measure(self, measure: Measure, found: ReportMeasure) -> Iterator[Problem]:
        line = found.heading.number
        if found.cells is None:
            yield self.problem(line, f"{measure.code} has no table", "a line of cells under the headings")
            return
        name, goals, organizations, target = found.cells
        linked = [f"{prefix}-{number}" for prefix, number in _CODE.findall(found.heading.text)[1:]]
        promoters = [squeeze(name) for name in organizations.split("、")]
        for what, printed, stored in (
            ("name", squeeze(name), squeeze(measure.name)),
            ("goals", squeeze(goals), "".join(map(str, measure.goals))),
            ("organizations", promoters, [squeeze(name) for name in measure.organizations]),
            ("target", squeeze(target), squeeze(measure.target or "")),
            ("new", "新規" in found.heading.text, measure.new),
            ("repeat", "再掲" in found.heading.text, measure.repeat_of is not None),
            ("joint", linked, measure.joint),
            ("schedule", len(found.passages) > 1, measure.schedule is not None),
        ):
            yield from self.differs(line, f"{what} of {measure.code}", printed, stored)
        if linked and measure.repeat_of not in (None, *linked):
            yield from self.differs(line, f"original of {measure.code}", linked, measure.repeat_of)

    def evaluations(self) -> Iterator[Problem]:
        yield from self.differs(1, "evaluated measures", len(self.report.evaluations), len(self.data.evaluations))
        for evaluation, found in zip(self.data.evaluations, self.report.evaluations, strict=False):
            line, (name, assessment, decision) = found.number, found.cells
            yield from self.differs(line, f"name of {evaluation.id}", squeeze(name), squeeze(evaluation.name or ""))
            yield from self.differs(line, f"decision of {evaluation.id}", squeeze(decision), evaluation.decision)
            for phrase in filter(None, (evaluation.evidence, evaluation.target_evidence)):
                yield from self.contains(line, f"evidence of {evaluation.id}", assessment, phrase)

    def events(self) -> Iterator[Problem]:
        if self.report.years is None:
            yield self.problem(1, "the report has no table of years", "a row of fiscal years")
            return
        years = [_read_year(cell) for cell in self.report.years.cells[1:] if cell]
        plan = self.data.plan
        line = self.report.years.number
        yield from self.differs(line, "years", years, list(range(plan.start_fiscal_year, plan.end_fiscal_year + 1)))
        printed: dict[tuple[str, int | str], tuple[int, str]] = {
            (squeeze(row.cells[0]), year): (row.number, squeeze(_MARKUP.sub(" ", cell)))
            for row in self.report.events
            for year, cell in zip(years, row.cells[1:], strict=False)
            if squeeze(_MARKUP.sub(" ", cell))
        }
        names = {s.prefix or s.name: s.name for s in self.data.sectors}
        stored: dict[tuple[str, int | str], str] = {}
        for event in self.data.events:
            key = (squeeze(names[event.sector] if event.sector else str(event.row)), event.fiscal_year)
            stored[key] = stored.get(key, "") + squeeze(event.printed or event.title)
        for name, year in sorted({*printed, *stored}, key=str):
            number, text = printed.get((name, year), (line, ""))
            yield from self.differs(number, f"events of {name} {year}", text, stored.get((name, year), ""))

    def corrections(self) -> Iterator[Problem]:
        texts = self._texts()
        for correction in self.data.corrections:
            line, text = texts.get((correction.table, correction.row), (1, ""))
            yield from self.contains(line, f"print of {correction.id}", text, correction.printed)

    def _texts(self) -> dict[tuple[str, str], tuple[int, str]]:
        """Table and row as a correction names them -> line and whole text of their place."""
        report, data = self.report, self.data
        texts = {("plans", data.plan.id): (1, report.cover + "".join(report.introduction))}
        for sector, section in zip(data.sectors, report.sectors, strict=False):
            texts["sectors", sector.prefix or sector.name] = (section.heading.number, section.text)
            for goal in section.goals:
                text = goal.title.text + "".join(goal.items)
                texts["goals", f"{sector.prefix}-{goal.number}"] = (goal.title.number, text)
            for measure in section.measures:
                texts["measures", measure.code] = (measure.heading.number, measure.text)
        for evaluation, row in zip(data.evaluations, report.evaluations, strict=False):
            texts["evaluations", evaluation.id] = (row.number, row.text)
        for event in data.events:
            texts["events", event.id] = (1, event.printed or event.title)
        texts |= {("periods", period.name): texts["plans", data.plan.id] for period in data.plan.periods}
        texts |= {("documents", document.title): texts["plans", data.plan.id] for document in data.plan.documents}
        for organization in self.city.organizations:
            texts["organizations", organization.id] = (1, "".join(organization.printed))
        return texts


def _read_year(printed: str) -> int | str:
    """The fiscal year, or what is printed if it is none, so that it is seen to differ."""
    try:
        return read_fiscal_year(printed)
    except ValueError:
        return printed


def read_passages(report: Report, city: City, data: PlanData) -> list[Row]:
    """The wording of a report that agrees with the data, as rows of report_passages in the order of the data."""
    known = References(city, data)
    layout = layout_of(data, report.file)
    headed = layout.sections.introduction
    passages = [_passage("plans", data.plan.id, i, headed, text) for i, text in enumerate(report.introduction, 1)]
    for sector, section in zip(data.sectors, report.sectors, strict=False):
        for goal in section.goals:
            row_id = known.goals[f"{sector.prefix}-{goal.number}"]
            passages.append(_passage("goals", row_id, 1, goal.title.text, "\n".join(goal.items)))
        for measure in section.measures:
            for i, (heading, text) in enumerate(measure.passages.items(), 1):
                passages.append(_passage("measures", known.measures[measure.code], i, heading, text))
    heading = layout.table_headings.evaluations[1]
    for evaluation, row in zip(data.evaluations, report.evaluations, strict=False):
        passages.append(_passage("evaluations", evaluation.id, 1, heading, row.cells[1]))
    return passages


def _passage(table: str, row_id: str, position: int, heading: str, text: str) -> Row:
    id_ = numbered_id(row_id, "passage", position)
    return {"id": id_, "table_name": table, "row_id": row_id, "heading": heading, "text": text}
