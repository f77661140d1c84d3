"""What was read from a workbook -> the CSV tables of a plan's folder, merged with those that are there.

Guarantees: the folder is written only when the build accepts it. What its rules refuse of a single cell is not read, in
their own words; records keep their ids, and of a figure that changed the one before stays as an earlier edition.
"""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keikaku.importing.cells import Said
from keikaku.importing.merging import COLUMNS, NAMES, Line, Written, as_csv, merge
from keikaku.importing.records import Reading, Told
from keikaku.importing.tables import refusal
from keikaku.plan.errors import InvalidData, without_english
from keikaku.plan.folder import CITY_FILES, read_city
from keikaku.plan.reading import is_missing, read_text
from keikaku.plan.starter import write_starter

_GOES_WITH = {"baseline": ("baseline_year",), "target": ("due_fiscal_year",), "due_fiscal_year": ("target",)}
_REQUIRED = ("id", "name", "title", "label", "indicator")
_ROUNDS = 6


def write_plan(reading: Reading, folder: Path, code: str, name: str, title: str, years: str, write: bool) -> Written:
    """Write the tables of data/<municipality>/<plan>; with `write` false only find out what would be written."""
    with _staged(folder, code, name, title, years, write) as stage:
        plan = stage / folder.resolve().name
        if is_missing(folder):
            _say_words(plan / "plan.yml", reading)
        old = _read_old(plan)
        old["organizations"] = _read_lines(stage / "organizations.csv")
        written = merge(reading, old, stage.name, f"{stage.name}-{plan.name}")
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
                [("変更", NAMES.get(table, table), f"{len(differing)}行")] if before and differing else []
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
        raise refusal(file.with_suffix(".yml"), "YAML の表には書き加えられません", f"{file.name} に書きかえる")
    if is_missing(file):
        return []
    rows = csv.DictReader(io.StringIO(read_text(file, also_cp932=True), newline=""))
    return [{key: value for key, value in row.items() if key and value} for row in rows if any(row.values())]


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
    elif key in _REQUIRED or key not in line or key not in cells:
        return False
    for name in (key, *_GOES_WITH.get(key, ())):
        line.pop(name, None)
    wrong = without_english(problem.wrong)
    if at := cells.get(key):
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
