"""What one site costs as plans become many: `python -m benchmarks.scale --plans 1 --plans 10 ... --folder DIR --write docs/scale.md`.

Each number of plans is measured once and kept in DIR, so that sizes can be measured on different days; the page is written from
all that DIR holds. Plans are those of shapes.py: the same number gives the same files. On a machine that others use, waiting time
says little: processor time is given beside it.
"""

import asyncio
import json
import os
import sqlite3
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote

import click
import yaml

from benchmarks.growth import COUNTRY, write_page
from benchmarks.shapes import invent
from benchmarks.sites import Site, run_build, run_ours, run_stock
from benchmarks.synthetic import write_plans
from benchmarks.written import describe_machine
from keikaku.publish.addresses import list_addresses
from keikaku.search.matching import Filters
from keikaku.search.results import search
from keikaku.serving.baking import open_datasette
from keikaku.serving.startup import settle
from tests.browser.running_site import PARTS, ROOT, free_port, read_memory

Measured = dict[str, Any]
ASKED = 20  # requests of each page
SAMPLE = 100  # permanent addresses that are asked for
COPIES = (1, 2, 4)  # processes of one window, which four visitors ask in turn
# Name -> our address and the nearest of stock Datasette; {}: what differs from one request to the next.
PAGES = {
    "home": ("/?_={n}", "/?_={n}"),
    "municipality": ("/plans/municipalities/{city}?_={n}", "/plans/municipalities/{city}?_={n}"),
    "measure": ("/plans/measures/{measure}?_={n}", "/plans/measures/{measure}?_={n}"),
    "table with a filter": ("/plans/measures?plan_id={plan}", "/plans/measures?plan_id={plan}"),
    "facet": ("/plans/measure_overview?_facet=municipality&_size=10&_={n}", "/plans/measure_overview?_facet=municipality&_size=10&_={n}"),
    "search, rare": (f"/plans/search?q={quote('漁業協同組合')}+{{n}}", f"/plans/search_documents?body__contains={quote('漁業協同組合')}&_={{n}}"),
    "search, frequent": (f"/plans/search?q={quote('支援')}&_={{n}}", f"/plans/search_documents?body__contains={quote('支援')}&_={{n}}"),
    "search, of a city": (f"/plans/search?q={quote('支援')}&municipality={{city}}", f"/plans/search_documents?body__contains={quote('支援')}&plan_id={{plan}}"),
    "progress of a plan": ("/plans/progress?plan={plan}", "/plans/targets?plan_id={plan}"),
    "compare of a theme": (f"/plans/compare?theme={quote('創生')}&_={{n}}", "/plans/comparisons?_size=100&_={n}"),
    "compare of a city": ("/plans/compare?municipality={city}", "/plans/comparisons?municipality_id={city}"),
    "CSV of a plan": ("/plans/measures.csv?plan_id={plan}", "/plans/measures.csv?plan_id={plan}"),
}  # fmt: skip
WORDS = (
    "給食", "支援", "産業まつり", "漁業協同組合", "観光 案内", "令和6年度", "そうぎょう", "空き店舗 活用", "人材確保", "担当課"
)  # fmt: skip
FILTERS: dict[str, Callable[[sqlite3.Row], Filters]] = {
    "without a filter": lambda _: Filters(),
    "of a city": lambda row: Filters(municipality=row["municipality_id"]),
    "of a plan": lambda row: Filters(plan=row["id"]),
    "of a theme": lambda row: Filters(theme=row["theme"]),
    "of a kind": lambda _: Filters(kind="measure"),
}


@click.command()
@click.option(
    "--plans",
    "sizes",
    type=click.IntRange(1, 99999),
    multiple=True,
    help="Number of plans to measure now; may be given again.",
)
@click.option(
    "--folder", type=click.Path(path_type=Path), required=True, help="Folder that keeps plans, databases and figures."
)
@click.option("--write", type=click.Path(path_type=Path), help="Page to write; its picture stands beside it.")
def main(sizes: tuple[int, ...], folder: Path, write: Path | None) -> None:
    for number in sizes:
        place = folder / str(number)
        measured = measure(place, number)
        (place / "figures.json").write_text(json.dumps(measured, ensure_ascii=False, indent=1), "utf-8")
        click.echo(f"{number} plans: measured", err=True)
    if write:
        found = [json.loads(file.read_text("utf-8")) for file in folder.glob("*/figures.json")]
        write_page(sorted(found, key=lambda measured: measured["plans"]), write)


def measure(place: Path, number: int) -> Measured:
    data, database = place / "data", place / "plans.db"
    if not (data / "synonyms.yml").exists():
        write_plans(number, data, invent)
    for name in PARTS:
        if not (place / name).exists():
            (place / name).symlink_to(ROOT / name)
    database.unlink(missing_ok=True)
    database.with_name(".plans.db.rows").unlink(missing_ok=True)
    measured: Measured = {"plans": number, "machine": describe_machine(), "load": os.getloadavg()[0]}
    measured["full"] = build(data, database)
    change(data / f"plan{number:04}" / "sangyo" / "plan.yml")
    measured["again"] = build(data, database)
    measured["raw"] = insert_raw(database, place / "raw.rows")
    measured["bytes"] = {name: (place / name).stat().st_size for name in ("plans.db", ".plans.db.rows")}
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        measured["rows"] = {
            t: connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
            for t in ("measures", "indicators", "search_documents")
        }
        rows = connection.execute(
            "SELECT p.id AS plan, p.municipality_id AS city, (SELECT max(id) FROM measures WHERE plan_id = p.id) AS measure FROM plans AS p ORDER BY p.id"
        ).fetchall()
        described = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))["databases"]["plans"]
        measured["addresses"] = sum(1 for _ in list_addresses(connection.execute, described))
        some = islice(list_addresses(connection.execute, described), 0, None, max(1, measured["addresses"] // SAMPLE))
        sample = [address.path for address in some]
    measured["search"] = asyncio.run(time_searches(database))
    chosen = [rows[i * len(rows) // ASKED] for i in range(ASKED)]
    port = free_port()
    with run_ours(place, port) as site:
        measured["ours"] = ask_pages(site, 0, chosen)
        measured["bake"] = ask_sample(site, sample)
        measured["memory"] = read_memory(site.process, "VmHWM")
    measured["copies"] = {str(number): ask_copies(place, number, chosen) for number in COPIES}
    measured["stock"] = {}
    if number <= COUNTRY:  # of more, half a minute for each page
        with run_stock(place) as site:
            measured["stock"] = ask_pages(site, 1, chosen)
    return measured


def build(data: Path, database: Path) -> Measured:
    cost = run_build("build", "--quiet", "--data", data, "--output", database)
    return {"seconds": cost.seconds, "processor": cost.processor, "memory": max(cost.leading, cost.started)}


def change(file: Path) -> None:
    """Another motto, and with the next measurement the first one again."""
    text = file.read_text("utf-8")
    file.write_text(
        text.replace("ます", "ましょう", 1) if "ましょう" not in text else text.replace("ましょう", "ます", 1), "utf-8"
    )


def insert_raw(database: Path, path: Path) -> Measured:
    """All rows of all tables but the index, as sqlite3 writes them, with nothing else."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(path)) as target:
        tables = [
            name
            for (name,) in source.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_index%' AND name NOT LIKE 'sqlite_%'"
            )
        ]
        measured = {"seconds": 0.0, "processor": 0.0, "rows": 0}
        target.execute("PRAGMA synchronous = OFF")
        for table in tables:
            columns = [column[1] for column in source.execute(f"PRAGMA table_info({table})")]
            rows = source.execute(f"SELECT * FROM {table}").fetchall()  # is not what is measured
            began, processor = time.monotonic(), time.process_time()
            target.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
            target.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", rows)
            target.commit()
            measured["seconds"] += time.monotonic() - began
            measured["processor"] += time.process_time() - processor
            measured["rows"] += len(rows)
        return measured


async def time_searches(database: Path) -> Measured:
    """As a visitor meets them: on a connection of the site, whose words it has read when it starts. No question is asked before."""
    site = open_datasette(database)
    await site.invoke_startup()
    settle()  # the last that a server does before it answers
    timed: Measured = await site.get_database().execute_fn(_time_searches)
    return timed


def _time_searches(connection: sqlite3.Connection) -> Measured:
    """Milliseconds of processor time of every word within every filter, and what they took of the clock."""
    plans = connection.execute("SELECT id, municipality_id, theme FROM plans ORDER BY id").fetchall()
    timed = {}
    for name, make in FILTERS.items():
        waited, worked = [], []
        for i, word in enumerate(WORDS * 3):
            filters = make(plans[i * 97 % len(plans)])
            began, processor = time.perf_counter(), time.process_time()
            search(connection.execute, word, filters)
            waited.append((time.perf_counter() - began) * 1000)
            worked.append((time.process_time() - processor) * 1000)
        timed[name] = summary(waited, sorted(worked)[int(len(worked) * 0.95)])
    return timed


def ask_pages(site: Site, which: int, chosen: list[sqlite3.Row]) -> Measured:
    timed = {}
    for name, addresses in PAGES.items():
        paths = [addresses[which].format(n=n, **dict(row)) for n, row in enumerate(chosen)]
        timed[name] = summary(*ask(site, paths))
    return timed


def ask_copies(place: Path, number: int, chosen: list[sqlite3.Row]) -> Measured:
    """What several processes of one window answer a second, each asked in turn, as nginx does before them."""
    pages = [PAGES[name][0] for name in ("table with a filter", "search, of a city", "CSV of a plan")]
    with ExitStack() as running:
        sites = [running.enter_context(run_ours(place, free_port())) for _ in range(number)]
        for site in sites:
            ask(site, [page.format(n=0, **dict(chosen[0])) for page in pages])
        asked = [(sites[n % number], page.format(n=n, **dict(row))) for page in pages for n, row in enumerate(chosen)]
        began = time.monotonic()
        with ThreadPoolExecutor(4) as visitors:
            waited = list(visitors.map(lambda one: ask(one[0], [one[1]])[0][0], asked))
        seconds = time.monotonic() - began
        memory = sum(read_memory(site.process, "VmRSS") for site in sites)
    return {"rate": len(asked) / seconds, "p95": quantiles(waited, n=20)[18], "memory": memory}


def ask_sample(site: Site, paths: list[str]) -> Measured:
    """Permanent addresses, as a bake asks for them; what they would cost and weigh all together is a multiple of this."""
    sizes: list[int] = []
    waited, processor = ask(site, [f"{path}{'&' if '?' in path else '?'}_={n}" for n, path in enumerate(paths)], sizes)
    return {
        "asked": len(paths),
        "processor": processor / 1000,
        "seconds": sum(waited) / 1000,
        "bytes": sum(sizes) / len(sizes),
    }


def ask(site: Site, paths: list[str], sizes: list[int] | None = None) -> tuple[list[float], float]:
    """Milliseconds of each, and those of the server's processor for one on the average."""
    waited, before = [], read_processor(site.process)
    for path in paths:
        began = time.perf_counter()
        try:
            with urllib.request.urlopen(site.address + path, timeout=300) as answer:
                size = len(answer.read())
        except urllib.error.HTTPError as error:
            size = len(error.read())
        waited.append((time.perf_counter() - began) * 1000)
        if sizes is not None:
            sizes.append(size)
    return waited, (read_processor(site.process) - before) / len(paths)


def read_processor(process: int) -> float:
    """Milliseconds that a process has had of processors."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def summary(waited: list[float], processor: float) -> Measured:
    cuts = quantiles(waited, n=20)
    return {"p50": cuts[9], "p95": cuts[18], "processor": processor}


if __name__ == "__main__":
    main()
