"""A folder of municipalities -> plans.db: one by one into the working database, from there into the file.

Only municipalities whose files, report or code are new are read. All problems of all of them are told together; then the database
stays as it is.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from keikaku.database.documents import add_documents
from keikaku.database.history import HISTORY, Release, Told, check_told, read_history
from keikaku.database.report import compare_report, read_passages, read_report
from keikaku.database.rows import Row, build_rows
from keikaku.database.working import CITY, open_working, place_of, read_digests, remove_city, replace_city
from keikaku.database.writing import told_in_one_line, write_database
from keikaku.files.build_turn import take_turn
from keikaku.plan.errors import InvalidData, Problem, collecting
from keikaku.plan.folder import (
    city_files,
    find_cities,
    find_mixed_ids,
    find_plans,
    find_shared_codes,
    read_city,
    read_same_as,
    read_synonyms,
)
from keikaku.plan.model import City
from keikaku.plan.reading import read_bytes
from keikaku.plan.words import SameAs, Synonyms

Say = Callable[[str], None]
Reports = Mapping[str, Path]
Shared = tuple[list[Synonyms], list[SameAs]]


def build_database(data: Path, output: Path, reports: Reports, say: Say) -> dict[str, int]:
    """Build a database; returns the number of rows of each table.

    `reports` has the texts of plans' reports by their folders (`city/plan`): they must agree with the data, and their
    wording is added. Raises InvalidData, HistoryError or DatabaseError.
    """
    with take_turn(output.parent, say), told_in_one_line(output), open_working(place_of(output)) as working:
        synonyms, same_as = _read_changed(working, data, reports, say)
        releases = _read_releases(working, data)
        if releases:
            say(f"the last release is {releases[-1].version} of {releases[-1].date}")
        return write_database(place_of(output), synonyms, same_as, output, say)


def check_data(data: Path, reports: Reports, say: Say) -> None:
    """Read everything anew and write nothing. Raises as build_database does."""
    with open_working(Path(":memory:")) as working:
        _read_changed(working, data, reports, say, searched=False)
        _read_releases(working, data)


def read_told(data: Path, output: Path) -> dict[str, list[Told]]:
    """What the changes of the plans in a database tell; see check_told."""
    with open_working(place_of(output)) as working:
        return _told(working, data)


def _changes_of(city: Path, plan_id: str) -> Path:
    """The file that tells of the changes of a plan, for messages."""
    plans = [file for file in sorted(city.glob("*/plan.yml")) if f"id: {plan_id}\n" in file.read_text("utf-8")]
    return (plans[0].parent if plans else city) / "changes.yml"


def _told(working: Database, data: Path) -> dict[str, list[Told]]:
    told: dict[str, list[Told]] = {}
    for row in working["changes"].rows_where(order_by=f"{CITY}, rowid"):
        entry = Told(row["id"], row["version"], row["date"])
        told.setdefault(str(_changes_of(data / row[CITY], row["plan_id"])), []).append(entry)
    return told


def _read_releases(working: Database, data: Path) -> list[Release]:
    releases = read_history(data / HISTORY)
    check_told(_told(working, data), releases)
    return releases


def _read_changed(working: Database, data: Path, reports: Reports, say: Say, searched: bool = True) -> Shared:
    """Bring the working database up to date, with what the search is made of if it is `searched`; returns what all plans share."""
    problems: list[Problem] = []
    folders = find_cities(data)
    digests = read_digests(working)
    for name in sorted(digests.keys() - {folder.name for folder in folders}):
        remove_city(working, name)
    changed = 0
    for folder in folders:
        digest = _digest(folder, reports)
        if digest is None or digest != digests.get(folder.name):
            changed += 1
            with collecting(problems):
                tables = make_tables(*_read_agreeing(folder, reports))
                with working.atomic():
                    replace_city(working, folder.name, digest or "", tables)
                    if searched:
                        add_documents(working, folder.name)
    ids = [(row[CITY], row["id"]) for table in ("municipalities", "plans") for row in working[table].rows]
    problems += find_mixed_ids(data, sorted(ids))
    problems += find_shared_codes(data, sorted((row[CITY], row["code"]) for row in working["municipalities"].rows))
    known = cache(lambda table: {id_ for (id_,) in working.execute(f"SELECT id FROM {table}")})
    synonyms: list[Synonyms] = []
    same_as: list[SameAs] = []
    with collecting(problems):
        synonyms = read_synonyms(data / "synonyms.yml")
    with collecting(problems):
        same_as = read_same_as(data / "same_as.yml", None if problems else known)
    if problems:
        raise InvalidData(problems)
    as_before = f", {len(folders) - changed} as before" * (changed < len(folders))
    say(f"read {changed} municipality folder(s) from {data}{as_before}")
    if reports:
        say("the data agrees with the report")
    return synonyms, same_as


def _digest(folder: Path, reports: Reports) -> str | None:
    """SHA-256 of what the rows of a municipality are made of; None if something cannot be read, which reading tells."""
    with suppress(InvalidData):
        files = [(str(file), read_bytes(file)) for file in city_files(folder)]
        files += [(name, read_bytes(file, linked=True)) for name, file in _reports_of(folder, reports)]
        lengths = [(name.removeprefix(str(folder)), len(content)) for name, content in files]
        return hashlib.sha256(b"".join([repr(lengths).encode(), *(content for _, content in files)])).hexdigest()
    return None


def _reports_of(folder: Path, reports: Reports) -> list[tuple[str, Path]]:
    """The reports of the plans of a municipality, by the names of their folders."""
    return sorted((name, file) for name, file in reports.items() if name.partition("/")[0] == folder.name)


def _read_agreeing(folder: Path, reports: Reports) -> tuple[City, list[Row]]:
    """A municipality, and the wording of reports, with which its plans must agree, as rows of report_passages."""
    city = read_city(folder)
    passages: list[Row] = []
    plans = {f"{folder.name}/{path.name}": data for path, data in zip(find_plans(folder), city.plans, strict=True)}
    for name, file in _reports_of(folder, reports):
        held = read_report(file, plans[name])
        if differences := compare_report(held, city, plans[name]):
            raise InvalidData(differences)
        passages += read_passages(held, city, plans[name])
    return city, passages


def make_tables(city: City, passages: list[Row]) -> dict[str, list[Row]]:
    """The rows of a municipality for the working database, but what the search is made of."""
    synonyms = [{"words": json.dumps(group.words), "also": json.dumps(group.also)} for group in city.synonyms]
    return {**build_rows(city), "report_passages": passages, "synonyms": synonyms}
