"""What was read from a workbook -> the CSV tables of a plan's folder, merged with those that are there.

Guarantees: the folder is written only when the build accepts it. What its rules refuse of a single cell is not read, in
their own words; records keep their ids, and of a figure that changed the one before stays as an earlier edition.
"""

import csv
import io
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keikaku.importing.cells import Said
from keikaku.importing.headings import words
from keikaku.importing.records import Reading, Record, Told
from keikaku.plan import ids
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.folder import CITY_FILES, read_city
from keikaku.plan.reading import is_missing, read_text
from keikaku.plan.starter import write_starter

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
_NAMES = {
    "goals": "目標", "measures": "施策", "indicators": "指標", "figures": "目標値など", "results": "実績", "grades": "評価の記号",
    "evaluations": "評価", "organizations": "担当",
}  # fmt: skip
_GOES_WITH = {"baseline": ("baseline_year",), "target": ("due_fiscal_year",), "due_fiscal_year": ("target",)}
_REQUIRED = ("id", "name", "title", "label", "indicator")
_ROUNDS = 6
Line = dict[str, str]


@dataclass
class Written:
    """The lines of each table, the cells that they are from, and what a merge changed: 追加, 変更, 表にない."""

    lines: dict[str, list[Line]] = field(default_factory=dict)
    origins: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)  # table and line -> key -> address
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def write_plan(reading: Reading, folder: Path, code: str, name: str, title: str, years: str, write: bool) -> Written:
    """Write the tables of data/<municipality>/<plan>; with `write` false only find out what would be written."""
    with _staged(folder, code, name, title, years, write) as stage:
        plan = stage / folder.resolve().name
        if is_missing(folder):
            _say_words(plan / "plan.yml", reading)
        old = _read_old(plan)
        old["organizations"] = _read_lines(stage / "organizations.csv")
        written = _merge(reading, old, stage.name, f"{stage.name}-{plan.name}")
        _make_fit(reading, written, stage, plan)
    return written


def write_tables(
    tables: Iterable[tuple[str, str]], folder: Path, code: str, name: str, title: str, years: str, write: bool
) -> Written:
    """Write whole tables, each as the text of its file, in the place of those that are there."""
    written = Written()
    with _staged(folder, code, name, title, years, write) as stage:
        for table, text in tables:
            file = (stage if table in CITY_FILES else stage / folder.resolve().name) / f"{table}.csv"
            before = read_text(file, also_cp932=True) if not is_missing(file) else ""
            differing = set(text.splitlines()) ^ set(before.splitlines())
            written.changes += (
                [("変更", _NAMES.get(table, table), f"{len(differing)}行")] if before and differing else []
            )
            written.counts[table] = len(text.splitlines()) - 1
            file.with_suffix(".yml").unlink(missing_ok=True)
            file.write_text(text, "utf-8-sig", newline="")
        read_city(stage)
    return written


@contextmanager
def _staged(folder: Path, code: str, name: str, title: str, years: str, write: bool) -> Iterator[Path]:
    """A copy of the municipality with the plan, new or as it is; it takes the place of the real one if nothing fails."""
    city = folder.parent
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / city.resolve().name
        if city.exists():
            shutil.copytree(
                city, stage, ignore=lambda at, names: [n for n in names if _is_other(Path(at), n, city, folder)]
            )
        plan = stage / folder.resolve().name
        if is_missing(plan):
            write_starter(plan, code, name, title, years)
            for table in COLUMNS:
                (plan / f"{table}.csv").unlink(missing_ok=True)
            if is_missing(city / "organizations.csv"):
                (stage / "organizations.csv").unlink(missing_ok=True)
        yield stage
        if write:
            shutil.copytree(stage, city, dirs_exist_ok=True)
            for file in [*city.glob("*.yml"), *folder.glob("*.yml")]:  # in the place of which there is a CSV now
                if is_missing(stage / file.relative_to(city)):
                    file.unlink()


def _is_other(at: Path, name: str, city: Path, folder: Path) -> bool:
    """Whether a folder is that of another plan, which an import does not touch."""
    return at == city and (at / name).is_dir() and name != folder.name


def _say_words(file: Path, reading: Reading) -> None:
    """The plan's own words, as its headings have them, in the place of the comment about them."""
    said = {
        "measure": reading.measure_level,
        "goal": next((v for v in reading.levels if v != reading.measure_level), ""),
    }
    line = "words: {" + ", ".join(f"{key}: {word}" for key, word in said.items() if word) + "}"
    text = re.sub(r"^# words: .*$", line if any(said.values()) else "", file.read_text("utf-8"), flags=re.MULTILINE)
    file.write_text(text, "utf-8")


def _read_old(folder: Path) -> dict[str, list[Line]]:
    return {table: _read_lines(folder / f"{table}.csv") for table in COLUMNS if table != "organizations"}


def _read_lines(file: Path) -> list[Line]:
    if not is_missing(file.with_suffix(".yml")):
        from keikaku.importing.tables import refusal

        raise refusal(file.with_suffix(".yml"), "YAML の表には書き加えられません", f"{file.name} に書きかえる")
    if is_missing(file):
        return []
    rows = csv.DictReader(io.StringIO(read_text(file, also_cp932=True), newline=""))
    return [{key: value for key, value in row.items() if key and value} for row in rows if any(row.values())]


def _merge(reading: Reading, old: dict[str, list[Line]], city: str, plan: str) -> Written:
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
                    _NAMES[table],
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
                self.written.changes.append(("追加", _NAMES[table], _name_of(text)))
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
                        _NAMES[table],
                        f"{_name_of(text)}：{latest.get('value') or latest.get('printed')} → {text.get('value') or text.get('printed')}",
                    )
                )
        else:
            for key, value in changed.items():
                self.written.changes.append(
                    ("変更", _NAMES[table], f"{_name_of(lines[place])}：{lines[place].get(key, '（空）')} → {value}")
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
        from keikaku.plan.indicators import year_in

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


def _make_fit(reading: Reading, written: Written, stage: Path, plan: Path) -> None:
    """Write the tables; whatever cell the plan's rules refuse is taken back and told."""
    for remaining in range(_ROUNDS, -1, -1):
        for table in COLUMNS:
            _write_table(stage if table == "organizations" else plan, table, written.lines[table])
        try:
            read_city(stage)
        except InvalidData as error:
            if not remaining or not _take_all_back(reading, written, error):
                raise
        else:
            written.counts.update({table: len(lines) for table, lines in written.lines.items()})
            return


def _take_all_back(reading: Reading, written: Written, error: InvalidData) -> bool:
    """From the last line on, so that the numbers of the lines before stay."""
    return min([_take_back(reading, written, problem) for problem in reversed(error.problems)])


def _write_table(folder: Path, table: str, lines: list[Line]) -> None:
    if table == "indicators":
        for line in lines:
            if not line.get("target") and not line.get("baseline") and line.get("kind") != "cost":
                line["kind"] = "record"
    (folder / f"{table}.csv").unlink(missing_ok=True)
    if lines:
        text = as_csv(lines, COLUMNS[table].split())
        (folder / f"{table}.csv").write_text(text, "utf-8-sig", newline="")  # the mark is for Excel


def as_csv(lines: list[Line], columns: list[str]) -> str:
    used = {key for line in lines for key, value in line.items() if value}
    keys = [key for key in columns if key in used] + sorted(used - set(columns))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([keys, *([line.get(key, "") for key in keys] for line in lines)])
    return text.getvalue()


def _take_back(reading: Reading, written: Written, problem: Any) -> bool:
    """Whether a problem is of a cell that this import has read, and that a plan can be without."""
    table, index = Path(problem.file).stem, problem.line - 2
    if (table, index) not in written.origins or index >= len(written.lines[table]):
        return False
    line, cells = written.lines[table][index], written.origins[table, index]
    before = as_csv(written.lines[table], COLUMNS[table].split()).splitlines()
    keys, fields = before[0].split(","), next(csv.reader([before[index + 1][: problem.column - 1] + "x"]))
    key = keys[len(fields) - 1]
    if table in ("figures", "results"):
        key = "value" if "value" in line else "printed"
        line["gone"] = "1"
    elif key in _REQUIRED or key not in line:
        return False
    for name in (key, *_GOES_WITH.get(key, ())):
        line.pop(name, None)
    wrong = re.sub(r" \([a-z][^()]*\)", "", problem.wrong)
    at = cells.get(key)
    if at:
        reading.log[at] = Told(reading.log[at].heading, Said("わからない", reading.log[at].said.text, why=wrong))
    if table in ("figures", "results"):
        del written.lines[table][index]
        _move_up(written, table, index)
    return True


def _move_up(written: Written, table: str, index: int) -> None:
    moved = {
        (t, i - (t == table and i > index)): cells
        for (t, i), cells in written.origins.items()
        if (t, i) != (table, index)
    }
    written.origins = moved
