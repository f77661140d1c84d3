"""Rows that say the same thing twice, of other years, or by other departments: one record for one thing, and nothing is lost."""

from pathlib import Path
from typing import Any

import pytest

from keikaku.files.beside import read_data
from keikaku.importing.records import COLUMNS
from keikaku.importing.spreadsheet import Outcome
from keikaku.plan.errors import InvalidData
from tests.keikaku.importing.tables import TABLES, Table, write
from tests.keikaku.importing.test_spreadsheet import lines_of, rows_of, run

MISREAD = read_data(__file__, "misread.yml")

STORIES = read_data(__file__, "stories.yml")


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


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_workbooks_read_one_after_the_other(story: list[dict[str, Any]], tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mihon" / "keikaku"
    for step in story:
        for name, edits in step.get("edits", {}).items():
            text = (folder / name).read_text("utf-8-sig")
            for old, new in edits:
                assert old in text
                text = text.replace(old, new)
            (folder / name).write_text(text, "utf-8")
        before = {file: file.read_bytes() for file in tmp_path.glob("data/**/*.*")}
        table = Table(step["rows"], {})
        outcome = run(write(tmp_path / step["file"], table), folder, table)
        told = sorted(map(list, outcome.written.changes))
        assert told == sorted(step.get("changes", told))
        assert told or not before or step.get("edits") or {file: file.read_bytes() for file in before} == before
        for kind, lines in step.get("lines", {}).items():
            assert [{key: row.get(key, "") for key in lines[0]} for row in rows_of(folder, kind)] == lines
