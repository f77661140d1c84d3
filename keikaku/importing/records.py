"""What is read from a workbook: records of a plan by table, and for every cell what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from keikaku.importing.cells import Said
from keikaku.importing.headings import Column, Layout, Table
from keikaku.importing.tables import Cell


@dataclass
class Record:
    """A row of a table of the plan; `cells` tells which cell a value is from; `key` knows it again in a newer workbook."""

    values: dict[str, Any]
    key: tuple[Any, ...] = ()
    cells: dict[str, str] = field(default_factory=dict)


@dataclass
class Told:
    heading: str
    said: Said


@dataclass
class Row:
    """A row of data with the columns by their roles."""

    table: Table
    number: int
    cells: dict[int, Cell]

    def of(self, *roles: str) -> list[Column]:
        return [column for column in self.table.columns if column.role in roles]

    @property
    def place(self) -> str:
        return self.table.sheet.rows[self.number][0].address


class Reading:
    """What was read from all sheets; `tables` are records by the name of their table."""

    def __init__(self, years: tuple[int, int], layout: Layout) -> None:
        self.years, self.layout = years, layout
        self.log: dict[str, Told] = {}
        self.tables: dict[str, list[Record]] = {
            kind: [] for kind in ("goals", "measures", "indicators", "figures", "results", "evaluations")
        }
        self.organizations: dict[str, str] = {}  # name -> role of its column
        self.grades: dict[tuple[str, str], str] = {}
        self.legend: dict[str, str] = {}
        self.notes: list[str] = []  # what the report tells besides
        self.measure_level = ""
        self.levels: list[str] = []
        self._by_key: dict[tuple[str, Any], Record] = {}
        self._titles: dict[tuple[Any, ...], Counter[str]] = {}
        self._above: dict[int, Said] = {}
        self._context: list[tuple[str, str]] = []

    def tell(self, cell: Cell, heading: str, said: Said) -> Said:
        self.log[cell.address] = Told(heading, said)
        return said

    def add(self, table: str, key: tuple[Any, ...], values: dict[str, Any], cells: dict[str, str]) -> Record:
        """The record of a key, which is made where there is none."""
        if (table, key) not in self._by_key:
            record = self._by_key[table, key] = Record(values, key, cells)
            self.tables[table].append(record)
        return self._by_key[table, key]
