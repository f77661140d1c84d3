"""One row of a city's table -> goals, measure, bodies, evaluation, indicators and figures of a Reading."""

import re
from collections import Counter
from typing import Any

from keikaku.importing.cells import DITTO, Said, bodies, clean, read_figure, read_grade, read_name
from keikaku.importing.headings import FIGURES, Column, plain, words
from keikaku.importing.records import Reading, Record, Row
from keikaku.plan.fiscal_year import read_fiscal_year
from keikaku.plan.indicators import year_in

_COLUMNS_OF_BODIES = ("lead", "support", "department", "responsible", "organization")


def read_row(reading: Reading, row: Row) -> None:
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
        if column.role == "kind" and said.text and plain(said.text) not in words()["kinds"]:
            said = Said("わからない", said.text, why="計画か実績かを言う言葉ではありません")
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
    if numbered := [
        c for c in row.of("code", "number") if code and (c.role == "number" or c.level == reading.measure_level)
    ]:
        cells["code"] = row.cells[numbered[0].index].address
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
            else Said("わからない", said.text, why="指標の名前がない値です")
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
    if any(figure[:3] == (role, year, column.calendar) for figure in record.values.get("figures", [])):
        reading.tell(cell, column.heading, Said("わからない", said.text, why="同じ指標に、同じ年度の数がもうあります"))
        return
    record.values.setdefault("figures", []).append((role, year, column.calendar, said, cell.address))
