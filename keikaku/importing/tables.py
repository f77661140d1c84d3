"""A city's workbook or CSV -> sheets of cells that know their address, number format and whether a merge filled them.

Guarantees: no file gives anything but sheets or InvalidData; formulas are their saved values. Does not: say what a cell means.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.reading import read_bytes, read_text

LARGEST = 20_000_000  # bytes of a workbook
MOST_CELLS = 2_000_000
_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True)
class Cell:
    """`format` is None where the file does not tell it; `is_filled` where a merged cell above or to the left says it."""

    address: str
    value: Any = None
    format: str | None = "General"
    is_filled: bool = False
    is_unsaved: bool = False  # a formula whose value the file does not hold


@dataclass
class Sheet:
    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    is_hidden: bool = False

    def text(self, row: int, column: int) -> str:
        value = self.rows[row][column].value
        return "" if value is None else str(value).strip()


class Unreadable(Exception):
    """A file is no workbook; the text is the error that was met."""


class CellProblem(Problem):
    """A fault at a cell, of which `file` is the address."""

    def __str__(self) -> str:
        return " ".join(f"{self.file}: {self.wrong}; {self.right}".split())


def read_sheets(path: Path) -> list[Sheet]:
    """All sheets of .xlsx, .xlsm, .csv, and of .xls and .ods where python-calamine is installed."""
    match path.suffix.lower():
        case ".csv":
            try:
                return [read_csv(path)]
            except csv.Error as error:
                raise refusal(path, f"CSVとして読めません ({error})", "「CSV UTF-8」で保存する") from None
        case ".xls" | ".ods" | ".xlsb":
            return list(_read_other(path))
        case _:
            try:
                return read_workbook(path)
            except Unreadable as error:
                wrong = f"Excel のブックとして読めません ({error})"
                raise refusal(path, wrong, "「Excel ブック (.xlsx)」か「CSV UTF-8」で保存する") from None


def refusal(path: Path | str, wrong: str, right: str) -> InvalidData:
    return InvalidData([Problem(str(path), 1, 1, wrong, right)])


def read_csv(path: Path) -> Sheet:
    """Raises csv.Error, and InvalidData for what is no text."""
    text = read_text(path, also_cp932=True)
    return _sheet(path.stem, list(csv.reader(io.StringIO(text, newline=""), strict=True)))


def _sheet(name: str, rows: list[list[Any]], format: str | None = "General") -> Sheet:
    width = max(map(len, rows), default=0)
    return Sheet(
        name,
        [
            [
                Cell(_address(name, r, c), row[c] if c < len(row) and row[c] != "" else None, format)
                for c in range(width)
            ]
            for r, row in enumerate(rows)
        ],
    )


def _address(name: str, row: int, column: int) -> str:
    return f"{name}!{get_column_letter(column + 1)}{row + 1}"


def _read_other(path: Path) -> Iterator[Sheet]:
    """These tell no number formats, so that a share of 0.342 and one of 34.2 % cannot be told apart."""
    try:
        from python_calamine import CalamineWorkbook
    except ImportError:
        wrong, right = f"{path.suffix} を読むには python-calamine がいります", "「Excel ブック (.xlsx)」で保存する"
        raise refusal(path, wrong, right) from None
    data = read_bytes(path, linked=True, most=LARGEST)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheets = [(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names]
    except Exception as error:  # whatever the library meets in a broken file
        raise refusal(path, f"読めません ({type(error).__name__})", "「Excel ブック (.xlsx)」で保存する") from None
    for name, rows in sheets:
        whole = [[int(v) if isinstance(v, float) and v == int(v) else v for v in row] for row in rows]
        yield _sheet(name, whole, None)


def read_workbook(path: Path) -> list[Sheet]:
    """The sheets of .xlsx and .xlsm. Raises Unreadable, and InvalidData for a file that is too large."""
    data = read_bytes(path, linked=True, most=LARGEST)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            if sum(part.file_size for part in parts.infolist()) > 20 * LARGEST:
                raise ValueError("too large")
            names = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
            has_formulas = any(_FORMULA.search(parts.read(name)) for name in names)
        book = load_workbook(io.BytesIO(data), data_only=True)
        written = load_workbook(io.BytesIO(data)) if has_formulas else book
        return [_read_worksheet(sheet, written[sheet.title]) for sheet in book.worksheets]
    except InvalidData:
        raise
    except Exception as error:  # openpyxl meets a broken file with whatever fails first
        raise Unreadable(type(error).__name__) from None


def _read_worksheet(sheet: Any, written: Any) -> Sheet:
    formulas = {at for at, cell in written._cells.items() if cell.data_type == "f"}
    used = [at for at, cell in sheet._cells.items() if cell.value is not None] + list(formulas)
    height, width = (max((at[i] for at in used), default=0) for i in (0, 1))
    if height * width > MOST_CELLS:
        raise refusal(sheet.title, f"{height}行{width}列は大きすぎます", f"{MOST_CELLS:,}セルまで")
    filled = {
        (row, column): sheet.cell(area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, min(area.max_row, height) + 1)
        for column in range(area.min_col, min(area.max_col, width) + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    rows = []
    for r in range(1, height + 1):
        row = []
        for c in range(1, width + 1):
            at = (r, c)
            cell = filled.get(at) or sheet._cells.get(at)
            value = None if cell is None or cell.value == "" else cell.value
            format = "General" if cell is None else cell.number_format
            row.append(
                Cell(
                    _address(sheet.title, r - 1, c - 1),
                    value,
                    format,
                    at in filled,
                    at in formulas and value is None,
                )
            )
        rows.append(row)
    return Sheet(sheet.title, rows, sheet.sheet_state != "visible")
