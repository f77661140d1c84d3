"""A folder is one plan or a list of faults: each kind of fault is one line with its place, its value and what is right.

In the tables, ‸ marks the place that the line must name; `old` is replaced where it first stands in the file.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_plan
from keikaku.plan.model import PlanData

Faults = Callable[[str, str, str], tuple[list[str], str]]

VOCABULARY = "is not in the vocabulary; use one of"
NUMBER = "is not a usable number; write digits without unit or separators"
YEAR = "is not a fiscal year; write 令和6年度, R6 or 2024"

# What is wrong: file, old, new, the line after its place.
WRONG_KEYS = {
    "unknown key": (
        "goals.yml",
        "  number: 1\n",
        "  number: 1\n  ‸extra: 1\n",
        "unknown key 'extra'; allowed: sector, number, title, summary",
    ),
    "unknown key of the plan": (
        "plan.yml",
        "concept:",
        "‸motto: x\nconcept:",
        "unknown key 'motto'; allowed: id, title",
    ),
    "unknown key in the report's words": (
        "plan.yml",
        "  author:",
        "  ‸writer: x\n  author:",
        "unknown key 'report.writer'; allowed: the documented keys",
    ),
    "unknown key of an indicator": (
        "measures.yml",
        "per: event}",
        "per: event, ‸every: 1}",
        "unknown key 'indicators.0.every'; allowed: the documented keys",
    ),
    "merge key": ("goals.yml", "  number: 1\n", "  number: 1\n  ‸<<: {a: 1}\n", "unknown key '<<'; allowed: sector"),
    "missing key": ("goals.yml", "- sector: 芸\n  number: 1", "- ‸number: 1", "key 'sector' is missing; add it"),
    "missing key in the report's words": (
        "plan.yml",
        "  title: みなと市文化振興計画中間報告書\n  subtitle",
        "  ‸subtitle",
        "key 'title' is missing; add it",
    ),
    "missing key of an indicator": (
        "measures.yml",
        "{kind: continue, label: 文化行列の実施}",
        "‸{kind: continue}",
        "key 'label' is missing; add it",
    ),
}

WRONG_TYPES = {
    "number for text": (
        "goals.yml",
        "title: 作品にふれる機会づくり",
        "title: ‸12",
        "title: 12 is not text; write a text, digits in quotes",
    ),
    "list for text": ("goals.yml", "title: 作品", "title: ‸[a, b] #", "title: ['a', 'b'] is not text; write a text"),
    "nothing for text": ("goals.yml", "title: 作品", "title:‸ #", "title: None is not text; write a text"),
    "text for a number": (
        "goals.yml",
        "number: 1",
        "number: ‸一",
        "number: '一' does not fit; Input should be a valid integer",
    ),
    "digits in quotes for a number": (
        "goals.yml",
        "number: 1",
        "number: ‸'1'",
        "number: '1' does not fit; Input should be",
    ),
    "true for a number": (
        "goals.yml",
        "number: 1",
        "number: ‸true",
        "number: True does not fit; Input should be a valid",
    ),
    "fraction for a whole number": (
        "goals.yml",
        "number: 1",
        "number: ‸1.5",
        "number: 1.5 does not fit; Input should be",
    ),
    "yes for true": (
        "measures.yml",
        "new: true",
        "new: ‸yes",
        "new: 'yes' does not fit; Input should be a valid boolean",
    ),
    "number for a list": (
        "measures.yml",
        "goals: [1]",
        "goals: ‸1",
        "goals: 1 does not fit; Input should be a valid list",
    ),
    "text in a list of numbers": (
        "measures.yml",
        "[1, 2]",
        "[1, ‸二]",
        "goals.1: '二' does not fit; Input should be a valid",
    ),
    "empty list": (
        "measures.yml",
        "[文化協会, 市立美術館, 市]",
        "‸[]",
        "organizations: [] does not fit; Value should have at least 1 item",
    ),
    "text for a record": (
        "goals.yml",
        "- sector",
        "- ‸text\n- sector",
        "the record is not a mapping; write lines of key: value",
    ),
}

WRONG_VALUES = {
    "empty name": ("measures.yml", "name: 市民美術展の開催", "name: ‸''", "name: '' is empty; write a text"),
    "blank name": ("measures.yml", "name: 市民美術展の開催", "name: ‸'　'", r"name: '\u3000' is empty; write a text"),
    "space at the end": (
        "measures.yml",
        "name: 市民美術展の開催",
        "name: ‸'市民美術展 '",
        "name: '市民美術展 ' begins or ends with a space; remove it",
    ),
    "line break in a name": (
        "measures.yml",
        "name: 市民美術展の開催",
        'name: ‸"市民\\n美術展"',
        r"name: '市民\n美術展' holds the character U+000A; write one line of printable text",
    ),
    "private character": (
        "measures.yml",
        "name: 市民",
        'name: ‸"\\uE000" #',
        r"name: '\ue000' holds the character U+E000",
    ),
    **{
        f"name with U+{ord(character):04X}": (
            "measures.yml",
            "name: 市民美術展の開催",
            f"name: ‸市民{character}美術展の開催",
            f"name: {f'市民{character}美術展の開催'!r} holds the character U+{ord(character):04X}; write one line of",
        )
        for character in "\u00ad\u200b\u202e\u2066\U000e0041"
    },
    "text of 1,001 characters": (
        "plan.yml",
        "concept: ",
        f"concept: ‸{'あ' * 1001} #",
        f"concept: '{'あ' * 56}... has 1001 characters; at most 1000",
    ),
    "code without hyphen": (
        "measures.yml",
        "code: 芸-1",
        "code: ‸芸1",
        "code: '芸1' is not a code; write prefix, hyphen and number as in 工-1",
    ),
    "code with a leading zero": (
        "measures.yml",
        "code: 芸-1",
        "code: ‸芸-01",
        "code: '芸-01' is not a code; write prefix",
    ),
    "code that a spreadsheet made a date": (
        "measures.yml",
        "code: 芸-1",
        "code: ‸1-1",
        "code: '1-1' is not a code; write",
    ),
    "id with capitals": (
        "events.yml",
        "id: minato-event-1\n",
        "id: ‸Minato\n",
        "id: 'Minato' has the wrong form; the form is ^",
    ),
    "municipality code without quotes": (
        "plan.yml",
        '"990001"',
        "‸990001",
        "municipality_code: 990001 is not text; write",
    ),
    "municipality code of five digits": (
        "plan.yml",
        '"990001"',
        "‸'99001'",
        "municipality_code: '99001' has the wrong form",
    ),
    "thirteenth month": ("plan.yml", "2022-02", "‸2022-13", "report.date: '2022-13' has the wrong form; the form is"),
    "summary of 161 characters": (
        "goals.yml",
        "summary: ふだん",
        f"summary: ‸{'あ' * 161} #",
        f"summary: '{'あ' * 56}... has 161 characters; at most 160",
    ),
    "evidence of 16 characters": (
        "evaluations.yml",
        "evidence: 目標を上回った",
        f"evidence: ‸{'目標を上' * 4}",
        f"evidence: '{'目標を上' * 4}' has 16 characters; at most 15",
    ),
    "column missing in a heading of a table": (
        "plan.yml",
        "[施策名, 評価, 後期の扱い]",
        "‸[施策名, 評価]",
        "report.table_headings.evaluations: ['施策名', '評価'] does not fit; List should have at least 3 items",
    ),
    "unknown decision": (
        "evaluations.yml",
        "decision: 終了",
        "decision: ‸中止",
        f"decision: '中止' {VOCABULARY} 継続, 変更",
    ),
    "unknown outcome": (
        "evaluations.yml",
        "outcome: met",
        "outcome: ‸Met",
        f"outcome: 'Met' {VOCABULARY} met, partly_met",
    ),
    "unknown rule": (
        "evaluations.yml",
        "rule: none",
        "rule: ‸guess",
        f"rule: 'guess' {VOCABULARY} target_stated, never",
    ),
    "unknown kind of organization": (
        "organizations.yml",
        "kind: prefecture",
        "kind: ‸club",
        f"kind: 'club' {VOCABULARY}",
    ),
    "unknown kind of indicator": (
        "measures.yml",
        "{kind: continue",
        "{kind: ‸goal",
        f"indicators.0.kind: 'goal' {VOCABULARY}",
    ),
    "unknown comparison": (
        "measures.yml",
        "comparator: '>='",
        "comparator: ‸'=>'",
        f"indicators.0.comparator: '=>' {VOCABULARY} >=, <=, >, <",
    ),
    "unknown period": (
        "measures.yml",
        "per: event",
        "per: ‸week",
        f"indicators.0.per: 'week' {VOCABULARY} year, event, month",
    ),
    "unknown kind of slip": ("corrections.yml", "kind: omission", "kind: ‸typo", f"kind: 'typo' {VOCABULARY} misprint"),
    "unknown table": (
        "corrections.yml",
        "table: plans",
        "table: ‸plan",
        "table: 'plan' does not fit; Input should be 'plans', 'sectors'",
    ),
    "day that the month never had": (
        "changes.yml",
        "2026-04-01",
        "‸2026-04-31",
        "date: '2026-04-31' is not a day; write year, month and day as in 2026-04-01",
    ),
    "day without hyphens": ("withdrawn.yml", "2026-06-01", "‸'20260601'", "date: '20260601' is not a day; write year"),
    "version without its third part": ("changes.yml", "1.1.0", "‸'1.1'", "version: '1.1' has the wrong form; the"),
    "unknown kind of change": ("changes.yml", "kind: added", "kind: ‸new", f"kind: 'new' {VOCABULARY} added, updated"),
    "withdrawn from a table without pages": (
        "withdrawn.yml",
        "table: events",
        "table: ‸codes",
        "table: 'codes' does not fit; Input should be 'sectors', 'goals'",
    ),
    "year that the era never had": ("events.yml", "平成30年度", "‸平成32年度", f"fiscal_year: '平成32年度' {YEAR}"),
    "fraction for a year": ("events.yml", "平成30年度", "‸2018.5", f"fiscal_year: 2018.5 {YEAR}"),
    "two years for one": ("events.yml", "令和2年度", "‸令和2・3年度", f"fiscal_year: '令和2・3年度' {YEAR}"),
    "true for a year": ("events.yml", "令和2年度", "‸true", f"fiscal_year: True {YEAR}"),
    "goal 0": (
        "measures.yml",
        "[1, 2]",
        "[‸0, 2]",
        "goals.0: 0 does not fit; Input should be greater than or equal to 1",
    ),
    "goal named twice": ("measures.yml", "[1, 2]", "‸[1, 1]", "goals: [1, 1] names something twice; name each once"),
    "organization named twice": (
        "measures.yml",
        "[文化協会, 市立美術館, 市]",
        "‸[文化協会, 市, 市]",
        "organizations: ['文化協会', '市', '市'] names something twice; name each once",
    ),
    "value with its unit": ("measures.yml", "value: 3000", "value: ‸3000人", f"indicators.0.value: '3000人' {NUMBER}"),
    "value with a separator": (
        "measures.yml",
        "value: 3000",
        "value: ‸'3,000'",
        f"indicators.0.value: '3,000' {NUMBER}",
    ),
    "value beyond every count": (
        "measures.yml",
        "value: 3000",
        f"value: ‸3{'0' * 16}",
        f"indicators.0.value: 3{'0' * 16} {NUMBER}",
    ),
}

WRONG_CSV = {
    "other header": (
        "results.csv",
        "measure,indicator",
        "code,indicator",
        "header 'code,indicator,fiscal_year,value,status,note,source_url'; the header is measure,indicator,fiscal_year",
    ),
    "semicolons for commas": (
        "results.csv",
        "芸-1,1,令和4年度,3200,,,",
        "‸芸-1;1;令和4年度;3200;;;",
        "1 cells; 7 cells, as in the header",
    ),
    "row without a measure": (
        "results.csv",
        "芸-1,1",
        "‸,1",
        "measure: None is not text; write a text, digits in quotes",
    ),
    "number with a word": ("results.csv", "3200", "‸約3200", f"value: '約3200' {NUMBER}"),
    "number with a separator": ("results.csv", "3200", '‸"3,200"', f"value: '3,200' {NUMBER}"),
    "number with an exponent": ("results.csv", "3200", "‸3.2E+03", f"value: '3.2E+03' {NUMBER}"),
    "no number at all": ("results.csv", "3200", "‸nan", f"value: 'nan' {NUMBER}"),
    "number as Python writes it": ("results.csv", "3200", "‸3_200", f"value: '3_200' {NUMBER}"),
    "number without end": ("results.csv", "3200", "‸" + "9" * 5000, "value: '" + "9" * 56 + f"... {NUMBER}"),
    "indicator in words": (
        "results.csv",
        "芸-1,1",
        "芸-1,‸一",
        "indicator: '一' does not fit; Input should be a valid integer",
    ),
    "indicator 0": (
        "results.csv",
        "芸-1,1",
        "芸-1,‸0",
        "indicator: 0 does not fit; Input should be greater than or equal to 1",
    ),
    "no indicator": (
        "results.csv",
        "芸-1,1",
        "芸-1,‸",
        "indicator: None does not fit; Input should be a valid integer",
    ),
    "year in words": ("results.csv", "芸-1,1,令和4年度", "芸-1,1,‸昨年度", f"fiscal_year: '昨年度' {YEAR}"),
    "status in Japanese": ("results.csv", "not_met", "‸未達成", f"status: '未達成' {VOCABULARY} met, partly_met"),
    "address without https": (
        "results.csv",
        "https://example.jp/minato/r5",
        "‸example.jp",
        r"source_url: 'example.jp' has the wrong form; the form is ^https?://[^\s]+$",
    ),
}

UNREADABLE = {
    "text after a quotation": (
        "goals.yml",
        "sector: 芸",
        "sector: '芸' ‸術",
        "not YAML: while parsing a block mapping did",
    ),
    "anchor": ("goals.yml", "sector: 芸", "sector: ‸&a 芸", "the anchor &a is used; write the value without it"),
    "alias": ("goals.yml", "sector: 芸", "sector: ‸*a", "the alias *a is used; write the value out"),
    "tag": ("goals.yml", "number: 1", "number: ‸!!int 1", "the tag tag:yaml.org,2002:int is used; write a plain value"),
    "duplicate key": (
        "goals.yml",
        "  number: 1\n",
        "  number: 1\n  ‸number: 1\n",
        "key 'number' stands twice; keep one of them",
    ),
    "key that is no text": ("goals.yml", "  number: 1\n", "  number: 1\n  ‸1: 1\n", "key '1' is not text; use one of"),
    "control character": (
        "goals.yml",
        "title: 作品",
        "title: 作‸\b品",
        "not YAML: the character U+0008; use printable",
    ),
}

CASES = {**WRONG_KEYS, **WRONG_TYPES, **WRONG_VALUES, **WRONG_CSV, **UNREADABLE}

KINDS = ("sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")
FILES = ("plan.yml", *(f"{kind}.yml" for kind in KINDS), "results.csv")
NO_LIST = "the file is not a list; write one record after another, each with - before it"
NO_MAPPING = "the record is not a mapping; write lines of key: value"
WHOLE_FILES = {
    **{f"{file} is missing": (file, None, "cannot be read: No such file or directory; a readable") for file in FILES},
    **{f"{file} is in Shift JIS": (file, "市".encode("cp932"), "byte 0x8e is not UTF-8; save the") for file in FILES},
    **{f"{kind}.yml is empty": (f"{kind}.yml", b"", NO_LIST) for kind in KINDS},
    "plan.yml is empty": ("plan.yml", b"", NO_MAPPING),
    "plan.yml is a list": ("plan.yml", b"- id: minato\n", NO_MAPPING),
    "goals.yml is one record": ("goals.yml", b"sector: a\n", NO_LIST),
    "results.csv is empty": ("results.csv", b"", "header ''; the header is measure,indicator"),
}


def test_the_invented_plan_is_accepted(plan: PlanData) -> None:
    counts = {kind: len(getattr(plan, kind)) for kind in (*KINDS, "results")}
    assert counts == {
        "sectors": 2,
        "goals": 4,
        "measures": 8,
        "organizations": 8,
        "evaluations": 5,
        "events": 10,
        "corrections": 7,
        "results": 5,
    }


@pytest.mark.parametrize(("file", "old", "new", "fault"), CASES.values(), ids=CASES)
def test_each_fault_is_one_line_with_its_place_its_value_and_what_would_be_right(
    faults: Faults, file: str, old: str, new: str, fault: str
) -> None:
    lines, place = faults(file, old, new)
    assert len(lines) == 1, lines
    assert lines[0].startswith(place + fault)
    assert "; " in lines[0]
    assert "\n" not in lines[0]


@pytest.mark.parametrize(("file", "data", "fault"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_used_is_one_line(folder: Path, file: str, data: bytes | None, fault: str) -> None:
    if data is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(data)
    with pytest.raises(InvalidData) as refused:
        read_plan(folder)
    assert str(refused.value).startswith(f"{folder / file}:1:1: {fault}")
    assert len(refused.value.problems) == 1


def test_all_faults_of_a_folder_are_told_together_in_the_order_of_files_and_lines(folder: Path, faults: Faults) -> None:
    faults("measures.yml", "name: アトリエマップの作成", "name: ''")
    faults("measures.yml", "new: true", "new: 1")
    faults("measures.yml", "unit: 人", "units: 人")
    faults("events.yml", "title: 計画の見直し", "title: ' '")
    faults("evaluations.yml", "decision: 終了", "decision: 中断")
    (folder / "goals.yml").write_bytes(b"\xff")
    lines, _ = faults("results.csv", "3200", "many")
    assert [":".join(line.split(":")[:2]) for line in lines] == [
        "evaluations.yml:22",
        "events.yml:4",
        "goals.yml:1",
        "measures.yml:8",
        "measures.yml:24",
        "measures.yml:25",
        "results.csv:2",
    ]


def test_a_fault_is_told_once_not_again_for_every_record_that_refers_to_it(faults: Faults) -> None:
    lines, place = faults("organizations.yml", "name: みなと市\n", "name: ‸12\n")
    assert lines == [f"{place}name: 12 is not text; write a text, digits in quotes"]


def test_years_are_read_however_they_are_written(plan: PlanData) -> None:
    assert (plan.plan.start_fiscal_year, plan.plan.end_fiscal_year, plan.plan.second_half_start) == (2018, 2025, 2022)
    assert [result.fiscal_year for result in plan.results] == [2022, 2022, 2023, 2022, 2023]


def test_figures_of_results_are_numbers_and_empty_cells_are_nothing(plan: PlanData) -> None:
    assert [(result.value, result.status) for result in plan.results] == [
        (3200, None),
        (6, None),
        (4, None),
        (None, "not_met"),
        (12.5, None),
    ]
    assert plan.results[3].note == "定員に届かず, 数は未公表"
