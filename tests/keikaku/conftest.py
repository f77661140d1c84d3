"""The invented plan of tests/fixtures, as a folder to spoil, as records and as a database to ask."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keikaku.database.building import make_tables
from keikaku.database.documents import add_documents
from keikaku.database.report import read_passages, read_report
from keikaku.database.rows import Row
from keikaku.database.working import open_working, replace_city
from keikaku.database.writing import write_database
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.model import City, PlanData

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
REPORT = FIXTURES / "report.txt"
MARK = "‸"

Faults = Callable[[str, str, str], tuple[list[str], str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the municipality that a test may change."""
    return Path(shutil.copytree(FIXTURES / "minato", tmp_path / "minato"))


@pytest.fixture
def faults(folder: Path) -> Faults:
    """Put `new` in the place of the first `old` of a file, read the city, and return its faults and the place to name.

    The place is where `new` holds the mark ‸, which is not written; without one it is the beginning of the file. The
    faults are returned without the path of the folder.
    """

    def spoil(file: str, old: str, new: str) -> tuple[list[str], str]:
        (path,) = folder.rglob(file)
        text = path.read_text("utf-8")
        assert old in text, f"{file} no longer has {old!r}"
        before, marked, _ = text.replace(old, new, 1).partition(MARK)
        path.write_text(text.replace(old, new, 1).replace(MARK, ""), "utf-8")
        line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
        return read_faults(
            folder
        ), f"{path.relative_to(folder)}:{line}:{column}: " if marked else f"{path.relative_to(folder)}:1:1: "

    return spoil


def read_faults(folder: Path) -> list[str]:
    """The faults of a municipality, one line each, without the path of its folder; empty if it is accepted."""
    try:
        read_city(folder)
    except InvalidData as error:
        return [str(problem).removeprefix(f"{folder}/") for problem in error.problems]
    return []


@pytest.fixture(scope="session")
def city() -> City:
    """The municipality with its one plan."""
    return read_city(FIXTURES / "minato")


@pytest.fixture(scope="session")
def plan(city: City) -> PlanData:
    """The plan's records."""
    return city.plans[0]


@pytest.fixture(scope="session")
def database_file(city: City, plan: PlanData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan's database, with the wording of its report."""
    path = tmp_path_factory.mktemp("database") / "plans.db"
    passages = read_passages(read_report(REPORT, plan), city, plan)
    write_tables(make_tables(city, passages), path)
    return path


def write_tables(tables: dict[str, list[Row]], path: Path) -> dict[str, int]:
    """Build a database of one municipality's rows."""
    with open_working(path.with_suffix(".rows")) as working:
        replace_city(working, "minato", "", tables)
        add_documents(working, "minato")
    return write_database(path.with_suffix(".rows"), [], [], path, lambda _: None)


@pytest.fixture
def database(database_file: Path) -> Iterator[sqlite3.Connection]:
    """The plan's database in memory, where a test may change it."""
    connection, stored = sqlite3.connect(":memory:"), sqlite3.connect(f"file:{database_file}?mode=ro", uri=True)
    stored.backup(connection)
    stored.close()
    connection.row_factory = sqlite3.Row
    yield connection
    connection.close()
