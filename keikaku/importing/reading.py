"""A workbook, or a CSV with the same headings, that somebody filled in -> the figures that it tells, each with its cell.

Raises InvalidData with problems of the form `sheet!cell: what is wrong; what is right`, all of a file at once.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from keikaku.importing.cells import signs_of
from keikaku.importing.sheet import read_sheet
from keikaku.importing.tables import Cell, Unreadable, read_csv, read_workbook
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.plan.indicators import unit_in

_DAY = re.compile(r"(.+?)[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?")


class SheetProblem(Problem):
    """A fault at a cell; file is the name of its sheet."""

    def __str__(self) -> str:
        return " ".join(f"{self.file}!{get_column_letter(self.column)}{self.line}: {self.wrong}; {self.right}".split())


@dataclass
class FilledRow:
    """What a row says, by the keys of figures.yml; the cells by their names, and where they stand."""

    sheet: str
    line: int
    columns: dict[str, int]
    cells: dict[str, Cell] = field(default_factory=dict)

    def problem(self, key: str, wrong: str, right: str) -> SheetProblem:
        return SheetProblem(self.sheet, self.line, self.columns[key], wrong, right)

    def text(self, key: str) -> str:
        value = self.cells[key].value
        return "" if value is None else re.sub(r"\s*[\r\n]\s*", " ", str(value).strip())

    def number(self, unit: str | None) -> dict[str, Any]:
        """What goes into results.csv for the number: a value, or the cell as printed where it has a unit of its own."""
        cell = self.cells["value"]
        value = cell.value
        if isinstance(value, bool | date | datetime):
            raise _wrong(self, "value", f"「{value}」は数ではありません", "数を入れる")
        if isinstance(value, int | float) and "%" in signs_of(cell.format or ""):
            if unit not in ("%", "％"):
                wrong = f"パーセント表示ですが、この指標の単位は「{unit or 'なし'}」です"
                raise _wrong(self, "value", wrong, "表示形式を「標準」か「数値」にして、数を入れ直す")
            value = round(float(Decimal(str(value)) * 100), 10)
        if isinstance(value, int | float):
            return {"value": int(value) if value == int(value) else value}
        text = self.text("value")
        return {"printed" if unit_in(text) else "value": text} if text else {}

    def day(self) -> str:
        value = self.cells["published_on"].value
        if isinstance(value, datetime | date):
            return f"{value:%Y-%m-%d}"
        text = unicodedata.normalize("NFKC", self.text("published_on"))
        if found := _DAY.fullmatch(text):
            try:
                return date(read_fiscal_year(found[1]), int(found[2]), int(found[3])).isoformat()
            except ValueError:
                right = "2026-05-01、2026年5月1日、令和8年5月1日のように書く"
                raise _wrong(self, "published_on", f"「{text}」は日付ではありません", right) from None
        return text


def _wrong(row: FilledRow, key: str, wrong: str, right: str) -> InvalidData:
    return InvalidData([row.problem(key, wrong, right)])


def read_filled(path: Path) -> list[FilledRow]:
    """The rows in which something is filled in."""
    name, rows = _read_sheet(path)
    about = read_sheet()
    keys = {heading: key for key, heading in about.headings.items()}
    heads = [keys.get(unicodedata.normalize("NFKC", str(cell.value or "")).strip(), "") for cell in (rows or [[]])[0]]
    columns = {key: column for column, key in enumerate(heads, 1) if key}
    needed = about.asked | about.ids | {"fiscal_year": about.known["fiscal_year"]}
    if missing := [heading for key, (heading, _) in needed.items() if key not in columns]:
        wrong = f"見出し「{'」「'.join(missing)}」がありません"
        raise InvalidData([SheetProblem(name, 1, 1, wrong, "build_db.py figures-workbook でつくった表に入れる")])
    filled = (
        FilledRow(name, line, columns, {key: _own(row[column - 1]) for key, column in columns.items()})
        for line, row in enumerate(rows[1:], 2)
    )
    return [row for row in filled if any(row.text(key) or row.cells[key].is_unsaved for key in about.asked)]


def _own(cell: Cell) -> Cell:
    """A cell without what a merged one beside it says: a figure is told of one row alone."""
    return replace(cell, value=None) if cell.is_filled else cell


def _read_sheet(path: Path) -> tuple[str, list[list[Cell]]]:
    """The name to tell and the rows of a CSV, or of the sheet of figures, or the first, of a workbook."""
    try:
        if path.suffix.lower() == ".csv":
            return path.name, read_csv(path).rows
        sheets = {sheet.name: sheet for sheet in read_workbook(path)}
    except csv.Error as error:
        wrong, right = f"CSVとして読めません ({error})", "「CSV UTF-8」で保存する"
    except Unreadable as error:
        wrong, right = (
            f"Excel のブック（.xlsx）として読めません ({error})",
            "「Excel ブック (.xlsx)」か「CSV UTF-8」で保存する",
        )
    else:
        found = sheets.get(read_sheet().sheet) or next(iter(sheets.values()))
        return found.name, found.rows
    raise InvalidData([SheetProblem(path.name, 1, 1, wrong, right)])
