"""Typed records of a municipality and its plans, as they stand in the files of data/<municipality>/ and data/<municipality>/<plan>/.

One class per kind of record; unknown keys and implicit conversions are refused. What a real plan may lack may be left
out. Fiscal years are whole numbers (the calendar year in which they begin), whatever way they were written. References
are written as a person would: measures by their printed code or name, organizations by any known name, sectors by their
prefix or name; references.py finds what they mean, and checks.py makes sure that they hold.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from keikaku.plan.field_types import (
    Code,
    Date,
    Day,
    FiscalYear,
    Id,
    Names,
    Number,
    Position,
    Reference,
    References,
    Summary,
    Text,
    Url,
    distinct,
    one_of,
)
from keikaku.plan.report_layout import ReportLayout
from keikaku.plan.words import Ruby, Synonyms
from keikaku.schema.codes import CODES

CODE = re.compile(r"(?P<prefix>[^\W\d_]+)-(?P<number>[1-9][0-9]{0,3})")  # the form of code that names sector and number
EVIDENCE_LENGTH = 15
CorporateNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Placed(_Record):
    """What is printed in a document: `document` is its title, or left out for the first; `place` is where in it."""

    document: Text | None = None
    place: Text | None = None


class Municipality(_Record):
    """municipality.yml"""

    id: Id
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    name: Text
    corporate_number: CorporateNumber | None = None
    url: Url | None = None


class PlanDocument(_Record):
    """One of the documents that a plan was read from; `date` becomes YYYY, YYYY-MM or YYYY-MM-DD."""

    title: Text
    subtitle: Text | None = None
    author: Text | None = None
    date: Date | None = None
    url: Url | None = None
    retrieved: Day | None = None
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    layout: ReportLayout | None = None


class Period(_Record):
    """A span of years that the plan names, such as 前期; without years where it prints none."""

    name: Text
    start_fiscal_year: FiscalYear | None = None
    end_fiscal_year: FiscalYear | None = None
    judged_by: Text | None = None
    note: Text | None = None
    evaluation_note: Text | None = None


class Plan(_Placed):
    """plan.yml"""

    id: Id
    title: Text
    title_en: Text | None = None
    theme: Text | None = None
    concept: Text | None = None
    start_fiscal_year: FiscalYear
    end_fiscal_year: FiscalYear
    follows: Id | None = None
    results_checked_on: Day | None = None
    search_examples: Names = []
    words: dict[one_of("plan_words", "term"), Text] = {}  # type: ignore[valid-type]
    periods: list[Period] = []
    documents: list[PlanDocument] = []
    members: Names = []
    consulted: Names = []


class Sector(_Placed):
    """sectors; `title` is as printed, and the name where the plan prints no other."""

    id: Id
    name: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[^\W\d_]{1,4}$")] | None = None
    heading: Text | None = None
    title: Text = ""
    vision: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _use_name(cls, record: dict[str, object]) -> dict[str, object]:
        return {"title": record.get("name", ""), **record}


class Goal(_Placed):
    """goals: `number` or `code` is printed; `parent` is the goal above it, `level` what the plan calls this level."""

    id: Id | None = None
    sector: Reference | None = None
    parent: Reference | None = None
    number: Annotated[int, Field(ge=1, le=999)] | None = None
    code: Code | None = None
    level: Text | None = None
    title: Text
    summary: Summary | None = None


class Indicator(_Placed):
    """One thing that can be checked: within a measure, or in a table of its own with the places where it is printed.

    `baseline` and `target` are cells as printed; what they say need not be written again (indicators.py reads it).
    """

    id: Id | None = None
    code: Code | None = None
    plan: bool = False
    sectors: References = []
    goals: References = []
    measures: References = []
    organizations: Names = []
    kind: one_of("indicators", "kind") = "quantity"  # type: ignore[valid-type]
    label: Text
    member: Text | None = None
    comparator: one_of("figures", "comparator") | None = None  # type: ignore[valid-type]
    value: Number | None = None
    value_to: Number | None = None
    approximate: bool = False
    unit: Text | None = None
    per: one_of("indicators", "per") | None = None  # type: ignore[valid-type]
    accumulation: one_of("indicators", "accumulation") | None = None  # type: ignore[valid-type]
    direction: one_of("indicators", "direction") | None = None  # type: ignore[valid-type]
    direction_from: one_of("indicators", "direction_from") | None = None  # type: ignore[valid-type]
    first_year: FiscalYear | None = None
    due_fiscal_year: FiscalYear | None = None
    due_kind: one_of("figures", "due_kind") | None = None  # type: ignore[valid-type]
    calendar: one_of("figures", "calendar") = "fiscal"  # type: ignore[valid-type]
    baseline: Text | None = None
    baseline_year: FiscalYear | None = None
    target: Text | None = None
    printed: Text | None = None
    source: one_of("indicators", "source") = "target"  # type: ignore[valid-type]
    note: Text | None = None
    results_checked_on: Day | None = None


class Measure(_Placed):
    """measures"""

    id: Id | None = None
    code: Code | None = None
    name: Text
    sector: Reference | None = None
    parent: Reference | None = None
    period: Text | None = None
    new: bool = False
    marks: list[Text] = []
    repeat_of: Reference | None = None
    joint: References = []
    goals: Annotated[list[Position | Reference], AfterValidator(distinct)] = []
    organizations: Names = []
    roles: dict[Text, one_of("measure_organizations", "role")] = {}  # type: ignore[valid-type]
    tasks: dict[Text, Text] = {}
    target: Text | None = None
    indicators: list[Indicator] = []
    summary: Summary | None = None
    summary_easy: Summary | None = None
    schedule: Summary | None = None

    @property
    def prefix(self) -> str | None:
        """The prefix of the sector that the code names, or None for a code of another form."""
        found = CODE.fullmatch(self.code or "")
        return found["prefix"] if found else None

    @property
    def number(self) -> int | None:
        found = CODE.fullmatch(self.code or "")
        return int(found["number"]) if found else None


class Organization(_Record):
    """organizations of a municipality; `document` and `place` are those of the measure that names it first."""

    id: Id
    name: Text
    kind: one_of("organizations", "kind")  # type: ignore[valid-type]
    parent: Id | None = None
    corporate_number: CorporateNumber | None = None
    printed: Names = []
    aliases: Names = []
    url: Url | None = None
    note: Text | None = None


class Grade(_Record):
    """grades: a grade, decision or mark in the plan's own letters, and the common meaning where the plan says it."""

    field: one_of("grades", "field")  # type: ignore[valid-type]
    grade: Text
    label: Text | None = None
    meaning: one_of("grades", "meaning") | None = None  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _means_its_field(self) -> Self:
        outcomes = CODES["evaluations", "outcome"]
        decisions = [meaning for meaning in CODES["grades", "meaning"] if meaning not in outcomes]
        allowed = {"outcome": [*outcomes], "decision": decisions}.get(self.field, [])
        if self.meaning is not None and self.meaning not in allowed:
            right = f"{', '.join(allowed)} のどれか" if allowed else "meaning を消す"
            raise ValueError(f"の meaning {self.meaning} は {self.field} には使えません | {right}")
        return self


class Evaluation(_Placed):
    """evaluations: of a measure or goal of this plan, or of what `name` says."""

    id: Id
    sector: Reference | None = None
    measure: Reference | None = None
    goal: Reference | None = None
    indicator: Reference | None = None
    name: Text | None = None
    period: Text | None = None
    fiscal_year: FiscalYear | None = None
    organization: Text | None = None
    judged_by: one_of("evaluations", "judged_by") | None = None  # type: ignore[valid-type]
    grade: Text | None = None
    decision: Text | None = None
    outcome: one_of("evaluations", "outcome") | None = None  # type: ignore[valid-type]
    rule: one_of("evaluations", "rule") | None = None  # type: ignore[valid-type]
    evidence: Annotated[Text, StringConstraints(max_length=EVIDENCE_LENGTH)] | None = None
    summary: Summary | None = None
    successor: Reference | None = None
    target_change: one_of("evaluations", "target_change") | None = None  # type: ignore[valid-type]
    target_evidence: Annotated[Text, StringConstraints(max_length=EVIDENCE_LENGTH)] | None = None


class Event(_Placed):
    """events: `sector`, or `row` with the heading of a row for the whole plan, or neither."""

    id: Id
    row: Text | None = None
    sector: Reference | None = None
    fiscal_year: FiscalYear
    end_fiscal_year: FiscalYear | None = None
    title: Text
    printed: Text | None = None
    measures: References = []


class Correction(_Placed):
    """corrections: `row` is the code of a measure or the id of another record."""

    id: Id
    table: Literal[
        "plans", "periods", "documents", "sectors", "goals", "measures", "organizations", "evaluations", "events"
    ]
    row: Text
    column: Text
    kind: one_of("corrections", "kind")  # type: ignore[valid-type]
    printed: Text
    corrected: Text | None = None
    reason: Annotated[Text, StringConstraints(max_length=200)]


class _Told(_Record):
    """A figure of an indicator: `indicator` is its name, code or id, or its position at the `measure` (or goal) named.

    `printed` is read like a target's cell where no `value` is written.
    """

    measure: Reference | None = None
    indicator: Position | Reference = 1
    calendar: one_of("figures", "calendar") = "fiscal"  # type: ignore[valid-type]
    first_year: FiscalYear | None = None
    value: Number | None = None
    value_to: Number | None = None
    approximate: bool = False
    edition: Annotated[int, Field(ge=1, le=99)] = 1
    printed: Text | None = None
    note: Text | None = None
    document: Text | None = None
    source_url: Url | None = None
    part: Text | None = None
    publisher: Text | None = None
    published_on: Date | None = None
    recorded_on: Day | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if self.measure is None and "indicator" not in self.model_fields_set:
            raise ValueError("に measure も indicator もありません | どの指標の数字かを書く")
        return self


class Result(_Told):
    """results: one published figure."""

    fiscal_year: FiscalYear
    estimate: bool = False
    status: one_of("figures", "status") | None = None  # type: ignore[valid-type]


class PrintedFigure(_Told):
    """figures: a figure that the indicator's own keys do not hold, such as the target of one more year or a revised one."""

    fiscal_year: FiscalYear | None = None
    role: one_of("figures", "role") = "target"  # type: ignore[valid-type]
    comparator: one_of("figures", "comparator") | None = None  # type: ignore[valid-type]
    due_kind: one_of("figures", "due_kind") | None = None  # type: ignore[valid-type]


class Change(_Record):
    """changes: `records` are codes of measures, or ids of records used or withdrawn."""

    id: Id
    date: Day
    version: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$", max_length=20)]
    kind: one_of("changes", "kind")  # type: ignore[valid-type]
    title: Annotated[Text, StringConstraints(max_length=80)]
    text: Annotated[Text, StringConstraints(max_length=400)] | None = None
    records: Names = []


class Withdrawn(_Record):
    """withdrawn: an id that was published once and is given to no record any more."""

    id: Id
    table: Literal[
        "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events", "corrections"
    ]
    name: Text
    date: Day
    reason: Annotated[Text, StringConstraints(max_length=200)]
    replaced_by: Id | None = None


class PlanData(_Record):
    """All records of one plan, in the order of their files."""

    plan: Plan
    sectors: list[Sector] = []
    goals: list[Goal] = []
    measures: list[Measure] = []
    indicators: list[Indicator] = []
    grades: list[Grade] = []
    evaluations: list[Evaluation] = []
    events: list[Event] = []
    corrections: list[Correction] = []
    results: list[Result] = []
    changes: list[Change] = []
    figures: list[PrintedFigure] = []
    withdrawn: list[Withdrawn] = []


class City(_Record):
    """A municipality, what its plans share, and its plans."""

    municipality: Municipality
    organizations: list[Organization] = []
    ruby: Ruby = Ruby({})
    synonyms: list[Synonyms] = []
    plans: list[PlanData] = []
