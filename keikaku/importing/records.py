"""What is read from a workbook: lines of a plan's tables, merged with those that are there, and for every cell what became of it.

Records keep their ids, and of a figure that changed the one before stays as an earlier edition.
"""

from collections import Counter
from contextlib import suppress
from typing import Any, NamedTuple

from keikaku.files.beside import read_data
from keikaku.importing.cells import Said
from keikaku.importing.headings import Layout
from keikaku.importing.tables import Cell, CellProblem
from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.plan.ids import coded_measure_id, numbered_id

TABLES: dict[str, dict[str, str]] = read_data(__file__, "tables.yml")
COLUMNS = {name: table["columns"].split() for name, table in TABLES.items()}
NAMES = {name: table["name"] for name, table in TABLES.items()}
FIGURE_TABLES = ("figures", "results")
Key = tuple[Any, ...]


class Figure(NamedTuple):
    role: str
    year: int | None
    calendar: str
    said: Said
    at: str


class Line(dict[str, str]):
    """A line of a table. `cells` says from which cell each value is, and is None where the workbook does not have the line;
    `before` is what an earlier workbook said, None where that had no such line; `lists` are cells with several names, each
    of which may have a word of its own; `figures` are those of an indicator, of which some `is_revised`; `judge` is the row,
    and the body, of an evaluation.
    """

    def __init__(self, values: dict[str, Any], before: dict[str, str] | None = None) -> None:
        super().__init__({key: str(value) for key, value in values.items() if value not in (None, "")})
        self.cells: dict[str, str] | None = None
        self.before = before
        self.lists: dict[str, dict[str, str]] = {}
        self.figures: list[Figure] = []
        self.judge: tuple[str, ...] = ()  # row and body of an evaluation
        self.is_revised = False

    @property
    def year(self) -> int | None:
        """Its fiscal year, which somebody may have written as R5; none where it cannot be read, which the build tells."""
        with suppress(ValueError):
            return read_fiscal_year(self.get("fiscal_year", ""))
        return None

    def list_in(self, key: str, names: list[str], word: str = "") -> None:
        known = self.lists.setdefault(key, {})
        known |= {name: word for name in names if name not in known}


class Told(NamedTuple):
    heading: str
    said: Said


class Reading:
    """What was read from all sheets into `lines` by table.

    While rows are read, `above` is what the columns said last, `context` the headings (level, title) that a row stands below.
    """

    def __init__(
        self,
        years: tuple[int, int],
        layout: Layout,
        old: dict[str, list[Line]] | None = None,
        city: str = "",
        plan: str = "",
        document: str = "",
    ) -> None:
        self.years, self.layout, self.city, self.plan = years, layout, city, plan
        self.document = document  # title of what is read, unless that is the first document of the plan
        self.block_years = layout.years or [*range(years[0], years[1] + 1)]
        self.log: dict[str, Told] = {}
        self.lines: dict[str, list[Line]] = {table: (old or {}).get(table, []) for table in COLUMNS}
        self.organizations: dict[str, str] = {}  # name -> role of its column
        self.grades: dict[tuple[str, str], None] = {}  # field and letter, in the order in which they come
        self.legend: dict[str, str] = {}
        self.problems: list[CellProblem] = []  # for which the workbook is refused
        self.result_years: set[int | None] = set()  # for which the workbook has columns
        self.notes: list[str] = []  # what the report tells besides
        self.measure_level = ""
        self.target_word = ""  # what the tables call an indicator
        self.levels: list[str] = []
        self.titles: dict[str, Counter[str]] = {}  # of a goal, which may be spelled in several ways
        self.above: dict[int, Said] = {}
        self.context: list[tuple[str, str]] = []
        self.counts: Counter[Key] = Counter()  # of indicators of one name
        self._read: dict[tuple[str, Key], Line] = {}
        self._taken = {line["id"] for lines in self.lines.values() for line in lines if "id" in line}
        self.is_new = not self._taken
        self._same: dict[Key, list[Line]] = {}
        for table, lines in self.lines.items():
            for line in lines:
                self._same.setdefault(key_of(table, line), []).append(line)

    def tell(self, cell: Cell, heading: str, said: Said) -> Said:
        """Note what became of a cell; one that is empty is that, unless it stands for another."""
        said = Said("空欄") if cell.value is None and not said.text and not cell.is_unsaved else said
        self.log[cell.address] = Told(heading, said)
        return said

    def refuse(self, cell: Cell, wrong: str, right: str) -> None:
        self.problems.append(CellProblem(cell.address, 1, 1, wrong, right))

    def add(self, table: str, key: Key, values: dict[str, Any], cells: dict[str, str]) -> Line:
        """The line of a key in this workbook, else what an earlier one left of it, else a new one."""
        if (table, key) in self._read:
            return self._read[table, key]
        line = Line(values)
        same = self._same.setdefault(key_of(table, line), [])
        uncoded = self._same.get(key_of(table, Line(line | {"code": ""})), [])  # as one is whose code was refused
        old = next((one for one in [*same, *uncoded] if one.cells is None), None)
        if old is not None and table in FIGURE_TABLES:
            old.cells, newest = cells, same[-1]
            if all(newest.get(name) == line.get(name) for name in ("value", "printed")):
                return newest
            line["edition"] = str(max(int(one.get("edition", "1")) for one in same) + 1)
            line.before, old = dict(newest), None
        if old is not None:
            line, new = old, line
            line |= new if table != "organizations" else {}  # of which somebody may know better
        else:
            if COLUMNS[table][0] == "id":
                line["id"] = self._next_id(table, line)
            self.lines[table].append(line)
            same.append(line)
        line.cells = cells
        self._read[table, key] = line
        return line

    def _next_id(self, table: str, line: Line) -> str:
        number = first = len(self.lines[table]) + 1
        owner = self.city if table == "organizations" else self.plan
        while True:
            code = line.get("code") if table == "measures" and number == first else None
            id_ = coded_measure_id(owner, code, number) if code else numbered_id(owner, table.removesuffix("s"), number)
            if id_ not in self._taken:
                self._taken.add(id_)
                return id_
            number += 1


def key_of(table: str, line: Line) -> Key:
    """An indicator may have the name of a cost beside it, and stand at several places; a year may be written as R5."""
    about = TABLES[table]
    keys = (about["coded"] if "coded" in about and line.get("code") else about["key"]).split()
    said = line | {key: line[key].partition("、")[0] for key in ("measures", "goals") if key in line}
    said |= {"fiscal_year": str(line.year or "")}
    return (table, *(said.get(key, "") for key in keys), "cost" if line.get("kind") == "cost" else "")
