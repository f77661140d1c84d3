"""The headings of a table -> what each column holds; words.yml has the words, layout.yml of a user has others.

Guarantees: no column is taken for something that its heading does not say: what is not known is told, with the known
layout that comes nearest.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from keikaku.importing.tables import Sheet
from keikaku.plan.fiscal_year import find_fiscal_years, read_fiscal_year
from keikaku.plan.target_words import UNIT

FIGURES = ("baseline", "target", "result", "estimate", "figure", "cost", "budget", "cost_block", "year")
NAMES = ("label", "level")
_YEARS_BEFORE = 15  # by as much may a year without its era come before the plan
_BARE_YEAR = re.compile(r"(?<![0-9])([0-9]{1,2}|元)年度?")
_UNIT = re.compile(rf"(?P<base>.+)\((?:単位:?)?(?P<unit>(?:[百千]?[万億]|[百千])?(?:{UNIT}))\)")
_AROUND_YEAR = re.compile(
    r"^(?:末|まで|時点|現在|度|[/・:の()])+|[/・:の(]+$|\((?:末|まで|時点|現在)*\)|(?:末|まで|時点|現在)$"
)


@dataclass(frozen=True)
class Column:
    """`slot` joins name, unit and figures of one of several indicators in a row; `block` counts columns of one heading."""

    index: int
    heading: str
    role: str
    year: int | None = None
    calendar: str = "fiscal"
    level: str = ""
    slot: str = ""
    unit: str | None = None
    block: int | None = None


@dataclass
class Layout:
    """layout.yml: `headings` as printed -> in the words of words.yml; `years` of blocks whose headings name none."""

    headings: dict[str, str] = field(default_factory=dict)
    years: list[int] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    directions: dict[str, str] = field(default_factory=dict)


@cache
def words() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("words.yml").read_text("utf-8"))


@cache
def _roles() -> list[tuple[str, re.Pattern[str]]]:
    levels = re.sub(r"\s", "", words()["levels"])
    rules = [
        (role, re.sub(r"\s", "", p).replace("{levels}", levels)) for r in words()["roles"] for role, p in r.items()
    ]
    return [(role, re.compile(pattern)) for role, pattern in rules]


def plain(text: object) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", str(text)).replace("~", "～"))


def read_heading(parts: Sequence[str], layout: Layout, years: tuple[int, int], title: str = "") -> Column | None:
    """What a heading in one or more rows says; None where that is not known."""
    printed = "/".join(dict.fromkeys(plain(part) for part in parts if plain(part)))
    known = {plain(heading): said for heading, said in layout.headings.items()}
    text = plain(known.get(printed, printed))
    rest, year, calendar = _take_year(text, years)
    if text == "?" or (year is None and rest is None):
        return None
    column = _match(text if year is None or rest is None else rest, printed)
    if column and year is None:
        return column
    if column and column.role in (*FIGURES, "grade", "grade_before", "decision"):
        role = "grade" if column.role == "grade_before" else column.role
        return replace(column, role=role, year=year, calendar=calendar)
    if year is not None and rest == "":
        role = "target" if "目標" in title and "実績" not in title else "year"
        return Column(0, printed, role, year, calendar)
    return None


def _match(text: str, printed: str) -> Column | None:
    unit = _UNIT.fullmatch(text)
    for base, said in [(text, None), *([(unit["base"], unit["unit"])] if unit else [])]:
        for role, pattern in _roles():
            if found := pattern.fullmatch(base):
                named = found.groupdict()
                slot = (named.get("group") or "") + (named.get("slot") or "")
                name = named.get("name") or named.get("name2") or ""
                return Column(0, printed, role, level=named.get("level") or name, slot=slot, unit=said)
    return None


def _take_year(text: str, plan: tuple[int, int]) -> tuple[str | None, int | None, str]:
    """A heading without its year; (None, None) where it names several, or one of which the era is not certain."""
    found = [(start, end, year) for start, end, year in find_fiscal_years(text)]
    if not found:
        for bare in _BARE_YEAR.finditer(text):
            eras = {_era_year(f"{era}{bare[1]}年度") for era in ("平成", "令和")} - {None}
            near = [year for year in eras if year and plan[0] - _YEARS_BEFORE <= year <= plan[1] + 1]
            if len(near) != 1:
                return None, None, "fiscal"
            found.append((bare.start(), bare.end(), near[0]))
    if len({year for _, _, year in found}) > 1:
        return None, None, "fiscal"
    if not found:
        return text, None, "fiscal"
    calendar = "calendar" if text[: found[0][1]].endswith("年") else "fiscal"
    rest = text
    for start, end, _ in reversed(found):
        rest = rest[:start] + rest[end:]
    before = None
    while before != rest:
        before, rest = rest, _AROUND_YEAR.sub("", rest).replace("()", "")
    return rest.removesuffix(")") if rest.count(")") > rest.count("(") else rest, found[0][2], calendar


def _era_year(text: str) -> int | None:
    try:
        return read_fiscal_year(text)
    except ValueError:
        return None


@dataclass
class Table:
    """Columns, the rows of their headings, and the rows of data up to the next table's headings."""

    sheet: Sheet
    heading_rows: range
    end: int
    columns: list[Column]
    unknown: list[tuple[str, str]]  # heading and address of its cell

    @property
    def roles(self) -> set[str]:
        return {column.role for column in self.columns}


def find_tables(sheet: Sheet, layout: Layout, years: tuple[int, int]) -> list[Table]:
    """The tables of a sheet, one below the other; a repetition of the headings before is none."""
    hits = [_is_heading_row(sheet, row, layout, years) for row in range(len(sheet.rows))]
    starts: list[range] = []
    row = 0
    while row < len(hits):
        end = row
        while end < len(hits) and end < row + 3 and hits[end]:
            end += 1
        if end > row:
            if not starts or _texts(sheet, starts[-1]) != _texts(sheet, range(row, end)):
                starts.append(range(row, end))
            row = end
        row += 1
    if not starts:
        return []
    ends = [start.start for start in starts[1:]] + [len(sheet.rows)]
    title = " ".join(sheet.text(r, c) for r in range(starts[0].start) for c in range(len(sheet.rows[r])))
    return [_table(sheet, rows, end, layout, years, title) for rows, end in zip(starts, ends, strict=True)]


def _is_heading_row(sheet: Sheet, row: int, layout: Layout, years: tuple[int, int]) -> bool:
    texts = [sheet.text(row, c) for c, cell in enumerate(sheet.rows[row]) if isinstance(cell.value, str)]
    other = [cell for cell in sheet.rows[row] if cell.value is not None and not isinstance(cell.value, str)]
    different = set(map(plain, texts))
    known = {text for text in different if read_heading([text], layout, years)}
    return len(known) >= 2 and len(known) >= 0.4 * len(different) and not other


def _texts(sheet: Sheet, rows: range) -> list[list[str]]:
    return [[plain(sheet.text(r, c)) for c in range(len(sheet.rows[r]))] for r in rows]


def _table(sheet: Sheet, rows: range, end: int, layout: Layout, years: tuple[int, int], title: str) -> Table:
    columns: list[Column] = []
    unknown: list[tuple[str, str]] = []
    for c in range(len(sheet.rows[rows[0]])):
        parts = [sheet.text(r, c) for r in rows]
        is_empty = all(sheet.rows[r][c].value is None for r in range(rows.stop, end))
        found = read_heading(parts, layout, years, title)
        if found:
            columns.append(replace(found, index=c))
        elif not is_empty:
            unknown.append(("/".join(plain(p) for p in parts if p), sheet.rows[rows[-1]][c].address))
    return Table(sheet, rows, end, list(_in_blocks(columns)), unknown)


def _in_blocks(columns: list[Column]) -> Iterator[Column]:
    """Figures under headings without a year that come again and again: each has the number of its block."""
    counts = Counter(c.heading for c in columns if c.role in ("figure", "cost_block"))
    seen: Counter[str] = Counter()
    for column in columns:
        if column.heading in counts:
            yield replace(column, block=seen[column.heading])
            seen[column.heading] += 1
        else:
            yield column


def faults_of(table: Table, years: tuple[int, int], layout: Layout) -> list[tuple[str, str, str]]:
    """Why a table cannot be read: address, what is wrong, what would be right; nothing where it is of a known layout."""
    first = table.sheet.rows[table.heading_rows[0]][0].address
    right = "--dry-run で layout.yml をつくり、その見出しが何かを書いて --layout で渡す"
    faults = [(at, f"見出し「{text or '（空）'}」がわかりません", right) for text, at in table.unknown]
    known = words()["layouts"]
    roles = table.roles | ({"figure"} if "year" in table.roles and "kind" in table.roles else set())
    roles |= {"target"} if "year" in table.roles and "kind" in table.roles else set()
    missing = [[need for need in one["needs"] if need not in roles] for one in known]
    if all(missing):
        nearest = min(range(len(known)), key=lambda i: (len(missing[i]), -len(known[i]["needs"])))
        names = "、".join(_ROLE_NAMES.get(role, role) for role in missing[nearest])
        faults.append(
            (
                first,
                f"知っている表ではありません。近いのは「{known[nearest]['title']}」で、{names}の列がありません",
                right,
            )
        )
    for column in table.columns:
        at = table.sheet.rows[table.heading_rows[-1]][column.index].address
        top = table.sheet.rows[table.heading_rows[0]][column.index]
        if len(table.heading_rows) > 1 and column.role in FIGURES and top.value is None:
            faults.append((top.address, f"「{column.heading}」の上の見出しが空です", right))
        if column.role == "year" and "kind" not in table.roles:
            faults.append((at, f"「{column.heading}」が目標か実績か、見出しに書かれていません", right))
    single = [c for c in table.columns if c.role in _ONCE]
    seen: dict[tuple[Any, ...], str] = {}
    for column in single:
        key = (column.role, column.slot, column.level, column.year, column.calendar, column.block)
        at = table.sheet.rows[table.heading_rows[-1]][column.index].address
        if key in seen and not (column.role == "code" and "の位" in column.heading):
            faults.append((at, f"見出し「{column.heading}」の列が二つあります（{seen[key]}）", right))
        seen[key] = at
    blocks = Counter(c.heading for c in table.columns if c.block is not None)
    count = len(layout.years) or years[1] - years[0] + 1
    if wrong := {n for n in blocks.values() if n != count}:
        told = "layout.yml の years" if layout.years else "--years"
        faults.append(
            (
                first,
                f"同じ見出しが{sorted(wrong)}回並んでいて、{told} の{count}年と合いません",
                "layout.yml に years を書く",
            )
        )
    return faults


_ONCE = (*FIGURES, "label", "unit", "member", "level", "code", "kind", "decision", "grade")
_ROLE_NAMES = {
    "label": "指標の名前", "level": "施策や事業の名前", "baseline": "基準値", "target": "目標値", "result": "実績",
    "estimate": "見込み", "figure": "年ごとの数", "grade": "評価", "decision": "今後の方向性", "cost": "決算",
    "budget": "予算", "department": "担当課", "lead": "主担当課",
}  # fmt: skip
