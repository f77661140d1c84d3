"""Hits by kind, sector and plan."""

import json

import pytest
from datasette.app import Datasette

from keikaku.views.searching import FEW, MOST, sort_hits

ROWS: list[dict[str, str | None]] = [
    {"kind": "measure", "id": "m1", "url": "/plans/measures/m1", "sector": "工業", "plan": "a"},
    {"kind": "measure", "id": "m2", "url": "/plans/measures/m2", "sector": "商業", "plan": "a"},
    {"kind": "goal", "id": "g1", "url": "/plans/goals/g1", "sector": "商業", "plan": "b"},
    {"kind": "organization", "id": "o1", "url": "/plans/organizations/o1", "sector": None, "plan": "b"},
]


@pytest.mark.parametrize(
    ("rows", "sector", "sectors", "plans", "shown"),
    [
        (ROWS, "", {"工業": 1, "商業": 2}, {"a": 2, "b": 2}, ["m1", "m2", "g1", "o1"]),
        (ROWS, "商業", {"工業": 1, "商業": 2}, {"a": 1, "b": 1}, ["m2", "g1"]),
        (ROWS, "農業", {"工業": 1, "商業": 2}, {}, []),
        ([], "", {}, {}, []),
    ],
)
def test_sectors_count_everything_and_the_rest_what_is_chosen(
    rows: list[dict[str, str | None]], sector: str, sectors: dict[str, int], plans: dict[str, int], shown: list[str]
) -> None:
    hits = sort_hits(rows, "", sector)
    listed = [hit["id"] for hits_of_kind in hits["shown"].values() for hit in hits_of_kind]
    assert (hits["sectors"], hits["plans"], listed) == (sectors, plans, shown)
    assert set(hits["of_kind"]) == {row["kind"] for row in rows if row["id"] in shown}


def test_places_are_the_tables_and_plans_of_everything_once() -> None:
    found = sort_hits([*ROWS, *ROWS], "", "農業")["places"]
    assert found == [
        ("goal", "goals", "b", True),
        ("measure", "measures", "a", True),
        ("organization", "organizations", "b", False),
    ]


def test_a_chosen_kind_is_shown_page_by_page() -> None:
    rows = [
        {"kind": "measure", "id": f"m{i}", "url": "/plans/measures/m", "sector": "工業", "plan": "a"}
        for i in range(MOST + 5)
    ]
    pages = [
        sort_hits(rows, kind, "", start)["shown"]["measure"]
        for kind, start in (("", 0), ("measure", 0), ("measure", MOST))
    ]
    assert pages == [rows[:FEW], rows[:MOST], rows[MOST:]]


async def test_the_first_twelve_choices_are_offered_with_the_number_of_all(site: Datasette) -> None:
    statement = (await site.jinja_env.get_template("_search_sql.html").make_module_async()).facets
    counted = {f"分野{number:02}": number // 2 for number in range(20)}
    asked = {"counts": "{}", "sectors": json.dumps(counted), "hits": "[]", "plans": "{}"}
    rows = (await site.get_database().execute(statement, asked)).rows
    best = sorted(counted, key=lambda name: (-counted[name], name))[:12]
    assert [(row["value"], row["hits"], row["number"]) for row in rows] == [(n, counted[n], 20) for n in best]
