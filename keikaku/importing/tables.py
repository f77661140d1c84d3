"""A city's workbook or CSV -> sheets of cells that know their address, number format and whether a merge filled them.

Guarantees: no file gives anything but sheets or InvalidData; formulas are their saved values. Does not: say what a cell means.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

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
    hidden: list[str] = field(default_factory=list)  # its rows and columns that are not shown, with something in them

    def text(self, row: int, column: int) -> str:
        value = self.rows[row][column].value
        return "" if value is None else str(value).strip()


class CellProblem(Problem):
    """A fault at a cell, of which `file` is the address."""

    def __str__(self) -> str:
        return " ".join(f"{self.file}: {self.wrong}; {self.right}".split())


def read_sheets(path: Path) -> list[Sheet]:
    """All sheets of .xlsx, .xlsm, .csv, .xls, .xlsb and .ods."""
    others = dict.fromkeys((".xls", ".xlsb", ".ods"), _read_other)
    try:
        return list(({".csv": _read_csv} | others).get(path.suffix.lower(), _read_workbook)(path))
    except InvalidData:
        raise
    except Exception as error:  # a broken file is met with whatever fails first in a library
        right = "「Excel ブック (.xlsx)」か「CSV UTF-8」で保存する"
        raise refusal(path, f"表として読めません ({type(error).__name__})", right) from None


def as_csv(rows: Iterable[Iterable[object]], line_end: str = "\n") -> str:
    """The text of a CSV file."""
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue()


def refusal(path: Path | str, wrong: str, right: str) -> InvalidData:
    return InvalidData([Problem(str(path), 1, 1, wrong, right)])


def _read_csv(path: Path) -> Iterator[Sheet]:
    text = read_text(path, also_cp932=True)
    rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    width = max(map(len, rows), default=0)
    yield _sheet(path.stem, [row + [None] * (width - len(row)) for row in rows], "General")


def _read_other(path: Path) -> Iterator[Sheet]:
    """These tell no number formats, so that a share of 0.342 and one of 34.2 % cannot be told apart."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(read_bytes(path, linked=True, most=LARGEST)))
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        rows = book.get_sheet_by_name(about.name).to_python(skip_empty_area=False)
        values = [[int(v) if isinstance(v, float) and v == int(v) else v for v in row] for row in rows]
        yield _sheet(about.name, values, None, about.visible != SheetVisibleEnum.Visible)


def _sheet(name: str, rows: list[list[Any]], format: str | None, is_hidden: bool = False) -> Sheet:
    cells = [
        [Cell(_address(name, r, c), None if v == "" else v, format) for c, v in enumerate(row, 1)]
        for r, row in enumerate(rows, 1)
    ]
    return Sheet(name, cells, is_hidden)


def _address(name: str, row: int, column: int) -> str:
    return f"{name}!{get_column_letter(column)}{row}"


def _read_workbook(path: Path) -> Iterator[Sheet]:
    data = read_bytes(path, linked=True, most=LARGEST)
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > 20 * LARGEST:
            raise refusal(path, "大きすぎます", "表のあるシートだけを保存する")
        names = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        has_formulas = any(_FORMULA.search(parts.read(name)) for name in names)
    book = load_workbook(io.BytesIO(data), data_only=True)
    written = load_workbook(io.BytesIO(data)) if has_formulas else book
    for sheet in book.worksheets:
        yield _read_worksheet(sheet, {at for at, cell in written[sheet.title]._cells.items() if cell.data_type == "f"})


def _read_worksheet(sheet: Any, formulas: set[tuple[int, int]]) -> Sheet:
    used = [at for at, cell in sheet._cells.items() if cell.value is not None] + list(formulas)
    height, width = (max((at[i] for at in used), default=0) for i in (0, 1))
    if height * width > MOST_CELLS:
        raise refusal(sheet.title, f"{height}行{width}列は大きすぎます", f"{MOST_CELLS:,}セルまで")
    corners = {
        (row, column): (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, min(area.max_row, height) + 1)
        for column in range(area.min_col, min(area.max_col, width) + 1)
    }

    def read(at: tuple[int, int]) -> Cell:
        corner = corners.get(at, at)
        cell = sheet._cells.get(corner)
        value, format = (None, "General") if cell is None else (cell.value, cell.number_format)
        value = None if value == "" else value
        is_unsaved = at in formulas and value is None and (cell is None or cell.data_type != "str")  # "" is a result
        return Cell(_address(sheet.title, *at), value, format, corner != at, is_unsaved)

    rows = [[read((r, c)) for c in range(1, width + 1)] for r in range(1, height + 1)]
    hidden = [f"{get_column_letter(c)}列" for c in sorted({c for _, c in used}) if _is_hidden_column(sheet, c)]
    hidden += [
        f"{r}行" for r in sorted({r for r, _ in used}) if r in sheet.row_dimensions and sheet.row_dimensions[r].hidden
    ]
    return Sheet(sheet.title, rows, sheet.sheet_state != "visible", hidden)


def _is_hidden_column(sheet: Any, column: int) -> bool:
    """A range of columns of one width has one description, of the first."""
    return any(one.hidden and one.min <= column <= one.max for one in sheet.column_dimensions.values() if one.min)
