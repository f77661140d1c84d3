"""Rows: every table is filled, and what the data says is said once more in the words of the tables."""

from typing import Any

import pytest

from keikaku.database.rows import Row, build_rows, code_rows, fiscal_year_rows
from keikaku.files.beside import read_data
from keikaku.plan.model import City, PlanData
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema

CASES = read_data(__file__, "rows.yml")


@pytest.fixture(scope="module")
def tables(city: City) -> dict[str, list[Row]]:
    shared = {"codes": code_rows(), "fiscal_years": fiscal_year_rows(2018, 2025)}
    return {**build_rows(city), **shared}


def pick(rows: list[Row], *columns: str, **where: Any) -> list[tuple[Any, ...]]:
    """The named columns of the rows that have these values."""
    return [tuple(row[c] for c in columns) for row in rows if all(row[key] == value for key, value in where.items())]


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


def test_ids_are_made_of_the_plan_the_sector_and_the_number(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["measures"], "id", code="史-3") == [("minato-rekishi-3",)]
    assert pick(tables["goals"], "id", title="記録を守り伝える") == [("minato-rekishi-goal-1",)]
    assert pick(tables["indicator_links"], "indicator_id", row_id="minato-geijutsu-4") == [
        ("minato-geijutsu-4-target-1",),
        ("minato-geijutsu-4-target-2",),
    ]


def test_fiscal_years_have_their_names_and_days(tables: dict[str, list[Row]]) -> None:
    assert [row["fiscal_year"] for row in tables["fiscal_years"]] == list(range(2018, 2026))
    assert pick(tables["fiscal_years"], "label", "short_label", "starts_on", "ends_on", fiscal_year=2019) == [
        ("令和元年度", "R1", "2019-04-01", "2020-03-31")
    ]


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


def test_every_name_of_an_organization_is_kept_with_its_kind(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["organization_names"], "name", "kind", organization_id="minato-bunka-kyokai") == [
        ("みなと市文化協会", "printed"),
        ("文化協会", "printed"),
        ("文協", "everyday"),
    ]


def test_promoters_keep_the_printed_name_and_order(tables: dict[str, list[Row]]) -> None:
    assert pick(
        tables["measure_organizations"], "position", "printed", "organization_id", measure_id="minato-rekishi-3"
    ) == [(1, "教育委員会", "minato-kyoiku-iinkai"), (2, "美術館", "minato-bijutsukan"), (3, "市", "minato-shi")]


def test_links_go_in_both_directions(tables: dict[str, list[Row]]) -> None:
    links = {(row["measure_id"], row["linked_id"], row["kind"]) for row in tables["measure_links"]}
    assert links == {
        ("minato-geijutsu-2", "minato-rekishi-2", "joint"),
        ("minato-rekishi-2", "minato-geijutsu-2", "joint"),
        ("minato-geijutsu-2", "minato-rekishi-2", "repeat"),
        ("minato-rekishi-2", "minato-geijutsu-2", "repeat"),
        ("minato-geijutsu-4", "minato-rekishi-5", "repeat"),
        ("minato-rekishi-5", "minato-geijutsu-4", "repeat"),
    }


def test_goals_of_a_repeat_are_those_of_the_sector_under_which_it_stands(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["measure_goals"], "goal_id", measure_id="minato-rekishi-2") == [("minato-rekishi-goal-2",)]


PRINTED = CASES["printed"]


@pytest.mark.parametrize(("indicator", "printed"), PRINTED.values(), ids=PRINTED)
def test_an_indicator_says_what_it_was_read_from(tables: dict[str, list[Row]], indicator: str, printed: str) -> None:
    assert pick(tables["indicators"], "printed", id=indicator) == [(printed,)]


def test_an_event_keeps_its_print_beside_the_correct_reading(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["events"], "title", "printed", id="minato-event-6") == [
        ("アトリエマップの作成", "アトリエマツプの作成")
    ]
    assert pick(tables["events"], "title", "printed", id="minato-event-9") == [("古文書の公開", "古文書の公開")]


def test_results_belong_to_an_indicator(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["figures"], "id", "last_year", "value", "status", role="result") == [
        ("minato-geijutsu-1-target-1-result-1", 2022, 3200, None),
        ("minato-geijutsu-2-target-1-result-1", 2022, 6, None),
        ("minato-geijutsu-2-target-1-result-2", 2023, 4, None),
        ("minato-rekishi-2-target-1-result-1", 2022, 6, None),  # it repeats 芸-2
        ("minato-rekishi-2-target-1-result-2", 2023, 4, None),
        ("minato-rekishi-3-target-2-result-1", 2022, None, "not_met"),
        ("minato-rekishi-4-target-1-result-1", 2023, 12.5, None),
    ]


def test_the_parts_of_organizations_in_the_report_are_kept(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["plan_organizations"], "role", "position", "organization_id", "printed") == [
        ("member", 1, "minato-shi", "みなと市"),
        ("member", 2, "minato-bunka-kyokai", "みなと市文化協会"),
        ("member", 3, "minato-kohoku-daigaku", "港北大学"),
        ("consulted", 1, "minato-ken", "潮見県"),
    ]


PLACES = CASES["places"]


@pytest.mark.parametrize(("table", "row", "place"), PLACES.values(), ids=PLACES)
def test_a_row_says_where_in_the_report_it_stands(
    tables: dict[str, list[Row]], table: str, row: str, place: str
) -> None:
    assert pick(tables[table], "place", id=row) == [(place,)]


def test_changes_name_the_tables_of_their_records_withdrawn_ones_included(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["changes"], "id", "position") == [("minato-change-2", 2), ("minato-change-1", 1)]
    assert pick(tables["change_records"], "change_id", "table_name", "row_id") == [
        ("minato-change-2", "events", "minato-event-11"),
        ("minato-change-2", "measures", "minato-rekishi-3"),
        ("minato-change-1", "plans", "minato"),
    ]
    assert pick(tables["withdrawn_ids"], "id", "table_name", "replaced_by") == [
        ("minato-event-11", "events", "minato-event-8"),
        ("minato-minato-bunko", "organizations", None),
    ]


def test_corrections_point_to_the_row_of_another_table(tables: dict[str, list[Row]]) -> None:
    assert pick(tables["corrections"], "table_name", "row_id") == [
        ("plans", "minato"), ("sectors", "minato-geijutsu"), ("goals", "minato-rekishi-goal-2"),
        ("measures", "minato-rekishi-5"), ("organizations", "minato-bijutsukan"),
        ("evaluations", "minato-evaluation-4"), ("events", "minato-event-6"),
    ]  # fmt: skip
    known = {(table, row["id"]) for table, rows in tables.items() for row in rows if "id" in row}
    assert {(row["table_name"], row["row_id"]) for row in tables["corrections"]} <= known


def test_the_same_plan_gives_the_same_rows_in_the_same_order(city: City) -> None:
    assert list(build_rows(city).items()) == list(build_rows(city).items())
