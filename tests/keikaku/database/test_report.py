"""The report's text agrees with the data, or every single difference is one line with both sides; its wording is kept.

Changes are (file, old, new); the report itself is the file `report.txt`. Every occurrence of `old` is replaced.
"""

import os
import shutil
from pathlib import Path

import pytest

from keikaku.database.report import compare_report, read_passages, read_report, squeeze
from keikaku.database.rows import Row
from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.model import City, PlanData

CASES = read_data(__file__, "report.yml")

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REPORT = FIXTURES / "report.txt"
REAL_REPORT = os.environ.get("KEIKAKU_REPORT", "").rpartition("=")[2]
REAL_CITY = Path(__file__).resolve().parents[3] / "data" / "akishima"

Change = tuple[str, str, str]


def read_changed(tmp_path: Path, *changes: Change) -> tuple[Path, City]:
    """The report and the data after these changes."""
    folder = Path(shutil.copytree(FIXTURES / "minato", tmp_path / "minato"))
    shutil.copy(REPORT, folder / "report.txt")
    for file, old, new in changes:
        (path,) = folder.rglob(file)
        text = path.read_text("utf-8")
        assert old in text, f"{file} no longer has {old!r}"
        path.write_text(text.replace(old, new), "utf-8")
    return folder / "report.txt", read_city(folder)


def compare_changed(tmp_path: Path, *changes: Change) -> list[str]:
    """The differences after these changes, without the path of the report."""
    report, city = read_changed(tmp_path, *changes)
    data = city.plans[0]
    return [str(d).removeprefix(f"{report}:") for d in compare_report(read_report(report, data), city, data)]


PARADE = """施策名\t基本目標\t推進団体\t指標
港まつりの文化行列\t②\t商店会、県、市\t継続実施

【内容】
行列を行う。
【スケジュール】
続ける。
"""

DIFFERENCES = CASES["differences"]

SAME = CASES["same"]

UNUSABLE = CASES["unusable"]


def test_the_invented_report_agrees_with_the_data(tmp_path: Path) -> None:
    assert compare_changed(tmp_path) == []


@pytest.mark.parametrize(("changes", "at", "difference"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_each_difference_is_one_line_at_its_place_with_both_sides(
    tmp_path: Path, changes: list[Change], at: str, difference: str
) -> None:
    differences = compare_changed(tmp_path, *changes)
    assert len(differences) == 1, differences
    lines = (tmp_path / "minato" / "report.txt").read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith(at))
    assert differences[0].startswith(f"{place}:1: {difference}")
    assert "; " in differences[0]


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME)
def test_layout_and_width_make_no_difference(tmp_path: Path, changes: list[Change]) -> None:
    assert compare_changed(tmp_path, *changes) == []


@pytest.mark.parametrize(("changes", "fault"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_text_without_the_parts_of_the_report_is_refused(tmp_path: Path, changes: list[Change], fault: str) -> None:
    with pytest.raises(InvalidData) as refused:
        compare_changed(tmp_path, *changes)
    assert fault in str(refused.value)
    assert len(refused.value.problems) == 1


def test_a_report_without_the_table_of_years_is_told(tmp_path: Path) -> None:
    assert "1:1: the report has no table of years; a row of fiscal years" in compare_changed(
        tmp_path, ("report.txt", "\n年度\t", "\n年代\t")
    )


MISSING = CASES["missing"]


@pytest.mark.parametrize(("changes", "what"), MISSING.values(), ids=MISSING)
def test_a_report_that_lacks_a_whole_part_is_told(tmp_path: Path, changes: list[Change], what: str) -> None:
    assert what in [line.split(": ")[1] for line in compare_changed(tmp_path, *changes)]


def test_several_differences_are_told_together_in_the_order_of_the_report(tmp_path: Path) -> None:
    differences = compare_changed(
        tmp_path,
        ("report.txt", "計画の見直し", "計画の改定"),
        ("report.txt", "街角コンサート\t会場", "街角の演奏会\t会場"),
        ("measures.yml", "name: 港まつりの文化行列", "name: 港まつりの行列"),
    )
    assert [line.split(": ")[1] for line in differences] == [
        "name of minato-evaluation-3",
        "name of 史-4",
        "events of みなと市文化振興計画 2021",
    ]


def test_a_report_that_is_missing_or_not_utf8_is_one_line_with_its_place(tmp_path: Path, plan: PlanData) -> None:
    with pytest.raises(InvalidData, match=r"none\.txt:1:1: 読めません \(cannot be read: No such file or directory\)"):
        read_report(tmp_path / "none.txt", plan)
    (tmp_path / "sjis.txt").write_bytes(REPORT.read_bytes() + "終わり".encode("cp932"))
    with pytest.raises(InvalidData, match=r"sjis\.txt:154:1: 0x8f は UTF-8 ではありません"):
        read_report(tmp_path / "sjis.txt", plan)


def test_squeezed_text_has_no_white_space_and_one_width() -> None:
    assert squeeze(" 市　民\tＡ／１\n（①）") == "市民A/1(1)"


@pytest.fixture
def passages(city: City, plan: PlanData) -> dict[str, Row]:
    found = read_passages(read_report(REPORT, plan), city, plan)
    by_id = {passage["id"]: passage for passage in found}
    assert len(by_id) == len(found)
    return by_id


def test_the_report_has_a_passage_on_the_plan_each_goal_each_original_and_each_evaluation(
    plan: PlanData, passages: dict[str, Row]
) -> None:
    originals = [measure for measure in plan.measures if measure.repeat_of is None]
    assert len([p for p in passages.values() if p["table_name"] == "plans"]) == 2
    assert len([p for p in passages.values() if p["table_name"] == "goals"]) == len(plan.goals)
    assert len([p for p in passages.values() if p["table_name"] == "measures"]) == 2 * len(originals)
    assert len([p for p in passages.values() if p["table_name"] == "evaluations"]) == len(plan.evaluations)


WORDING = CASES["wording"]


@pytest.mark.parametrize(("id_", "wording"), WORDING.items(), ids=WORDING)
def test_a_passage_is_the_wording_of_the_report_with_its_heading(
    passages: dict[str, Row], id_: str, wording: tuple[str, str]
) -> None:
    assert passages[id_]["heading"] == wording[0]
    assert passages[id_]["text"].startswith(wording[1])


def test_every_passage_stands_in_the_report(passages: dict[str, Row]) -> None:
    text = squeeze(REPORT.read_text("utf-8").replace("\n- ", "\n"))
    assert [id_ for id_, passage in passages.items() if squeeze(passage["text"]) not in text] == []


@pytest.mark.skipif(not REAL_REPORT, reason="the report is not published here; KEIKAKU_REPORT names a copy")
def test_the_real_report_agrees_with_the_data() -> None:
    city = read_city(REAL_CITY)
    assert compare_report(read_report(Path(REAL_REPORT), city.plans[0]), city, city.plans[0]) == []
