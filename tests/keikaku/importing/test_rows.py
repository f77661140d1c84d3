"""Rows that say the same thing twice, of other years, or by other departments: one record for one thing, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest

from keikaku.files.beside import read_data
from keikaku.importing.records import COLUMNS
from keikaku.importing.spreadsheet import Outcome
from keikaku.plan.errors import InvalidData
from tests.keikaku.importing.tables import TABLES, Rows, Table, write
from tests.keikaku.importing.test_spreadsheet import lines_of, rows_of, run

MISREAD = read_data(__file__, "misread.yml")

HEADINGS = ["施策", "指標", "基準値", "目標値"]


def read(tmp_path: Path, rows: Rows | dict[str, Rows], name: str = "table.xlsx") -> tuple[Path, Outcome]:
    folder = tmp_path / "data" / "mihon" / "keikaku"
    return folder, run(write(tmp_path / name, Table(rows, {})), folder, Table(rows, {}))


def unclear(outcome: Outcome) -> dict[str, str]:
    return {at: told.said.why for at, told in outcome.reading.log.items() if told.said.kind == "わからない"}


@pytest.mark.parametrize("case", MISREAD.values(), ids=MISREAD)
def test_rows_that_are_easily_misread(case: dict[str, Any], tmp_path: Path) -> None:
    folder, table = tmp_path / "data" / "mihon" / "keikaku", Table(case["rows"], {}, case.get("merged", ()))
    for _ in range(2):
        outcome = run(write(tmp_path / "table.xlsx", table), folder, table)
        found = {kind: lines for kind in COLUMNS if kind != "organizations" and (lines := lines_of(folder, kind))}
        assert found == case["expected"]
        assert (unclear(outcome), outcome.reading.notes) == (case.get("unclear", {}), case.get("notes", []))
        page = outcome.report[0].read_text("utf-8")
        assert all(at in page for at in case.get("unclear", {}))
    assert not outcome.written.changes


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
