"""Records that were read from a workbook -> lines of a plan's tables, merged with those that are there.

Records keep their ids, and of a figure that changed the one before stays as an earlier edition.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from keikaku.importing.cells import Said
from keikaku.importing.headings import words
from keikaku.importing.records import Reading, Record
from keikaku.plan import ids
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.indicators import year_in

COLUMNS = {
    "goals": "id level code parent title",
    "measures": "id code name goals repeat_of marks organizations roles target place",
    "indicators": "id code measures goals label member kind unit direction baseline baseline_year target due_fiscal_year calendar organizations note place",
    "figures": "indicator role fiscal_year calendar printed value edition",
    "results": "indicator fiscal_year calendar value printed edition document",
    "grades": "field grade label meaning",
    "evaluations": "id measure goal fiscal_year grade decision judged_by",
    "organizations": "id name kind",
}
NAMES = {
    "goals": "目標", "measures": "施策", "indicators": "指標", "figures": "目標値など", "results": "実績", "grades": "評価の記号",
    "evaluations": "評価", "organizations": "担当",
}  # fmt: skip
# By what a line is known again in a newer workbook, and by what where it has a code.
_KEYS = {
    "goals": "level parent title", "measures": "goals name", "indicators": "measures goals label member note",
    "figures": "indicator role fiscal_year calendar", "results": "indicator fiscal_year calendar", "grades": "field grade",
    "evaluations": "measure goal fiscal_year", "organizations": "name",
}  # fmt: skip
_KEYS_OF_CODED = _KEYS | {"goals": "level parent code", "measures": "code"}
_FIGURES = ("figures", "results")
_REFERENCES = {"goals": "goals", "parent": "goals", "goal": "goals", "measure": "measures"}


class Line(dict[str, str]):
    """A line of a table; `cells` says from which cell each value is, None where the workbook does not have the line."""

    cells: dict[str, str] | None = None


@dataclass
class Written:
    """The lines of each table, and what a merge changed: 追加, 変更, 表にない."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def as_csv(lines: list[Line], columns: list[str]) -> str:
    used = {key for line in lines for key, value in line.items() if value}
    keys = [key for key in columns if key in used] + sorted(used - set(columns))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([keys, *([line.get(key, "") for key in keys] for line in lines)])
    return text.getvalue()


def merge(reading: Reading, old: dict[str, list[Line]], city: str, plan: str, document: str) -> Written:
    """`document` is the title of what the workbook is, in the plan's own list; empty where that is not known."""
    merger = _Merger(reading, old, city, plan, document)
    merger.merge()
    return merger.written


class _Merger:
    def __init__(self, reading: Reading, old: dict[str, list[Line]], city: str, plan: str, document: str) -> None:
        self.reading, self.city, self.plan, self.document = reading, city, plan, document
        self.written = Written({table: old.get(table, []) for table in COLUMNS})
        self.ids: dict[tuple[str, Any], str] = {}
        self.taken = {line["id"] for lines in self.written.lines.values() for line in lines if "id" in line}
        self.is_new = not self.taken
        self.known: dict[tuple[str, ...], list[Line]] = {}
        for table, lines in self.written.lines.items():
            for line in lines:
                self.known.setdefault(_key_of(table, line), []).append(line)

    def merge(self) -> None:
        for name, role in self.reading.organizations.items():
            self.put("organizations", {"name": name, "kind": _kind_of(name, role)}, {})
        for table in ("goals", "measures"):
            for record in self.reading.tables[table]:
                self.ids[table, record.key] = self.put(table, self.refer(record.values), record.cells)
        for field_, grade in self.reading.grades:
            label = self.reading.legend.get(grade, "")
            meaning = _meaning(field_, label or grade)
            self.put("grades", {"field": field_, "grade": grade, "label": label, "meaning": meaning}, {})
        for record in self.reading.tables["evaluations"]:
            self.put("evaluations", self.refer(record.values), record.cells)
        for record in self.reading.tables["indicators"]:
            self.put_indicator(record)
        for table in ("goals", "measures", "indicators", "evaluations"):
            gone = [line for line in self.written.lines[table] if line.cells is None]
            self.written.changes += [("表にない", NAMES[table], _name_of(line)) for line in gone]

    def refer(self, values: dict[str, Any]) -> dict[str, Any]:
        """Keys of goals and measures -> their ids."""
        return {
            key: self.ids.get((_REFERENCES[key], value), "")
            if key in _REFERENCES and isinstance(value, tuple)
            else value
            for key, value in values.items()
        }

    def put(self, table: str, values: dict[str, Any], cells: dict[str, str]) -> str:
        """Add or merge a line; returns its id."""
        new = Line({key: _as_text(value) for key, value in values.items() if value not in (None, "", [], {}, ())})
        same = self.known.setdefault(_key_of(table, new), [])
        line = next((line for line in same if line.cells is None), None)
        if line is None:
            if COLUMNS[table].startswith("id "):
                new["id"] = self.next_id(table, new)
            self.add(table, new, cells, same)
            self.written.changes += [] if self.is_new else [("追加", NAMES[table], _name_of(new))]
            return new.get("id", "")
        line.cells = cells
        if table in _FIGURES:
            before = same[-1]
            if any(before.get(key) != new.get(key) for key in ("value", "printed")):
                new["edition"] = str(max(int(one.get("edition", "1")) for one in same) + 1)
                self.add(table, new, cells, same)
                said = " → ".join(one.get("value") or one.get("printed", "") for one in (before, new))
                self.written.changes.append(("変更", NAMES[table], f"{_name_of(new)}：{said}"))
        elif table != "organizations":  # of which somebody may know better
            for key in new:
                if key != "place" and line.get(key) != new[key]:
                    said = f"{_name_of(line)}：{line.get(key, '（空）')} → {new[key]}"
                    self.written.changes.append(("変更", NAMES[table], said))
            line |= new
        return line.get("id", "")

    def add(self, table: str, line: Line, cells: dict[str, str], same: list[Line]) -> None:
        line.cells = cells
        same.append(line)
        self.written.lines[table].append(line)

    def next_id(self, table: str, line: Line) -> str:
        number = first = len(self.written.lines[table]) + 1
        code, owner = line.get("code"), self.city if table == "organizations" else self.plan
        while True:
            match table:
                case "goals":
                    id_ = ids.goal_id(owner, number)
                case "measures":
                    id_ = ids.coded_measure_id(owner, code if number == first else None, number)
                case _:
                    id_ = f"{owner}-{table.removesuffix('s')}-{number}"
            if id_ not in self.taken:
                self.taken.add(id_)
                return id_
            number += 1

    def put_indicator(self, record: Record) -> None:
        """With the last of its targets and its first baseline; the other figures have lines of their own."""
        line = self.refer(record.values)
        line["measures"], line["goals"] = line.pop("measure"), line.pop("goal")
        figures, cells = line.pop("figures", []), dict(record.cells)
        targets = sorted((f for f in figures if f[0] == "target"), key=lambda f: f[1] or 9999)
        rest = [figure for figure in figures if figure[0] != "target"] + targets
        for figure in [*targets[-1:], *[figure for figure in rest if figure[0] == "baseline"][:1]]:
            role, year, calendar, said, at = figure
            is_early = role == "target" and year is not None and year < self.reading.years[0]
            if not is_early and not (year and line.get("calendar", calendar) != calendar):
                rest.remove(figure)
                year_key = "due_fiscal_year" if role == "target" else "baseline_year"
                line |= {role: said.text, **({year_key: year, "calendar": calendar} if year else {})}
                cells |= {role: at, year_key: at}
        line["calendar"] = line["calendar"] if line.get("calendar") == "calendar" else ""
        id_ = self.put("indicators", line, cells)
        for role, year, calendar, said, at in rest:
            self.put_figure(id_, role, year, calendar, said, at)

    def put_figure(self, id_: str, role: str, year: int | None, calendar: str, said: Said, at: str) -> None:
        year = year or (year_in(said.text) if said.value is None else None)
        is_plain = said.value is not None and said.text in (str(said.value), f"{said.value:,}")
        line = {
            "indicator": id_, "fiscal_year": year, "calendar": calendar if calendar == "calendar" else "",
            "value": said.value, "printed": "" if is_plain else said.text,
        }  # fmt: skip
        is_result = role == "result" and year is not None
        line |= {"document": self.document} if is_result else {"role": role}
        self.put("results" if is_result else "figures", line, dict.fromkeys(("indicator", "value", "printed"), at))


def _key_of(table: str, line: Line) -> tuple[str, ...]:
    """An indicator may have the name of a cost beside it."""
    keys = (_KEYS_OF_CODED if line.get("code") else _KEYS)[table].split()
    return (table, *(line.get(key, "") for key in keys), "cost" if line.get("kind") == "cost" else "")


def _name_of(line: Line) -> str:
    keys = ("title", "name", "label", "indicator", "grade", "measure", "goal", "id")
    year = f"（{format_fiscal_year(int(line['fiscal_year']))}）" if line.get("fiscal_year") else ""
    return next((line[key] for key in keys if key in line), "") + year


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key}：{said}" for key, said in value.items())
    return "、".join(value) if isinstance(value, list) else str(value)


def _kind_of(name: str, role: str) -> str:
    other = "department" if role in ("lead", "support", "department", "responsible") else "association"
    kinds = words()["organizations"].items()
    return next((kind for kind, ends in kinds if re.search(f"(?:{ends})$", name)), other)


def _meaning(field_: str, said: str) -> str:
    plain = re.sub(r"^[0-9０-９]+[\s　.．]*", "", said)
    known = words()["meanings"].get(field_, {}).items()
    return next((meaning for meaning, pattern in known if re.fullmatch(pattern, plain)), "")
