"""Rows: every table is filled, and what the data says is said once more in the words of the tables."""

import pytest

from keikaku.database.rows import Row, build_rows, code_rows, fiscal_year_rows
from keikaku.plan.model import City, PlanData
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema


@pytest.fixture(scope="module")
def tables(city: City) -> dict[str, list[Row]]:
    shared = {"codes": code_rows(), "fiscal_years": fiscal_year_rows(2018, 2025)}
    return {**build_rows(city), **shared}


def test_every_table_has_rows_with_exactly_the_columns_of_the_schema(tables: dict[str, list[Row]]) -> None:
    schema = {table.name: {c.name for c in table.columns} for table in read_schema() if not table.is_view}
    made_later = {name for name in schema if name.startswith("search_")} | {
        "report_passages", "same_as", "units", "comparable_indicators",
    }  # fmt: skip
    assert set(schema) - made_later <= set(tables) <= set(schema)
    wrong = {
        (table, tuple(sorted(set(row) ^ schema[table])))
        for table, rows in tables.items()
        for row in rows
        if set(row) != schema[table]
    }
    assert not wrong


def test_ids_of_all_tables_are_different(tables: dict[str, list[Row]]) -> None:
    """But that a municipality and a plan of it may have the same."""
    ids = [row["id"] for name, rows in tables.items() for row in rows if "id" in row and name != "municipalities"]
    assert len(ids) == len(set(ids))


def test_codes_explain_every_word_of_the_vocabularies(tables: dict[str, list[Row]]) -> None:
    explained = {(row["table_name"], row["column_name"], row["code"]) for row in tables["codes"]}
    assert explained == {(*place, code) for place, terms in CODES.items() for code in terms}


def test_every_coded_value_is_explained(tables: dict[str, list[Row]]) -> None:
    unexplained = {
        (table, column, row[column])
        for table, column in CODES
        if table in tables  # the others are views
        for row in tables[table]
        if row[column] is not None and row[column] not in CODES[table, column]
    }
    assert not unexplained


def test_rows_stand_in_the_order_of_the_files(plan: PlanData, tables: dict[str, list[Row]]) -> None:
    assert [row["code"] for row in tables["measures"]] == [measure.code for measure in plan.measures]
    for kind in ("sectors", "evaluations", "events", "corrections"):
        assert [row["id"] for row in tables[kind]] == [record.id for record in getattr(plan, kind)]


def test_corrections_point_to_rows(tables: dict[str, list[Row]]) -> None:
    known = {(table, row["id"]) for table, rows in tables.items() for row in rows if "id" in row}
    assert {(row["table_name"], row["row_id"]) for row in tables["corrections"]} <= known


def test_the_same_plan_gives_the_same_rows_in_the_same_order(city: City) -> None:
    assert list(build_rows(city).items()) == list(build_rows(city).items())
