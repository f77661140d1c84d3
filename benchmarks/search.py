"""Our search beside stock SQLite: what each finds, how fast, how large. `python -m benchmarks.search --help`."""

import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import quantiles

import click
from click.testing import CliRunner

from benchmarks.cases import Found, read_cases
from benchmarks.synthetic import write_plans
from benchmarks.written import fill, replace_measured
from build_db import main as build
from keikaku.search.lexicon import load_lexicon
from keikaku.search.matching import ANYWHERE, Filters
from keikaku.search.results import search
from keikaku.search.snippet import find_hits
from keikaku.search.suggest import suggest

ROOT = Path(__file__).resolve().parent.parent
System = Callable[[sqlite3.Connection, str], list[Found]]
# What was timed, number of plans, of measures and of documents, and p50, p95 and the longest in milliseconds.
Timed = tuple[str, int, list[int], tuple[float, float, float]]
LIMIT = 50
QUESTIONS = 30
FORMS = ("{city} {topic}", "{city}の{topic}の目標は？", "{topic} {city}", "{city}で{topic}の担当課はどこですか")
TIERS = (
    "literal", "width", "variant", "reading", "synonym", "era", "number", "code", "multi-word", "question", "place", "none"
)  # fmt: skip
SETS = {
    "example": "all examples",
    "wanted": "all others it was built for",
    "held": "all written before the search",
    "asked": "all that visitors typed in vain",
}
STOCK = """
CREATE VIRTUAL TABLE temp.stock_unicode61 USING fts5 (title, names, body, tokenize = 'unicode61');
CREATE VIRTUAL TABLE temp.stock_trigram USING fts5 (title, names, body, tokenize = 'trigram');
INSERT INTO stock_unicode61 (rowid, title, names, body) SELECT id, title, names, body FROM search_documents;
INSERT INTO stock_trigram (rowid, title, names, body) SELECT id, title, names, body FROM search_documents;
"""
SIZES = """
SELECT sum(CASE WHEN name LIKE 'search_index%' THEN pgsize END),
       sum(CASE WHEN name IN ('search_words', 'search_synonyms', 'search_kinds') THEN pgsize END),
       (SELECT sum(length(CAST(title || names || body AS BLOB))) FROM search_documents)
FROM dbstat
"""


@click.command()
@click.option(
    "--plans", "number", default=1741, show_default=True, help="Number of invented plans for the second timing."
)
@click.option("--folder", type=click.Path(path_type=Path), help="Folder that keeps the invented plans and databases.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Page whose measured part is replaced.")
def main(number: int, folder: Path | None, write: Path | None) -> None:
    """Measure and print Markdown."""
    with tempfile.TemporaryDirectory() as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        text = measure(place, number)
    click.echo(text)
    if write:
        replace_measured(write, text)


def measure(folder: Path, number: int) -> str:
    """Everything measured, as Markdown."""
    one, plans, many = built(ROOT / "data", folder / "one.db"), folder / f"plans-{number}", folder / f"many-{number}.db"
    if not (plans / "synonyms.yml").exists():
        write_plans(number, plans)
    if not many.exists():
        built(plans, many)
    found, named = hit_rates(one), named_cities(many)
    timed = [*time_one(one), *time_many(many, number)]
    sizes = [(plans, *opened(database).execute(SIZES).fetchone()) for plans, database in ((1, one), (number, many))]
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    machine = f"{versions} on {platform.system()} {platform.machine()} with {os.cpu_count()} processors"
    return fill("search.md", systems=SYSTEMS, found=found, named=named, timed=timed, sizes=sizes, machine=machine)


def built(data: Path, database: Path) -> Path:
    result = CliRunner().invoke(build, ["--quiet", "--data", str(data), "--output", str(database)])
    if result.exit_code:
        raise click.ClickException(result.output)
    return database


def opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?immutable=1", uri=True)


def ours(connection: sqlite3.Connection, query: str, filters: Filters = ANYWHERE) -> list[Found]:
    found = search(connection.execute, query, filters)
    pages = [Found("page", path, title) for title, path in found.links.items()]
    return [Found(r.kind, r.id, r.title) for r in found.results[:LIMIT]] + pages


def stock(tokenizer: str) -> System:
    """FTS5 as Datasette asks it: every word in quotation marks, best first by bm25."""
    sql = f"""SELECT d.kind, d.row_id, d.title FROM stock_{tokenizer} AS f JOIN search_documents AS d ON d.id = f.rowid
              WHERE stock_{tokenizer} MATCH ? ORDER BY f.rank LIMIT {LIMIT}"""

    def run(connection: sqlite3.Connection, query: str) -> list[Found]:
        words = " ".join('"{}"'.format(word.replace('"', '""')) for word in query.split())
        return [Found(*row) for row in connection.execute(sql, (words or '""',))]

    return run


def like(connection: sqlite3.Connection, query: str) -> list[Found]:
    """LIKE on all text, every word somewhere, in the order of the table."""
    words = query.split()
    condition = " AND ".join(["title || char(10) || names || char(10) || body LIKE ?"] * len(words)) or "0"
    sql = f"SELECT kind, row_id, title FROM search_documents WHERE {condition} LIMIT {LIMIT}"
    return [Found(*row) for row in connection.execute(sql, [f"%{word}%" for word in words])]


SYSTEMS: dict[str, System] = {
    "ours": ours,
    "stock unicode61": stock("unicode61"),
    "trigram": stock("trigram"),
    "LIKE": like,
}


def hit_rates(database: Path) -> list[tuple[str, int, list[float]]]:
    """For each tier and each set how many cases it has, and what part of them each system meets."""
    connection = opened(database)
    connection.executescript(STOCK)
    cases = read_cases()
    met = [{case: case.is_met_by(run(connection, case.query)) for case in cases} for run in SYSTEMS.values()]
    groups = [(tier, [case for case in cases if case.tier == tier]) for tier in TIERS]
    groups += [(f"**{label}**", [case for case in cases if case.set == key]) for key, label in SETS.items()]
    groups.append(("**all**", cases))
    return [
        (label, len(group), [sum(of[case] for case in group) / len(group) for of in met]) for label, group in groups
    ]


def named_cities(many: Path) -> dict[str, int]:
    """How often the measure that a question is about comes first, and among the first three, of a city that it names."""
    connection = opened(many)
    places = []
    for query, id_ in questions(connection):
        ids = [found.id for found in ours(connection, query)]
        places.append(ids.index(id_) if id_ in ids else LIMIT)
    (plans,) = connection.execute("SELECT count(*) FROM plans").fetchone()
    first, among = (sum(place < most for place in places) for most in (1, 3))
    return {"plans": plans, "questions": len(places), "first": first, "among": among}


def questions(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """QUESTIONS questions for a measure of an invented city, each with the measure's id; no two of the cities share a name."""
    measures = connection.execute(
        "SELECT c.name, m.name, m.id FROM measures AS m JOIN plans AS p ON p.id = m.plan_id "
        "JOIN (SELECT min(id) AS id, name FROM municipalities GROUP BY name HAVING count(*) = 1) AS c "
        "ON c.id = p.municipality_id ORDER BY m.id"
    ).fetchall()
    asked = []
    for number in range(QUESTIONS):
        city, name, id_ = measures[(number * len(measures) // QUESTIONS + 7 * number) % len(measures)]
        topic = name.partition("を生かした")[2].rpartition("の")[0]
        asked.append((FORMS[number % len(FORMS)].format(city=city, topic=topic), id_))
    return asked


def time_one(database: Path) -> Iterator[Timed]:
    connection = opened(database)
    connection.executescript(STOCK)
    stocks = [(name, run, None) for name, run in SYSTEMS.items() if run is not ours]
    return _time(connection, 1, [*OURS, *stocks])


def time_many(database: Path, plans: int) -> Iterator[Timed]:
    connection = opened(database)
    narrowed = [(f"within one {name}", within(of), None) for name, of in filters_of(connection).items()]
    return _time(connection, plans, [*OURS, *narrowed, ("LIKE", like, 20)])


def filters_of(connection: sqlite3.Connection) -> dict[str, Filters]:
    """One of each filter, by its name."""
    city, plan, theme = connection.execute("SELECT municipality_id, id, theme FROM plans ORDER BY id").fetchone()
    values = {"municipality": city, "plan": plan, "theme": theme, "kind": "measure"}
    return {name: Filters(**{name: value}) for name, value in values.items()}


def within(filters: Filters) -> System:
    return lambda connection, query: ours(connection, query, filters)


def suggested(connection: sqlite3.Connection, query: str) -> list[Found]:
    return [Found("", "", found.text) for found in suggest(connection.execute, query)]


OURS: list[tuple[str, System, int | None]] = [("search, ours", ours, None), ("suggestion, ours", suggested, None)]


def _time(connection: sqlite3.Connection, plans: int, runs: list[tuple[str, System, int | None]]) -> Iterator[Timed]:
    """Each run with its first so many queries of the cases (None: all); suggestions with all that one types on the way."""
    queries = [case.query for case in read_cases()]
    typed = sorted({query[:length] for query in queries for length in range(1, len(query) + 1)})
    tables = ("measures", "search_documents")
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]
    for name, run, most in runs:
        yield name, plans, counts, _times(connection, run, typed if run is suggested else queries[:most])


def _times(connection: sqlite3.Connection, run: System, queries: list[str]) -> tuple[float, float, float]:
    """p50, p95 and the longest, in milliseconds of processor time, of the better of two rounds of each query."""
    run(connection, queries[0])
    times = []
    for query in queries:
        rounds = []
        for _ in range(2):
            load_lexicon(connection.execute).answers.clear()  # else the second is remembered,
            find_hits.cache_clear()  # and where its words stand
            started = time.process_time()
            run(connection, query)
            rounds.append(1000 * (time.process_time() - started))
        times.append(min(rounds))
    cut = quantiles(times, n=100, method="inclusive")
    return cut[49], cut[94], max(times)


if __name__ == "__main__":
    main()
