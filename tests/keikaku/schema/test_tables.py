"""schema.sql holds what design.md promises, says what every column is, and is taken apart without losing any of it."""

import re
import sqlite3
from collections.abc import Iterator

import pytest

from keikaku.schema.codes import CODES
from keikaku.schema.tables import SCHEMA, Table, read_schema

# Public names: people write SQL and links against them.
CONTRACT = {
    "municipalities": "id code name prefecture corporate_number",
    "plans": "id municipality_id title theme concept start_fiscal_year end_fiscal_year follows_id",
    "plan_words": "plan_id term word",
    "periods": "plan_id position name start_fiscal_year end_fiscal_year judged_by",
    "documents": "id plan_id position title subtitle author date url retrieved sha256",
    "fiscal_years": "fiscal_year label starts_on ends_on",
    "sectors": "id plan_id position name prefix title vision",
    "goals": "id plan_id sector_id parent_id number code title summary",
    "measures": "id plan_id sector_id parent_id number code name period_id is_new repeat_of summary schedule target",
    "measure_marks": "measure_id mark",
    "measure_goals": "measure_id goal_id",
    "measure_links": "measure_id linked_id kind",
    "organizations": "id municipality_id name kind parent_id note",
    "organization_names": "name organization_id",
    "measure_organizations": "measure_id organization_id position role printed",
    "indicators": "id plan_id position kind label member unit per accumulation direction direction_from printed source note",
    "indicator_links": "indicator_id table_name row_id position",
    "figures": "indicator_id role first_year last_year calendar value value_to text comparator edition status printed note "
    "document_id source_url published_on",
    "grades": "plan_id field grade position label meaning",
    "evaluations": "id plan_id sector_id table_name row_id position name period_id fiscal_year organization_id judged_by "
    "grade outcome decision rule evidence summary successor_id",
    "events": "id plan_id sector_id fiscal_year end_fiscal_year title printed",
    "event_measures": "event_id measure_id",
    "corrections": "id table_name row_id column_name printed corrected reason",
    "report_passages": "id table_name row_id heading text",
}
CONTRACT_VIEWS = {"records", "unmet_targets", "targets", "measure_overview", "organization_overview", "timeline"}

TABLES = [table for table in read_schema() if not table.is_view]
COLUMNS = {f"{table.name}.{column.name}": (table, column) for table in TABLES for column in table.columns}


@pytest.fixture(scope="module")
def empty() -> Iterator[sqlite3.Connection]:
    """The schema as the SQLite of the machine understands it, without any extension."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(SCHEMA.read_text("utf-8"))
    yield connection
    connection.close()


def names(empty: sqlite3.Connection, kind: str) -> set[str]:
    return {row[0] for row in empty.execute("SELECT name FROM sqlite_schema WHERE type = ?", (kind,))}


@pytest.mark.parametrize(("table", "columns"), CONTRACT.items(), ids=CONTRACT)
def test_every_public_table_has_its_public_columns(empty: sqlite3.Connection, table: str, columns: str) -> None:
    present = {row[1] for row in empty.execute(f"PRAGMA table_info({table})")}
    assert set(columns.split()) <= present


def test_every_public_view_is_there_and_can_be_asked(empty: sqlite3.Connection) -> None:
    assert names(empty, "view") >= CONTRACT_VIEWS
    for view in sorted(names(empty, "view")):
        empty.execute(f"SELECT * FROM {view}").fetchall()


def test_taking_the_schema_apart_finds_every_table_and_view(empty: sqlite3.Connection) -> None:
    found = read_schema()
    assert {table.name for table in found if not table.is_view} == names(empty, "table")
    assert {table.name for table in found if table.is_view} == names(empty, "view")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_taking_a_table_apart_finds_every_column_as_sqlite_has_it(empty: sqlite3.Connection, table: Table) -> None:
    stored = [(row[1], row[2], bool(row[3] or row[5])) for row in empty.execute(f"PRAGMA table_info({table.name})")]
    keys = {row[3]: (row[2], row[4]) for row in empty.execute(f"PRAGMA foreign_key_list({table.name})")}
    assert [(column.name, column.type, column.required) for column in table.columns] == stored
    assert {column.name: column.references for column in table.columns if column.references} == keys


def test_every_table_view_and_column_says_what_it_is() -> None:
    silent = [table.name for table in read_schema() if len(table.comment) < 10]
    silent += [name for name, (_, column) in COLUMNS.items() if not column.comment.strip()]
    assert not silent


def test_every_column_that_names_a_row_of_another_table_is_a_declared_reference() -> None:
    loose = [
        name
        for name, (table, column) in COLUMNS.items()
        if re.fullmatch(r"(?!row_id).+_id|repeat_of|(.+_)?fiscal_year", column.name)
        and column.references is None
        and name
        not in ("fiscal_years.fiscal_year", "verdicts.fiscal_year", "same_as.other_id")  # of any year, of any table
        and not (table.name.startswith("search_") and column.type == "INTEGER")
    ]
    assert not loose


def test_the_values_that_a_column_may_have_are_those_of_its_vocabulary(empty: sqlite3.Connection) -> None:
    different = {}
    for table, column in CODES:
        (sql,) = empty.execute("SELECT sql FROM sqlite_schema WHERE name = ?", (table,)).fetchone()
        check = re.search(rf"CHECK \({column} IN \(([^)]+)\)\)", sql)
        if check and set(re.findall(r"'([^']+)'", check[1])) != set(CODES[table, column]):
            different[f"{table}.{column}"] = check[1]
    assert not different


def test_the_schema_uses_nothing_that_old_sqlite_lacks() -> None:
    assert not re.search(r"\bSTRICT\b|GENERATED|->>|RETURNING|\bIIF\b", re.sub(r"--.*", "", SCHEMA.read_text("utf-8")))
