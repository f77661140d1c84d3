"""A workbook, or a CSV with the same headings, that somebody filled in -> the figures that it tells, each with its cell.

Raises InvalidData with problems of the form `sheet!cell: what is wrong; what is right`, all of a file at once.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from keikaku.files.beside import read_data
from keikaku.importing.cells import read_figure
from keikaku.importing.tables import Cell, CellProblem, read_sheets
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import read_fiscal_year

_DAY = re.compile(r"(.+?)[年/.-]([0-9]{1,2})[月/.-]([0-9]{1,2})日?")
Columns = dict[str, tuple[str, int]]  # key -> heading and width


@dataclass(frozen=True)
class FiguresSheet:
    """The sheet, as figures.yml has it: `known` is filled in beforehand, `asked` is to be filled in, `ids` are hidden."""

    sheet: str
    help_sheet: str
    known: Columns
    asked: Columns
    ids: Columns
    help: list[str]

    @property
    def headings(self) -> dict[str, str]:
        return {key: heading for key, (heading, _) in (self.known | self.asked | self.ids).items()}


@cache
def read_about() -> FiguresSheet:
    return FiguresSheet(**read_data(__file__, "figures.yml"))


class FilledRow(dict[str, Cell]):
    """What a row says, by the keys of figures.yml."""

    def fault(self, key: str, wrong: str, right: str) -> CellProblem:
        return CellProblem(self[key].address, 1, 1, wrong, right)

    def find_unsaved(self) -> Iterator[CellProblem]:
        right = "Excel で開いて保存し直すか、値を入れる"
        unsaved = (key for key in read_about().asked if self[key].is_unsaved)
        return (self.fault(key, "計算式の結果が保存されていません", right) for key in unsaved)

    def text(self, key: str) -> str:
        value = self[key].value
        return "" if value is None else re.sub(r"\s*[\r\n]\s*", " ", str(value).strip())

    def number(self, unit: str | None) -> dict[str, Any]:
        """What goes into results.csv for the number: a value, or the cell as printed where it has a unit of its own."""
        said = read_figure(self["value"], unit)
        if said.kind == "わからない":
            raise InvalidData([self.fault("value", said.why, "数を入れる")])
        if said.kind == "数":
            return {"printed": said.text} if said.value is None else {"value": said.value}
        return {"value": said.text} if said.text else {}

    def day(self) -> str:
        value = self["published_on"].value
        if isinstance(value, datetime | date):
            return f"{value:%Y-%m-%d}"
        text = unicodedata.normalize("NFKC", self.text("published_on"))
        if re.fullmatch(r"(\d{4}(-\d{2})?)?", text):  # a year or a month is known, or nothing
            return text
        try:
            found = _DAY.fullmatch(text) or ("", "", "", "")
            return date(read_fiscal_year(found[1]), int(found[2]), int(found[3])).isoformat()
        except ValueError:
            right = "2026-05-01、2026年5月1日、令和8年5月1日のように書く"
            raise InvalidData([self.fault("published_on", f"「{text}」は日付ではありません", right)]) from None


def read_filled(path: Path) -> list[FilledRow]:
    """The rows in which something is filled in, of the sheet of figures or else the first."""
    about = read_about()
    sheets = {sheet.name: sheet for sheet in read_sheets(path)}
    sheet = sheets.get(about.sheet) or next(iter(sheets.values()))
    keys = {heading: key for key, heading in about.headings.items()}
    heads = [unicodedata.normalize("NFKC", str(cell.value or "")).strip() for cell in (sheet.rows or [[]])[0]]
    needed = [heading for heading, _ in (about.asked | about.ids).values()] + [about.headings["fiscal_year"]]
    if missing := [heading for heading in needed if heading not in heads]:
        wrong = f"見出し「{'」「'.join(missing)}」がありません"
        right = "build_db.py figures-workbook でつくった表に入れる"
        raise InvalidData([CellProblem(f"{sheet.name}!A1", 1, 1, wrong, right)])
    rows = (
        FilledRow({keys[head]: cell for head, cell in zip(heads, row, strict=True) if head in keys})
        # A figure is told of one row alone, not of those beside it that a merged cell covers.
        for row in ([replace(cell, value=None) if cell.is_filled else cell for cell in row] for row in sheet.rows[1:])
    )
    return [row for row in rows if any(row.text(key) or row[key].is_unsaved for key in about.asked)]
