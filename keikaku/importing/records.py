"""What is read from a workbook: records of a plan by table, and for every cell what became of it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keikaku.importing.cells import Said
from keikaku.importing.headings import Layout
from keikaku.importing.tables import Cell

Key = tuple[Any, ...]
TABLES = ("goals", "measures", "indicators", "figures", "results", "evaluations")


@dataclass
class Record:
    """A row of a table of the plan; `cells` tells which cell a value is from; `key` knows it again further down."""

    values: dict[str, Any]
    key: Key = ()
    cells: dict[str, str] = field(default_factory=dict)


class Told(NamedTuple):
    heading: str
    said: Said


class Reading:
    """What was read from all sheets; `tables` are records by the name of their table.

    While rows are read, `above` is what the columns said last, `context` the headings (level, title) that a row stands below.
    """

    def __init__(self, years: tuple[int, int], layout: Layout) -> None:
        self.years, self.layout = years, layout
        self.block_years = layout.years or [*range(years[0], years[1] + 1)]
        self.log: dict[str, Told] = {}
        self.tables: dict[str, list[Record]] = {table: [] for table in TABLES}
        self.organizations: dict[str, str] = {}  # name -> role of its column
        self.grades: dict[tuple[str, str], None] = {}  # field and letter, in the order in which they come
        self.legend: dict[str, str] = {}
        self.notes: list[str] = []  # what the report tells besides
        self.measure_level = ""
        self.levels: list[str] = []
        self.titles: dict[Key, Counter[str]] = {}  # of a goal, which may be spelled in several ways
        self.above: dict[int, Said] = {}
        self.context: list[tuple[str, str]] = []
        self._by_key: dict[tuple[str, Key], Record] = {}

    def tell(self, cell: Cell, heading: str, said: Said) -> Said:
        """Note what became of a cell; one that is empty is that, unless it stands for another."""
        said = Said("空欄") if cell.value is None and not said.text and not cell.is_unsaved else said
        self.log[cell.address] = Told(heading, said)
        return said

    def add(self, table: str, key: Key, values: dict[str, Any], cells: dict[str, str]) -> Record:
        """The record of a key, which is made where there is none."""
        if (table, key) not in self._by_key:
            record = self._by_key[table, key] = Record(values, key, cells)
            self.tables[table].append(record)
        return self._by_key[table, key]
