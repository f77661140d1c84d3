"""The headings of a table -> what each column holds; words.yml has the words, layout.yml of a user has others.

Guarantees: no column is taken for something that its heading does not say: what is not known is told, with the known
layout that comes nearest.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel

from keikaku.files.beside import compile_patterns, read_data
from keikaku.importing.tables import CellProblem, Sheet
from keikaku.plan.field_types import FiscalYear
from keikaku.plan.fiscal_year import find_fiscal_years, read_fiscal_year, short_fiscal_year
from keikaku.plan.plain_text import plain_text
from keikaku.plan.target_words import UNIT

COSTS = ("cost", "budget", "cost_block")
FIGURES = ("baseline", "target", "result", "estimate", "figure", "year", *COSTS)
_ONCE = (*FIGURES, "label", "unit", "member", "level", "code", "kind", "decision", "grade")
_YEARS_BEFORE = 15  # by as much may a year without its era come before the plan
_BARE_YEAR = re.compile(r"(?<![0-9])([0-9]{1,2}|元)年度?")
_YEAR_ALONE = re.compile(r"(?:令和|平成)[0-9]{1,2}(?![0-9年])|(?<![0-9])20[0-9]{2}(?![0-9年.])")
_UNIT = re.compile(rf"(?P<base>.+)\((?:単位:?)?(?P<unit>(?:[百千]?[万億]|[百千])?(?:{UNIT}))\)")
_UNIT_ABOVE = re.compile(r"\(単位:?([^()]+)\)|(?<!\()単位:([^ ()]+)")
WORDS: dict[str, Any] = read_data(__file__, "words.yml")
PATTERNS = compile_patterns(WORDS["patterns"])
_ROLES = [
    (role, compile_patterns({role: pattern}, levels=WORDS["patterns"]["levels"])[role])
    for rule in WORDS["roles"]
    for role, pattern in rule.items()
]


@dataclass(frozen=True)
class Column:
    """`slot` joins name, unit and figures of one of several indicators in a row; `block` counts columns of one heading;
    `calendar` is empty where the heading does not tell a 年度 from a 年.
    """

    index: int
    heading: str
    role: str
    year: int | None = None
    calendar: str = "fiscal"
    level: str = ""
    slot: str = ""
    unit: str | None = None
    block: int | None = None


class Layout(BaseModel, extra="forbid"):
    """layout.yml: `headings` as printed -> in the words of words.yml; `years` of blocks whose headings name none."""

    headings: dict[str, str] = {}
    years: list[FiscalYear] = []
    sheets: list[str] = []
    directions: dict[str, str] = {}
    bodies: list[str] = []


def plain(text: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text)).replace("~", "～"))


def read_heading(parts: Sequence[str], layout: Layout, years: tuple[int, int], title: str = "") -> Column | None:
    """What a heading in one or more rows says; None where that is not known."""
    printed = "/".join(dict.fromkeys(plain(part) for part in parts if plain(part)))
    text = plain({plain(heading): said for heading, said in layout.headings.items()}.get(printed, printed))
    found = _take_year(text, years)
    if text == "?" or found is None:
        return None
    rest, year, calendar = found
    column = _match(text if year is None else rest, printed)
    if column and (year is None or column.role in (*FIGURES, "grade", "grade_before", "decision")):
        role = "grade" if column.role == "grade_before" and year is not None else column.role
        return replace(column, role=role, year=year, calendar=calendar)
    if year is not None and rest == "":
        role = "target" if "目標" in title and "実績" not in title else "year"
        return Column(0, printed, role, year, calendar)
    return None


def _match(text: str, printed: str) -> Column | None:
    for base, said in dict.fromkeys([(text, None), take_unit(text)]):
        for role, pattern in _ROLES:
            if found := pattern.fullmatch(base):
                named = {"level": "", "name": "", "name2": "", "group": "", "slot": ""} | found.groupdict("")
                level = named["level"] or named["name"] or named["name2"]
                return Column(0, printed, role, level=level, slot=named["group"] + named["slot"], unit=said)
    return None


def take_unit(text: str) -> tuple[str, str | None]:
    """A plain text without the unit in brackets that it ends with, and the unit."""
    found = _UNIT.fullmatch(text)
    return (found["base"], found["unit"]) if found else (text, None)


def _take_year(printed: str, plan: tuple[int, int]) -> tuple[str, int | None, str] | None:
    """A heading without its year; None where it names several, or one of which the era is not certain."""
    # R5, since it may be of either kind of year.
    rest = _YEAR_ALONE.sub(lambda year: short_fiscal_year(read_fiscal_year(year[0])), plain_text(printed).text)
    found = find_fiscal_years(rest)
    for bare in _BARE_YEAR.finditer(rest if not found else ""):
        near = []
        for era in ("平成", "令和"):
            with suppress(ValueError):
                near += [read_fiscal_year(f"{era}{bare[1]}年度")]
        near = [year for year in near if plan[0] - _YEARS_BEFORE <= year <= plan[1] + 1]
        if len(near) != 1:
            return None
        found.append((*bare.span(), near[0]))
    if not found:
        return printed, None, "fiscal"
    if len({year for _, _, year in found}) > 1:
        return None
    named = rest[: found[0][1]]  # R5 alone may be either
    calendar = "calendar" if named.endswith("年") else "fiscal" if named.endswith("度") else ""
    for start, end, _ in reversed(found):
        rest = rest[:start] + rest[end:]
    before = None
    while before != rest:
        before, rest = rest, PATTERNS["around_year"].sub("", rest).replace("()", "")
    return rest.removesuffix(")") if rest.count(")") > rest.count("(") else rest, found[0][2], calendar


@dataclass
class Table:
    """Columns, the rows of their headings, and the rows of data up to the next table's headings."""

    sheet: Sheet
    heading_rows: range
    end: int
    columns: list[Column]
    unknown: list[tuple[str, str]]  # heading and address of its cell
    unit: str = ""  # of all its numbers without one, as a row above it says
    year: int | None = None  # of its results and grades without one, as the name of its sheet or a row above it says
    notes: list[str] = field(default_factory=list)
    _by_role: dict[tuple[str, ...], list[Column]] = field(default_factory=dict)

    def of(self, *roles: str) -> list[Column]:
        """The columns of these roles, as they stand."""
        if roles not in self._by_role:
            self._by_role[roles] = [column for column in self.columns if column.role in roles]
        return self._by_role[roles]

    def address(self, column: Column) -> str:
        return self.sheet.rows[self.heading_rows[-1]][column.index].address


def find_tables(sheet: Sheet, layout: Layout, years: tuple[int, int]) -> list[Table]:
    """The tables of a sheet, one below the other; a repetition of the headings before is none."""
    starts: list[range] = []
    row = 0
    while row < len(sheet.rows):
        end = row
        while end < min(len(sheet.rows), row + 3) and _is_heading_row(sheet, end, layout, years):
            end += 1
        if end > row and (not starts or _texts(sheet, starts[-1]) != _texts(sheet, range(row, end))):
            starts.append(range(row, end))
        row = max(end, row) + 1
    if not starts:
        return []
    ends = [start.start for start in starts[1:]] + [len(sheet.rows)]
    title = " ".join(text for rows in _texts(sheet, range(starts[0].start)) for text in rows)
    tables = [_table(sheet, rows, end, layout, years, title) for rows, end in zip(starts, ends, strict=True)]
    for table, first in zip(tables, [0, *(start.stop for start in starts)], strict=False):
        above = " ".join(text for rows in _texts(sheet, range(first, table.heading_rows.start)) for text in rows)
        found = dict.fromkeys(unit or other for unit, other in _UNIT_ABOVE.findall(above))
        if len(found) == 1 and take_unit(f"数({(one := next(iter(found)))})")[1]:
            table.unit = one
        elif found:
            table.notes.append(f"「単位：{'、'.join(found)}」がどの数のことかわからないので、使いませんでした。")
    names = [sheet.name, *(text for rows in _texts(sheet, range(starts[0].start)) for text in rows if text)]
    for table in tables:
        table.year = next((year for name in names if (year := _year_of(name, years, name != sheet.name))), None)
    return tables


def _year_of(name: str, years: tuple[int, int], must_say: bool) -> int | None:
    """The one year whose results a sheet or title names; of a title the words must say that."""
    rest, year, _ = _take_year(plain(name), years) or ("", None, "")
    says = PATTERNS["sheet_of_results"].fullmatch(rest.strip("・-_"))
    return year if says and (says["of"] or not must_say) else None


def _is_heading_row(sheet: Sheet, row: int, layout: Layout, years: tuple[int, int]) -> bool:
    values = [cell.value for cell in sheet.rows[row] if cell.value is not None]
    different = {plain(value) for value in values}
    numbers = [*dict.fromkeys(value for value in values if not isinstance(value, str))]
    if numbers and not _are_years(numbers):
        return False
    if numbers and len(different) == len(numbers):
        return True
    different -= {*map(plain, numbers)}
    known = [column for text in different if (column := read_heading([text], layout, years))]
    says = [column for column in known if column.role not in ("person", "prose", "unread", "rate")]
    return len(says) >= 1 and len(known) >= 2 and len(known) >= 0.4 * len(different)


def _are_years(values: list[Any]) -> bool:
    """Whether the numbers of a row are years, one after the other."""
    first = values[0]
    return (
        isinstance(first, int)
        and 2000 < first < 2100
        and len(values) > 1
        and values == [*range(first, first + len(values))]
    )


def _texts(sheet: Sheet, rows: range) -> list[list[str]]:
    return [[plain(sheet.text(r, c)) for c in range(len(sheet.rows[r]))] for r in rows]


def _table(sheet: Sheet, rows: range, end: int, layout: Layout, years: tuple[int, int], title: str) -> Table:
    columns: list[Column] = []
    unknown: list[tuple[str, str]] = []
    for c in range(len(sheet.rows[rows[0]])):
        parts = [sheet.text(r, c) for r in rows]
        if found := read_heading(parts, layout, years, title):
            columns.append(replace(found, index=c))
        elif any(sheet.rows[r][c].value is not None for r in range(rows.stop, end)):
            unknown.append(("/".join(plain(p) for p in parts if p), sheet.rows[rows[-1]][c].address))
    return Table(sheet, rows, end, list(_in_blocks(columns)), unknown)


def _in_blocks(columns: list[Column]) -> Iterator[Column]:
    """Figures under headings without a year that come again and again: each has the number of its block."""
    seen: Counter[str] = Counter()
    for column in columns:
        if column.role in ("figure", "cost_block"):
            yield replace(column, block=seen[column.heading])
            seen[column.heading] += 1
        else:
            yield column


def faults_of(table: Table, years: tuple[int, int], layout: Layout) -> Iterator[CellProblem]:
    """Why a table cannot be read; nothing where it is of a known layout."""
    right = "--dry-run で layout.yml をつくり、その見出しが何かを書いて --layout で渡す"
    tops = table.sheet.rows[table.heading_rows[0]]
    for text, at in table.unknown:
        yield CellProblem(at, 1, 1, f"見出し「{text or '（空）'}」がわかりません", right)
    if wrong := _say_nearest(table):
        yield CellProblem(tops[0].address, 1, 1, wrong, right)
    seen: dict[tuple[Any, ...], str] = {}
    for column in table.columns:
        at = table.address(column)
        if len(table.heading_rows) > 1 and column.role in FIGURES and tops[column.index].value is None:
            yield CellProblem(tops[column.index].address, 1, 1, f"「{column.heading}」の上の見出しが空です", right)
        if column.role == "year" and not table.of("kind"):
            yield CellProblem(at, 1, 1, f"「{column.heading}」が目標か実績か、見出しに書かれていません", right)
        key = (column.role, column.slot, column.level, column.year, column.calendar, column.block)
        if key in seen and column.role in _ONCE and not (column.role == "code" and "の位" in column.heading):
            yield CellProblem(at, 1, 1, f"見出し「{column.heading}」の列が二つあります（{seen[key]}）", right)
        seen[key] = at
    counts = Counter(column.heading for column in table.columns if column.block is not None)
    count = len(layout.years) or years[1] - years[0] + 1
    if others := {number for number in counts.values() if number != count}:
        told = "layout.yml の years" if layout.years else "--years"
        wrong = f"同じ見出しが{sorted(others)}回並んでいて、{told} の{count}年と合いません"
        yield CellProblem(tops[0].address, 1, 1, wrong, "layout.yml に years を書く")


def _say_nearest(table: Table) -> str:
    """Which known layout comes nearest and what it has that the table lacks; empty where the table is of one."""
    known, roles = WORDS["layouts"], {column.role for column in table.columns}
    roles |= {"figure", "target"} if {"year", "kind"} <= roles else set()
    missing = [[need for need in one["needs"] if need not in roles] for one in known]
    if not all(missing):
        return ""
    nearest = min(range(len(known)), key=lambda i: (len(missing[i]), -len(known[i]["needs"])))
    names = "、".join(WORDS["names"].get(role, role) for role in missing[nearest])
    return f"知っている表ではありません。近いのは「{known[nearest]['title']}」で、{names}の列がありません"
