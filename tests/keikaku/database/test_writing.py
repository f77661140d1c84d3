"""The database file: sound, indexed, readable by any SQLite; its views answer what a visitor asks of the plan."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlean

from keikaku.database.building import make_tables
from keikaku.database.errors import DatabaseError
from keikaku.database.writing import ENTRY_TOKENIZE, check, told_in_one_line
from keikaku.files.beside import read_data
from keikaku.plan.model import City
from keikaku.search import plan_in
from keikaku.search.text import TOKENIZE, index_text
from tests.keikaku.conftest import write_tables

CASES = read_data(__file__, "writing.yml")


def listing(folder: Path) -> set[str]:
    """The files of a folder, less the working database."""
    return {file.name for file in folder.iterdir()} - {"plans.rows"}


def ask(database: sqlite3.Connection, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in database.execute(sql, parameters)]


# The file


def test_the_file_is_sound_for_the_sqlite_of_the_standard_library(database_file: Path) -> None:
    connection = sqlite3.connect(f"file:{database_file}?mode=ro", uri=True)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    connection.close()


def test_every_table_and_view_can_be_read_without_any_plugin(database: sqlite3.Connection) -> None:
    for (name,) in ask(database, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"):
        ask(database, f"SELECT * FROM {name}")


def test_every_foreign_key_begins_an_index(database: sqlite3.Connection) -> None:
    slow = []
    for (table,) in ask(database, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
        first = {
            ask(database, f"PRAGMA index_info({index})")[0][2]
            for index in (row[1] for row in ask(database, f"PRAGMA index_list({table})"))
        }
        first |= {row[1] for row in ask(database, f"PRAGMA table_info({table})") if row[2] == "INTEGER" and row[5] == 1}
        slow += [(table, row[3]) for row in ask(database, f"PRAGMA foreign_key_list({table})") if row[3] not in first]
    assert not slow


def test_the_planner_has_its_statistics(database: sqlite3.Connection) -> None:
    assert ask(database, "SELECT count(*) FROM sqlite_stat1") != [(0,)]


def test_every_shell_can_dump_it(database: sqlite3.Connection) -> None:
    tables = {name for (name,) in ask(database, "SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'")}
    assert tables == {"sqlite_stat1"}


def test_no_page_is_free(database_file: Path) -> None:
    connection = sqlite3.connect(f"file:{database_file}?mode=ro", uri=True)
    assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    connection.close()


def test_nothing_but_the_database_is_left_in_its_place(database_file: Path) -> None:
    assert listing(database_file.parent) == {"plans.db"}


def test_rows_with_a_dangling_reference_are_refused_and_the_old_file_stays(city: City, tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    write_tables(make_tables(city, []), path)
    before = path.read_bytes()
    broken = make_tables(city, [])
    broken["measure_goals"][0]["goal_id"] = "minato-geijutsu-goal-9"
    with pytest.raises(DatabaseError, match="the new database has faults"):
        write_tables(broken, path)
    assert path.read_bytes() == before
    assert listing(tmp_path) == {"plans.db"}


REFUSED = {
    "a value that its column does not know": ("is_new", 2, "CHECK constraint failed: is_new IN"),
    "no value": ("position", None, "NOT NULL constraint failed: measures.position"),
    "a name twice": ("id", "minato-geijutsu-2", "UNIQUE constraint failed: measures.id"),
}  # fmt: skip


@pytest.mark.parametrize(("column", "value", "told"), REFUSED.values(), ids=REFUSED)
def test_rows_that_the_schema_refuses_are_told_in_one_line(
    city: City, tmp_path: Path, column: str, value: object, told: str
) -> None:
    broken = make_tables(city, [])
    broken["measures"][0][column] = value
    with pytest.raises(DatabaseError, match=rf"plans\.db: cannot be written: {told}") as refused:
        write_tables(broken, tmp_path / "plans.db")
    assert "\n" not in str(refused.value)
    assert listing(tmp_path) == set()


def test_a_fault_of_any_table_or_index_is_told(
    database: sqlite3.Connection, database_file: Path, tmp_path: Path
) -> None:
    content, untold = database_file.read_bytes(), []
    trees = ask(database, "SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0")
    for name, page in trees:
        start = (page - 1) * 4096
        (tmp_path / "plans.db").write_bytes(content[:start] + bytes(4096) + content[start + 4096 :])
        try:
            with told_in_one_line(tmp_path / "plans.db"):
                check(tmp_path / "plans.db")
            untold.append(name)
        except DatabaseError:
            pass
    assert len(trees) > 100
    assert untold == []


@pytest.fixture
def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_what_a_killed_build_left_is_removed_by_the_next(city: City, tmp_path: Path, ended_process: int) -> None:
    for process in (ended_process, os.getpid()):
        (tmp_path / f".plans.db.{process}.new").write_bytes(b"half")
    write_tables(make_tables(city, []), tmp_path / "plans.db")
    assert listing(tmp_path) == {"plans.db"}


def test_what_another_build_is_writing_and_files_of_others_are_left_alone(city: City, tmp_path: Path) -> None:
    others = {f".plans.db.{os.getppid()}.new", ".plans.db.backup.new", ".other.db.1.new"}
    for name in others:
        (tmp_path / name).write_bytes(b"half")
    write_tables(make_tables(city, []), tmp_path / "plans.db")
    assert listing(tmp_path) == others | {"plans.db"}


# Search


def test_the_tokens_of_every_character_are_the_same_to_both_tokenizers() -> None:
    rows = [(point, tokens) for point in range(sys.maxunicode + 1) if (tokens := index_text(chr(point)))]
    found = []
    for tokenizer in (TOKENIZE, ENTRY_TOKENIZE):
        with closing(sqlean.connect(":memory:")) as connection:
            connection.execute(
                f"CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', tokenize = \"{tokenizer}\")"
            )
            connection.executemany("INSERT INTO texts (rowid, text) VALUES (?, ?)", rows)
            connection.execute("CREATE VIRTUAL TABLE tokens USING fts5vocab (texts, 'instance')")
            found.append(set(connection.execute("SELECT term, doc FROM tokens")))
    assert len(found[0]) > 100_000
    assert found[0] == found[1]


FOUND = {
    "two characters inside a longer run": ("給食", {("measure", "学校への出前公演")}),
    "one character": ("食", {("measure", "学校への出前公演")}),
    "a word of a name": ("古文書", {("measure", "古文書の公開"), ("evaluation", "古文書の整理"), ("event", "古文書の公開")}),
    "two words": ("古文書 大学", {("measure", "古文書の公開")}),
    "full width": ("２００", {("measure", "古文書の公開")}),
    "nothing": ("ロケット", set()),
    "signs of the query language": ('"給食" * ( - ^', {("measure", "学校への出前公演")}),
}  # fmt: skip


@pytest.mark.parametrize(("query", "found"), FOUND.values(), ids=FOUND)
def test_search_works_in_the_sqlite_of_the_standard_library(
    database: sqlite3.Connection, query: str, found: set[tuple[str, str]]
) -> None:
    rows = ask(
        database,
        "SELECT d.kind, d.title FROM search_index AS i JOIN search_documents AS d ON d.id = i.rowid "
        "WHERE search_index MATCH ? AND d.kind <> 'passage'",
        plan_in(database.execute, query).match,
    )
    assert found <= set(rows)
    if not found:
        assert rows == []


def test_every_searchable_row_is_found_by_its_title(database: sqlite3.Connection) -> None:
    lost = [
        (id_, title)
        for id_, title in ask(database, "SELECT id, title FROM search_documents")
        if (id_,)
        not in ask(
            database,
            "SELECT rowid FROM search_index WHERE search_index MATCH ?",
            plan_in(database.execute, title).match,
        )
    ]
    assert not lost


# Views


@pytest.fixture
def today(database: sqlite3.Connection) -> Any:
    """Sets the fiscal year of today."""

    def set_fiscal_year(year: int) -> sqlite3.Connection:
        database.execute("DROP VIEW current_fiscal_year")
        database.execute(f"CREATE VIEW current_fiscal_year AS SELECT {year} AS fiscal_year")
        return database

    return set_fiscal_year


def test_the_fiscal_year_of_today_begins_on_the_first_of_april_in_japan(database: sqlite3.Connection) -> None:
    (sql,) = ask(database, "SELECT sql FROM sqlite_schema WHERE name = 'current_fiscal_year'")[0]
    years = {}
    for moment in ("2024-03-31 14:59:59", "2024-03-31 15:00:00", "2024-12-31 16:00:00", "2025-03-31 14:59:59"):
        query = sql.partition(" AS\n")[2].replace("'now'", f"'{moment}'")
        years[moment] = ask(database, query)[0][0]
    assert list(years.values()) == [2023, 2024, 2024, 2024]


@pytest.mark.parametrize("case", CASES["asked"].values(), ids=CASES["asked"])
def test_what_is_asked_of_the_plan_is_answered(today: Any, case: list[Any]) -> None:
    sql, rows, *year = case
    assert [list(row) for row in ask(today(*year or [2025]), sql)] == rows


def test_an_organization_without_measures_counts_none(database: sqlite3.Connection) -> None:
    database.execute("DELETE FROM measure_organizations WHERE organization_id = 'minato-ken'")
    columns = "measures, printed_measures, sectors, codes"
    assert ask(database, f"SELECT {columns} FROM organization_overview WHERE name = '潮見県'") == [(0, 0, None, None)]


def test_each_measure_stands_once_even_after_two_evaluations(database: sqlite3.Connection) -> None:
    database.execute("UPDATE evaluations SET successor_id = 'minato-rekishi-3' WHERE id = 'minato-evaluation-4'")
    assert ask(database, "SELECT count(*), count(DISTINCT id) FROM measure_overview") == [(8, 8)]
    assert ask(database, "SELECT evaluation_id FROM measure_overview WHERE code = '史-3'") == [("minato-evaluation-4",)]
