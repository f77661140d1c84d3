"""What was read from a workbook -> the CSV tables of a plan's folder, merged with those that are there.

Guarantees: the folder is written only when the build accepts it. What its rules refuse of a single cell is not read, in
their own words.
"""

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from keikaku.importing.cells import Said
from keikaku.importing.headings import Layout
from keikaku.importing.merging import Change, changes_of, settle, table_of
from keikaku.importing.records import COLUMNS, FIGURE_TABLES, NAMES, Line, Reading, Told
from keikaku.importing.tables import CellProblem, Sheet, refusal
from keikaku.importing.walking import read_tables
from keikaku.plan.errors import InvalidData, Problem, without_english
from keikaku.plan.folder import CITY_FILES, read_city
from keikaku.plan.indicators import Figure, direction_of, figures_of
from keikaku.plan.model import City, Indicator, PrintedFigure
from keikaku.plan.reading import is_missing, read_text
from keikaku.plan.references import References
from keikaku.plan.starter import write_starter
from keikaku.plan.verdicts import Direction, current_targets

_GOES_WITH = {"baseline": ("baseline_year",), "target": ("due_fiscal_year",), "due_fiscal_year": ("target",)}
_REQUIRED = ("id", "name", "title", "label", "indicator")
_ROUNDS = 6


@dataclass(frozen=True)
class Target:
    """The folder data/<municipality>/<plan> to write, and what its files begin with where there are none."""

    folder: Path
    code: str
    name: str
    title: str
    years: str
    document: str  # title of what is read, in the plan's own list of documents
    write: bool = True  # or only find out what would be written
    retrieved: str = ""  # day on which it is read


@dataclass
class Written:
    """How many lines each table has, what is different from before, and how the targets of its indicators were read."""

    counts: dict[str, int] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    targets: list[tuple[Indicator, Figure, Direction | None]] = field(default_factory=list)


def write_plan(sheets: list[Sheet], years: tuple[int, int], layout: Layout, target: Target) -> tuple[Reading, Written]:
    """Read the tables of a workbook and write those of a plan."""
    with _staged(target) as stage:
        plan = stage / target.folder.resolve().name
        old = {table: _read_lines((stage if table in CITY_FILES else plan) / f"{table}.csv") for table in COLUMNS}
        is_first = _name_document(plan / "plan.yml", target.document, target.retrieved)
        document = "" if is_first else target.document
        reading = Reading(years, layout, old, stage.name, f"{stage.name}-{plan.name}", document)
        read_tables(sheets, reading)
        if is_missing(target.folder):
            _say_words(plan / "plan.yml", reading)
        settle(reading, target.document)
        targets = list(_targets_of(_make_fit(reading, stage, plan), reading.plan))
        counts = {table: len(lines) for table, lines in reading.lines.items()}
        written = Written(counts, list(changes_of(reading)), targets)
    return reading, written


def write_tables(tables: Iterable[tuple[str, str]], target: Target) -> Written:
    """Write whole tables, each as the text of its file, in the place of those that are there."""
    written, texts = Written(), dict(tables)
    order = sorted(texts, key=lambda table: table != "results")  # which name the first document, too
    rows = (row for table in order for row in csv.DictReader(io.StringIO(texts[table], newline="")))
    documents = list(dict.fromkeys(filter(None, (row.get("document") for row in rows))))
    with _staged(replace(target, document=(documents or [target.document])[0], retrieved="")) as stage:
        for title in documents:
            _name_document(stage / target.folder.resolve().name / "plan.yml", title)
        for table, text in texts.items():
            file = (stage if table in CITY_FILES else stage / target.folder.resolve().name) / f"{table}.csv"
            before = read_text(file, also_cp932=True) if not is_missing(file) else ""
            if before and (differing := set(text.splitlines()) ^ set(before.splitlines())):
                written.changes.append(("変更", NAMES.get(table, table), f"{len(differing)}行"))
            written.counts[table] = len(text.splitlines()) - 1
            file.with_suffix(".yml").unlink(missing_ok=True)
            file.write_text(text, "utf-8-sig", newline="")
        read_city(stage)
    return written


@contextmanager
def _staged(target: Target) -> Iterator[Path]:
    """A copy of the municipality with the plan, new or as it is; it takes the place of the real one if nothing fails."""
    folder, city = target.folder, target.folder.parent
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary) / city.resolve().name
        if city.exists():  # without other plans, which an import does not touch
            others = [path.name for path in city.iterdir() if path.is_dir() and path.name != folder.name]
            shutil.copytree(city, stage, ignore=lambda at, _: others if Path(at) == city else [])
        plan = stage / folder.resolve().name
        if is_missing(plan):
            had = not is_missing(city / "organizations.csv")
            write_starter(plan, target.code, target.name, target.title, target.years, target.document, target.retrieved)
            for table in COLUMNS:
                (plan / f"{table}.csv").unlink(missing_ok=True)
            if not had:
                (stage / "organizations.csv").unlink(missing_ok=True)
        yield stage
        if target.write:
            shutil.copytree(stage, city, dirs_exist_ok=True)
            for file in [*city.glob("*.yml"), *folder.glob("*.yml")]:  # in the place of which there is a CSV now
                if is_missing(stage / file.relative_to(city)):
                    file.unlink()


def _name_document(file: Path, title: str, retrieved: str = "") -> bool:
    """Whether a document is the first of a plan.yml; one that is not in its list is added."""
    text = file.read_text("utf-8")
    root: Any = yaml.compose(text)
    listed = next((v for k, v in root.value if k.value == "documents"), None)
    titles = [one.get("title") for one in yaml.safe_load(text).get("documents") or []]
    if title not in titles:
        if listed is None or not titles or listed.flow_style:
            raise refusal(file, f"documents に「{title}」がありません", f'documents に - title: "{title}" を書き加える')
        lines, last = text.splitlines(keepends=True), listed.value[-1]
        indent = " " * (last.start_mark.column - 2)
        at = last.value[-1][1].end_mark.line + 1
        while lines[at:] and lines[at].startswith("#"):  # keys of the document before, to be filled in
            at += 1
        day = f'{indent}  retrieved: "{retrieved}"\n' if retrieved else ""
        lines.insert(at, f"{indent}- title: {json.dumps(title, ensure_ascii=False)}\n{day}")
        file.write_text("".join(lines), "utf-8")
    return title == (titles or [title])[0]


def _say_words(file: Path, reading: Reading) -> None:
    """The plan's own words, as its headings have them, in the place of the comment about them."""
    goal = next((level for level in reading.levels if level != reading.measure_level), "")
    words = (("measure", reading.measure_level), ("goal", goal), ("target", reading.target_word))
    said = [f"{key}: {word}" for key, word in words if word]
    line = f"words: {{{', '.join(said)}}}" if said else ""
    file.write_text(re.sub(r"(?m)^# words: .*$", line, file.read_text("utf-8")), "utf-8")


def _read_lines(file: Path) -> list[Line]:
    if not is_missing(file.with_suffix(".yml")):
        raise refusal(file.with_suffix(".yml"), "YAML の表には書き加えられません", f"{file.name} に書きかえる")
    if is_missing(file):
        return []
    rows = csv.DictReader(io.StringIO(read_text(file, also_cp932=True), newline=""))
    said = [{key: value for key, value in row.items() if key and value} for row in rows if any(row.values())]
    return [Line(values, before=values) for values in said]


def _make_fit(reading: Reading, stage: Path, plan: Path) -> City:
    """Write the tables; whatever cell the plan's rules refuse is taken back and told."""
    remaining = _ROUNDS
    while True:
        for table in COLUMNS:
            _write_table(stage if table in CITY_FILES else plan, table, reading.lines[table])
        try:
            return read_city(stage)
        except InvalidData as error:
            # From the last line on, so that the numbers of the lines before stay.
            taken = [_take_back(reading, problem) for problem in reversed(error.problems)]
            if not remaining or not all(taken):
                raise _at_cells(reading, error) from None
            remaining -= 1


def _at_cells(reading: Reading, error: InvalidData) -> InvalidData:
    """What is wrong with tables that are not written yet, by the cells of the workbook that they are from."""
    problems = list[Problem]()
    for one in error.problems:
        lines, index = reading.lines.get(Path(one.file).stem, []), one.line - 2
        at = next(iter((lines[index].cells or {}).values()), "") if index < len(lines) else ""
        file = at or Path(one.file).name
        problems.append(CellProblem(file, 1, 1, one.wrong, one.right) if at else replace(one, file=file))
    return InvalidData(problems)


def _targets_of(city: City, plan: str) -> Iterator[tuple[Indicator, Figure, Direction | None]]:
    for data in (data for data in city.plans if data.plan.id == plan):
        known = References(city, data)
        told: dict[str, list[PrintedFigure]] = {}
        for figure in data.figures:
            for placed in known.indicators_at(figure.measure, figure.indicator):
                told.setdefault(placed.id, []).append(figure)
        for placed in known.indicators:
            figures = figures_of(placed.indicator, None, told.get(placed.id, []))
            direction, _ = direction_of(placed.indicator, figures)
            yield from ((placed.indicator, target, direction) for target in current_targets(figures))


def _write_table(folder: Path, table: str, lines: list[Line]) -> None:
    for line in lines if table == "indicators" else []:
        if not line.get("target") and not line.get("baseline") and line.get("kind") != "cost":
            line["kind"] = "record"
    (folder / f"{table}.csv").unlink(missing_ok=True)
    if lines:
        text = table_of(lines, COLUMNS[table])
        (folder / f"{table}.csv").write_text(text, "utf-8-sig", newline="")  # the mark is for Excel


def _take_back(reading: Reading, problem: Problem) -> bool:
    """Whether a problem is of a cell that this import has read, and that a plan can be without."""
    table, index = Path(problem.file).stem, problem.line - 2
    lines = reading.lines.get(table, [])
    line = lines[index] if index < len(lines) else Line({})
    if not line.cells:
        return False
    before = table_of(lines, COLUMNS[table]).splitlines()
    fields = next(csv.reader([before[index + 1][: problem.column - 1] + "x"]))
    key = before[0].split(",")[len(fields) - 1]
    if table in FIGURE_TABLES:
        key = "value" if "value" in line else "printed"
        del lines[index]
    elif key in _REQUIRED or key not in line or key not in line.cells:
        return False
    for name in (key, *_GOES_WITH.get(key, ())):
        line.pop(name, None)
    if at := line.cells.get(key):
        told = reading.log[at]
        reading.log[at] = Told(told.heading, Said("わからない", told.said.text, why=without_english(problem.wrong)))
    return True
