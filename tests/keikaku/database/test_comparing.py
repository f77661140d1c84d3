"""What is the same in plans of several municipalities: by rule, and by what people write into data/same_as.yml."""

import sqlite3
from pathlib import Path

import pytest

from keikaku.database.building import build_database, check_data
from keikaku.database.comparing import read_unit
from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from tests.keikaku.database.test_building import add_city, edit

CASES = read_data(__file__, "comparing.yml")

SAME_AS = """
- table: indicators
  ids: [minato-rekishi-1-target-1, nishi-rekishi-1-target-1]
  same: true
  evidence: どちらも公開した古文書の数です。
- table: indicators
  ids: [higashi-geijutsu-1-target-1, minato-geijutsu-1-target-1]
  same: false
  evidence: 数える場所が違います。
- table: organizations
  ids: [higashi-bunka-kyokai, nishi-bunka-kyokai]
  same: true
  evidence: 三市の文化協会です。
"""
COMPARED = CASES["compared"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("cities") / "data"
    for name in ("higashi", "minato", "nishi"):
        add_city(data, name)
    edit(data, "nishi/bunka/measures.yml", "unit: 校", "unit: 社")
    edit(data, "nishi/bunka/measures.yml", "5校", "5社")
    edit(data, "nishi/bunka/measures.yml", "公開する古文書の点数", "古文書の点数")
    edit(
        data,
        "nishi/bunka/measures.yml",
        "per: year, printed: 養成講座参加者数 毎年 20 名",
        "per: month, printed: 養成講座参加者数 毎月 20 名",
    )
    edit(data, "nishi/bunka/measures.yml", "養成講座参加者数 毎年 20 名", "養成講座参加者数 毎月 20 名")
    for city in ("higashi", "minato"):
        edit(
            data,
            f"{city}/organizations.yml",
            "  kind: university",
            '  kind: university\n  corporate_number: "8000020130001"',
        )
    (data / "same_as.yml").write_text(SAME_AS, "utf-8")
    return data


@pytest.fixture(scope="module")
def database(data: Path) -> sqlite3.Connection:
    path = data.parent / "plans.db"
    build_database(data, path, {}, lambda _: None)
    return sqlite3.connect(path)


@pytest.mark.parametrize("subject", COMPARED)
def test_the_same_indicator_of_several_cities_stands_side_by_side(database: sqlite3.Connection, subject: str) -> None:
    columns = "municipality_id, common_unit, common_target, obstacle"
    found = database.execute(f"SELECT {columns} FROM comparisons WHERE subject = ? ORDER BY 1", [subject]).fetchall()
    assert [list(row) for row in found] == COMPARED[subject]


def test_nothing_else_is_compared_and_each_says_why(database: sqlite3.Connection) -> None:
    rows = database.execute(
        "SELECT DISTINCT subject, why, evidence, rejection FROM comparisons ORDER BY 1, 2"
    ).fetchall()
    assert {row[0] for row in rows} == COMPARED.keys()
    assert [row[1:] for row in rows if row[1] == "same_as"] == [("same_as", "どちらも公開した古文書の数です。", None)]
    assert {row[3] for row in rows} == {None, "数える場所が違います。"}


def test_bodies_of_several_cities_are_one_by_number_or_by_what_people_say(database: sqlite3.Connection) -> None:
    assert database.execute(
        "SELECT organization_id, same_id, why, evidence FROM same_organizations ORDER BY 1"
    ).fetchall() == [
        ("higashi-bunka-kyokai", "nishi-bunka-kyokai", "same_as", "三市の文化協会です。"),
        ("higashi-kohoku-daigaku", "minato-kohoku-daigaku", "corporate_number", "8000020130001"),
        ("minato-kohoku-daigaku", "higashi-kohoku-daigaku", "corporate_number", "8000020130001"),
        ("nishi-bunka-kyokai", "higashi-bunka-kyokai", "same_as", "三市の文化協会です。"),
    ]


@pytest.mark.parametrize(("old", "new", "told"), CASES["what is wrong is told"])
def test_what_is_wrong_is_told(data: Path, old: str, new: str, told: str) -> None:
    same_as = data / "same_as.yml"
    same_as.write_text(SAME_AS.replace(old, new, 1), "utf-8")
    try:
        if told:
            with pytest.raises(InvalidData) as error:
                check_data(data, {}, lambda _: None)
            assert told in str(error.value)
        else:
            check_data(data, {}, lambda _: None)
    finally:
        same_as.write_text(SAME_AS, "utf-8")


@pytest.mark.parametrize(
    ("printed", "common"),
    [("千人", ("人", 1000)), ("名", ("人", 1)), ("㏊", ("ha", 1)), ("㎡", ("ha", 0.0001)), ("％", ("%", 1)), ("件／年", ("件", 1)), ("鉢", ("鉢", 1))],
)  # fmt: skip
def test_a_unit_is_read_as_the_common_one(printed: str, common: tuple[str, float]) -> None:
    assert read_unit(printed) == common


def test_rows_stand_in_the_order_in_which_they_are_compared(database: sqlite3.Connection) -> None:
    written = database.execute("SELECT indicator_id FROM comparable_indicators ORDER BY rowid").fetchall()
    in_order = database.execute("""
        SELECT k.indicator_id FROM comparable_indicators AS k
        JOIN indicators AS s ON s.id = k.subject_id
        JOIN indicators AS i ON i.id = k.indicator_id
        JOIN plans AS p ON p.id = i.plan_id
        JOIN municipalities AS m ON m.id = p.municipality_id
        ORDER BY s.label, k.subject_id, k.obstacle IS NOT NULL, k.common_unit, k.basis, m.code, k.indicator_id
    """).fetchall()
    assert len(written) > 10 and written == in_order
