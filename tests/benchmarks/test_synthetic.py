"""Invented plans: valid, each different, the same every time, and searched as one database."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.search import LIMIT, filters_of, ours, questions
from benchmarks.synthetic import main as invent
from build_db import main as build
from keikaku.search.results import search


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("invented")
    assert CliRunner().invoke(invent, ["3", str(folder)]).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def connection(folder: Path) -> Iterator[sqlite3.Connection]:
    database = folder.with_suffix(".db")
    built = CliRunner().invoke(build, ["--quiet", "--data", str(folder), "--output", str(database)])
    assert built.exit_code == 0, built.output
    connection = sqlite3.connect(database)
    yield connection
    connection.close()


def test_the_same_number_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    CliRunner().invoke(invent, ["3", str(tmp_path)])
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert len(files) == 3 * 9 + 1
    assert [(folder / file).read_bytes() for file in files] == [(tmp_path / file).read_bytes() for file in files]


def test_plans_are_as_large_as_the_real_one_and_differ(connection: sqlite3.Connection) -> None:
    counts = connection.execute("SELECT count(*) FROM measures GROUP BY plan_id").fetchall()
    assert counts == [(46,)] * 3
    assert connection.execute("SELECT count(DISTINCT summary) FROM measures").fetchone() == (3 * 46,)


def test_a_code_finds_the_measure_of_every_plan_and_a_place_that_of_one(connection: sqlite3.Connection) -> None:
    found = search(connection.execute, "工-1")
    assert {result.id for result in found.results[:3]} == {f"plan000{i}-kogyo-1" for i in (1, 2, 3)}
    for id_, municipality in connection.execute("SELECT id, municipality FROM plan_facts").fetchall():
        results = search(connection.execute, f"{municipality} 商業").results
        assert results
        assert all(result.id.startswith(f"{id_}-") or result.id == id_ for result in results)


def test_a_question_for_a_measure_of_a_city_finds_it_among_the_first_three(connection: sqlite3.Connection) -> None:
    asked = questions(connection)
    assert len(set(asked)) == 30
    assert [query for query, id_ in asked if id_ not in [found.id for found in ours(connection, query)[:3]]] == []


@pytest.mark.parametrize("name", ["municipality", "plan", "theme", "kind"])
def test_a_filter_leaves_what_is_of_it(connection: sqlite3.Connection, name: str) -> None:
    filters = filters_of(connection)[name]
    every = {(r.kind, r.id): r for r in search(connection.execute, "商店会").results}
    left = search(connection.execute, "商店会", filters)
    assert 0 < len(left.results) < len(every) < LIMIT * 10
    plans = dict(connection.execute("SELECT id, theme FROM plans"))
    of = {
        "municipality": lambda r: r.plan == filters.municipality,  # which have one plan each, of the same name
        "plan": lambda r: r.plan == filters.plan,
        "theme": lambda r: plans[r.plan] == filters.theme,
        "kind": lambda r: r.kind == filters.kind,
    }[name]
    assert {(r.kind, r.id) for r in left.results} == {key for key, r in every.items() if of(r)}
    assert left.counts["measure"] == sum(r.kind == "measure" for r in left.results)
