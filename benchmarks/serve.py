"""The site beside stock Datasette and nginx: how fast, how large. `python -m benchmarks.serve --help`.

Needs wrk and nginx. Every figure is the median of rounds in which all servers take turns on one machine.
"""

import json
import math
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

import click

from benchmarks.sites import Site, bake, build_folder, run_nginx, run_ours, run_stock, watch_memory
from benchmarks.written import describe_machine, fill, replace_measured
from keikaku.publish.addresses import name_file
from tests.browser.running_site import ROOT, find_processes, free_port, read_memory

SLOW = 60  # seconds after which a request has failed
STOCKS_TABLE = "stock's table page"
TABLE, CSV, UNMET = "/plans/measures", "/plans/measures.csv", "/plans/unmet_targets"
WORD = quote("給食")
SQL = quote("select * from unmet_targets where plan_id = :plan")
# Name -> address, the same for stock Datasette.
FILES = {"home": "/", "measure": "/plans/measures/{measure}", "table": TABLE, "query": UNMET, "CSV": CSV}
# Name -> our address and the nearest of stock Datasette.
WINDOW = {
    "table with a filter": (f"{TABLE}?plan_id={{plan}}", f"{TABLE}?plan_id={{plan}}"),
    "search": (f"/plans/search?q={WORD}", f"/plans/search_documents?body__contains={WORD}"),
    "query with an argument": (f"{UNMET}?plan={{plan}}", f"/plans?sql={SQL}&plan={{plan}}"),
    "CSV with a filter": (f"{CSV}?plan_id={{plan}}", f"{CSV}?plan_id={{plan}}"),
}
COUNTING = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
ENDLESS = "/plans?sql=" + quote(f"{COUNTING} SELECT count(*) FROM c")
GREEDY = [
    f"{COUNTING} SELECT n FROM c ORDER BY n DESC",
    f"{COUNTING} SELECT group_concat(n) FROM c",
    f"{COUNTING} SELECT hex(randomblob(100000)) FROM (SELECT n FROM c LIMIT 2000)",
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION SELECT n + 1 FROM c) SELECT max(n) FROM c",
    "SELECT length(hex(zeroblob(400000000)))",
    "SELECT a.*, b.* FROM search_documents AS a, search_documents AS b ORDER BY a.body || b.body",
]


class Figure(NamedTuple):
    """Requests per second, milliseconds of the median, requests that failed."""

    rate: float
    p50: float
    failed: int


class Result(NamedTuple):
    """A page of a database with so many plans, as each way answers it that was asked: stock, serve, abused, nginx, file."""

    page: str
    plans: int
    figures: Mapping[str, Figure]

    def compare(self, one: str, other: str) -> float:
        """How many times as many requests per second one answers as the other; infinite if that one answered none."""
        return divide(self.figures[one].rate, self.figures[other].rate)

    def slow_down(self) -> float:
        return divide(self.figures["abused"].p50, self.figures["serve"].p50)


class Memory(NamedTuple):
    """Bytes of all processes of a site: idle, most under any greedy query, and that query."""

    idle: int
    most: int
    query: str


class Question(NamedTuple):
    """What is asked again and again: a page of a server (stock, serve, nginx, file), by so many visitors at once."""

    page: str
    server: str
    address: str
    visitors: int
    new: bool  # whether every request has an argument that none had before


@click.command()
@click.option("--plans", default=1741, show_default=True, help="Number of plans of the larger database.")
@click.option("--rounds", default=3, show_default=True, help="Rounds of which each figure is the median.")
@click.option("--seconds", default=1.5, show_default=True, help="How long each figure of a round is measured.")
@click.option("--bake", "bakes", multiple=True, type=int, help="Number of plans whose whole bake is measured, too.")
@click.option("--folder", type=click.Path(path_type=Path), help="Folder that keeps the larger databases.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Page whose measured part is replaced.")
def main(
    plans: int, rounds: int, seconds: float, bakes: tuple[int, ...], folder: Path | None, write: Path | None
) -> None:
    """Measure and print Markdown."""
    if not shutil.which("wrk"):
        raise click.ClickException("wrk is not installed")
    with tempfile.TemporaryDirectory() as temporary:
        kept = (folder or Path(temporary)).absolute()
        folders = {number: build_folder(kept, number) for number in sorted({1, plans})}
        results = measure(folders, Path(temporary), rounds, seconds)
        memory = {number: measure_memory(place) for number, place in folders.items()}
        baked = {n: bake(build_folder(kept, n), "http://localhost/") for n in bakes}
    told = {"aims": list_aims(results, memory), "results": results, "memory": memory, "bakes": baked}
    text = fill("serve.md", **told, rounds=rounds, seconds=seconds, machine=describe_machine())
    click.echo(text)
    if write:
        replace_measured(write, text)


def measure(folders: dict[int, Path], place: Path, rounds: int, seconds: float) -> list[Result]:
    """Every page of every database, of all servers in turns; the files are those of one plan."""
    taken: dict[tuple[str, int], dict[str, list[Figure]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as running:
        asked = {plans: list(start_servers(running, folder, plans, place)) for plans, folder in folders.items()}
        for _ in range(rounds):
            for plans, questions in asked.items():
                for question in questions:
                    taken[question.page, plans][question.server].append(ask(question, seconds))
                ours = [question for question in questions if question.server == "serve"]
                with abuse(ours[0].address):
                    for question in ours:
                        taken[question.page, plans]["abused"].append(ask(question, seconds))
    return [
        Result(page, plans, {way: combine(figures) for way, figures in ways.items()})
        for (page, plans), ways in taken.items()
    ]


def combine(rounds: Sequence[Figure]) -> Figure:
    rates, times, failed = zip(*rounds, strict=True)
    return Figure(median(rates), median(times), sum(failed))


def divide(one: float, other: float) -> float:
    """Infinite where nothing was measured to divide by, or both are without end."""
    return math.inf if other == 0 or one == other == math.inf else one / other


def list_aims(results: Sequence[Result], memory: Mapping[int, Memory]) -> list[tuple[str, str, bool]]:
    """Each aim with the worst figure that counts for it, and whether it is met; a ratio against nothing measured meets none."""

    def say(form: str, worst: tuple[float, str]) -> str:
        return f"{form.format(worst[0]) if worst[0] < math.inf else 'nothing measured'} ({worst[1]})"

    ours = [result for result in results if "serve" in result.figures]
    files = [result for result in ours if "nginx" in result.figures]
    faster = min((result.compare("serve", "stock"), result.page) for result in files)
    same = min((result.compare("nginx", "file"), result.page) for result in files)
    slowest = max((result.figures["serve"].p50, result.page) for result in ours)
    table = next(result.figures["stock"].p50 for result in reversed(results) if result.page == STOCKS_TABLE)
    window = divide(table, slowest[0]), slowest[1]
    slowed = max((result.slow_down(), result.page) for result in ours)
    failed = sum(result.figures[way].failed for result in ours for way in ("serve", "abused"))
    more = max(found.most - found.idle for found in memory.values()) / 1e6
    return [
        ("a file by `make serve` ≥ 20 × stock's page", say("{:.0f} ×", faster), 20 <= faster[0] < math.inf),
        ("a page by nginx = the file by its name", say("{:.0%}", same), 0.9 <= same[0] < math.inf),
        ("a window page ≤ 50 ms", f"{slowest[0]:.0f} ms ({slowest[1]})", slowest[0] <= 50),
        (f"a window page ≥ 2 × {STOCKS_TABLE}", say("{:.1f} ×", window), 2 <= window[0] < math.inf),
        ("a page under endless queries ≤ 2 × at rest", say("{:.1f} ×", slowed), slowed[0] <= 2),
        ("requests that failed, under endless queries too: none", f"{failed}", not failed),
        ("memory under any query ≤ 150 MB above idle", f"{more:.0f} MB", more <= 150),
    ]


def start_servers(running: ExitStack, folder: Path, plans: int, place: Path) -> Iterator[Question]:
    """What is asked of the servers of one database, which run until `running` ends."""
    port = free_port()
    if plans == 1:
        bake(folder, f"http://127.0.0.1:{port}/")
        nginx = running.enter_context(run_nginx(folder, place)).address
    serve = running.enter_context(run_ours(folder, port)).address
    stock = running.enter_context(run_stock(folder)).address
    with sqlite3.connect(folder / "plans.db") as connection:
        plan, measure = connection.execute("SELECT plan_id, id FROM measures ORDER BY id LIMIT 1 OFFSET 5").fetchone()
    for page, form in FILES.items() if plans == 1 else ():
        path = form.format(measure=measure)
        ours = {"serve": f"{serve}{path}", "nginx": f"{nginx}{path}", "file": f"{nginx}/file/{name_file(path)}"}
        if len({fetch(address) for address in ours.values()}) > 1:
            raise click.ClickException(f"{path} is not the same file everywhere")
        for server, address in {**ours, "stock": f"{stock}{path}"}.items():
            yield Question(page, server, address, visitors=4, new=False)
    for page, forms in WINDOW.items():
        for server, address in (("serve", serve + forms[0]), ("stock", stock + forms[1])):
            yield Question(page, server, address.format(plan=plan), visitors=1, new=True)
    yield Question(STOCKS_TABLE, "stock", stock + TABLE, visitors=1, new=True)


def ask(question: Question, seconds: float) -> Figure:
    """Measured for longer while nothing has been answered, for a minute at most."""
    began = time.monotonic()
    with suppress(OSError):
        fetch(question.address)
    seconds = max(seconds, 3 * (time.monotonic() - began))  # some pages of stock Datasette take seconds
    while True:
        wrk = start_wrk(question.address, seconds, question.visitors, question.new)
        printed, _ = wrk.communicate(timeout=4 * SLOW)
        found = json.loads(printed.splitlines()[-1])
        if found["requests"] or seconds >= SLOW:
            return Figure(found["requests"] / found["seconds"], found["p50"] or math.inf, found["failed"])
        seconds = min(2 * seconds, SLOW)


def start_wrk(address: str, seconds: float, connections: int, new: bool) -> subprocess.Popen[str]:
    # wrk takes whole seconds, so it is ended by a signal.
    command = ["timeout", "--signal=INT", str(seconds), "wrk", "--threads=1", "--duration=1h", f"--timeout={SLOW}s"]
    command += [f"--connections={connections}", f"--script={ROOT / 'benchmarks/requests.lua'}"]
    command += ["--header=Accept-Encoding: gzip", address, "--", *(["new", str(time.monotonic_ns())] if new else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def fetch(address: str) -> bytes:
    request = urllib.request.Request(address, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=SLOW) as response:
        content: bytes = response.read()
    return content


@contextmanager
def abuse(address: str) -> Iterator[None]:
    """16 visitors of a site ask for endless queries, until the block ends and the site has none left."""
    site = address.partition("/plans")[0].rstrip("/")
    wrk = start_wrk(site + ENDLESS, 3600, 16, new=True)
    try:
        time.sleep(1)  # until they are all under way
        yield
    finally:
        wrk.terminate()
        wrk.communicate()
        for _ in range(SLOW):
            with suppress(OSError):
                fetch(f"{site}/plans.json?sql=select+1")
                break


def measure_memory(folder: Path) -> Memory:
    """Each query as page, JSON and CSV at once."""
    with run_ours(folder, free_port()) as site:
        for path in ("/", TABLE, f"/plans/search?q={WORD}", "/plans.json?sql=select+1"):
            fetch(site.address + path)
        idle = sum(read_memory(process, "VmRSS") for process in find_processes(site.process))
        return Memory(idle, *max((find_most(site, query), query) for query in GREEDY))


def find_most(site: Site, query: str) -> int:
    def swallow(ending: str) -> None:
        with suppress(OSError):
            fetch(f"{site.address}/plans{ending}?sql={quote(query)}")

    with watch_memory(site.process) as samples, ThreadPoolExecutor() as visitors:
        list(visitors.map(swallow, ("", ".json", ".csv")))
    return max(map(sum, samples))


if __name__ == "__main__":
    main()
