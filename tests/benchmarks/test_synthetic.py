"""Invented plans: valid, each different, the same every time, and searched as one database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.growth import write_page
from benchmarks.scale import PAGES
from benchmarks.search import LIMIT, filters_of, ours, questions
from benchmarks.shapes import invent as invent_shape
from benchmarks.synthetic import main as invent
from benchmarks.written import BEGIN, END
from build_db import main as build
from keikaku.database.building import build_database
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


def test_plans_of_other_shapes_are_valid_and_counted_alike(tmp_path: Path) -> None:
    for number in range(1, 7):
        invent_shape(number).write(tmp_path / "data")
    build_database(tmp_path / "data", tmp_path / "plans.db", {}, lambda _: None)
    with closing(sqlite3.connect(tmp_path / "plans.db")) as connection:
        shapes = connection.execute(
            "SELECT EXISTS (SELECT 1 FROM sectors WHERE plan_id = p.id), EXISTS (SELECT 1 FROM results WHERE plan_id = p.id), "
            "EXISTS (SELECT 1 FROM evaluations WHERE plan_id = p.id AND grade IS NOT NULL) FROM plans AS p ORDER BY id"
        ).fetchall()
        compared = connection.execute("SELECT count(*) FROM comparable_indicators WHERE obstacle IS NULL").fetchone()
    assert shapes == [(1, 0, 0), (0, 1, 0), (0, 0, 1)] * 2
    assert compared > (10,)


def test_the_page_on_scale_says_which_aims_hold(tmp_path: Path) -> None:
    times = {"p50": 10.0, "p95": 20.0, "processor": 8.0}
    cost = {"seconds": 4.0, "processor": 2.0, "memory": 100e6}
    pages = dict.fromkeys(PAGES, times)
    found = [
        {"plans": n, "machine": "One.", "load": 1.0, "full": cost, "again": cost, "raw": {**cost, "rows": 9 * n}, "bytes": {"plans.db": 9 * n, ".plans.db.rows": 9},
         "rows": {"measures": 46 * n}, "search": {"of a city": {**times, "p95": 40.0}}, "addresses": 99, "ours": pages, "stock": pages, "memory": 5e6,
         "bake": {"asked": 9, "processor": 1.0, "seconds": 2.0, "bytes": 999.0}, "copies": {"2": {"rate": 30.0, "p95": 20.0, "memory": 5e6}}}
        for n in (1, 10)
    ]  # fmt: skip
    page = tmp_path / "scale.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    write_page(found, page)
    written = page.read_text("utf-8")
    assert "old" not in written
    assert written.startswith("before\n") and written.endswith("after\n")
    assert "| memory ≤ 600 MB at any size | 100 MB | yes |" in written
    assert "| search p95 ≤ 30 ms with any filter | 40 ms (of a city), processor 8 ms | **no** |" in written
    assert "| 2 | 30/s | 20 ms | 5 MB |" in written
    assert "×10.0" in (tmp_path / "scale.svg").read_text("utf-8")
