"""Plans of other shapes than Akishima's: what is printed stands in the database, to the digit, and nothing else does.

KEIKAKU_REAL names a folder with plans.md, the tables of three real plans as printed; tests/fixtures has them as a city
would enter them, and an invented plan with everything at once (subete).
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from keikaku.files.beside import read_data
from keikaku.plan.rates import rate
from keikaku.plan.verdicts import Figure, Indicator
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema

REAL = os.environ.get("KEIKAKU_REAL", "")
printed_tables = pytest.mark.skipif(not REAL, reason="KEIKAKU_REAL names no folder with plans.md")
NOTHING = "（印字なし）"
CELL = re.compile(
    r"(?P<value>[0-9.,]+)(?P<scale>千?)(?P<unit>[人件％])"
    r"（(?:(?P<first>[0-9]{4})～)?(?P<last>[0-9]{4})(?P<calendar>年度|年9月末時点|年)(?P<total>累計)?）"
)
CALENDARS = {"年度": "fiscal", "年": "calendar", "年9月末時点": "date"}


@pytest.fixture(scope="module")
def database(shapes_folder: Path) -> Iterator[sqlite3.Connection]:
    """All plans of tests/fixtures in one database."""
    connection = sqlite3.connect(shapes_folder / "plans.db")
    yield connection
    connection.close()


def printed(number: int) -> list[list[str]]:
    """The rows of a table of plans.md without its headings."""
    part = re.split(r"^## ", (Path(REAL) / "plans.md").read_text("utf-8"), flags=re.MULTILINE)[number]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    assert len(rows) > 3
    return rows[2:]


def filled(database: sqlite3.Connection, plan: str) -> dict[str, set[str]]:
    """Table -> the columns in which a plan has values, ids and order aside."""
    found: dict[str, set[str]] = {}
    for table in (t for t in read_schema() if not t.is_view and "plan_id" in {c.name for c in t.columns}):
        cursor = database.execute(f"SELECT * FROM {table.name} WHERE plan_id = ?", [plan])
        names = [column[0] for column in cursor.description]
        values = {name for row in cursor for name, value in zip(names, row, strict=True) if value not in (None, 0)}
        found[table.name] = values - {"id", "plan_id", "position", "document_id"}
    return {table: columns for table, columns in found.items() if columns and not table.startswith("search_")}


KPI_FIGURES = """
SELECT g.title, m.name, i.label, f.role, f.printed, f.value, i.unit, f.first_year, f.last_year, f.calendar, i.accumulation
FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id JOIN indicator_links AS l ON l.indicator_id = i.id
JOIN measures AS m ON m.id = l.row_id JOIN measure_goals AS mg ON mg.measure_id = m.id
JOIN goals AS g ON g.id = mg.goal_id WHERE i.plan_id = 'kakogawa-sosei2'
"""


def kpi_figures() -> Iterator[tuple[Any, ...]]:
    for goal, measure, label, *cells in printed(1):
        total = "total" if "累計" in cells[1] else None
        for role, cell in zip(("baseline", "target"), cells, strict=True):
            if cell != NOTHING:
                found = CELL.fullmatch(cell)
                assert found, cell
                value = float(found["value"].replace(",", "")) * (1000 if found["scale"] else 1)
                first, calendar = found["first"] and int(found["first"]), CALENDARS[found["calendar"]]
                unit = found["unit"].replace("％", "%")
                yield goal, measure, label, role, cell, value, unit, first, int(found["last"]), calendar, total


@printed_tables
def test_a_table_of_kpis_stands_as_printed(database: sqlite3.Connection) -> None:
    assert sorted(database.execute(KPI_FIGURES), key=repr) == sorted(kpi_figures(), key=repr)


@printed_tables
def test_codes_marks_tasks_and_grades_stand_as_printed(database: sqlite3.Connection) -> None:
    measures = "SELECT code, name FROM measures WHERE plan_id = 'toyoake-danjo2' ORDER BY position"
    marks = "SELECT k.mark FROM measure_marks AS k JOIN periods AS p ON p.id = k.period_id JOIN measures AS m"
    marks += " ON m.id = k.measure_id WHERE m.code = ? AND p.name = ?"
    tasks = "SELECT o.printed || ' ' || o.task FROM measure_organizations AS o JOIN measures AS m"
    tasks += " ON m.id = o.measure_id WHERE m.code = ? ORDER BY o.position"
    grades = "SELECT o.name || ' ' || e.grade FROM evaluations AS e JOIN organizations AS o ON o.id = e.organization_id"
    grades += " JOIN measures AS m ON m.id = e.row_id AND e.table_name = 'measures'"
    grades += " WHERE m.code = ? AND e.fiscal_year = 2007 ORDER BY e.position"

    def told(query: str, *values: str) -> str:
        return "、".join(text for (text,) in database.execute(query, values))

    rows = [
        [code, name, told(marks, code, "前期"), told(marks, code, "後期"), told(tasks, code), told(grades, code)]
        for code, name in database.execute(measures)
    ]
    assert rows == printed(2)


RATED = """
SELECT i.code, i.label, f.role, f.printed, i.unit, f.value, f.last_year, o.printed, f.note
FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id JOIN indicator_organizations AS o USING (indicator_id)
WHERE i.plan_id = 'akishima-kihon4'
"""


@printed_tables
def test_a_final_table_stands_as_printed_and_its_rates_come_out(database: sqlite3.Connection) -> None:
    expected, rates = [], {}
    for code, label, start, reached, aim, percent, body in printed(3):
        for role, cell, year in (("baseline", start, 2000), ("result", reached, 2010), ("target", aim, None)):
            note = f"達成率 {percent}" if role == "result" else None
            expected.append((code, label, role, cell, "%", float(cell.strip("%")), year, body, note))
        rates[code] = Decimal(percent.strip("%").replace("△", "-"))
    assert sorted(database.execute(RATED), key=repr) == sorted(expected, key=repr)
    query = (
        "SELECT i.code, f.role, f.last_year, f.value FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id"
    )
    figures: dict[str, list[Figure]] = {}
    for code, role, year, value in database.execute(f"{query} WHERE i.plan_id = 'akishima-kihon4'"):
        figures.setdefault(code, []).append(Figure(role, year, value))
    targets = {code: next(f for f in known if f.role == "target") for code, known in figures.items()}
    made = {code: rate("baseline", Indicator("quantity"), targets[code], figures[code], 2026) for code in figures}
    assert {code: rate.percent for code, rate in made.items()} == rates


INDICATORS = {"kind", "label", "unit", "printed", "source", "direction", "direction_from"}


@pytest.mark.parametrize(
    ("plan", "columns"),
    [
        (
            "kakogawa-sosei2",
            {
                "goals": {"title"},
                "measures": {"name"},
                "indicators": INDICATORS | {"accumulation"},
            },
        ),
        (
            "toyoake-danjo2",
            {
                "periods": {"name"},
                "goals": {"code", "title"},
                "measures": {"code", "name"},
                "grades": {"field", "grade", "label"},
                "evaluations": {
                    "table_name", "row_id", "name", "fiscal_year", "organization_id", "judged_by", "grade",
                },
            },
        ),
        ("akishima-kihon4", {"indicators": INDICATORS | {"code"}}),
    ],
)  # fmt: skip
def test_nothing_else_is_said_of_a_real_plan(
    plan: str, columns: dict[str, set[str]], database: sqlite3.Connection
) -> None:
    shared = {"plan_words": {"term", "word"}, "documents": {"title"}}
    assert filled(database, plan) == {**shared, **columns}
    query = "SELECT theme, concept, place, follows_id, results_checked_on FROM plans WHERE id = ?"
    assert database.execute(query, [plan]).fetchall() == [(None,) * 5]


def test_the_plan_with_everything_fills_every_table(database: sqlite3.Connection) -> None:
    tables = [t.name for t in read_schema() if not t.is_view and t.name != "report_passages"]
    assert [name for name in tables if not database.execute(f"SELECT 1 FROM {name}").fetchone()] == []
    used = {place: {row[0] for row in database.execute("SELECT {1} FROM {0}".format(*place))} for place in CODES}
    words = ["calendar", "role", "comparator", "direction", "accumulation", "field", "judged_by", "term", "due_kind"]
    unused = {place: terms.keys() - used[place] for place, terms in CODES.items() if place[1] in words}
    assert {place: left for place, left in unused.items() if left} == {}


VERDICTS = """
SELECT i.label || coalesce(' ' || i.member, ''), f.last_year, v.state, v.missing, v.trend, max(v.fiscal_year)
FROM verdicts AS v JOIN figures AS f ON f.id = v.figure_id JOIN indicators AS i ON i.id = f.indicator_id
WHERE i.plan_id = 'subete-kihon2' AND v.fiscal_year <= 2026 GROUP BY f.id
"""


def test_the_states_of_every_kind_of_target(database: sqlite3.Connection) -> None:
    found = [list(row[:5]) for row in database.execute(VERDICTS)]
    assert sorted(found, key=str) == sorted(read_data(__file__, "subete_states.yml"), key=str)
