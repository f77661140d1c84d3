"""The cases of search_cases.tsv against the database of data/: by tier, and all of those it was built for."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.cases import Case, Found, read_cases
from keikaku.search.results import search

CASES = read_cases()
TIERS = {"literal", "width", "variant", "reading", "synonym", "era", "number", "code", "multi-word", "none"}


@pytest.fixture(scope="module")
def connection(site_folder: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(site_folder / "plans.db")
    yield connection
    connection.close()


def is_met(case: Case, connection: sqlite3.Connection) -> bool:
    results = search(connection.execute, case.query).results
    return case.is_met_by([Found(r.kind, r.id, r.title) for r in results])


def test_there_are_cases_of_every_tier() -> None:
    assert len({case.query for case in CASES}) >= 80
    assert {case.tier for case in CASES} == TIERS


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_every_case_that_the_search_was_built_for_is_met(tier: str, connection: sqlite3.Connection) -> None:
    given = [case for case in CASES if case.tier == tier and case.set != "held"]
    assert [case for case in given if not is_met(case, connection)] == []


def test_cases_that_nobody_tuned_to_are_met(connection: sqlite3.Connection) -> None:
    held = [case for case in CASES if case.set == "held"]
    missed = [case for case in held if not is_met(case, connection)]
    assert len(missed) <= 0.05 * len(held), missed


SPELLINGS = (
    ("令和6年度", "R6", "2024年度", "2024", "Ｒ６", "令和六年度", "令6", "R06", "FY2024", "西暦2024年", "令和6年度末", "令和6年度中"),
    ("令和元年度", "R元", "R1", "H31", "平成31年度", "平成31・令和元年度", "2019"),
    ("10,000人", "10000人", "1万人", "一万人"),
    ("工-1", "工－１", "工1", "工 1", "工ー1"),
    ("kanko", "kankō", "kankou"),
    ("観光", "觀光", "観\u200b光", "観光\U000e0100"),
    ("産業", "產業"),
    ("高校", "髙校"),
)  # fmt: skip


def test_spellings_of_the_same_find_the_same(connection: sqlite3.Connection) -> None:
    for spellings in SPELLINGS:
        found = [[(r.kind, r.id) for r in search(connection.execute, spelling).results] for spelling in spellings]
        assert found[0]
        assert [spelling for spelling, other in zip(spellings, found, strict=True) if other != found[0]] == []


def test_every_code_and_title_comes_first(connection: sqlite3.Connection) -> None:
    rows = connection.execute("SELECT id, code, name FROM measures WHERE repeat_of IS NULL").fetchall()
    for id_, code, name in rows:
        assert search(connection.execute, code).results[0].id == id_
        assert name in search(connection.execute, name).results[0].title


def test_every_name_of_an_organization_finds_it_first(connection: sqlite3.Connection) -> None:
    late = []
    for name, id_ in connection.execute("SELECT name, organization_id FROM organization_names").fetchall():
        results = search(connection.execute, name).results
        if not results or results[0].id != id_:
            late.append(name)
    assert late == []


def test_originals_come_before_their_repeats(connection: sqlite3.Connection) -> None:
    for id_, original, name in connection.execute(
        "SELECT m.id, m.repeat_of, m.name FROM measures AS m JOIN measures AS o ON o.id = m.repeat_of AND o.name = m.name"
    ).fetchall():
        ids = [result.id for result in search(connection.execute, name).results]
        assert ids.index(original) < ids.index(id_)
