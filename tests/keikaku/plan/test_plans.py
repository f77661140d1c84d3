"""Plans of every shape that cities print: several of a city, goals of any depth, codes of any form, indicators anywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from keikaku.database.rows import Row, build_rows
from keikaku.files.beside import read_data
from keikaku.plan.folder import find_mixed_ids, read_city
from keikaku.plan.municipality import label_of
from tests.keikaku.conftest import read_faults

CASES = read_data(__file__, "plans.yml")

SAID = "市,https://example.jp/r8"  # who says a result, and where
NEXT = CASES["next"]


@pytest.fixture
def two_plans(folder: Path) -> Path:
    (folder / "dai2ki").mkdir()
    for name, text in NEXT.items():
        (folder / "dai2ki" / name).write_text(text, "utf-8")
    return folder


@pytest.fixture
def tables(two_plans: Path) -> dict[str, list[Row]]:
    return build_rows(read_city(two_plans))


def pick(rows: list[Row], *columns: str) -> list[list[Any]]:
    """The named columns of the rows of the second plan."""
    ours = [row for row in rows if str(row.get("plan_id") or next(iter(row.values()))).startswith("minato-2")]
    return [[row[column] for column in columns] for row in ours]


ROWS = CASES["rows"]


@pytest.mark.parametrize(("table", "columns", "rows"), ROWS.values(), ids=ROWS)
def test_a_second_plan_of_another_shape(
    tables: dict[str, list[Row]], table: str, columns: list[str], rows: list[list[Any]]
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


@pytest.mark.parametrize(("name", "code", "label"), CASES["of a town the prefecture is said"])
def test_of_a_town_the_prefecture_is_said(name: str, code: str, label: str) -> None:
    assert label_of(name, code) == label


IDS = CASES["ids"]


@pytest.mark.parametrize(("ids", "refused"), IDS.values(), ids=IDS)
def test_ids_may_mix_within_a_city_alone(tmp_path: Path, ids: list[tuple[str, str]], refused: list[str]) -> None:
    problems = list(find_mixed_ids(tmp_path, ids))
    assert [Path(problem.file).name for problem in problems] == refused
    assert all("(ids would mix)" in problem.wrong for problem in problems)
