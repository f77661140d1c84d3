"""Workbooks that Excel opens as they are meant: numbers as numbers, codes as text, a second sheet on the source.

Guarantees: no cell is run as a formula, whatever its text; the same rows give the same bytes.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from keikaku.files.fixed_zip import LONG_AGO, save_book
from keikaku.publish.tables.about import About
from keikaku.publish.tables.csv_file import Value, fits_spreadsheet, is_formula, store_bytes

MAX_ROWS = 1_048_575  # Excel's 1,048,576 less the header
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOUT_SHEET = "この表について"
_MAX_TEXT = 32_767
_CUT_MARK = "…（以下は長すぎるため省きました）"
_MEASURED_ROWS = 200
_WIDEST = 60
# Text that Excel would turn into a number or a date when the cell is edited.
_LIKE_A_NUMBER = re.compile(r"[\d\s.,:/％%年月日-]+")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
# What XML 1.0 has no place for (§2.2).
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HEADER_FONT = Font(name="Calibri", size=11, family=2, scheme="minor", bold=True)
_HEADER_FILL = PatternFill("solid", fgColor="FFE6EEF7")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


class TableSheet:
    """One sheet of rows; the widths of its columns come from the first rows."""

    def __init__(self, book: Workbook, title: str, headings: Sequence[str], *taken: str) -> None:
        self.rows = 0
        self.characters = 0
        # Cells whose text is too long for a workbook, or has characters that it cannot hold.
        self.cut = self.replaced = 0
        self._sheet = book.create_sheet(name_sheet(title, *book.sheetnames, *taken))
        self._sheet.freeze_panes = "A2"
        # Landscape, as wide as a page and as long as it has to be, with the headings on every page.
        self._sheet.page_setup.orientation, self._sheet.page_setup.fitToHeight = "landscape", 0
        self._sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        self._sheet.print_title_rows = "1:1"
        self._headings = headings
        self._first: list[list[Any]] | None = []

    def add(self, row: Sequence[Value | date]) -> None:
        cells = [self._cell(value) for value in row]
        self.rows += 1
        if self._first is None:
            self._sheet.append(cells)
            return
        self._first.append(cells)
        if len(self._first) == _MEASURED_ROWS:
            self._begin()

    def end(self) -> None:
        self._begin()
        if self.rows and self._headings:
            self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._headings))}{self.rows + 1}"

    def describe_changes(self) -> list[tuple[str, str]]:
        """What a reader has to know of cells that do not hold what is stored."""
        told = [
            ("長すぎるセル", self.cut, "個のセルは、途中で切ってあります。CSVには、すべて入っています。"),
            ("入らない文字", self.replaced, "個のセルで、Excelに入らない文字を「\ufffd」に置きかえました。"),
        ]
        return [(heading, f"{number:,}{words}") for heading, number, words in told if number]

    def _begin(self) -> None:
        if self._first is None:
            return
        for place, heading in enumerate(self._headings):
            cells = [row[place] for row in self._first if place < len(row)]
            values = [getattr(cell, "value", cell) for cell in cells]
            texts = [heading + "▽", *("" if value is None else str(value) for value in values)]
            width = max(_width(text) for text in texts) + 2
            self._sheet.column_dimensions[get_column_letter(place + 1)].width = min(width, _WIDEST)
        self._sheet.append([_text_cell(self._sheet, heading, header=True) for heading in self._headings])
        for cells in self._first:
            self._sheet.append(cells)
        self._first = None

    def _cell(self, stored: Value | date) -> Any:
        if isinstance(stored, date):
            return stored
        value = store_bytes(stored)
        if isinstance(value, int | float):
            self.characters += 8
            return value if fits_spreadsheet(value) else _text_cell(self._sheet, str(value))
        if not value:
            return None
        self.characters += len(value)
        self.cut += len(value) > _MAX_TEXT
        self.replaced += bool(_ILLEGAL.search(value))
        return _text_cell(self._sheet, value)


class WorkbookFile(TableSheet):
    """A table as one sheet with a frozen header row, and a second sheet that says what it is."""

    def __init__(self, stream: IO[bytes], about: About) -> None:
        self._stream, self._about = stream, about
        self._book = new_book(about.title, about.source, about.address)
        super().__init__(self._book, about.title, [field.heading for field in about.fields], ABOUT_SHEET)

    def size(self) -> int:
        """Characters of text so far, as a measure of the file, which is only written at the end."""
        return self.characters

    @property
    def holds_all(self) -> bool:
        """Whether every cell so far has its whole text."""
        return not (self.cut or self.replaced)

    def finish(self, notice: str, notes: Sequence[tuple[str, str]] = ()) -> None:
        """`notice` says where and why the rows stop: as a last row, and on the second sheet, where `notes` stand too."""
        rows = self.rows
        if notice:
            self.add([notice])
        self.end()
        facts = [
            *list_facts(self._about),
            ("行数", f"{rows:,}"),
            ("打ち切り", notice or "なし（すべての行があります）"),
            *(("注意", note) for note in self._about.notes),
            *self.describe_changes(),
            *notes,
        ]
        columns = [(field.heading, field.name, field.meaning) for field in self._about.fields]
        write_notes(self._book, ABOUT_SHEET, facts, ("見出し", "列の名前", "意味"), columns)
        save_book(self._book, self._stream)


def name_sheet(title: str, *taken: str) -> str:
    """A name that Excel accepts: at most 31 characters, none of []:*?/\\, no apostrophe at an end, not taken yet."""
    name = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", title).strip(" '")[:31].strip(" '") or "表"
    number = 2
    unique = name
    while unique.lower() in {other.lower() for other in taken}:
        ending = f"（{number}）"
        unique = name[: 31 - len(ending)] + ending
        number += 1
    return unique


def new_book(title: str, source: str, address: str = "") -> Workbook:
    """A workbook that is written row by row, with its properties."""
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = source or None
    book.properties.description = address or None
    book.properties.created = book.properties.modified = datetime(*LONG_AGO)
    return book


def write_notes(
    book: Workbook,
    title: str,
    facts: Sequence[tuple[str, str]],
    headings: tuple[str, str, str],
    rows: Sequence[tuple[str, str, str]],
) -> None:
    """A sheet to read: facts as heading and text, then a small table."""
    sheet = book.create_sheet(title)
    for letter, width in zip("ABC", (24, 24, 80), strict=True):
        sheet.column_dimensions[letter].width = width
    for heading, text in facts:
        if text:
            sheet.append([_text_cell(sheet, heading, header=True), None, _text_cell(sheet, text, wrapped=True)])
    sheet.append([])
    sheet.append([_text_cell(sheet, heading, header=True) for heading in headings])
    for row in rows:
        sheet.append([_text_cell(sheet, text, wrapped=True) if text else None for text in row])


def _text_cell(sheet: Any, text: str, header: bool = False, wrapped: bool = False) -> Any:
    """A cell of text that stays text: plain where Excel cannot mistake it, marked as text where it could."""
    text = _ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE_LIKE.sub("_x005F_", text)
    if len(text) > _MAX_TEXT:
        text = text[: _MAX_TEXT - len(_CUT_MARK)] + _CUT_MARK
    risky = is_formula(text) or text.startswith("#") or bool(_LIKE_A_NUMBER.fullmatch(text))
    if not (risky or header or wrapped):
        return text
    cell = WriteOnlyCell(sheet)
    cell._value = text  # the public way in would take a text that begins with = for a formula
    cell.data_type = "s"
    if risky:
        cell.quotePrefix = is_formula(text)
        if len(text) < 256:
            cell.number_format = "@"
    if header:
        cell.font = _HEADER_FONT
        cell.fill = _HEADER_FILL
    if wrapped:
        cell.alignment = _WRAPPED
    return cell


def _width(text: str) -> int:
    """Width of the widest line in narrow characters."""
    return max(sum(2 if east_asian_width(c) in "FWA" else 1 for c in line[:_WIDEST]) for line in text.split("\n"))


def list_facts(about: Any) -> list[tuple[str, str]]:
    """What a workbook says of its source; about: an About, or the DataSet of the whole."""
    return [
        ("題名", about.title),
        ("説明", about.description),
        ("出典", about.source),
        ("ライセンス", about.license),
        ("ライセンスの条文", about.license_url),
        ("取得したアドレス", getattr(about, "address", "")),
        ("データの版", about.version),
        ("データベースのSHA-256", about.digest),
    ]
