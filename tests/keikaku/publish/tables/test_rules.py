"""行政データにおける機械可読性に関するルール (2026-03-31), each rule as a test of the real files, under the number that it has there.

What pages give away is asked the same, table by table and query by query, in tests/keikaku/views/test_downloads.py.
The numbers are those of machine-readability-rules.csv in digital-go-jp/machine_readability_rule. Summaries, targets and
other wording are one datum each in the sense of L1-07.
"""

import csv
import io
import json
import re
from pathlib import Path
from typing import NamedTuple

import openpyxl
import pyarrow.parquet
import pytest

from keikaku.publish.catalogue.data_set import DataSet, TableInfo, read_data_set
from keikaku.schema.codes import CODES
from tests.sites import ROOT


class Csv(NamedTuple):
    """A CSV file of the data set, and the table that it should hold."""

    table: TableInfo
    raw: str
    header: list[str]
    rows: list[list[str]]

    def column(self, name: str) -> list[str]:
        place = self.header.index(name)
        return [row[place] for row in self.rows]


@pytest.fixture(scope="module")
def data_set(site_folder: Path) -> DataSet:
    return read_data_set(site_folder / "plans.db", ROOT / "metadata.yml")


@pytest.fixture(scope="module")
def files(site_files: Path, data_set: DataSet) -> dict[str, Csv]:
    found = {}
    for table in data_set.tables:
        raw = (site_files / "csv" / f"{table.name}.csv").read_bytes().decode("utf-8")
        header, *rows = csv.reader(io.StringIO(raw, newline=""))
        found[table.name] = Csv(table, raw, header, rows)
    return found


@pytest.fixture(scope="module")
def book(site_files: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(site_files / "plans.xlsx")


def test_L1_01_the_formats_are_read_by_machines(site_files: Path) -> None:
    endings = {path.suffix for path in site_files.rglob("*") if path.is_file()}
    assert endings == {".csv", ".xlsx", ".json", ".jsonl", ".jsonld", ".ttl", ".parquet", ".zip", ".txt", ".sql"}


def test_L1_02_L1_03_L1_04_L1_05_L1_09_L1_14_L1_15_L2_03_L3_01_a_file_is_one_table_of_named_columns_and_a_line_a_record(
    site_files: Path, files: dict[str, Csv], data_set: DataSet
) -> None:
    for table in data_set.tables:
        file, stored = files[table.name], data_set.rows(table)
        assert file.header == [column.name for column in table.columns]
        assert len(set(file.header)) == len(file.header) and all(file.header)
        assert file.rows == [["" if cell is None else str(cell) for cell in row] for row in stored]  # empty is not zero
        assert all(any(row) for row in file.rows), table.name
        *lines, end = file.raw.split("\r\n")
        assert (end, len(lines)) == ("", table.count + 1) and "\n" not in file.raw.replace("\r\n", "")
        for row, line in zip(file.rows, lines[1:], strict=True):
            assert all("," not in cell or f'"{cell}"' in line or '"' in cell for cell in row)
    assert "空欄は「記載がない」ことを表し、0 ではありません" in (site_files / "README.txt").read_text("utf-8")


def test_L1_02_L1_03_L1_04_L1_05_L2_03_L3_01_so_is_a_sheet(book: openpyxl.Workbook, data_set: DataSet) -> None:
    for table in data_set.tables:
        sheet = book[table.title]
        header = [cell.value for cell in sheet[1]]
        assert (header[0], sheet.max_row) == (table.fields[0].heading, table.count + 1)
        assert all(header) and len(set(header)) == len(header), table.title
        assert all(any(cell.value is not None for cell in row) for row in sheet.iter_rows()), table.title


def test_L1_06_no_spaces_or_line_breaks_for_looks(files: dict[str, Csv]) -> None:
    wrong = [
        (file.table.name, cell)
        for file in files.values()
        for row in file.rows
        for cell in row
        if cell != cell.strip() or re.search(r"[\n\r\t]|  |　　", cell)
    ]
    assert wrong == []


def test_L1_07_a_key_a_code_or_a_number_is_one_datum(files: dict[str, Csv]) -> None:
    for file in files.values():
        single = {
            c.name for c in file.table.columns if c.references or CODES.get((file.table.name, c.name)) or c.name == "id"
        }
        for name in single:
            assert [cell for cell in file.column(name) if re.search(r"[、,;\s／]", cell)] == [], name


def test_L1_08_characters_of_one_maker_stand_only_where_they_are_printed(files: dict[str, Csv]) -> None:
    kept = {"printed", "name", "target", "evidence", "place", "label"}  # names, and text as printed
    wrong = {
        (file.table.name, name, cell)
        for file in files.values()
        for name in file.header
        if name not in kept
        for cell in file.column(name)
        if re.search(r"[①-⓿㈠-㉃㊀-㊰㌀-㏿]|[\ue000-\uf8ff]", cell)
    }
    quoting = {("corrections", "reason"), ("corrections", "corrected"), ("organizations", "note")}
    assert {(table, name) for table, name, _ in wrong} <= quoting


def test_L1_10_L1_12_L1_13_L2_06_the_workbook_has_cells_only(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        assert not sheet._images and not sheet._charts
        assert not sheet.merged_cells.ranges
        assert sheet.sheet_state == "visible"
        assert not any(dimension.hidden for dimension in sheet.row_dimensions.values())
        assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
        folded = [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]
        assert not any(dimension.outlineLevel for dimension in folded)
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []


def test_L1_11_looks_tell_nothing(book: openpyxl.Workbook, data_set: DataSet) -> None:
    for sheet in (book[table.title] for table in data_set.tables):
        looks = {(cell.font.b, cell.fill.fill_type, cell.font.color and cell.font.color.rgb)
                 for row in sheet.iter_rows(min_row=2) for cell in row}  # fmt: skip
        assert len(looks) <= 1, sheet.title


def test_L2_01_L3_03_columns_of_numbers_hold_numbers_alone(files: dict[str, Csv]) -> None:
    for file in files.values():
        for name in (column.name for column in file.table.columns if column.type != "TEXT"):
            wrong = [cell for cell in file.column(name) if cell and not re.fullmatch(r"-?\d+(\.\d+)?", cell)]
            assert wrong == [], f"{file.table.name}.{name}"


def test_L2_01_numbers_are_numbers_in_the_workbook_too(book: openpyxl.Workbook, data_set: DataSet) -> None:
    for table in data_set.tables:
        headings = {f.heading for f, c in zip(table.fields, table.columns, strict=True) if c.type != "TEXT"}
        for cells in book[table.title].iter_cols():
            if cells[0].value in headings:
                wrong = [cell.value for cell in cells[1:] if cell.value is not None and cell.data_type != "n"]
                assert wrong == [], f"{table.name} {cells[0].value}"


def test_L2_02_nothing_is_left_out_because_the_row_before_has_it(files: dict[str, Csv]) -> None:
    for file in files.values():
        for column in file.table.columns:
            if column.required:
                assert all(file.column(column.name)), f"{file.table.name}.{column.name}"


def test_L2_05_a_choice_holds_no_free_text(files: dict[str, Csv]) -> None:
    for code, label in zip(files["codes"].column("code"), files["codes"].column("label"), strict=True):
        assert re.fullmatch(r"[a-z_]+|[<>=]+|[一-鿿ぁ-ヿ]+", code), code
        assert not re.search(r"[（(：:].*その他|その他.*[（(：:]", label)


def test_L2_04_L3_02_every_code_stands_in_the_table_of_codes(files: dict[str, Csv]) -> None:
    codes = files["codes"]
    known = set(zip(codes.column("table_name"), codes.column("column_name"), codes.column("code"), strict=True))
    for file in files.values():
        for column in file.table.columns:
            if CODES.get((file.table.name, column.name)):
                used = {(file.table.name, column.name, cell) for cell in file.column(column.name) if cell}
                assert used <= known


def test_L3_04_every_quantity_has_a_unit(files: dict[str, Csv]) -> None:
    indicators, figures = files["indicators"], files["figures"]
    units = dict(zip(indicators.column("id"), indicators.column("unit"), strict=True))
    values = list(zip(figures.column("indicator_id"), figures.column("value"), strict=True))
    assert any(value for _, value in values)
    assert all(units[indicator] for indicator, value in values if value)


def test_L3_05_years_are_gregorian_with_the_era_beside(files: dict[str, Csv]) -> None:
    years = dict(zip(files["fiscal_years"].column("fiscal_year"), files["fiscal_years"].column("label"), strict=True))
    assert years["2024"] == "令和6年度"
    for file in files.values():
        for column in file.table.columns:
            if column.name.endswith("fiscal_year") and file.table.name != "verdicts":  # which looks past the plans
                assert {cell for cell in file.column(column.name) if cell} <= set(years)
            if column.name.endswith(("date", "_on", "retrieved")):
                dates = {cell for cell in file.column(column.name) if cell}
                assert all(re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", cell) for cell in dates), column.name


def test_L3_06_codes_of_places_and_bodies_are_text_where_there_are_types(
    site_files: Path, book: openpyxl.Workbook, data_set: DataSet
) -> None:
    types = {
        field.name: str(field.type)
        for field in pyarrow.parquet.read_schema(site_files / "parquet" / "municipalities.parquet")
    }
    package = json.loads((site_files / "datapackage.json").read_text("utf-8"))
    (cities,) = (resource for resource in package["resources"] if resource["name"] == "municipalities")
    told = {field["name"]: field["type"] for field in cities["schema"]["fields"]}
    (table,) = (table for table in data_set.tables if table.name == "municipalities")
    sheet = book[table.title]
    headings = [cell.value for cell in sheet[1]]
    for name in ("code", "corporate_number"):
        assert (types[name], told[name]) == ("string", "string")
        (heading,) = (field.heading for field in table.fields if field.name == name)
        cell = sheet.cell(2, headings.index(heading) + 1)
        assert (cell.data_type, cell.number_format) == ("s", "@")


def test_L3_07_one_form_for_all_years_and_changes_of_it_are_told(site_files: Path, files: dict[str, Csv]) -> None:
    """No file is of one year: years stand in rows. The history of changes is in the files and in their README."""
    assert not [path for path in site_files.rglob("*") if re.search(r"(19|20)\d\d|[rhRH]\d", path.stem)]
    assert "last_year" in files["figures"].header


def test_L3_06_the_place_has_its_code_and_its_full_name(files: dict[str, Csv]) -> None:
    cities = files["municipalities"]
    assert all(re.fullmatch(r"\d{6}", code) for code in cities.column("code"))
    assert "132071" in cities.column("code")
    assert all(re.fullmatch(r"\d{13}", number) for number in cities.column("corporate_number"))
    for column in ("name", "prefecture"):
        assert all(re.search(r"[都道府県市区町村]$", name) for name in cities.column(column))


def test_L3_08_definitions_names_encoding_and_version_are_told(site_files: Path, files: dict[str, Csv]) -> None:
    readme = (site_files / "README.txt").read_text("utf-8")
    for word in ("UTF-8（BOMなし）", "CRLF", "出典", "ライセンス", "データの版", "更新履歴"):
        assert word in readme
    changes = files["changes"]
    for date, title in zip(changes.column("date"), changes.column("title"), strict=True):
        assert re.search(f"・{date}　.*{re.escape(title)}", readme)
    for file in files.values():
        assert not file.raw.startswith("\ufeff")
        for field in file.table.fields:
            assert re.fullmatch(r"[a-z][a-z0-9_]*", field.name)
            assert f"{field.name}　{field.heading}：{field.meaning}" in readme


def test_L3_09_tables_are_long(files: dict[str, Csv]) -> None:
    for file in files.values():
        assert not [name for name in file.header if re.search(r"\d{4}|_\d+$", name)], file.table.name


def test_every_rule_has_a_test() -> None:
    tested = {rule for name in globals() if name.startswith("test_") for rule in re.findall(r"L\d_\d\d", name)}
    rules = {f"L{level}_{number:02}" for level, most in ((1, 15), (2, 6), (3, 9)) for number in range(1, most + 1)}
    assert tested == rules
