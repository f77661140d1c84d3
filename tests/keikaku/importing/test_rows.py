"""Rows that say the same thing twice, of other years, or by other departments: one record for one thing, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest

from keikaku.files.beside import read_data
from keikaku.importing.spreadsheet import Outcome
from keikaku.plan.errors import InvalidData
from tests.keikaku.importing.tables import TABLES, Rows, Table, write
from tests.keikaku.importing.test_spreadsheet import lines_of, rows_of, run

CASES = read_data(__file__, "rows.yml")

HEADINGS = ["施策", "指標", "基準値", "目標値"]


def read(tmp_path: Path, rows: Rows | dict[str, Rows], name: str = "table.xlsx") -> tuple[Path, Outcome]:
    folder = tmp_path / "data" / "mihon" / "keikaku"
    return folder, run(write(tmp_path / name, Table(rows, {})), folder, Table(rows, {}))


def unclear(outcome: Outcome) -> dict[str, str]:
    return {at: told.said.why for at, told in outcome.reading.log.items() if told.said.kind == "わからない"}


def test_what_is_printed_again_is_one_indicator_at_several_places(tmp_path: Path) -> None:
    rows: Rows = [
        HEADINGS, ["見守り", "訪問", "1件", "2件"], ["配食", "訪問（再掲）", "1件", "2件"], ["配食", "食数", "3食", "4食"], ["健診", "【再掲】食数", "3食", "5食"],
        ["見守り（再掲）", "訪問", "1件", "2件"], ["健診", "相談（再掲）", "1件", "2件"],
    ]  # fmt: skip
    for _ in range(2):  # a second time nothing changes
        folder, outcome = read(tmp_path, rows)
        assert [(line["label"], line["measures"]) for line in lines_of(folder, "indicators")] == [
            ("訪問", "mihon-keikaku-measure-1、mihon-keikaku-measure-2、mihon-keikaku-measure-4"),
            ("食数", "mihon-keikaku-measure-2、mihon-keikaku-measure-3"), ("相談（再掲）", "3"),
        ]  # fmt: skip
        assert [line.get("repeat_of") for line in lines_of(folder, "measures")] == [None, None, None, "1"]
        assert unclear(outcome) == {"第1表!D5": "同じ指標に、年度のないほかの数がもうあります"}
        assert outcome.reading.notes == [
            "第1表!B7：再掲の「相談（再掲）」の元の行がわからないので、別の指標として読みました。"
        ]
    assert not outcome.written.changes


def test_a_mark_says_that_a_row_is_printed_again(tmp_path: Path) -> None:
    folder, _ = read(
        tmp_path, [[*HEADINGS, "再掲"], ["見守り", "訪問", "1件", "2件", None], ["配食", "訪問", "1件", "2件", "○"]]
    )
    (told,) = lines_of(folder, "indicators")
    assert told["measures"] == "mihon-keikaku-measure-1、mihon-keikaku-measure-2"


YEARS = [["施策", "指標", "基準値", "目標値", "実績値", "総合評価"]]


@pytest.mark.parametrize(
    ("names", "titles"),
    [(("令和4年度", "R5"), (None, None)), (("表1", "表2"), ("令和4年度 進捗状況", "令和5年度実績"))],
)
def test_a_sheet_a_year_is_one_indicator(names: tuple[str, str], titles: tuple[str, str], tmp_path: Path) -> None:
    sheets: Any = {
        name: [*([[title]] if title else []), *YEARS, ["見守り", "訪問", "5件", "20件", said, grade], ["見守り", "相談", "5件", said, None, None]]
        for name, title, said, grade in zip(names, titles, ("8件", "9件"), "BA", strict=True)
    }  # fmt: skip
    folder, outcome = read(tmp_path, sheets)
    assert [(line["label"], line["baseline"], line["target"]) for line in lines_of(folder, "indicators")] == [
        ("訪問", "5件", "20件"), ("相談", "5件", "8件"),
    ]  # fmt: skip
    assert [(line["indicator"], line["fiscal_year"], line["printed"]) for line in lines_of(folder, "results")] == [
        ("1", "2022", "8件"), ("1", "2023", "9件"),
    ]  # fmt: skip
    assert [(line["fiscal_year"], line["grade"]) for line in lines_of(folder, "evaluations")] == [
        ("2022", "B"),
        ("2023", "A"),
    ]
    assert list(unclear(outcome).values()) == ["同じ指標に、年度のないほかの数がもうあります"]
    assert [note[-26:] for note in outcome.reading.notes] == [
        f"の、年度のない実績と評価は、令和{year}年度のものとして読みました。"[-26:] for year in (4, 5)
    ]


def test_a_title_of_a_year_alone_dates_no_result(tmp_path: Path) -> None:
    folder, _ = read(tmp_path, [["令和5年度 行政評価"], ["施策", "指標", "実績値"], ["見守り", "訪問", "8件"]])
    assert not rows_of(folder, "results") and [row["printed"] for row in rows_of(folder, "figures")] == ["8件"]


def test_two_departments_grade_one_measure(tmp_path: Path) -> None:
    rows: Rows = [
        ["事業", "担当課", "総合評価", "今後の方向性"], ["名簿", "児童課", "A", None], ["名簿", "図書館", "B", "継続"], ["本", "図書館", "A", "継続"], ["本", "図書館", "C", None],
    ]  # fmt: skip
    for _ in range(2):
        folder, outcome = read(tmp_path, rows)
        told = [
            (line["measure"], line.get("organization"), line.get("grade"), line.get("decision"))
            for line in lines_of(folder, "evaluations")
        ]
        assert told == [("1", "児童課", "A", None), ("1", "図書館", "B", "継続"), ("2", None, "A", "継続")]
        assert unclear(outcome) == {"第1表!C5": "同じものに、ほかの評価がもうあります"}
    assert not outcome.written.changes


def test_an_indicator_of_a_name_that_stands_there_already_is_told(tmp_path: Path) -> None:
    folder, outcome = read(tmp_path, [HEADINGS, ["見守り", "訪問", "1件", "2件"], ["見守り", "訪問", "3件", "4件"]])
    assert len(lines_of(folder, "indicators")) == 2
    assert outcome.reading.notes == ["第1表!B3：「訪問」が同じところにもうあります。別の指標として読みました。"]


@pytest.mark.parametrize("years", ["2025-2026", "2023-2024"])
def test_blocks_without_years_end_with_the_year_of_the_table(years: str, tmp_path: Path) -> None:
    table, folder = TABLES["flat macro sheet"], tmp_path / "data" / "mihon" / "keikaku"
    shifted = Table(table.rows, {}, years=years)
    file = write(tmp_path / "table.xlsx", shifted)
    with pytest.raises(InvalidData, match=r"第1表!A3: 表の年度は「7」ですが、--years の終わりは令和[68]年度なので"):
        run(file, folder, shifted)
    (tmp_path / "layout.yml").write_text("years: [R6, R7]", "utf-8")
    run(file, folder, shifted, layout=tmp_path / "layout.yml")
    assert {row["fiscal_year"] for row in rows_of(folder, "results")} == {"2024"}


def test_a_baseline_that_a_newer_workbook_changes_is_of_the_next_edition(tmp_path: Path) -> None:
    """What the row says stays as the first workbook has it, and each figure names its own."""
    for name, baseline, target in (("1.xlsx", "10件", "20件"), ("2.xlsx", "11件", "20件"), ("3.xlsx", "11件", "25件")):
        folder, outcome = read(
            tmp_path, [[*HEADINGS, "担当課"], ["見守り", "訪問", baseline, target, f"{name[0]}課"]], name
        )
    (row,) = rows_of(folder, "indicators")
    assert (row["baseline"], row["target"], row.get("document")) == ("10件", "20件", None)
    told = [(row["role"], row["printed"], row["edition"], row["document"]) for row in rows_of(folder, "figures")]
    assert told == [("baseline", "11件", "2", "2.xlsx"), ("target", "25件", "2", "3.xlsx")]
    assert ("変更", "目標値など", "訪問：20件 → 25件") in outcome.written.changes


def test_a_result_that_a_newer_workbook_leaves_blank_is_told(tmp_path: Path) -> None:
    """And not one of a year that it has no column for."""
    headings = ["施策", "指標", "R4実績", "R5実績"]
    read(tmp_path, [headings, ["見守り", "訪問", "8件", "9件"]], "1.xlsx")
    read(tmp_path, [headings, ["見守り", "訪問", "7件", "9件"]], "2.xlsx")
    for rows, expected in (
        ([headings, ["見守り", "訪問", "7件", None]], [("表にない", "実績", "訪問（令和5年度）")]),
        ([[*headings[:2], "R5実績"], ["見守り", "訪問", "9件"]], []),
    ):
        folder, outcome = read(tmp_path, rows, "3.xlsx")
        assert outcome.written.changes == expected
        assert [row["printed"] for row in rows_of(folder, "results")] == ["8件", "9件", "7件"]


def test_years_that_somebody_wrote_otherwise_are_the_same_years(tmp_path: Path) -> None:
    rows: Rows = [["施策", "指標", "R4実績", "R5実績"], ["見守り", "訪問", "8件", "9件"]]
    folder, _ = read(tmp_path, rows)
    file = folder / "results.csv"
    file.write_text(file.read_text("utf-8-sig").replace(",2022,", ",令和4年度,").replace(",2023,", ",R5,"), "utf-8")
    _, outcome = read(tmp_path, rows)
    assert len(rows_of(folder, "results")) == 2 and not outcome.written.changes


def test_a_cost_has_the_unit_of_its_heading_alone(tmp_path: Path) -> None:
    rows: Rows = [["事業", "指標", "単位", "目標値", "事業費（決算）"], ["見守り", "訪問", "回", 5, 1200]]
    folder, _ = read(tmp_path, rows)
    assert [(line["label"], line.get("unit")) for line in lines_of(folder, "indicators")] == [
        ("事業費", None),
        ("訪問", "回"),
    ]


@pytest.mark.parametrize(("rows", "merged"), CASES["years that are numbers are headings"])
def test_years_that_are_numbers_are_headings(rows: Rows, merged: tuple[str, ...], tmp_path: Path) -> None:
    folder, table = tmp_path / "data" / "mihon" / "keikaku", Table(rows, {}, merged)
    run(write(tmp_path / "table.xlsx", table), folder, table)
    (told,) = lines_of(folder, "indicators")
    assert (told["target"], told["due_fiscal_year"]) == ("7", "2022")
    assert [(row["fiscal_year"], row["value"]) for row in rows_of(folder, "figures")] == [("2021", "5")]
    assert [(row["fiscal_year"], row["value"]) for row in rows_of(folder, "results")] == [("2021", "6"), ("2022", "8")]


def test_a_row_of_figures_is_no_heading(tmp_path: Path) -> None:
    folder, outcome = read(tmp_path, [HEADINGS, ["見守り", "訪問", 2021, 2022], ["配食", "備考の数", 2023, 2024]])
    assert [line["target"] for line in lines_of(folder, "indicators")] == ["2022", "2024"] and not unclear(outcome)
