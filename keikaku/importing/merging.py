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
    "results": "indicator fiscal_year calendar value printed edition",
    "grades": "field grade label meaning",
    "evaluations": "id measure goal fiscal_year grade decision judged_by",
    "organizations": "id name kind",
}
_KEYS = {
    "figures": ("indicator", "role", "fiscal_year", "calendar"),
    "results": ("indicator", "fiscal_year", "calendar"),
    "grades": ("field", "grade"),
    "organizations": ("name",),
}
NAMES = {
    "goals": "目標", "measures": "施策", "indicators": "指標", "figures": "目標値など", "results": "実績", "grades": "評価の記号",
    "evaluations": "評価", "organizations": "担当",
}  # fmt: skip
Line = dict[str, str]


@dataclass
class Written:
    """The lines of each table, the cells that they are from, and what a merge changed: 追加, 変更, 表にない."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    origins: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)  # table and line -> key -> address
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def as_csv(lines: list[Line], columns: list[str]) -> str:
    used = {key for line in lines for key, value in line.items() if value}
    keys = [key for key in columns if key in used] + sorted(used - set(columns))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([keys, *([line.get(key, "") for key in keys] for line in lines)])
    return text.getvalue()


def merge(reading: Reading, old: dict[str, list[Line]], city: str, plan: str) -> Written:
    written = Written({table: [dict(line) for line in old.get(table, [])] for table in COLUMNS})
    maker = _Maker(reading, written, city, plan)
    maker.make()
    for table, lines in old.items():
        if lines and table not in ("organizations", "grades", "figures", "results"):
            touched = {written.lines[table][i]["id"] for t, i in written.origins if t == table and i < len(lines)}
            gone = [line for line in lines if line.get("id") not in touched]
            written.changes += [
                (
                    "表にない",
                    NAMES[table],
                    line.get("title") or line.get("name") or line.get("label") or line.get("id", ""),
                )
                for line in gone
            ]
    return written


class _Maker:
    """Turns records into lines; ids by the keys that a newer workbook has too."""

    def __init__(self, reading: Reading, written: Written, city: str, plan: str) -> None:
        self.reading, self.written, self.city, self.plan = reading, written, city, plan
        self.ids: dict[tuple[str, Any], str] = {}
        self.taken = {line["id"] for lines in written.lines.values() for line in lines if "id" in line}
        self.places: dict[tuple[str, ...], list[int]] = {}
        for table, lines in written.lines.items():
            for place, line in enumerate(lines):
                self.places.setdefault(self.key(table, line), []).append(place)
        self.is_new = not self.taken

    def key(self, table: str, line: Line) -> tuple[str, ...]:
        match table:
            case "goals":
                parts: tuple[str, ...] = (
                    ("level", "parent", "code") if line.get("code") else ("level", "parent", "title")
                )
            case "measures":
                parts = ("code",) if line.get("code") else ("goals", "name")
            case "indicators":
                parts = (
                    "measures",
                    "goals",
                    "label",
                    "member",
                    "kind" if line.get("kind") == "cost" else "",
                    "note",
                )
            case "evaluations":
                parts = ("measure", "goal", "fiscal_year")
            case _:
                parts = _KEYS[table]
        return (table, *(line.get(part, "") for part in parts))

    def put(self, table: str, line: dict[str, Any], cells: dict[str, str]) -> str:
        """Add or merge a line; returns its id."""
        text = {key: _as_text(value) for key, value in line.items() if value not in (None, "", [], {}, ())}
        lines, places = self.written.lines[table], self.places.setdefault(self.key(table, text), [])
        place = next((place for place in places if (table, place) not in self.written.origins), None)
        if place is None:
            if "id" in COLUMNS[table].split() and "id" not in text:
                text["id"] = self.next_id(table, text)
            places.append(len(lines))
            self.written.origins[table, len(lines)] = cells
            lines.append(text)
            if not self.is_new:
                self.written.changes.append(("追加", NAMES[table], _name_of(text)))
            return text.get("id", "")
        self.written.origins[table, place] = cells
        changed = {k: v for k, v in text.items() if lines[place].get(k) != v and k not in ("id", "place")}
        if changed and table in ("figures", "results"):
            same = [lines[i] for i in places]
            newest = max(int(one.get("edition", "1")) for one in same)
            latest = same[-1]
            if any(latest.get(k) != text.get(k) for k in ("value", "printed")):
                self.written.origins[table, len(lines)] = cells
                lines.append({**text, "edition": str(newest + 1)})
                self.written.changes.append(
                    (
                        "変更",
                        NAMES[table],
                        f"{_name_of(text)}：{latest.get('value') or latest.get('printed')} → {text.get('value') or text.get('printed')}",
                    )
                )
        else:
            for key, value in changed.items():
                self.written.changes.append(
                    ("変更", NAMES[table], f"{_name_of(lines[place])}：{lines[place].get(key, '（空）')} → {value}")
                )
            lines[place] |= {**changed, **({"place": text["place"]} if "place" in text else {})}
        return lines[place].get("id", "")

    def next_id(self, table: str, line: Line) -> str:
        number = first = len(self.written.lines[table]) + 1
        code = line.get("code")
        make: dict[str, ids.Maker] = {
            "goals": ids.goal_id,
            "measures": lambda owner, n: ids.coded_measure_id(owner, code if n == first else None, n),
        }

        def made(n: int) -> str:
            kind = table.removesuffix("s")
            owner = self.city if table == "organizations" else self.plan
            return make[table](owner, n) if table in make else f"{owner}-{kind}-{n}"

        while (id_ := made(number)) in self.taken:
            number += 1
        self.taken.add(id_)
        return id_

    def make(self) -> None:
        for name, role in self.reading.organizations.items():
            self.put("organizations", {"name": name, "kind": _kind_of(name, role)}, {})
        for table in ("goals", "measures"):
            for record in self.reading.tables[table]:
                self.ids[table, record.key] = self.put(table, self.refer(record.values), record.cells)
        for (field_, grade), _ in self.reading.grades.items():
            label = self.reading.legend.get(grade, "")
            self.put(
                "grades",
                {"field": field_, "grade": grade, "label": label, "meaning": _meaning(field_, label or grade)},
                {},
            )
        for record in self.reading.tables["evaluations"]:
            self.put("evaluations", self.refer(record.values), record.cells)
        for record in self.reading.tables["indicators"]:
            self.indicator(record)

    def refer(self, values: dict[str, Any]) -> dict[str, Any]:
        """Keys of goals and measures -> their ids."""
        tables = {"goals": "goals", "parent": "goals", "goal": "goals", "measure": "measures"}
        return {
            key: (self.ids.get((tables[key], value), "") if key in tables and isinstance(value, tuple) else value)
            for key, value in values.items()
        }

    def indicator(self, record: Record) -> None:
        line = self.refer(record.values)
        line["measures"], line["goals"] = line.pop("measure"), line.pop("goal")
        figures = line.pop("figures", [])
        cells = dict(record.cells)
        targets = sorted((f for f in figures if f[0] == "target"), key=lambda f: f[1] or 9999)
        rest = [f for f in figures if f[0] != "target"] + targets[:-1]
        for role, year, calendar, said, at in [*targets[-1:], *[f for f in rest if f[0] == "baseline"][:1]]:
            year_key = {"target": "due_fiscal_year", "baseline": "baseline_year"}[role]
            is_early = role == "target" and year is not None and not year >= self.reading.years[0]
            if is_early or (year and line.get("calendar", calendar) != calendar):
                rest.append((role, year, calendar, said, at))
                continue
            if role == "baseline":
                rest.remove((role, year, calendar, said, at))
            line |= {role: said.text, **({year_key: year, "calendar": calendar} if year else {})}
            cells |= {role: at, year_key: at}
        if line.get("calendar") == "fiscal":
            line.pop("calendar")
        id_ = self.put("indicators", line, cells)
        for role, year, calendar, said, at in rest:
            self.figure(id_, role, year, calendar, said, at)

    def figure(self, id_: str, role: str, year: int | None, calendar: str, said: Said, at: str) -> None:
        year = year or (year_in(said.text) if said.value is None else None)
        line: dict[str, Any] = {
            "indicator": id_,
            "fiscal_year": year,
            "calendar": "calendar" if calendar == "calendar" else "",
        }
        is_plain = said.value is not None and said.text in (str(said.value), f"{said.value:,}")
        line |= {"value": said.value, "printed": "" if is_plain else said.text}
        if role == "result" and year is not None:
            self.put("results", line, {"indicator": at, "value": at, "printed": at})
        else:
            self.put("figures", line | {"role": role}, {"indicator": at, "value": at, "printed": at})


def _name_of(line: Line) -> str:
    name = next(
        (line[key] for key in ("title", "name", "label", "indicator", "grade", "measure", "goal") if key in line), ""
    )
    return f"{name}（{format_fiscal_year(int(line['fiscal_year']))}）" if line.get("fiscal_year") else name


def _as_text(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(f"{key}：{said}" for key, said in value.items())
    return "、".join(value) if isinstance(value, list) else str(value)


def _kind_of(name: str, role: str) -> str:
    if role in ("lead", "support", "department", "responsible"):
        return "department"
    return next(
        (kind for kind, ends in words()["organizations"].items() if re.search(f"(?:{ends})$", name)), "association"
    )


def _meaning(field_: str, said: str) -> str:
    plain = re.sub(r"^[0-9０-９]+[\s　.．]*", "", said)
    known: dict[str, str] = words()["meanings"].get(field_, {})
    return next((meaning for meaning, pattern in known.items() if re.fullmatch(pattern, plain)), "")
