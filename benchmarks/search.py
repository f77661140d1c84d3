"""Our search beside stock SQLite: what each finds, how fast, how large. `python benchmarks/search.py --help`."""

import os
import platform
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from click.testing import CliRunner  # noqa: E402

from benchmarks.cases import Case, Found, read_cases  # noqa: E402
from benchmarks.synthetic import InventedPlan, copy_synonyms  # noqa: E402
from build_db import main as build  # noqa: E402
from keikaku.search.lexicon import load_lexicon  # noqa: E402
from keikaku.search.matching import ANYWHERE, Filters  # noqa: E402
from keikaku.search.results import search  # noqa: E402
from keikaku.search.suggest import suggest  # noqa: E402

System = Callable[[sqlite3.Connection, str], list[Found]]
LIMIT = 50
QUESTIONS = 30
FORMS = ("{city} {topic}", "{city}の{topic}の目標は？", "{topic} {city}", "{city}で{topic}の担当課はどこですか")
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TIERS = (
    "literal",
    "width",
    "variant",
    "reading",
    "synonym",
    "era",
    "number",
    "code",
    "multi-word",
    "question",
    "place",
    "none",
)
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
        page = write.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        write.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")


def measure(folder: Path, number: int) -> str:
    """Everything measured, as Markdown."""
    one = built(ROOT / "data", folder / "one.db")
    plans = folder / f"plans-{number}"
    if not (plans / "synonyms.yml").exists():
        for i in range(1, number + 1):
            InventedPlan(i).write(plans)
        copy_synonyms(plans)
    many = folder / f"many-{number}.db"
    if not many.exists():
        built(plans, many)
    sections = [hit_rates(one), named_cities(many), latencies(one, many, number), sizes(one, many, number), machine()]
    return "\n\n".join(sections)


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


def hit_rates(database: Path) -> str:
    """A row for each tier and each set: how many cases each system meets."""
    connection = opened(database)
    connection.executescript(STOCK)
    cases = read_cases()
    met = {name: {case: case.is_met_by(run(connection, case.query)) for case in cases} for name, run in SYSTEMS.items()}
    groups = [(tier, [case for case in cases if case.tier == tier]) for tier in TIERS]
    sets = {"example": "all examples", "wanted": "all others it was built for", "held": "all written before the search"}
    sets["asked"] = "all that visitors typed in vain"
    groups += [(f"**{label}**", [case for case in cases if case.set == key]) for key, label in sets.items()]
    groups.append(("**all**", cases))
    lines = ["### Found", "", "| tier | cases | " + " | ".join(SYSTEMS) + " |", "| --- " * (2 + len(SYSTEMS)) + "|"]
    for label, group in groups:
        rates = (_rate(group, met[name]) for name in SYSTEMS)
        lines.append(f"| {label} | {len(group)} | " + " | ".join(rates) + " |")
    return "\n".join(lines)


def named_cities(many: Path) -> str:
    """How often the measure that a question is about comes first, and among the first three, of a city that it names."""
    connection = opened(many)
    places = []
    for query, id_ in questions(connection):
        ids = [found.id for found in ours(connection, query)]
        places.append(ids.index(id_) if id_ in ids else LIMIT)
    plans = connection.execute("SELECT count(*) FROM plans").fetchone()[0]
    first, among = (sum(place < most for place in places) for most in (1, 3))
    return (
        "### A named city among many plans\n\n| plans | questions | right measure first | among the first three |\n"
        f"| --- | --- | --- | --- |\n| {plans:,} | {len(places)} | {first} | {among} |"
    )


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


def _rate(group: list[Case], met: dict[Case, bool]) -> str:
    return f"{100 * sum(met[case] for case in group) / len(group):.0f} %"


def latencies(one: Path, many: Path, number: int) -> str:
    """p50 and p95 of every query of the cases, the words of the page ready, for one plan and for many."""
    lines = [
        "### Time",
        "",
        "| | plans | measures | documents | p50 | p95 | max |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    queries = [case.query for case in read_cases()]
    typed = sorted({query[:length] for query in queries for length in range(1, len(query) + 1)})
    for database, plans in ((one, 1), (many, number)):
        connection = opened(database)
        counts = [
            f"{connection.execute(f'SELECT count(*) FROM {t}').fetchone()[0]:,}"
            for t in ("measures", "search_documents")
        ]
        runs: list[tuple[str, System, list[str]]] = [("search, ours", ours, queries)]
        runs.append(("suggestion, ours", lambda c, q: [Found("", "", s.text) for s in suggest(c.execute, q)], typed))
        if plans == 1:
            connection.executescript(STOCK)
            runs += [(name, run, queries) for name, run in SYSTEMS.items() if run is not ours]
        else:
            runs += [
                (f"within one {name}", within(filters), queries) for name, filters in filters_of(connection).items()
            ]
            runs.append(("LIKE", like, queries[:20]))
        for name, run, asked in runs:
            times = " | ".join(f"{ms:.1f} ms" for ms in _times(connection, run, asked))
            lines.append(f"| {name} | {plans:,} | {counts[0]} | {counts[1]} | {times} |")
    return "\n".join(lines)


def filters_of(connection: sqlite3.Connection) -> dict[str, Filters]:
    """One of each filter, by its name."""
    city, plan, theme = connection.execute("SELECT municipality_id, id, theme FROM plans ORDER BY id").fetchone()
    values = {"municipality": city, "plan": plan, "theme": theme, "kind": "measure"}
    return {name: Filters(**{name: value}) for name, value in values.items()}


def within(filters: Filters) -> System:
    return lambda connection, query: ours(connection, query, filters)


def _times(connection: sqlite3.Connection, run: System, queries: list[str]) -> tuple[float, float, float]:
    """p50, p95 and the longest, in milliseconds of processor time, of the better of two rounds of each query."""
    run(connection, queries[0])
    times = []
    for query in queries:
        rounds = []
        for _ in range(2):
            load_lexicon(connection.execute).answers.clear()  # else the second is remembered
            started = time.process_time()
            run(connection, query)
            rounds.append(1000 * (time.process_time() - started))
        times.append(min(rounds))
    cut = quantiles(times, n=100, method="inclusive")
    return cut[49], cut[94], max(times)


def sizes(one: Path, many: Path, number: int) -> str:
    """Bytes of the index and of its words, beside those of the text that can be found."""
    lines = [
        "### Size",
        "",
        "| plans | text | index | index / text | words and synonyms |",
        "| --- | --- | --- | --- | --- |",
    ]
    for database, plans in ((one, 1), (many, number)):
        index, words, text = opened(database).execute(SIZES).fetchone()
        lines.append(f"| {plans:,} | {_kb(text)} | {_kb(index)} | {index / text:.1f} | {_kb(words)} |")
    return "\n".join(lines)


def _kb(size: int) -> str:
    return f"{size / 1000:,.0f} kB"


def machine() -> str:
    return (
        f"Times are of the processor, of queries one after another. Measured with Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} on "
        f"{platform.system()} {platform.machine()} with {os.cpu_count()} processors."
    )


if __name__ == "__main__":
    main()
