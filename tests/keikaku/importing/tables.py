"""The ten layouts of cities' tables (tables.yml) as workbooks."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from keikaku.files.beside import read_data

Rows = list[list[Any]]


@dataclass(frozen=True)
class Table:
    """`rows` of a sheet (or of several by name), `merged` areas, `formats` of cells, and the lines of the plan's tables."""

    rows: Rows | dict[str, Rows]
    expected: dict[str, list[dict[str, str]]]
    merged: Sequence[str] = ()
    formats: dict[str, str] = field(default_factory=dict)
    years: str = "2021-2026"


def write(file: Path, table: Table) -> Path:
    book = Workbook()
    book.remove(book.active)
    sheets = table.rows if isinstance(table.rows, dict) else {"第1表": table.rows}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in table.merged:
            sheet.merge_cells(area)
        for at, said in table.formats.items():
            sheet[at].number_format = said
    book.save(file)
    return file


TABLES = {name: Table(**table) for name, table in read_data(__file__, "tables.yml").items()}
