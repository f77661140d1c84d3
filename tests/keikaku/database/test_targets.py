"""The view `targets` says of every target, in every fiscal year, what the rules of keikaku.plan.verdicts say of its rows."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keikaku.database.rows import build_rows, code_rows, fiscal_year_rows
from keikaku.files.beside import read_data
from keikaku.plan.model import City
from keikaku.plan.rates import FORMULAS, rate
from keikaku.plan.verdicts import Figure, Indicator, current_targets, judge, newest_of, results_until, trend
from keikaku.schema.codes import CODES
from keikaku.schema.tables import SCHEMA
from keikaku.search.functions import register

CASES = read_data(__file__, "targets.yml")

YEARS = range(2012, 2034)
PLAN: dict[str, Any] = {"id": "umi", "title": "海の計画", "start_fiscal_year": 2018, "end_fiscal_year": 2025}
MUNICIPALITY = {"id": "umi", "code": "470007", "name": "海市"}


def sometimes(codes: Any) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(sorted(codes))


def without_none(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value is not None}


numbers = st.integers(0, 12) | st.sampled_from([4.5, 7.25])
years = st.integers(2015, 2030)
indicators = st.fixed_dictionaries({
    "label": st.just("数"),
    "kind": st.sampled_from(sorted(CODES["indicators", "kind"])),
    "value": st.none() | numbers,
    "value_to": st.none() | numbers,
    "comparator": sometimes(CODES["figures", "comparator"]),
    "accumulation": sometimes(CODES["indicators", "accumulation"]),
    "direction": sometimes(CODES["indicators", "direction"]),
    "per": sometimes(CODES["indicators", "per"]),
    "calendar": sometimes(CODES["figures", "calendar"]),
    "first_year": st.none() | st.integers(2015, 2018),
    "due_fiscal_year": st.none() | years,
    "approximate": st.booleans(),
    "baseline": sometimes(["3件", "約4件", "5～6件", "7件（2016年度）", "なし"]),
    "baseline_year": st.none() | years,
    "target": sometimes(["6件以上", "令和6年度までに8件", "毎年5件", "9件以下（2024年）", "多いほどよい", "0件"]),
}).map(without_none)  # fmt: skip
results = st.fixed_dictionaries({
    "fiscal_year": years,
    "value": st.none() | numbers,
    "value_to": st.none() | numbers,
    "first_year": st.none() | st.integers(2015, 2018),
    "calendar": sometimes(CODES["figures", "calendar"]),
    "approximate": st.booleans(),
    "estimate": st.booleans(),
    "edition": st.integers(1, 2),
    "status": sometimes(CODES["figures", "status"]),
    "part": sometimes(["本祭"]),
}).map(without_none)  # fmt: skip
judged = st.lists(st.tuples(indicators, st.lists(results, max_size=5)), min_size=1, max_size=8)


def build(*told: tuple[dict[str, Any], list[dict[str, Any]]]) -> sqlite3.Connection:
    """The tables of a plan with these indicators, each with its results, in the SQLite of the machine."""
    records = [{"measure": f"umi-target-{i}", **result} for i, (_, found) in enumerate(told, 1) for result in found]
    data = {"plan": PLAN, "indicators": [indicator for indicator, _ in told], "results": records}
    tables = build_rows(City.model_validate({"municipality": MUNICIPALITY, "plans": [data]}))
    return fill(tables)


def fill(tables: dict[str, list[dict[str, Any]]]) -> sqlite3.Connection:
    tables |= {"fiscal_years": fiscal_year_rows(YEARS[0], YEARS[-1]), "codes": code_rows()}
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    database.executescript(SCHEMA.read_text("utf-8"))
    for name, rows in tables.items():
        for row in rows:
            marks = ", ".join("?" * len(row))
            database.execute(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({marks})", [*row.values()])
    return database


def ask_targets(database: sqlite3.Connection, year: int) -> list[sqlite3.Row]:
    """The view as it is in a fiscal year."""
    database.execute("DROP VIEW current_fiscal_year")
    database.execute(f"CREATE VIEW current_fiscal_year AS SELECT {year} AS fiscal_year")
    return database.execute("SELECT * FROM targets ORDER BY figure_id").fetchall()


def read_figures(database: sqlite3.Connection) -> Iterator[tuple[str, Indicator, dict[str, Figure]]]:
    """Every indicator with its figures by their ids, from its rows alone."""
    for row in database.execute("SELECT * FROM indicators").fetchall():
        figures = {}
        for f in database.execute("SELECT * FROM figures WHERE indicator_id = ? ORDER BY id", [row["id"]]):
            values = {name: f[name] for name in Figure.__dataclass_fields__ if name in f.keys()}  # noqa: SIM118
            known = {"calendar": f["calendar"] or "fiscal", "approximate": bool(f["is_approximate"])}
            figures[f["id"]] = Figure(**{**values, **known})
        told = (row["kind"], row["direction"], row["accumulation"], row["per"])
        yield row["id"], Indicator(*told, since=PLAN["start_fiscal_year"], until=PLAN["end_fiscal_year"]), figures


def moved(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    """What is said to have changed between a measure that was evaluated and the one that continues it."""
    bodies = [{"id": f"umi-{i}", "name": name, "kind": "association"} for i, name in enumerate(("商工会", "観光協会"))]
    measures = [
        {"indicators": [{"label": "回数", **told.pop("counted")}], **told} for told in (dict(before), dict(after))
    ]
    evaluation = {
        "id": "umi-e",
        "measure": measures[0]["code"],
        "successor": measures[1]["code"],
        "judged_by": "city",
        "outcome": "met",
    }
    data = {"plan": PLAN, "measures": measures, "evaluations": [evaluation]}
    tables = build_rows(City.model_validate({"municipality": MUNICIPALITY, "organizations": bodies, "plans": [data]}))
    with closing(fill(tables)) as database:
        rows = database.execute("SELECT change, judged_by FROM moved_goalposts ORDER BY change").fetchall()
        return [tuple(row) for row in rows]


BEFORE = CASES["before"]


@pytest.mark.parametrize(("changed", "found"), CASES["goalposts have moved where the data has both"])
def test_goalposts_have_moved_where_the_data_has_both(changed: dict[str, Any], found: list[str]) -> None:
    assert moved(BEFORE, {**BEFORE, "code": "2", **changed}) == [(change, "data") for change in found]


@settings(max_examples=40)
@given(judged)
def test_the_view_agrees_with_the_rules_on_every_row_in_every_fiscal_year(
    told: list[tuple[dict[str, Any], list[dict[str, Any]]]],
) -> None:
    with closing(build(*told)) as database:
        stored = list(read_figures(database))
        for year in YEARS:
            rows = {row["figure_id"]: row for row in ask_targets(database, year)}
            expected = {
                (id_, indicator, target): figures
                for _, indicator, figures in stored
                for id_, target in figures.items()
                if target in current_targets(figures.values())
            }
            assert set(rows) == {id_ for id_, _, _ in expected}
            for (id_, indicator, target), figures in expected.items():
                row, verdict = rows[id_], judge(indicator, target, figures.values(), year)
                assert (row["state"], row["missing"], row["judged_by"]) == (verdict.state, verdict.missing, verdict.by)
                assert row["trend"] == trend(indicator, target, figures.values(), year)
                newest = [(f.last_year, f.value) for f in newest_of(results_until(figures.values(), year))]
                assert (row["result_fiscal_year"], row["result_value"]) in (
                    newest if len(newest) == 1 else [(None, None)]
                )


@settings(max_examples=40)
@given(judged)
def test_the_rate_of_a_row_in_sql_is_that_of_the_rules(told: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    with closing(build(*told)) as database:
        register(database)
        for _, indicator, figures in read_figures(database):
            for id_, target in figures.items():
                for rule in FORMULAS:
                    (found,) = database.execute("SELECT target_rate(?, ?, 2024)", [rule, id_]).fetchone()
                    expected = rate(rule, indicator, target, figures.values(), 2024)
                    percent = None if expected.percent is None else float(expected.percent)
                    said = {"percent": percent, "refusal": expected.refusal}
                    assert json.loads(found) == {key: value for key, value in said.items() if value is not None}


MORE = {"label": "利用者", "target": "令和6年度までに20人以上", "baseline": "10人（令和元年度）"}
ENDED = {2023: "ahead", 2024: "due", 2025: "overdue_unreported"}
# Results -> the state from each fiscal year on, and the trend in 2025.
SERIES = {
    "nothing": ([], ENDED, "unknown"),
    "years on the way": ([(2021, 15), (2022, 18)], ENDED, "better"),
    "the due year": ([(2022, 9), (2024, 21)], {2023: "ahead", 2024: "due", 2025: "met"}, "better"),
    "a later edition of it": (
        [(2024, 21), (2024, 9, {"edition": 2})], {2023: "ahead", 2024: "due", 2025: "below"}, "worse"),
    "an estimate of it": ([(2022, 9), (2024, 21, {"estimate": True})], ENDED, "worse"),
    "the years after it alone": ([(2025, 30)], {2024: "due", 2025: "not_judgeable"}, "unknown"),
}  # fmt: skip


def test_results_of_several_years_editions_and_estimates_are_told_apart() -> None:
    told, wrong = [], []
    for figures, _, _ in SERIES.values():
        told.append((MORE, [{"fiscal_year": y, "value": v, **dict(*more)} for y, v, *more in figures]))
    with closing(build(*told)) as database:
        for year in range(2023, 2027):
            for (name, (_, states, change)), row in zip(SERIES.items(), ask_targets(database, year), strict=True):
                if (year in states and row["state"] != states[year]) or (year == 2025 and row["trend"] != change):
                    wrong.append((name, year, row["state"], row["trend"]))
    assert wrong == []


def test_a_plan_that_has_not_begun_has_its_targets() -> None:
    with closing(build((MORE, []))) as database:
        assert [row["state"] for row in ask_targets(database, PLAN["start_fiscal_year"] - 5)] == ["ahead"]  # type: ignore[operator]
