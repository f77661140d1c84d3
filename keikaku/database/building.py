"""A folder of plans -> plans.db: plan by plan into the working database, from there into the file.

Only plans whose files, report or code are new are read. All problems of all of them are told together; then the database
stays as it is.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from keikaku.database.documents import build_documents
from keikaku.database.history import HISTORY, Release, Told, check_told, read_history
from keikaku.database.report import compare_report, read_passages, read_report
from keikaku.database.rows import Row, build_rows
from keikaku.database.working import PLAN, open_working, place_of, read_digests, remove_plan, replace_plan
from keikaku.database.writing import told_in_one_line, write_database
from keikaku.files.build_turn import take_turn
from keikaku.plan.errors import InvalidData, Problem
from keikaku.plan.folder import find_mixed_ids, find_plans, plan_files, read_plan, read_synonyms
from keikaku.plan.model import PlanData, Synonyms
from keikaku.plan.reading import read_bytes
from keikaku.search.words import count_words

Say = Callable[[str], None]
Reports = Mapping[str, Path]


def build_database(data: Path, output: Path, reports: Reports, say: Say) -> dict[str, int]:
    """Build a database; returns the number of rows of each table.

    `reports` has the texts of plans' reports by the names of their folders: they must agree with the data, and their
    wording is added. Raises InvalidData, HistoryError or DatabaseError.
    """
    with take_turn(output.parent, say), told_in_one_line(output), open_working(place_of(output)) as working:
        synonyms = _read_changed_plans(working, data, reports, say)
        releases = _read_releases(data, working["changes"].rows_where(order_by=f"{PLAN}, rowid"))
        if releases:
            say(f"the last release is {releases[-1].version} of {releases[-1].date}")
        return write_database(place_of(output), synonyms, output, say)


def check_data(data: Path, reports: Reports, say: Say) -> None:
    """Read everything anew and write nothing. Raises as build_database does."""
    problems: list[Problem] = []
    told: list[Row] = []
    folders = find_plans(data)
    for folder in folders:
        with _collecting(problems):
            plan = _read_agreeing(folder, reports.get(folder.name))[0]
            told += ({PLAN: folder.name, **change.model_dump()} for change in plan.changes)
    _read_shared(data, folders, problems)
    say(f"read {len(folders)} plan(s) from {data}")
    _read_releases(data, told)
    if reports:
        say("the data agrees with the report")


def read_told(data: Path, output: Path) -> dict[str, list[Told]]:
    """What the changes.yml of the plans in a database tell; see check_told."""
    with open_working(place_of(output)) as working:
        return _told(data, working["changes"].rows_where(order_by=f"{PLAN}, rowid"))


def _told(data: Path, changes: Iterable[Row]) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = {}
    for row in changes:
        entry = Told(row["id"], row["version"], row["date"])
        told.setdefault(str(data / row[PLAN] / "changes.yml"), []).append(entry)
    return told


def _read_releases(data: Path, changes: Iterable[Row]) -> list[Release]:
    releases = read_history(data / HISTORY)
    check_told(_told(data, changes), releases)
    return releases


def _read_changed_plans(working: Database, data: Path, reports: Reports, say: Say) -> list[Synonyms]:
    """Bring the working database up to date; returns the synonyms of all plans."""
    problems: list[Problem] = []
    folders = find_plans(data)
    known = read_digests(working)
    for name in sorted(known.keys() - {folder.name for folder in folders}):
        remove_plan(working, name)
    changed = 0
    for folder in folders:
        report = reports.get(folder.name)
        digest = _digest(folder, report)
        if digest is None or digest != known.get(folder.name):
            changed += 1
            with _collecting(problems):
                replace_plan(working, folder.name, digest or "", _read_tables(folder, report))
    synonyms = _read_shared(data, folders, problems)
    say(f"read {changed} plan(s) from {data}" + (f", {len(folders) - changed} as before" * (changed < len(folders))))
    if reports:
        say("the data agrees with the report")
    return synonyms


def _read_shared(data: Path, folders: list[Path], problems: list[Problem]) -> list[Synonyms]:
    """The synonyms of all plans; raises InvalidData with all problems, those found before included."""
    synonyms: list[Synonyms] = []
    with _collecting(problems):
        problems += find_mixed_ids(data, [folder.name for folder in folders])
    with _collecting(problems):
        synonyms = read_synonyms(data / "synonyms.yml")
    if problems:
        raise InvalidData(problems)
    return synonyms


@contextmanager
def _collecting(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except InvalidData as error:
        problems += error.problems


def _digest(folder: Path, report: Path | None) -> str | None:
    """SHA-256 of what the rows of a plan are made of; None if something cannot be read, which reading tells."""
    with suppress(InvalidData):
        files = [*plan_files(folder), *([report] if report else [])]
        contents = [(file.name, read_bytes(file, linked=file == report)) for file in files]
        return hashlib.sha256(repr(contents).encode()).hexdigest()
    return None


def _read_agreeing(folder: Path, report: Path | None) -> tuple[PlanData, list[Row]]:
    """A plan, and the wording of its report, with which it must agree, as rows of report_passages."""
    plan = read_plan(folder)
    if report is None:
        return plan, []
    held = read_report(report, plan)
    if differences := compare_report(held, plan):
        raise InvalidData(differences)
    return plan, read_passages(held, plan)


def _read_tables(folder: Path, report: Path | None) -> dict[str, list[Row]]:
    """The rows of a plan for the working database."""
    plan, passages = _read_agreeing(folder, report)
    return make_tables(plan, passages)


def make_tables(plan: PlanData, passages: list[Row]) -> dict[str, list[Row]]:
    """The rows of a plan for the working database: its tables, and what the search is made of."""
    tables = {**build_rows(plan), "report_passages": passages}
    documents = build_documents(tables)
    synonyms = [{"words": json.dumps(group.words), "also": json.dumps(group.also)} for group in plan.synonyms]
    words = count_words(documents, plan.ruby.root.items())
    return {**tables, "documents": documents, "words": words, "synonyms": synonyms}
