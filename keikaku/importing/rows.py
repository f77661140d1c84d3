"""One row of a city's table -> goals, measure, bodies, evaluation, indicators and figures of a Reading."""

import re
from collections import Counter
from dataclasses import replace

from keikaku.importing.cells import (
    DITTO,
    Said,
    bodies,
    clean,
    is_body,
    read_figure,
    read_grade,
    read_name,
    unit_spelled,
    without_repeat,
)
from keikaku.importing.headings import COSTS, FIGURES, WORDS, Column, Table, plain, take_unit
from keikaku.importing.records import Figure, Line, Reading
from keikaku.plan.fiscal_year import format_fiscal_year, read_fiscal_year
from keikaku.plan.indicators import unit_in, year_in

_BODIES = ("lead", "support", "department", "responsible", "organization")
_NAMING = ("level", "code", "label", "member", "unit")
_USED = ("kind", "division", "sheet_year")  # not read for themselves, but for what they say of the row


class Row:
    """A row of data; `said` is what its cells say but for figures, which are read with the unit of their indicator."""

    def __init__(self, reading: Reading, table: Table, number: int) -> None:
        self.reading, self.table, self.cells = reading, table, table.sheet.rows[number]
        self.of = table.of
        self.said: dict[int, Said] = {}
        self.goal: Line | None = None
        self.measure: Line | None = None
        self.bodies: list[str] = []
        self.judge = ""  # whose row it is

    def read(self) -> None:
        self.said = {column.index: self._read_cell(column) for column in self.table.columns}
        for cell in self.cells:
            if cell.address not in self.reading.log:
                self.reading.tell(cell, "", Said("わからない", why="見出しのない列です"))
        if self.of("figure", "cost_block") and not self.reading.layout.years:
            self._check_blocks()
        self._place()
        self._name_bodies()
        self._mark()
        self._evaluate()
        self._read_indicators()

    def tell(self, column: Column, said: Said) -> Said:
        return self.reading.tell(self.cells[column.index], column.heading, said)

    def text(self, role: str) -> str:
        """What the first column of a role says."""
        return next((self.said[column.index].text for column in self.of(role)), "")

    def at(self, column: Column | None) -> str:
        return self.cells[column.index if column else 0].address

    @property
    def owner(self) -> dict[str, str]:
        """The id of the measure, else of the goal, that the row is about; empty where it is about the whole plan."""
        if self.measure:
            return {"measure": self.measure["id"]}
        return {"goal": self.goal["id"]} if self.goal else {}

    def _read_cell(self, column: Column) -> Said:
        cell, above = self.cells[column.index], self.reading.above
        if column.role in FIGURES:
            return Said("")
        if (why := WORDS["unread"].get(column.role)) is not None:
            said = Said("読まない", clean(cell.value) if column.role in _USED else "", why=why)
            if column.role == "kind" and cell.value is None:
                said = above.get(column.index, said)
            elif column.role == "kind" and plain(said.text) not in WORDS["kinds"]:
                said = Said("わからない", said.text, why="計画か実績かを言う言葉ではありません")
        elif column.role in ("grade", "decision", "mark"):
            said = read_grade(cell)
        else:
            if column.role in _BODIES and isinstance(cell.value, str):  # each line names a body of its own
                cell = replace(cell, value="、".join(cell.value.split("\n")))
            said = self._as_above(column, read_name(cell))
            if column.role in _NAMING and said.kind in (
                "わからない",
                "読まない",
            ):  # or the row would be told of another
                self.reading.refuse(cell, f"「{column.heading}」の欄が読めません：{said.why}", "文字で書く")
            said = Said("－") if said.kind == "－" and column.role in ("level", "label", "unit") else said
        said = self.tell(column, said)
        if said.kind != "空欄":
            above[column.index] = said
        return said

    def _as_above(self, column: Column, said: Said) -> Said:
        """The same, or what stands above a 〃, in a merged cell, or before the next of several rows: plan and result, or parts."""
        before = self.reading.above.get(column.index)
        is_part = self.of("kind") or any(self.cells[one.index].value is not None for one in self.of("member"))
        is_second = said.kind == "空欄" and column.role in ("label", "unit") and is_part
        if before and (said.text in DITTO or is_second):
            return Said("上と同じ", before.text, before.value)
        if said.text in DITTO:
            wrong = f"「{said.text}」の上に、同じとする言葉がありません"
            self.reading.refuse(self.cells[column.index], wrong, "言葉そのものを書く")
        is_same = self.cells[column.index].is_filled and said.text and said.kind != "－"
        return Said("上と同じ", said.text, said.value) if is_same else said

    def _place(self) -> None:
        """Find the lowest goal that the row stands at, and its measure: what is blank above what is printed goes on."""
        above, last = self.reading.above, self.reading.measure_level
        path = [(level, "", title) for level, title in self.reading.context]
        levels = sorted(self.of("level"), key=lambda column: column.level == last)
        is_lower = False
        for i, column in enumerate(levels):
            said = self.said[column.index]
            if said.kind == "空欄" and not is_lower and column.index in above:
                said = self.tell(column, Said("上と同じ", above[column.index].text))
            elif said.kind not in ("空欄", "上と同じ"):
                is_lower = True
                for later in levels[i + 1 :]:
                    if self.said[later.index].kind == "空欄":
                        above.pop(later.index, None)
            if said.text:
                path.append((column.level, self._code(column.level), said.text))
        for level, code, title in path:
            if level == last:
                self.measure = self._add_measure(code or self._number(), title)
                continue
            parent = self.goal["id"] if self.goal else ""
            values = {"level": level, "code": code, "parent": parent, "title": title}
            self.goal = self.reading.add("goals", (parent, level, code or title), values, {})
            self.reading.titles.setdefault(self.goal["id"], Counter())[title] += 1

    def _code(self, level: str) -> str:
        """The code of a level: in one column, or its digits in several."""
        columns = [column for column in self.of("code") if column.level == level]
        whole = [column for column in columns if "の位" not in column.heading] or columns
        return "".join(self.said[column.index].text for column in whole)

    def _number(self) -> str:
        """The number of a row, where each row is a measure and has no code."""
        numbered = self.of("number") if not self.of("label", "code") and self.of("level") else []
        return self.tell(numbered[0], read_name(self.cells[numbered[0].index])).text[:40] if numbered else ""

    def _add_measure(self, code: str, title: str) -> Line:
        level = next((c for c in self.of("level") if c.level == self.reading.measure_level), None)
        coded = [c for c in self.of("code", "number") if c.role == "number" or c.level == self.reading.measure_level]
        cells = {"name": self.at(level)} if level else {}
        cells |= {"code": self.at(coded[0])} if code and coded else {}
        goal = self.goal["id"] if self.goal else ""
        values = {"code": code, "name": title, "goals": goal, "place": self.at(level)}
        # A mark beside the name of an indicator is the indicator's.
        if self._is_repeat(title) and not (self._is_marked_repeat() and self.of("label")):
            name = without_repeat(title)
            same = [line["id"] for line in self.reading.lines["measures"] if line.cells and line["name"] == name]
            values["repeat_of"] = same[0] if len(same) == 1 else name
        return self.reading.add("measures", (code or goal, title), values, cells)

    def _is_marked_repeat(self) -> bool:
        return any(
            "再掲" in column.heading and self.said[column.index].kind == "評価・印" for column in self.of("mark")
        )

    def _is_repeat(self, name: str) -> bool:
        return self._is_marked_repeat() or without_repeat(name) != name

    def _name_bodies(self) -> None:
        for column in self.of(*_BODIES):
            said = self.said[column.index]
            parts = bodies(said.text, self.reading.layout.bodies) if said.text and said.kind != "－" else []
            if parts is None:
                kind = "読まない" if column.role == "responsible" else "わからない"
                why = "人の名前かもしれないので、読みません。団体なら layout.yml の bodies に書きます"
                self.said[column.index] = self.tell(column, Said(kind, why=why))
                continue
            if column.role == "department" and (division := self.text("division")):
                parts = [part if part.startswith(division) else division + part for part in parts]
            if column.role not in ("lead", "support"):
                self.bodies += parts
            if column.role not in ("support", "organization"):
                self.judge = self.judge or "、".join(parts) * (len(parts) == 1)
            if self.measure and (column.role in ("lead", "support") or not self.of("label") or self.of("figure")):
                self._promote(parts, column.role, self.at(column))
            for part in parts:
                self.reading.organizations.setdefault(part, column.role)
        sheet = self.table.sheet.name
        if not self.of(*_BODIES) and self.measure and re.fullmatch(r".{1,20}[部課局室]", sheet) and is_body(sheet):
            self.reading.organizations.setdefault(sheet, "department")
            self.measure.list_in("organizations", [sheet])

    def _promote(self, parts: list[str], role: str, at: str) -> None:
        assert self.measure is not None
        self.measure.list_in("organizations", parts)
        self.measure.cells = {"organizations": at} | (self.measure.cells or {})
        if role in ("lead", "support"):
            self.measure.list_in("roles", parts, "主担当" if role == "lead" else "協力")

    def _mark(self) -> None:
        for column in self.of("mark"):
            said = self.said[column.index]
            if self.measure and said.kind == "評価・印":
                is_sign = plain(said.text) in ("○", "〇", "◯", "●")
                self.measure.list_in("marks", [column.heading.split("/")[-1] if is_sign else said.text])

    def _evaluate(self) -> None:
        for column in self.of("grade", "decision"):
            said = self.said[column.index]
            if said.kind != "評価・印":
                continue
            year = column.year or self._sheet_year() or self.table.year
            if not self.owner:
                self.tell(column, Said("わからない", why="何の評価かがわかりません"))
            elif year is not None and not self.reading.years[0] <= year <= self.reading.years[1]:
                self.tell(column, Said("わからない", why="計画の年度の外です"))
            else:
                self._add_grade(column, said, year)

    def _add_grade(self, column: Column, said: Said, year: int | None) -> None:
        """Two rows of one measure may be two departments' grades of it."""
        values, key = {**self.owner, "fiscal_year": year, "judged_by": "city"}, (*self.owner.values(), year)
        line, row = self.reading.add("evaluations", key, values, {}), self.cells[0].address
        line.judge = line.judge or (row, self.judge)
        if line.judge[0] != row and self.judge and line.judge[1] not in ("", self.judge):
            line["organization"], values["organization"] = line.judge[1], self.judge
            line = self.reading.add("evaluations", (*key, self.judge), values, {})
        elif column.role in (line.cells or {}) and line[column.role] != said.text:
            self.tell(column, Said("わからない", said.text, why="同じものに、ほかの評価がもうあります"))
            return
        line[column.role], line.cells = said.text, {**(line.cells or {}), column.role: self.at(column)}
        self.reading.grades[{"grade": "outcome"}.get(column.role, column.role), said.text] = None

    def _sheet_year(self) -> int | None:
        """The year of a column 年度: 7 is the year of an era that the plan's years name."""
        for text in filter(None, [self.text("sheet_year")]):
            for era in ("", "令和", "平成"):
                try:
                    year = read_fiscal_year(era + text)
                except ValueError:
                    continue
                if self.reading.years[0] <= year <= self.reading.years[1] + 1:
                    return year
        return None

    def _check_blocks(self) -> None:
        """Blocks without years end with the year that the table says to be made in, else they are shifted."""
        last, told = self.reading.block_years[-1], self.text("sheet_year")
        if told and self._sheet_year() != last and not self.reading.problems:
            column, end = self.of("sheet_year")[0], format_fiscal_year(last)
            wrong = f"表の年度は「{told}」ですが、--years の終わりは{end}なので、年度のない欄が何年度かわかりません"
            self.reading.refuse(self.cells[column.index], wrong, "layout.yml の years に、左から順の年度を書く")

    def _read_indicators(self) -> None:
        costs: dict[str, list[Column]] = {}
        for column in self.of(*COSTS):
            costs.setdefault(column.level, []).append(column)
        for label, columns in costs.items():
            self._read_indicator(label, columns, None, kind="cost")
        figures = [column for column in self.of(*FIGURES) if column.role not in COSTS]
        for named in self.of("label"):
            said = self.said[named.index]
            if plain(said.text) == "0":
                said = self.tell(named, Said("置き字", why="名前の欄の 0 です"))
            self._read_indicator(said.text, [c for c in figures if c.slot == named.slot], named)
        if figures and not self.of("label"):
            self._read_indicator(self.measure["name"] if self.measure else "", figures, None)

    def _read_indicator(self, label: str, columns: list[Column], named: Column | None, kind: str = "") -> None:
        slot = named.slot if named else ""
        unit = self._heading_unit(columns) if kind == "cost" else self._unit(slot, columns, label)
        read = [(column, self._read_figure(column, unit, bool(label))) for column in columns]
        if not label or (not self.of("label") and not kind and not any(said.text for _, said in read)):
            return
        member = self.text("member")
        place = self.at(named) if named else self.measure["place"] if self.measure else self.at(None)
        key: tuple[object, ...] = (*self.owner.items(), label, member, slot or kind)
        if not (slot or kind or self.of("kind") or any(self.cells[c.index].is_filled for c in self.of("label"))):
            self.reading.counts[key] += 1  # another of the same name
            if self.reading.counts[key] > 1:
                self.reading.notes.append(f"{place}：「{label}」が同じところにもうあります。別の指標として読みました。")
            key = (*key, self.reading.counts[key])
        values = {
            **{f"{table}s": id_ for table, id_ in self.owner.items()}, "label": label, "member": member, "unit": unit,
            "kind": kind, "note": re.sub("[ア-ン]$", "", slot), "place": place, "code": self._indicator_code(),
            "direction": self.reading.layout.directions.get(label),
        }  # fmt: skip
        original = self._original(label, member, place)
        line = original or self.reading.add("indicators", key, values, {"label": place, "unit": place})
        if named and not slot and not (self.measure and self.of("figure")):
            line.list_in("organizations", self.bodies)
        for column, said in read:
            if said.text and said.kind in ("数", "言葉", "数をふくむ文", "上と同じ"):
                self._add_figure(line, column, said)

    def _original(self, label: str, member: str, place: str) -> Line | None:
        """The indicator that a row repeats, which then stands here too."""
        if not self._is_repeat(label) and not (self.measure and "repeat_of" in self.measure):
            return None
        said = (without_repeat(label), member)
        read = (line for line in self.reading.lines["indicators"] if line.cells)
        found = [line for line in read if (line["label"], line.get("member", "")) == said and "kind" not in line]
        if len(found) != 1:
            self.reading.notes.append(f"{place}：再掲の「{label}」の元の行がわからないので、別の指標として読みました。")
            return None
        for table, id_ in self.owner.items():
            found[0].list_in(f"{table}s", [id_ for id_ in (found[0].get(f"{table}s"), id_) if id_])
        return found[0]

    def _indicator_code(self) -> str:
        numbered = self.of("number") if not self.measure and not self.of("level") else []
        text = clean(self.cells[numbered[0].index].value) if numbered else ""
        return text if len(text) <= 40 else ""

    def _heading_unit(self, columns: list[Column], label: str = "") -> str:
        """What a heading says, else what stands above the table of all numbers that have no unit of their own."""
        if told := next((column.unit for column in columns if column.unit), None):
            return told
        cells = [text for column in columns if re.search("[0-9０-９]", text := clean(self.cells[column.index].value))]
        return "" if take_unit(plain(label))[1] or (cells and all(map(unit_in, cells))) else self.table.unit

    def _unit(self, slot: str, columns: list[Column], label: str) -> str:
        for column in self.of("unit"):
            said = self.said[column.index]
            if column.slot != slot:
                continue
            text = "" if said.kind == "－" or plain(said.text) == "0" else said.text
            if said.text and not (label and text):
                self.tell(column, Said("置き字", why="単位の欄の 0 です" if label else "指標の名前がありません"))
            if text:
                return text
        return self._heading_unit(columns, label)

    def _read_figure(self, column: Column, unit: str, is_named: bool) -> Said:
        said = self._as_above(column, read_figure(self.cells[column.index], unit))
        if said.kind == "数" and column.unit and unit_spelled(column.unit) != unit_spelled(unit):
            said = Said("わからない", said.text, why=f"見出しの単位「{column.unit}」が、単位「{unit}」と違います")
        if not is_named and said.kind not in ("空欄", "－", "わからない", "読まない"):
            is_zero = plain(said.text) == "0"
            why = "指標の名前がない 0 です" if is_zero else "指標の名前がない値です"
            said = Said("置き字" if is_zero else "わからない", "" if is_zero else said.text, why=why)
        self.reading.above[column.index] = said
        return self.tell(column, said)

    def _add_figure(self, line: Line, column: Column, said: Said) -> None:
        role, year = column.role, column.year
        if role == "year":
            role = WORDS["kinds"].get(plain(self.text("kind")), "")
        if column.block is not None:
            year = self.reading.block_years[column.block]
            made = self._sheet_year()
            role = "estimate" if made is not None and year >= made else "result"
        if role == "baseline" and column != self.of("baseline")[0]:
            role = "result"  # 基準値 and 現状値 stand side by side
        role = {"cost": "result", "budget": "estimate"}.get(role, role)
        named = year_in(said.text) if said.value is None else None
        if year is None and named is None and role in ("result", "estimate"):
            year = self.table.year
        same = next((one for one in line.figures if one[:3] == (role, year, column.calendar)), None)
        wrong = ""
        if not role:
            wrong = "目標か実績かがわかりません"
        elif year is not None and named not in (None, year):
            wrong = "見出しと欄で年度が違います"
        elif same and same.said.text != said.text:
            wrong = f"同じ指標に、{'同じ年度の' if year else '年度のない'}ほかの数がもうあります"
        if wrong:
            self.tell(column, Said("わからない", said.text, why=wrong))
        elif not same:
            line.figures.append(Figure(role, year, column.calendar, said, self.at(column)))
