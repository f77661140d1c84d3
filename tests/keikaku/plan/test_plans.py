"""Plans of every shape that cities print: several of a city, goals of any depth, codes of any form, indicators anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keikaku.database.rows import Row, build_rows
from keikaku.plan.folder import find_mixed_ids, read_city
from keikaku.plan.municipality import label_of
from tests.keikaku.conftest import read_faults

SAID = "市,https://example.jp/r8"  # who says a result, and where
# A plan that succeeds the invented one: three levels of goals, no sectors, codes that name nothing.
NEXT = {
    "plan.yml": "{id: minato-2, title: 第2期みなと市文化振興計画, start_fiscal_year: R8, end_fiscal_year: R17, follows: minato}",
    "goals.csv": (
        "code,title,level,parent,sector\nⅠ,だれもが文化に親しむまち,基本目標,,\n1,鑑賞,政策,Ⅰ,\n1-(1),学校での鑑賞,施策,1,\n"
    ),
    "measures.csv": (
        "code,name,goals,organizations,roles,tasks,marks,parent\n"
        "1-(1)-①,出前公演,1-(1),教育委員会、市,市：support,市：会場を探す,重点、◎,\n"
        ",合唱団の招へい,1-(1),市,,,,出前公演\n"
    ),
    "indicators.csv": (
        "code,label,goals,measures,plan,baseline,baseline_year,target,direction,member,organizations,value\n"
        'No.1,鑑賞した人,Ⅰ、1,出前公演,,"1,200人（令和6年度）",,令和17年度までに2千人,,小学生,教育委員会,\n'
        "No.2,満足度,,,○,60%,R6,維持,,,,\n"
        "No.3,空き会場,1,,,8件,令和6年度,5件,,,,\n"
        "No.4,苦情,1,,,,,9件以内,,,,7\n"
    ),
    "results.csv": f"measure,fiscal_year,value,printed,publisher,source_url\nNo.1,R8,,1500人,{SAID}\n鑑賞,R8,6,,{SAID}\n",
    "grades.csv": "field,grade,label,meaning\noutcome,◎,順調,met\noutcome,△,遅れ,\ndecision,Ⅱ,広げる,拡充\n",
    "evaluations.csv": "id,measure,goal,fiscal_year,organization,grade,decision\nminato-2-e1,出前公演,,R8,教育委員会,◎,Ⅱ\nminato-2-e2,,1,R8,,△,\n",
}


@pytest.fixture
def two_plans(folder: Path) -> Path:
    (folder / "dai2ki").mkdir()
    for name, text in NEXT.items():
        (folder / "dai2ki" / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def tables(two_plans: Path) -> dict[str, list[Row]]:
    return build_rows(read_city(two_plans))


def pick(rows: list[Row], *columns: str) -> list[tuple[Any, ...]]:
    """The named columns of the rows of the second plan."""
    ours = [row for row in rows if str(row.get("plan_id") or next(iter(row.values()))).startswith("minato-2")]
    return [tuple(row[column] for column in columns) for row in ours]


ROWS: dict[str, tuple[str, tuple[str, ...], list[tuple[Any, ...]]]] = {
    "a plan follows another of its city": ("plans", ("id", "municipality_id", "follows_id"), [("minato-2", "minato", "minato")]),
    "goals stand below goals": ("goals", ("id", "parent_id", "code", "level"), [
        ("minato-2-goal-1", None, "Ⅰ", "基本目標"), ("minato-2-goal-2", "minato-2-goal-1", "1", "政策"), ("minato-2-goal-3", "minato-2-goal-2", "1-(1)", "施策")]),
    "a code that Latin letters can write makes an id, a place the others": ("measures", ("id", "code", "parent_id", "number"), [
        ("minato-2-1-1-1", "1-(1)-①", None, None), ("minato-2-measure-2", None, "minato-2-1-1-1", None)]),
    "marks": ("measure_marks", ("position", "mark", "period_id"), [(1, "重点", None), (2, "◎", None)]),
    "roles and tasks": ("measure_organizations", ("printed", "role", "task"), [("教育委員会", None, None), ("市", "support", "会場を探す"), ("市", None, None)]),
    "an indicator stands at several places, at a goal, at the plan": ("indicator_links", ("table_name", "row_id", "position"), [
        ("goals", "minato-2-goal-1", 1), ("goals", "minato-2-goal-2", 2), ("measures", "minato-2-1-1-1", 3),
        ("plans", "minato-2", 1), ("goals", "minato-2-goal-2", 1), ("goals", "minato-2-goal-2", 1)]),
    "an indicator counts from its first place": ("indicators", ("id", "code", "member", "direction", "direction_from"), [
        ("minato-2-goal-1-target-1", "No.1", "小学生", "up", "baseline"), ("minato-2-target-1", "No.2", None, "keep", "printed"),
        ("minato-2-goal-2-target-1", "No.3", None, "down", "baseline"), ("minato-2-goal-2-target-2", "No.4", None, "down", "printed")]),
    "printed cells are read, and overruled": ("figures", ("role", "value", "last_year", "comparator", "text", "printed"), [
        ("baseline", 1200, 2024, None, None, "1,200人（令和6年度）"), ("target", 2000, 2035, None, None, "令和17年度までに2千人"),
        ("result", 1500, 2026, None, None, "1500人"), ("baseline", 60, 2024, None, None, "60%"), ("target", 60, None, None, None, "維持"),
        ("baseline", 8, 2024, None, None, "8件"), ("target", 5, None, None, None, "5件"), ("result", 6, 2026, None, None, None),
        ("target", 7, None, "<=", None, "9件以内")]),
    "bodies of an indicator": ("indicator_organizations", ("organization_id", "printed"), [("minato-kyoiku-iinkai", "教育委員会")]),
    "grades in the letters of the plan": ("grades", ("field", "grade", "meaning"), [("outcome", "◎", "met"), ("outcome", "△", None), ("decision", "Ⅱ", "extend")]),
    "evaluations by year and body": ("evaluations", ("table_name", "row_id", "name", "fiscal_year", "organization_id", "judged_by"), [
        ("measures", "minato-2-1-1-1", "出前公演", 2026, "minato-kyoiku-iinkai", "city"), ("goals", "minato-2-goal-2", "鑑賞", 2026, None, "city")]),
}  # fmt: skip


@pytest.mark.parametrize(("table", "columns", "rows"), ROWS.values(), ids=ROWS)
def test_a_second_plan_of_another_shape(
    tables: dict[str, list[Row]], table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]
) -> None:
    assert pick(tables[table], *columns) == rows


def test_plans_of_a_city_share_its_organizations(tables: dict[str, list[Row]]) -> None:
    assert len(tables["plans"]) == 2
    assert len({row["id"] for row in tables["organizations"]}) == len(tables["organizations"]) == 8


def edit(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text("utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new), "utf-8")

    return change


MIXED = {
    "one id for two plans": (
        edit("dai2ki/plan.yml", "id: minato-2, ", "id: minato, "), "dai2ki/plan.yml:1:6: ID minato は ", " にもあります (id in two plans); "),
    "an id that the other plan has": (
        edit("bunka/events.yml", "id: minato-event-10", "id: minato-2-e1"), "dai2ki/plan.yml:1:6: ID minato-2-e1 は ", "bunka/plan.yml にもあります"),
    "a plan that follows a later one": (
        edit("bunka/plan.yml", "concept:", "follows: minato-2\nconcept:"), "bunka/plan.yml:5:10: 「minato-2」はこの計画より前に始まっていません", "(not before it)"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "start", "part"), MIXED.values(), ids=MIXED)
def test_what_two_plans_of_a_city_may_not_share(
    two_plans: Path, change: Callable[[Path], None], start: str, part: str
) -> None:
    change(two_plans)
    lines = read_faults(two_plans)
    assert lines
    assert lines[0].startswith(start)
    assert part in lines[0]


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("府中市", "132063", "府中市"),
        ("川西町", "063827", "山形県川西町"),
        ("加古川市", "282103", "加古川市"),
        ("京都府", "260002", "京都府"),
    ],
)
def test_of_a_town_the_prefecture_is_said(name: str, code: str, label: str) -> None:
    assert label_of(name, code) == label


IDS = {
    "a plan named after its city": ([("minato", "minato"), ("minato", "minato-2")], []),
    "longer ids within one city": ([("minato", "minato"), ("minato", "minato-a"), ("minato", "minato-a-b")], []),
    "words that only begin alike": ([("minato", "minato"), ("minatomachi", "minatomachi")], []),
    "a longer id of another city": ([("minato", "minato"), ("kita", "minato-kita")], ["kita"]),
    "a longer id of another city, read first": ([("akita", "minato-kita"), ("minato", "minato")], ["akita"]),
    "one plan id in two cities": ([("kita", "kita"), ("kita", "bunka"), ("minato", "minato"), ("minato", "bunka")], ["minato"]),
}  # fmt: skip


@pytest.mark.parametrize(("ids", "refused"), IDS.values(), ids=IDS)
def test_ids_may_mix_within_a_city_alone(tmp_path: Path, ids: list[tuple[str, str]], refused: list[str]) -> None:
    problems = list(find_mixed_ids(tmp_path, ids))
    assert [Path(problem.file).name for problem in problems] == refused
    assert all("(ids would mix)" in problem.wrong for problem in problems)
