"""Cells that are easily misread: each is read as printed, kept as words, or told with its address."""

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from keikaku.files.beside import read_data
from keikaku.importing.cells import bodies, read_figure, read_grade, read_name
from keikaku.importing.tables import Cell
from keikaku.plan.errors import InvalidData
from tests.keikaku.importing.tables import Table, write
from tests.keikaku.importing.test_spreadsheet import lines_of, run

CASES = read_data(__file__, "cells.yml")

HEADINGS = ["施策", "指標", "基準値", "目標値", "担当課"]


def read(tmp_path: Path, rows: list[list[object]], **options: object) -> tuple[Path, dict[str, str]]:
    """The folder that an import writes, and why cells were not read or are to be looked at, by address."""
    folder = tmp_path / "data" / "mihon" / "keikaku"
    outcome = run(write(tmp_path / "table.xlsx", Table(rows, {})), folder, Table(rows, {}), **options)
    return folder, {at.partition("!")[2]: told.said.why for at, told in outcome.reading.log.items() if told.said.why}


@pytest.mark.parametrize("cell", CASES["a person beside a department is in no file"])
def test_a_person_beside_a_department_is_in_no_file(cell: str, tmp_path: Path) -> None:
    _, told = read(
        tmp_path, [HEADINGS, ["見守り", "訪問", "1件", "2件", cell], ["見守り", "相談", "1件", "2件", "福祉課"]]
    )
    assert "人の名前かもしれない" in told.pop("E2") and not told
    texts = [file.read_text("utf-8-sig") for file in tmp_path.rglob("*") if file.suffix in (".csv", ".html", ".yml")]
    names = ("山田", "佐藤", "服部", "木村", "磯部", "商工")
    assert len(texts) > 5 and not [name for name in names for text in texts if name in text]


@pytest.mark.parametrize(("cell", "expected"), CASES["bodies are known by their words"])
def test_bodies_are_known_by_their_words(cell: str, expected: list[str] | None) -> None:
    assert bodies(cell) == expected


def test_a_person_above_or_below_a_table_is_in_no_file(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["担当：商工課 山田太郎（内線123）"], ["事業", "総合評価", "評価者"], ["見守り", "A", "佐藤"], ["作成　山田太郎"],
    ]  # fmt: skip
    read(tmp_path, rows)
    texts = [file.read_text("utf-8-sig") for file in tmp_path.rglob("*") if file.suffix in (".csv", ".html", ".yml")]
    assert len(texts) > 5 and not [
        name for name in ("山田", "佐藤", "123") for text in texts if name in text.replace("mihon", "")
    ]


def test_a_layout_may_say_that_a_name_is_of_a_body(tmp_path: Path) -> None:
    (tmp_path / "layout.yml").write_text("bodies: [みほんの里]", "utf-8")
    rows: list[list[object]] = [HEADINGS, ["見守り", "訪問", "1件", "2件", "みほんの里"]]
    folder, told = read(tmp_path, rows, layout=tmp_path / "layout.yml")
    assert not told and [line["name"] for line in lines_of(folder.parent, "organizations")] == ["みほんの里"]


@pytest.mark.parametrize(("value", "unit", "kind", "text", "number"), CASES["numbers of a cell are never made one"])
def test_numbers_of_a_cell_are_never_made_one(value: str, unit: str, kind: str, text: str, number: int | None) -> None:
    said = read_figure(Cell("第1表!A1", value), unit)
    assert (said.kind, said.text, said.value) == (kind, text, number)


@pytest.mark.parametrize(("value", "format", "text", "why"), CASES["a number is read as its format shows it"])
def test_a_number_is_read_as_its_format_shows_it(value: float, format: str, text: str, why: str) -> None:
    said = read_figure(Cell("第1表!A1", value, format), "")
    assert (said.text, why in said.why, bool(said.why)) == (text, True, bool(why))


@pytest.mark.parametrize(("value", "format", "name"), CASES["a name is what the cell shows"])
def test_a_name_is_what_the_cell_shows(value: object, format: str, name: str) -> None:
    assert read_name(Cell("第1表!A1", value, format)).text == name


@pytest.mark.parametrize(
    ("text", "grade"), [("Ａ", "A"), ("◯", "○"), ("〇", "○"), ("b", "b"), ("終了（完了）", "終了（完了）")]
)
def test_a_grade_has_one_spelling(text: str, grade: str) -> None:
    assert read_grade(Cell("第1表!A1", text)).text == grade


@pytest.mark.parametrize(("rows", "message"), CASES["a row that nobody can place is refused by its cell"])
def test_a_row_that_nobody_can_place_is_refused_by_its_cell(
    rows: list[list[object]], message: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidData) as error:
        read(tmp_path, rows)
    assert message in str(error.value) and "0123" not in str(error.value) and str(tmp_path) not in str(error.value)


def test_a_row_of_formulas_without_results_is_no_blank_row(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="第1表!A3: 「施策」の欄が読めません"):
        read(tmp_path, [["施策", "目標値"], ["a", "1件"], ["=A1", "=B1"]])
    _, told = read(tmp_path, [["施策", "目標値"], ["a", "1件"], ["b", "=B1"]])
    assert told.keys() == {"B3"}


def test_an_empty_text_is_a_result_of_a_formula(tmp_path: Path) -> None:
    """As a spreadsheet saves =IF(A1="","",A1)."""
    rows: list[list[object]] = [["施策", "目標値"], ["a", "1件"], ["=A9", "=A9"]]
    file, saved = write(tmp_path / "table.xlsx", Table(rows, {})), tmp_path / "saved.xlsx"
    with zipfile.ZipFile(file) as parts, zipfile.ZipFile(saved, "w") as out:
        for name in parts.namelist():
            text = re.sub(rb'(<c r="[AB]3")[^>]*(><f>A9</f>)<v ?/?>(</v>)?', rb'\1 t="str"\2<v></v>', parts.read(name))
            out.writestr(name, text)
    folder = tmp_path / "data" / "mihon" / "keikaku"
    outcome = run(saved, folder, Table(rows, {}))
    assert [line["name"] for line in lines_of(folder, "measures")] == ["a"]
    assert not [told for told in outcome.reading.log.values() if told.said.kind == "わからない"]


def test_hidden_rows_and_columns_are_told(tmp_path: Path) -> None:
    book = Workbook()
    sheet: Any = book.active
    for row in (["施策", "指標", "目標値"], ["a", "x", "1件"], ["b", "y", "2件"]):
        sheet.append(row)
    sheet.column_dimensions.group("B", "C", hidden=True)
    sheet.row_dimensions[3].hidden = True
    book.save(tmp_path / "table.xlsx")
    outcome = run(tmp_path / "table.xlsx", tmp_path / "data" / "mihon" / "keikaku", Table([], {}))
    assert outcome.reading.notes == ["シート「Sheet」の、隠れているB列、C列、3行も読みました。"]
