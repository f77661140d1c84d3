"""Typed records of a plan, as they stand in the files of data/<plan>/.

One class per kind of record; unknown keys and implicit conversions are refused. Fiscal years are whole numbers (the
calendar year in which they begin), whatever way they were written. References are written as a person would: measures
by their printed code, organizations by any known name, sectors by their prefix; checks.py makes sure that they hold.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    model_validator,
)

from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.schema.codes import (
    CHANGE_KINDS,
    COMPARATORS,
    CORRECTION_KINDS,
    DECISIONS,
    DUE_KINDS,
    INDICATOR_KINDS,
    ORGANIZATION_KINDS,
    OUTCOMES,
    PERIODS,
    RESULT_STATUSES,
    RULES,
    SOURCES,
    Terms,
)

CODE = re.compile(r"(?P<prefix>[^\W\d_]+)-(?P<number>[1-9][0-9]{0,3})")
_WORD = re.compile(r"(?=.*[々\u3400-\u9fff])[々ヶ\u3041-\u3096\u30a1-\u30fc\u3400-\u9fff]{1,20}")
_READING = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc]{1,40}")
SUMMARY_LENGTH = 160
EVIDENCE_LENGTH = 15
TEXT_LENGTH = 1000  # of any text that has no limit of its own


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _clean(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty | write a text")
    if text != text.strip():
        raise ValueError("begins or ends with a space | remove it")
    for character in text:
        # Cf: marks of direction, tags and spaces without width, which nobody sees and no search finds.
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            raise ValueError(f"holds the character U+{ord(character):04X} | write one line of printable text")
    return text


def _code(text: str) -> str:
    if not CODE.fullmatch(text):
        raise ValueError("is not a code | write prefix, hyphen and number as in 工-1")
    return text


def _fiscal_year(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError("is not a fiscal year | write 令和6年度, R6 or 2024")
    try:
        return read_fiscal_year(value)
    except ValueError:
        raise ValueError("is not a fiscal year | write 令和6年度, R6 or 2024") from None


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        raise ValueError("is not a usable number | write digits without unit or separators")
    return value


def _day(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise ValueError("is not a day | write year, month and day as in 2026-04-01")


def _distinct(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("names something twice | name each once")
    return values


def _one_of(terms: Terms) -> Any:
    def check(value: object) -> object:
        if not isinstance(value, str) or value not in terms:
            raise ValueError(f"is not in the vocabulary | use one of {', '.join(terms)}")
        return value

    return Annotated[str, BeforeValidator(check)]


Text = Annotated[str, StringConstraints(max_length=TEXT_LENGTH), AfterValidator(_clean)]
Summary = Annotated[Text, StringConstraints(max_length=SUMMARY_LENGTH)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=80)]
Code = Annotated[str, AfterValidator(_code)]
FiscalYear = Annotated[int, BeforeValidator(_fiscal_year)]
Number = Annotated[int | float, BeforeValidator(_number)]
Position = Annotated[int, Field(ge=1, le=9999)]
Day = Annotated[str, AfterValidator(_day)]
Names = Annotated[list[Text], AfterValidator(_distinct)]


class ReportLayout(_Record):
    """What the report is called, and the words by which its parts are found."""

    title: Text
    subtitle: Text | None = None
    date: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    author: Text
    sections: "Sections"
    table_headings: "TableHeadings"
    passages: Annotated[Names, Field(min_length=1)]
    goals_until: Text


class Sections(_Record):
    introduction: Text
    evaluations: Text
    measures: Text
    events: Text


class TableHeadings(_Record):
    evaluations: Annotated[list[Text], Field(min_length=3, max_length=3)]
    measures: Annotated[list[Text], Field(min_length=4, max_length=4)]
    years: Text


class Plan(_Record):
    """plan.yml"""

    id: Id
    title: Text
    municipality: Text
    municipality_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
    corporate_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{13}$")]
    concept: Text
    start_fiscal_year: FiscalYear
    end_fiscal_year: FiscalYear
    second_half_start: FiscalYear
    report: ReportLayout
    members: Names
    consulted: Names


class Sector(_Record):
    """sectors.yml"""

    id: Id
    name: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[^\W\d_]{1,4}$")]
    heading: Text
    title: Text
    vision: Text | None = None


class Goal(_Record):
    """goals.yml"""

    sector: Text
    number: Annotated[int, Field(ge=1, le=20)]
    title: Text
    summary: Summary


class Indicator(_Record):
    """One thing in a measure's target that can be checked."""

    kind: _one_of(INDICATOR_KINDS)  # type: ignore[valid-type]
    label: Text
    comparator: _one_of(COMPARATORS) | None = None  # type: ignore[valid-type]
    value: Number | None = None
    unit: Text | None = None
    per: _one_of(PERIODS) | None = None  # type: ignore[valid-type]
    due_fiscal_year: FiscalYear | None = None
    due_kind: _one_of(DUE_KINDS) | None = None  # type: ignore[valid-type]
    printed: Text | None = None
    source: _one_of(SOURCES) = "target"  # type: ignore[valid-type]
    note: Text | None = None


class Measure(_Record):
    """measures.yml"""

    code: Code
    name: Text
    new: bool = False
    repeat_of: Code | None = None
    joint: Annotated[list[Code], AfterValidator(_distinct)] = []
    goals: Annotated[list[Position], Field(min_length=1), AfterValidator(_distinct)]
    organizations: Annotated[Names, Field(min_length=1)]
    target: Text
    indicators: Annotated[list[Indicator], Field(min_length=1)]
    summary: Summary
    schedule: Summary | None = None

    @property
    def prefix(self) -> str:
        return self.code.rpartition("-")[0]

    @property
    def number(self) -> int:
        return int(self.code.rpartition("-")[2])


class Organization(_Record):
    """organizations.yml"""

    id: Id
    name: Text
    kind: _one_of(ORGANIZATION_KINDS)  # type: ignore[valid-type]
    parent: Id | None = None
    printed: Annotated[Names, Field(min_length=1)]
    aliases: Names = []
    note: Text | None = None


class Evaluation(_Record):
    """evaluations.yml"""

    id: Id
    sector: Text
    name: Text
    decision: _one_of(DECISIONS)  # type: ignore[valid-type]
    outcome: _one_of(OUTCOMES)  # type: ignore[valid-type]
    rule: _one_of(RULES)  # type: ignore[valid-type]
    evidence: Annotated[Text, StringConstraints(max_length=EVIDENCE_LENGTH)]
    summary: Summary
    successor: Code | None = None


class Event(_Record):
    """events.yml: either `sector`, or `row` with the heading of a row for the whole plan."""

    id: Id
    row: Text | None = None
    sector: Text | None = None
    fiscal_year: FiscalYear
    end_fiscal_year: FiscalYear | None = None
    title: Text
    printed: Text | None = None
    measures: Annotated[list[Code], AfterValidator(_distinct)] = []


class Correction(_Record):
    """corrections.yml: `row` is the code of a measure or the id of another record."""

    id: Id
    table: Literal["plans", "sectors", "goals", "measures", "organizations", "evaluations", "events"]
    row: Text
    column: Text
    kind: _one_of(CORRECTION_KINDS)  # type: ignore[valid-type]
    printed: Text
    corrected: Text | None = None
    reason: Annotated[Text, StringConstraints(max_length=200)]


class Result(_Record):
    """results.csv: one published figure; `indicator` is its position within the measure."""

    measure: Code
    indicator: Position
    fiscal_year: FiscalYear
    value: Number | None = None
    status: _one_of(RESULT_STATUSES) | None = None  # type: ignore[valid-type]
    note: Text | None = None
    source_url: Annotated[Text, StringConstraints(pattern=r"^https?://[^\s]+$")] | None = None


class Change(_Record):
    """changes.yml, which may be left out: `records` are codes of measures, or ids of records used or withdrawn."""

    id: Id
    date: Day
    version: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$", max_length=20)]
    kind: _one_of(CHANGE_KINDS)  # type: ignore[valid-type]
    title: Annotated[Text, StringConstraints(max_length=80)]
    text: Annotated[Text, StringConstraints(max_length=400)] | None = None
    records: Names = []


class Withdrawn(_Record):
    """withdrawn.yml, which may be left out: an id that was published once and is given to no record any more."""

    id: Id
    table: Literal[
        "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events", "corrections"
    ]
    name: Text
    date: Day
    reason: Annotated[Text, StringConstraints(max_length=200)]
    replaced_by: Id | None = None


def _kanji(word: str) -> str:
    if not _WORD.fullmatch(word):
        raise ValueError("is not a word to give a reading | write kanji, with kana between them at most")
    return word


def _kana(reading: str) -> str:
    if not _READING.fullmatch(reading):
        raise ValueError("is not a reading | write hiragana or katakana")
    return reading


class Ruby(RootModel[dict[Annotated[str, AfterValidator(_kanji)], Annotated[str, AfterValidator(_kana)]]]):
    """ruby.yml, which may be left out: word as written -> its reading in kana"""


class Synonyms(_Record):
    """synonyms.yml, which may be left out: `words` that find each other, and what they find `also`."""

    words: Annotated[Names, Field(min_length=1)]
    also: Names = []

    @model_validator(mode="after")
    def _has_pair(self) -> Self:
        words = [*self.words, *self.also]
        _distinct(words)
        if not all(re.search(r"[^\W_]", word) for word in words):
            raise ValueError("has a word without a letter | write words that can be searched")
        if len(words) < 2:
            raise ValueError("has a single word | give it a second one")
        return self


class PlanData(_Record):
    """All records of one plan, in the order of their files."""

    plan: Plan
    sectors: list[Sector]
    goals: list[Goal]
    measures: list[Measure]
    organizations: list[Organization]
    evaluations: list[Evaluation]
    events: list[Event]
    corrections: list[Correction]
    results: list[Result]
    ruby: Ruby = Ruby({})
    synonyms: list[Synonyms] = []
    changes: list[Change] = []
    withdrawn: list[Withdrawn] = []
