"""Every rule across the records of a city and its plans: what no line of faults.yml can say."""

from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.files.beside import read_data
from keikaku.plan.checks import CHECKS
from keikaku.plan.folder import read_city
from keikaku.plan.model import City
from keikaku.plan.references import References
from tests.keikaku.conftest import read_faults

Faults = Callable[[str, str, str], tuple[list[str], str]]

FAULTS = read_data(__file__, "faults.yml")
MEASURE = """- code: {code}
  name: 別の施策
  goals: [1]
  organizations: [市]
  target: 継続実施
  indicators: [{{kind: continue, label: 別の施策}}]

"""


def test_every_check_is_broken_by_some_case() -> None:
    assert set(FAULTS["checks"]) == {check.find.__name__ for check in CHECKS}


@pytest.mark.parametrize(("file", "old", "new"), FAULTS["allowed"].values(), ids=FAULTS["allowed"])
def test_what_a_real_plan_may_have_is_accepted(faults: Faults, file: str, old: str, new: str) -> None:
    assert faults(file, old, new)[0] == []


def test_a_city_under_another_name_than_its_folder_is_told_once(faults: Faults) -> None:
    lines, place = faults("municipality.yml", "id: minato", "id: ‸minato2")
    assert lines[0] == f"{place}id minato2 がフォルダーの名前と違います (not the folder's name); minato"


def test_a_measure_of_an_unknown_sector_is_told_with_its_goals(faults: Faults) -> None:
    lines, place = faults("measures.yml", "- code: 史-1", MEASURE.format(code="‸歴-1") + "- code: 史-1")
    assert lines[0].startswith(f"{place}分野「歴」はありません (unknown); 近いもの: 歴史")
    assert "目標「1」はありません (unknown); 近いもの: なし" in lines[1]
    assert len(lines) == 2


def test_a_circle_of_parents_is_told_for_each_of_it(faults: Faults) -> None:
    lines, _ = faults("organizations.yml", "parent: minato-shi", "parent: minato-shiryokan")
    assert [line.partition(" (")[0] for line in lines] == [
        "organizations.yml:10:11: 自分が自分の上の団体になります",
        "organizations.yml:31:11: 自分が自分の上の団体になります",
    ]


def test_a_result_that_two_indicators_could_have_is_refused(folder: Path) -> None:
    (folder / "bunka" / "indicators.csv").write_text("code,label,target\n史-4,観客,100人以上\n", "utf-8")
    (line,) = read_faults(folder)
    assert line.startswith("bunka/results.csv:6:1: 「史-4」は2つの指標をさします (ambiguous); 指標の id を書く: ")
    assert line.endswith("minato-rekishi-4-target-1、minato-target-1")


def write_indicators(folder: Path, lines: str) -> None:
    (folder / "bunka" / "results.csv").unlink()
    (folder / "bunka" / "indicators.csv").write_text(f"measures,plan,label,target\n{lines}", "utf-8")


def test_a_blank_place_among_others_is_refused(folder: Path) -> None:
    write_indicators(folder, "史-4,,観客,100人以上\n,,演者,10人以上\n")
    (line,) = read_faults(folder)
    assert line.startswith(
        "bunka/indicators.csv:3:1: 「演者」の場所が空です (no place); 上の行と同じでも施策や目標を書く"
    )


@pytest.mark.parametrize("first", ["史-4,,", ",,"])
def test_an_indicator_of_the_whole_plan_is_accepted(folder: Path, first: str) -> None:
    write_indicators(folder, f"{first}観客,100人以上\n,{'はい' if first[0] == '史' else ''},演者,10人以上\n")
    assert [x.label for x in read_city(folder).plans[0].indicators] == ["観客", "演者"]


def test_an_organization_is_known_by_every_name(city: City) -> None:
    names = References(city, city.plans[0]).organizations
    assert {names[name] for name in ("みなと市文化協会", "文化協会", "文協")} == {"minato-bunka-kyokai"}
    assert len(names) == 18
