"""A plan's folder -> one workbook with a sheet for each of its tables, and back again, to the byte of the CSV files.

Every cell is text, so that a spreadsheet makes no date of 1-1 and no number of 0120.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from keikaku.files.fixed_zip import LONG_AGO, save_book
from keikaku.importing.cells import clean
from keikaku.importing.tables import Sheet, as_csv, read_sheets, refusal
from keikaku.plan.folder import CITY_FILES, MAPPINGS, PLAN_FILES
from keikaku.plan.reading import is_missing, read_text, read_yaml

TABLES = {name: set(model.model_fields) for name, model in (CITY_FILES | PLAN_FILES).items() if name not in MAPPINGS}
Rows = list[list[str]]


def export_workbook(folder: Path, output: Path) -> int:
    """Write the tables of data/<municipality>/<plan> and of its municipality; returns how many there are."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(*LONG_AGO)
    book.remove(book.active)
    for name in TABLES:
        rows = _read_table((folder.parent if name in CITY_FILES else folder) / f"{name}.csv")
        if not rows:
            continue
        sheet: Any = book.create_sheet(name)
        for r, row in enumerate(rows, 1):
            for c, text in enumerate(row, 1):
                cell = sheet.cell(r, c, text or None)
                cell.number_format = "@"
                cell.font = Font(bold=r == 1)
                if text:
                    cell.data_type = "s"  # never a formula
        sheet.freeze_panes = "A2"
    if not book.sheetnames:
        raise refusal(folder, "表がありません", "data/市区町村/計画 のフォルダーを書く")
    with output.open("wb") as stream:
        save_book(book, stream)
    return len(book.sheetnames)


def _read_table(file: Path) -> Rows:
    other = file.with_suffix(".yml")
    if not is_missing(file):
        return list(csv.reader(io.StringIO(read_text(file, also_cp932=True), newline="")))
    records: Any = [] if is_missing(other) else read_yaml(other).value
    if any(
        isinstance(value, list) and any(isinstance(one, dict) for one in value) for r in records for value in r.values()
    ):
        raise refusal(other, "表にできない入れ子があります", "indicators を、別の表に分ける")
    keys = list(dict.fromkeys(key for record in records for key in record))
    return [keys, *([_as_cell(record.get(key)) for key in keys] for record in records)] if records else []


def _as_cell(value: Any) -> str:
    match value:
        case None | "":
            return ""
        case bool():
            return "はい" if value else "いいえ"
        case list():
            return "、".join(map(str, value))
        case dict():
            return "、".join(f"{key}：{said}" for key, said in value.items())
    return str(value)


def is_exported(sheets: list[Sheet]) -> bool:
    """Whether a workbook is such a one: its sheets are tables by their names and keys."""
    return bool(sheets) and all(
        sheet.name in TABLES
        and sheet.rows
        and {clean(cell.value) for cell in sheet.rows[0]} - {""} <= TABLES[sheet.name]
        for sheet in sheets
    )


@contextmanager
def open_tables(path: Path) -> Iterator[Path]:
    """A folder with the tables of a workbook; a folder is taken as it is. Raises InvalidData for any other workbook."""
    if path.is_dir():
        yield path
        return
    if not is_exported(sheets := read_sheets(path)):
        raise refusal(
            path,
            "表の名前か見出しが、計画データ標準（案）と違います",
            f"シートの名前は {'、'.join(TABLES)}、見出しは見本と同じにする",
        )
    with TemporaryDirectory() as temporary:
        folder = Path(temporary, path.name)
        folder.mkdir()
        for name, text in tables_of(sheets):
            (folder / f"{name}.csv").write_text(text, "utf-8")
        yield folder


def tables_of(sheets: list[Sheet]) -> Iterator[tuple[str, str]]:
    """The name of each table, and the text of its CSV file."""
    for sheet in sheets:
        yield sheet.name, as_csv(["" if cell.value is None else str(cell.value) for cell in row] for row in sheet.rows)
