"""A folder is a municipality or a list of faults: each kind of fault is one line with its place, its value and what is right."""

from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.model import City, PlanData
from tests.keikaku.conftest import read_faults

Faults = Callable[[str, str, str], tuple[list[str], str]]


FAULTS = read_data(__file__, "faults.yml")
LONG = {
    "text of 1,001 characters": ("plan.yml", "concept: ", f"concept: ‸{'あ' * 1001} #", f"concept: '{'あ' * 56}... の長さは 1001 です (too long); 1000まで"),
    "summary of 161 characters": ("goals.yml", "summary: ふだん", f"summary: ‸{'あ' * 161} #", f"summary: '{'あ' * 56}... の長さは 161 です (too long); 160まで"),
    "value beyond every count": ("measures.yml", "value: 3000", f"value: ‸3{'0' * 16}", f"indicators.0.value: 3{'0' * 16} は数として読めません (not a number)"),
    "number without end": ("results.csv", "3200", "‸" + "9" * 5000, f"value: '{'9' * 56}... は数として読めません (not a number)"),
}  # fmt: skip
CHECKED = {f"{check[6:]}: {name}": case for check, cases in FAULTS["checks"].items() for name, case in cases.items()}
CASES = FAULTS["records"] | LONG | CHECKED | FAULTS["shared"]

KINDS = ("sectors", "goals", "measures", "grades", "evaluations", "events", "corrections", "changes", "withdrawn")
WHOLE_FILES = {
    **{
        f"{kind}.yml is in Shift JIS": (f"bunka/{kind}.yml", "市".encode("cp932"), "0x8e は UTF-8 ではありません")
        for kind in ("plan", *KINDS)
    },
    **{f"{kind}.yml is empty": (f"bunka/{kind}.yml", b"", "一覧になっていません (not a list)") for kind in KINDS},
    **{name: (file, text.encode(), fault) for name, (file, text, fault) in FAULTS["files"].items()},
}


def test_the_invented_plan_is_accepted(city: City, plan: PlanData) -> None:
    counts = {kind: len(getattr(plan, kind)) for kind in ("sectors", "goals", "measures", "evaluations", "events")}
    assert counts == {"sectors": 2, "goals": 4, "measures": 8, "evaluations": 5, "events": 10}
    assert (len(plan.corrections), len(plan.results), len(city.organizations)) == (7, 5, 8)


@pytest.mark.parametrize(("file", "old", "new", "fault"), CASES.values(), ids=CASES)
def test_each_fault_is_one_line_with_its_place_its_value_and_what_would_be_right(
    faults: Faults, file: str, old: str, new: str, fault: str
) -> None:
    lines, place = faults(file, old, new)
    assert len(lines) == 1, lines
    assert lines[0].startswith(place + fault)
    assert "; " in lines[0]
    assert "\n" not in lines[0]


@pytest.mark.parametrize("file", ["municipality.yml", "bunka/plan.yml"])
def test_a_file_that_must_be_there_is_missed(folder: Path, file: str) -> None:
    (folder / file).unlink()
    (line,) = read_faults(folder)
    assert line.startswith(f"{file}:1:1: 読めません (cannot be read: No such file or directory)")


@pytest.mark.parametrize(("file", "data", "fault"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_used_is_one_line(folder: Path, file: str, data: bytes, fault: str) -> None:
    (folder / file).write_bytes(data)
    (line,) = read_faults(folder)
    assert line.startswith(f"{file}:1:1: {fault}")


def test_only_a_municipality_and_a_plan_with_its_years_are_needed(folder: Path) -> None:
    for file in folder.rglob("*.*"):
        if file.name not in ("municipality.yml", "plan.yml"):
            file.unlink()
    (folder / "bunka" / "plan.yml").write_text("{id: minato, title: 計画, start_fiscal_year: R6, end_fiscal_year: R10}")
    assert [data.measures for data in read_city(folder).plans] == [[]]


def test_a_municipality_without_a_plan_is_told(folder: Path) -> None:
    (folder / "bunka").rename(folder / ".bunka")
    with pytest.raises(InvalidData, match=r"minato:1:1: 計画のフォルダーがありません \(no plan\)"):
        read_city(folder)


def test_all_faults_of_a_folder_are_told_together_in_the_order_of_files_and_lines(folder: Path, faults: Faults) -> None:
    faults("measures.yml", "name: アトリエマップの作成", "name: ''")
    faults("measures.yml", "new: true", "new: 1")
    faults("measures.yml", "unit: 人", "units: 人")
    faults("events.yml", "title: 計画の見直し", "title: ' '")
    faults("evaluations.yml", "rule: none", "rule: no")
    faults("municipality.yml", "name: みなと市", "name: 1")
    (folder / "bunka" / "goals.yml").write_bytes(b"\xff")
    lines, _ = faults("results.csv", "3200", "many")
    assert [":".join(line.split(":")[:2]).removeprefix("bunka/") for line in lines] == [
        *("evaluations.yml:27", "events.yml:4", "goals.yml:1", "measures.yml:9", "measures.yml:26", "measures.yml:28"),
        *("results.csv:2", "municipality.yml:3"),
    ]


def test_a_fault_is_told_once_not_again_for_every_record_that_refers_to_it(faults: Faults) -> None:
    lines, place = faults("organizations.yml", "name: みなと市\n", "name: ‸12\n")
    assert lines == [f"{place}name: 12 は文字ではありません (not text); 数字なら引用符で囲む"]


def test_years_are_read_however_they_are_written(plan: PlanData) -> None:
    assert (plan.plan.start_fiscal_year, plan.plan.end_fiscal_year) == (2018, 2025)
    assert [(period.start_fiscal_year, period.end_fiscal_year) for period in plan.plan.periods] == [
        (2018, 2021),
        (2022, 2025),
    ]
    assert [result.fiscal_year for result in plan.results] == [2022, 2022, 2023, 2022, 2023]


@pytest.mark.parametrize(("kind", "text", "read"), FAULTS["tables"].values(), ids=FAULTS["tables"])
def test_a_list_may_be_a_table(folder: Path, kind: str, text: str, read: dict[str, object]) -> None:
    (folder / "bunka" / f"{kind}.yml").unlink(missing_ok=True)
    (folder / "bunka" / f"{kind}.csv").write_text(text, "utf-8-sig")
    record = getattr(read_city(folder).plans[0], kind)[0]
    assert {key: getattr(record, key) for key in read} == read


def test_measures_may_be_a_table_as_a_japanese_spreadsheet_saves_it(folder: Path) -> None:
    for kind in ("measures", "evaluations", "events", "corrections", "changes", "withdrawn", "results"):
        for file in folder.rglob(f"{kind}.*"):
            file.unlink()
    table = "code,name,sector,goals,organizations,roles,marks\r\n1-(2)-①,朗読の会,芸術,1、2,市、文化協会,市：主担当,◎、前期：拡充\r\n"
    (folder / "bunka" / "measures.csv").write_bytes(table.encode("cp932"))
    (measure,) = read_city(folder).plans[0].measures
    assert (measure.code, measure.goals, measure.roles) == ("1-(2)-①", [1, 2], {"市": "lead"})
    assert (measure.organizations, measure.marks) == (["市", "文化協会"], ["◎", "前期：拡充"])
