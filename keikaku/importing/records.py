"""Tables of a workbook -> records of a plan, and for every cell what became of it.

Guarantees: each cell of a sheet that is read stands once in `log`; people, telephone numbers and mail addresses in none of
the records; nothing is read from a table that has a heading nobody knows.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from keikaku.importing.cells import DITTO, Said, bodies, clean, read_figure, read_grade, read_name
from keikaku.importing.headings import FIGURES, Column, Layout, Table, faults_of, find_tables, plain, words
from keikaku.importing.tables import Cell, Sheet
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.fiscal_year import read_fiscal_year, short_fiscal_year
from keikaku.plan.indicators import year_in

_COLUMNS_OF_BODIES = ("lead", "support", "department", "responsible", "organization")
_HEADING_ROW = re.compile(r"(?P<level>{levels})[\s　]*[0-9０-９Ⅰ-Ⅻⅰ-ⅻ一二三四五六七八九十①-⑳(（:：「【.-].*")


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


def read_tables(sheets: list[Sheet], years: tuple[int, int], layout: Layout) -> Reading:
    """Raises InvalidData where a table is of no known layout."""
    reading = Reading(years, layout)
    found: list[Table] = []
    problems = []
    for sheet in sheets:
        if sheet.is_hidden or (layout.sheets and sheet.name not in layout.sheets):
            _leave(reading, sheet, "隠れたシートです" if sheet.is_hidden else "選ばれていないシートです")
            continue
        tables = find_tables(sheet, layout, years)
        if not tables and _looks_like_table(sheet):
            problems.append(
                (
                    "わかる見出しがありません",
                    sheet.rows[0][0].address,
                    "--sheet で読むシートを選ぶか、--dry-run で layout.yml をつくる",
                )
            )
        elif not tables:
            _leave(reading, sheet, "表のないシートです")
        for table in tables:
            problems += [(wrong, at, right) for at, wrong, right in faults_of(table, years, layout)]
        found += tables
    if not found and not problems:
        problems.append(("読める表がありません", sheets[0].name if sheets else "?", "表のあるシートを選ぶ"))
    if problems:
        raise InvalidData([Problem(at, 1, 1, wrong, right) for wrong, at, right in problems])
    _find_levels(reading, found)
    for table in found:
        _read_table(reading, table)
    _settle_titles(reading)
    return reading


def _looks_like_table(sheet: Sheet) -> bool:
    return sum(sum(cell.value is not None for cell in row) >= 3 for row in sheet.rows) >= 2


def _leave(reading: Reading, sheet: Sheet, why: str) -> None:
    for row in sheet.rows:
        for cell in row:
            reading.tell(cell, "", Said("空欄") if cell.value is None else Said("読まない", why=why))


def _find_levels(reading: Reading, tables: list[Table]) -> None:
    """The levels in printed order, and the one whose names are measures: the last word for it, else for a step."""
    for table in tables:
        above = 0 if table.heading_rows.start == 0 or table is tables[0] else table.heading_rows.start
        for number in range(above if table is tables[0] else table.heading_rows.stop, table.end):
            if heading := _heading_row(table.sheet, number):
                reading.levels.append(heading[0])
        reading.levels += [column.level for column in table.columns if column.role == "level"]
    reading.levels = list(dict.fromkeys(reading.levels))
    for known in (words()["measures"], words()["steps"]):
        if named := [level for level in reading.levels if level in known]:
            reading.measure_level = named[-1]
            return


def _texts_of(sheet: Sheet, number: int) -> list[str]:
    return list(dict.fromkeys(clean(cell.value) for cell in sheet.rows[number] if cell.value is not None))


def _heading_row(sheet: Sheet, number: int) -> tuple[str, str] | None:
    """The level and the name that a row of one text gives for the rows below it."""
    texts = _texts_of(sheet, number)
    levels = re.sub(r"\s", "", words()["levels"])
    pattern = re.compile(_HEADING_ROW.pattern.replace("{levels}", levels))
    found = pattern.fullmatch(texts[0]) if len(texts) == 1 else None
    if not found:
        return None
    return found["level"], re.sub(r"^[\s　:：]+", "", texts[0].removeprefix(found["level"])).strip("「」【】") or texts[
        0
    ]


def _read_table(reading: Reading, table: Table) -> None:
    sheet, reading._above = table.sheet, {}
    first = 0 if sheet.rows[0][0].address not in reading.log else table.heading_rows.start
    if first == 0:
        reading._context = []
    texts_of = {number: _texts_of(sheet, number) for number in range(first, table.end)}
    headings = [texts_of[number] for number in table.heading_rows]
    last = max((n for n in range(table.heading_rows.stop, table.end) if len(texts_of[n]) > 1), default=0)
    for number, texts in texts_of.items():
        is_heading = number in table.heading_rows or texts in headings
        if heading := _heading_row(sheet, number):
            _enter(reading, *heading)
        if is_heading or heading or not texts:
            _tell_row(reading, sheet, number, Said("見出し"))
        elif number < table.heading_rows.start:
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif len(texts) == 1 and (re.fullmatch(words()["notes"], texts[0]) or number > last):
            _read_legend(reading, texts[0])
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif len(texts) == 1 and not _is_data(table, number):
            raise _refuse(sheet.rows[number][0], f"{number + 1}行目の「{texts[0][:30]}」が、見出しか注かわかりません")
        elif any(re.fullmatch(words()["totals"], plain(text)) for text in texts):
            _tell_row(reading, sheet, number, Said("合計の行"))
        else:
            _read_row(reading, Row(table, number, dict(enumerate(sheet.rows[number]))))


def _is_data(table: Table, number: int) -> bool:
    """Whether a row of one text is a row of the table, whose other cells are blank."""
    filled = [c for c, cell in enumerate(table.sheet.rows[number]) if cell.value is not None]
    roles = {column.index: column.role for column in table.columns}
    return bool(filled) and all(roles.get(c) == "label" or roles.get(c) in FIGURES for c in filled)


def _refuse(cell: Cell, wrong: str) -> InvalidData:
    right = "見出しなら「基本目標1 …」のように段の名前をつけ、注なら「※」をつける"
    return InvalidData([Problem(cell.address, 1, 1, wrong, right)])


def _tell_row(reading: Reading, sheet: Sheet, number: int, said: Said) -> None:
    for cell in sheet.rows[number]:
        reading.tell(cell, "", Said("空欄") if cell.value is None else said)


def _enter(reading: Reading, level: str, title: str) -> None:
    before = [one for one, _ in reading._context]
    keep = before.index(level) if level in before else len(before)
    reading._context = [*reading._context[:keep], (level, title)]


def _read_legend(reading: Reading, note: str) -> None:
    """What a note says of grades: A：目標を上回る、B：…"""
    for grade, said in re.findall(
        r"(?:^|[\s　、。:：※])([A-FＡ-ＦSＳ◎○△×◯〇Ⅰ-Ⅴ１-５1-5])\s*[:：＝=…]\s*([^\s　、。]+)", note
    ):
        reading.legend[grade] = said


def _read_row(reading: Reading, row: Row) -> None:
    names = {column.index: _read_cell(reading, row, column) for column in row.table.columns}
    for cell in row.cells.values():
        if cell.address not in reading.log:
            reading.tell(cell, "", Said("空欄") if cell.value is None else Said("わからない", why="見出しのない列です"))
    goals, measure = _place(reading, row, names)
    _name_bodies(reading, row, names, measure)
    _mark(row, names, measure)
    _evaluate(reading, row, names, goals, measure)
    _indicators(reading, row, names, goals, measure)


def _read_cell(reading: Reading, row: Row, column: Column) -> Said:
    """A name, a grade or why a cell is not read; figures are read by their indicator, which knows the unit."""
    cell = row.cells[column.index]
    if column.role in FIGURES:
        return Said("")
    if (why := words()["unread"].get(column.role)) is not None:
        said = (
            Said("空欄")
            if cell.value is None
            else Said(
                "読まない", clean(cell.value) if column.role in ("kind", "division", "sheet_year") else "", why=why
            )
        )
        if column.role == "kind" and cell.value is None:
            said = reading._above.get(column.index, said)
    elif column.role in ("grade", "decision", "mark"):
        said = read_grade(cell)
    else:
        said = read_name(cell)
        if said.kind == "名前" and said.text in DITTO and column.index in reading._above:
            said = Said("上と同じ", reading._above[column.index].text)
        elif said.kind == "名前" and cell.is_filled:
            said = Said("上と同じ", said.text)
        elif said.kind == "－" and column.role in ("level", "label", "unit"):
            said = Said("－")
    reading.tell(cell, column.heading, said)
    if said.kind != "空欄":
        reading._above[column.index] = said
    return said


def _place(reading: Reading, row: Row, names: dict[int, Said]) -> tuple[tuple[Any, ...], Record | None]:
    """The key of the lowest goal that a row stands at, and its measure."""
    path: list[tuple[str, str, str]] = [(level, "", title) for level, title in reading._context]
    levels = sorted(row.of("level"), key=lambda column: column.level == reading.measure_level)
    is_lower = False
    for column in levels:
        said = names[column.index]
        if said.kind == "空欄" and not is_lower and column.index in reading._above:
            said = reading.tell(
                row.cells[column.index], column.heading, Said("上と同じ", reading._above[column.index].text)
            )
        elif said.kind != "空欄" and said.kind != "上と同じ":
            is_lower = True
            for later in levels[levels.index(column) + 1 :]:
                reading._above.pop(later.index, None) if names[later.index].kind == "空欄" else None
        if said.text:
            path.append((column.level, _code(row, names, column.level), said.text))
    key: tuple[Any, ...] = ()
    measure = None
    for level, code, title in path:
        if level == reading.measure_level:
            measure = _measure(reading, row, key, code or _number(reading, row), title)
            continue
        parent, key = key, (*key, (level, code or title))
        values = {"level": level, "code": code, "parent": parent, "title": title}
        reading.add("goals", key, values, {})
        reading._titles.setdefault(key, Counter())[title] += 1
    return key, measure


def _code(row: Row, names: dict[int, Said], level: str) -> str:
    """The code of a level: in one column, or its digits in several."""
    columns = [column for column in row.of("code") if column.level == level]
    whole = [column for column in columns if "の位" not in column.heading] or columns
    return "".join(names[column.index].text for column in whole)


def _number(reading: Reading, row: Row) -> str:
    """The number of a row, where each row is a measure and has no code."""
    numbered = row.of("number") if not row.of("label", "code") and row.of("level") else []
    if not numbered:
        return ""
    cell = row.cells[numbered[0].index]
    return reading.tell(cell, numbered[0].heading, read_name(cell)).text[:40]


def _measure(reading: Reading, row: Row, goal: tuple[Any, ...], code: str, title: str) -> Record:
    is_repeat = title.endswith(("（再掲）", "(再掲)"))
    values: dict[str, Any] = {"code": code, "name": title, "goals": goal, "place": row.place}
    key = (code, title) if code else (goal, title)
    if is_repeat:
        values["repeat_of"] = title.removesuffix("（再掲）").removesuffix("(再掲)").strip()
    level = next((c for c in row.of("level") if c.level == reading.measure_level), None)
    cells = {"name": row.cells[level.index].address} if level else {}
    if level:
        values["place"] = cells["name"]
    return reading.add("measures", key, values, cells)


def _name_bodies(reading: Reading, row: Row, names: dict[int, Said], measure: Record | None) -> list[str]:
    found: list[str] = []
    division = next((names[c.index].text for c in row.of("division")), "")
    for column in row.of(*_COLUMNS_OF_BODIES):
        said, cell = names[column.index], row.cells[column.index]
        parts = bodies(str(said.text)) if said.text and said.kind != "－" else []
        is_department = [re.fullmatch(words()["department"], part) for part in parts or []]
        if parts is None or (column.role == "responsible" and not all(is_department)):
            reading.tell(cell, column.heading, Said("読まない", why="人の名前かもしれません"))
            continue
        if division and column.role == "department":
            parts = [part if part.startswith(division) else division + part for part in parts]
        for part in parts:
            reading.organizations.setdefault(part, column.role)
        found += parts
        if measure and (column.role in ("lead", "support") or not row.of("label") or row.of("figure")):
            known = measure.values.setdefault("organizations", [])
            known += [part for part in parts if part not in known]
            measure.cells.setdefault("organizations", cell.address)
            if column.role in ("lead", "support"):
                word = "主担当" if column.role == "lead" else "協力"
                measure.values.setdefault("roles", {}).update(
                    {p: word for p in parts if p not in measure.values.get("roles", {})}
                )
    if not row.of(*_COLUMNS_OF_BODIES) and measure and re.fullmatch(r".{1,20}[部課局室]", row.table.sheet.name):
        reading.organizations.setdefault(row.table.sheet.name, "department")
        measure.values["organizations"] = [row.table.sheet.name]
    return found


def _mark(row: Row, names: dict[int, Said], measure: Record | None) -> None:
    for column in row.of("mark"):
        text = names[column.index].text
        if measure and text and names[column.index].kind == "評価・印":
            mark = column.heading.split("/")[-1] if plain(text) in ("○", "〇", "◯", "●") else text
            marks = measure.values.setdefault("marks", [])
            marks += [mark] if mark not in marks else []


def _evaluate(reading: Reading, row: Row, names: dict[int, Said], goals: Any, measure: Record | None) -> None:
    for column in row.of("grade", "decision"):
        said = names[column.index]
        if said.kind != "評価・印":
            continue
        if not measure and not goals:
            reading.tell(row.cells[column.index], column.heading, Said("わからない", why="何の評価かがわかりません"))
            continue
        field_ = "grade" if column.role == "grade" else "decision"
        year = column.year or _sheet_year(reading, row, names)
        if year is not None and not reading.years[0] <= year <= reading.years[1]:
            reading.tell(row.cells[column.index], column.heading, Said("わからない", why="計画の年度の外です"))
            continue
        owner = ("measure", measure.key) if measure else ("goal", goals)
        record = reading.add(
            "evaluations", (owner, year), {owner[0]: owner[1], "fiscal_year": year, "judged_by": "city"}, {}
        )
        record.values[field_] = said.text
        record.cells[field_] = row.cells[column.index].address
        reading.grades.setdefault(("outcome" if field_ == "grade" else "decision", said.text), "")


def _sheet_year(reading: Reading, row: Row, names: dict[int, Said]) -> int | None:
    """The year of a column 年度: 7 is the year of an era that the plan's years name."""
    for column in row.of("sheet_year"):
        text = names[column.index].text
        for era in ("", "令和", "平成"):
            try:
                year = read_fiscal_year(f"{era}{text}" if text else "")
            except ValueError:
                continue
            if reading.years[0] <= year <= reading.years[1] + 1:
                return year
    return None


def _indicators(reading: Reading, row: Row, names: dict[int, Said], goals: Any, measure: Record | None) -> None:
    labels = row.of("label")
    slots = {column.slot: names[column.index] for column in labels}
    costs: dict[str, list[Column]] = {}
    for column in row.of("cost", "budget", "cost_block"):
        costs.setdefault(column.level, []).append(column)
    for label, columns in costs.items():
        _indicator(reading, row, names, goals, measure, label, columns, "", "cost")
    figures = [c for c in row.of(*FIGURES) if c.role not in ("cost", "budget", "cost_block")]
    if not labels and figures:
        slots = {"": Said("名前", measure.values["name"]) if measure else Said("空欄")}
    for slot, said in slots.items():
        mine = [column for column in figures if column.slot == slot]
        name = "" if plain(said.text) == "0" else said.text
        if said.text and not name:
            column = next(c for c in labels if c.slot == slot)
            reading.tell(row.cells[column.index], column.heading, Said("置き字", why="名前の欄の 0 です"))
        _indicator(reading, row, names, goals, measure, name, mine, slot, "")


def _indicator(
    reading: Reading, row: Row, names: dict[int, Said], goals: Any, measure: Record | None,
    label: str, columns: list[Column], slot: str, kind: str,
) -> None:  # fmt: skip
    unit = _unit(reading, row, names, slot, columns, bool(label))
    read = [(column, _read_figure(reading, row, column, unit, bool(label))) for column in columns]
    if not label:
        return
    if not row.of("label") and not kind and not any(said.text for _, said in read):
        return
    member = next((names[c.index].text for c in row.of("member")), "")
    named = next((c.index for c in row.of("label") if c.slot == slot and not kind), None)
    place = row.cells[named].address if named is not None else measure.values["place"] if measure else row.place
    owner = ("measure", measure.key) if measure else ("goal", goals)
    is_same_row = bool(row.of("kind")) or any(row.cells[c.index].is_filled for c in row.of("label"))
    key = (
        (owner, label, member, slot or kind)
        if is_same_row or slot or kind
        else (owner, label, member, "", _nth(reading, owner, label, member))
    )
    values: dict[str, Any] = {
        "measure": measure.key if measure else None, "goal": None if measure else goals, "label": label, "member": member,
        "unit": unit or "", "kind": kind, "note": re.sub("[ア-ン]$", "", slot), "place": place,
    }  # fmt: skip
    if number := _indicator_code(row, names, measure):
        values["code"] = number
    if direction := reading.layout.directions.get(label):
        values |= {"direction": direction}
    record = reading.add("indicators", key, values, {"label": place, "unit": place})
    if row.of("label") and not slot:
        parts = [
            p
            for c in row.of("department", "organization", "responsible")
            if reading.log[row.cells[c.index].address].said.text
            for p in bodies(names[c.index].text) or []
        ]
        if parts and not (measure and row.of("figure")):
            record.values["organizations"] = parts
    for column, said in read:
        if said.text and said.kind in ("数", "言葉", "数をふくむ文", "上と同じ"):
            _figure(reading, row, names, record, column, said)


def _nth(reading: Reading, owner: Any, label: str, member: str) -> int:
    return sum(r.key[:3] == (owner, label, member) for r in reading.tables["indicators"])


def _indicator_code(row: Row, names: dict[int, Said], measure: Record | None) -> str:
    is_whole = not measure and not row.of("level")
    found = [names[c.index] for c in row.of("number")] if is_whole else []
    text = clean(row.cells[row.of("number")[0].index].value) if found else ""
    return text if len(text) <= 40 else ""


def _unit(
    reading: Reading, row: Row, names: dict[int, Said], slot: str, columns: list[Column], is_named: bool
) -> str | None:
    in_heading = next((column.unit for column in columns if column.unit), None)
    for column in row.of("unit"):
        if column.slot == slot:
            said = names[column.index]
            text = "" if said.kind == "－" or plain(said.text) == "0" else said.text
            if said.text and (not is_named or not text):
                reading.tell(
                    row.cells[column.index],
                    column.heading,
                    Said("置き字", why="指標の名前がありません" if not is_named else "単位の欄の 0 です"),
                )
            return text or in_heading
    return in_heading


def _read_figure(reading: Reading, row: Row, column: Column, unit: str | None, is_named: bool) -> Said:
    cell = row.cells[column.index]
    said = read_figure(cell, unit)
    if said.text in DITTO and column.index in reading._above:
        said = Said("上と同じ", reading._above[column.index].text, reading._above[column.index].value)
    elif cell.is_filled and said.text:
        said = Said("上と同じ", said.text, said.value)
    if not is_named and said.kind not in ("空欄", "－", "わからない", "読まない"):
        is_zero = plain(said.text) == "0"
        said = (
            Said("置き字", why="指標の名前がない 0 です")
            if is_zero
            else Said("わからない", why="指標の名前がない値です")
        )
    reading._above[column.index] = said
    return reading.tell(cell, column.heading, said)


def _figure(reading: Reading, row: Row, names: dict[int, Said], record: Record, column: Column, said: Said) -> None:
    role, year, cell = column.role, column.year, row.cells[column.index]
    if role == "year":
        kind = next((names[c.index].text for c in row.of("kind")), "")
        if (found := words()["kinds"].get(plain(kind))) is None:
            reading.tell(cell, column.heading, Said("わからない", said.text, why="目標か実績かがわかりません"))
            return
        role = found
    if column.block is not None:
        first = reading.years[0]
        year = (reading.layout.years or [*range(first, reading.years[1] + 1)])[column.block]
        made = _sheet_year(reading, row, names)
        role = "estimate" if made is not None and year >= made else "result"
    role = {"cost": "result", "budget": "estimate"}.get(role, role)
    if role == "baseline" and any(c.role == "baseline" for c in row.of("baseline")[: row.of("baseline").index(column)]):
        role = "result"  # 基準値 and 現状値 stand side by side
    named = year_in(said.text) if said.value is None else None
    if year is not None and named not in (None, year):
        reading.tell(cell, column.heading, Said("わからない", said.text, why="見出しと欄で年度が違います"))
        return
    record.values.setdefault("figures", []).append((role, year, column.calendar, said, cell.address))


def _settle_titles(reading: Reading) -> None:
    """A goal that is spelled in several ways under one code has the most frequent one; the report names the others."""
    for record in reading.tables["goals"]:
        titles = reading._titles[record.key]
        record.values["title"] = max(titles, key=lambda title: titles[title])
        if others := sorted(set(titles) - {record.values["title"]}):
            code = f"（{record.values['code']}）" if record.values["code"] else ""
            reading.notes.append(
                f"{record.values['level']}{code}「{record.values['title']}」は、「{'」「'.join(others)}」とも書かれています。"
            )
    years = [
        short_fiscal_year(year) for year in (reading.layout.years or range(reading.years[0], reading.years[1] + 1))
    ]
    if any(told.said.kind == "数" and "活動指標" in told.heading for told in reading.log.values()):
        reading.notes.append(
            f"年度の書かれていない欄は、左から順に {'、'.join(years)} の数として読みました。表の年度とその後の数は、見込みとしました。"
        )
