"""The site beside stock Datasette: how many requests, how fast, how large. `python benchmarks/serve.py --help`.

Needs wrk and nginx. Every figure is the median of rounds in which all servers take turns on one machine.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import quote

import click

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from click.testing import CliRunner  # noqa: E402

from benchmarks.figures import (  # noqa: E402
    ABUSERS,
    VISITORS,
    Figure,
    Key,
    Memory,
    describe_machine,
    show_abuse,
    show_aims,
    show_growth,
    show_memory,
    show_nginx,
    show_requests,
)
from benchmarks.sites import Nginx, Site, run_behind_nginx, run_ours, run_stock  # noqa: E402
from benchmarks.synthetic import InventedPlan, copy_synonyms  # noqa: E402
from build_db import main as build  # noqa: E402
from tests.browser.running_site import find_processes, read_memory  # noqa: E402

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
REQUESTS = ROOT / "benchmarks" / "requests.lua"
LONGEST = 12.0  # seconds that one figure may take
SLOW = 60  # seconds after which a request has failed
LIKE_A_BROWSER = {"Accept-Encoding": "gzip"}
WORD = quote("給食")
UNMET = quote("select * from unmet_targets where plan_id = :plan")


class Page(NamedTuple):
    """A kind of page: its address, and that of the nearest that stock Datasette has, for one {plan} or {measure}."""

    name: str
    ours: str
    stock: str


PAGES = (
    Page("home", "/", "/"),
    Page("measure", "/plans/measures/{measure}", "/plans/measures/{measure}"),
    Page("table", "/plans/measures", "/plans/measures"),
    Page("search", f"/plans/search?q={WORD}", f"/plans/search_documents?body__contains={WORD}"),
    Page("query", "/plans/unmet_targets?plan={plan}", f"/plans?sql={UNMET}&plan={{plan}}"),
    Page("CSV", "/plans/measures.csv?plan_id={plan}", "/plans/measures.csv?plan_id={plan}"),
)
COUNTING = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
ENDLESS = "/plans?sql=" + quote(f"{COUNTING} SELECT count(*) FROM c")
GREEDY = (
    f"{COUNTING} SELECT count(*) FROM c",
    f"{COUNTING} SELECT n FROM c",
    f"{COUNTING} SELECT n FROM c ORDER BY n DESC",
    f"{COUNTING} SELECT count(DISTINCT n || 'x') FROM c",
    f"{COUNTING} SELECT group_concat(n) FROM c",
    f"{COUNTING} SELECT json_group_array(n) FROM c",
    f"{COUNTING} SELECT randomblob(100000) AS x FROM (SELECT n FROM c LIMIT 100000) ORDER BY x",
    f"{COUNTING} SELECT hex(randomblob(100000)) FROM (SELECT n FROM c LIMIT 2000)",
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION SELECT n + 1 FROM c) SELECT max(n) FROM c",
    "SELECT length(hex(zeroblob(400000000)))",
    "SELECT printf('%.*c', 200000000, 'x')",
    "SELECT replace(hex(zeroblob(100000)), '0', hex(zeroblob(1000)))",
    "SELECT a.*, b.* FROM search_documents AS a, search_documents AS b ORDER BY a.body || b.body",
    "SELECT sum(length(a.body || b.body || c.body)) FROM search_documents AS a, search_documents AS b, search_documents AS c",
)
ENDINGS = ("", ".json", ".csv")


@dataclass(frozen=True)
class Size:
    """The servers of one database."""

    plans: int
    database: Path
    stock: Site
    ours: Site
    nginx: Nginx
    plan: str
    measure: str

    def address(self, site: Site, page: Page) -> str:
        path = page.stock if site is self.stock else page.ours
        return site.address + path.format(plan=self.plan, measure=self.measure)


@click.command()
@click.option(
    "--plans", "number", default=1741, show_default=True, help="Number of invented plans of the larger database."
)
@click.option("--rounds", default=3, show_default=True, help="Rounds of which each figure is the median.")
@click.option("--seconds", default=1.5, show_default=True, help="How long each figure of a round is measured.")
@click.option("--folder", type=click.Path(path_type=Path), help="Folder that keeps the invented plans and databases.")
@click.option("--write", type=click.Path(path_type=Path, dir_okay=False), help="Page whose measured part is replaced.")
def main(number: int, rounds: int, seconds: float, folder: Path | None, write: Path | None) -> None:
    """Measure and print Markdown."""
    programs = {name: shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") for name in ("wrk", "nginx")}
    if missing := [name for name, found in programs.items() if not found]:
        raise click.ClickException(f"not installed: {', '.join(missing)}")
    # Short, since the paths of sockets are.
    with tempfile.TemporaryDirectory(prefix="serve") as temporary:
        text = measure(
            folder or Path(temporary) / "kept", Path(temporary), number, rounds, seconds, str(programs["nginx"])
        )
    click.echo(text)
    if write:
        page = write.read_text("utf-8")
        before, _, rest = page.partition(BEGIN)
        write.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")


def measure(kept: Path, place: Path, number: int, rounds: int, seconds: float, nginx: str) -> str:
    """Everything measured, as Markdown."""
    databases = build_databases(kept, number)
    with ExitStack() as running:
        sizes = [running.enter_context(run_size(plans, file, place, nginx)) for plans, file in databases.items()]
        figures = take_figures(sizes, rounds, seconds)
    memory = {plans: measure_memory(file, place / f"memory{plans}") for plans, file in databases.items()}
    sections = [show_aims(figures, memory)]
    sections += [show_requests(figures, plans) for plans in databases]
    sections += [
        show_nginx(figures),
        show_abuse(figures),
        show_growth(figures),
        show_memory(memory),
        describe_machine(rounds, seconds),
    ]
    return "\n\n".join(sections)


# servers


def build_databases(kept: Path, number: int) -> dict[int, Path]:
    """Number of plans -> database; the larger one is built unless it is there."""
    kept.mkdir(parents=True, exist_ok=True)
    one, many = kept / "one.db", kept / f"many-{number}.db"
    build_database(ROOT / "data", one)
    if number == 1:
        return {1: one}
    if not many.exists():
        plans = kept / f"plans-{number}"
        for i in range(1, number + 1):
            InventedPlan(i).write(plans)
        copy_synonyms(plans)
        build_database(plans, many)
    return {1: one, number: many}


def build_database(data: Path, database: Path) -> None:
    result = CliRunner().invoke(build, ["--quiet", "--data", str(data), "--output", str(database)])
    if result.exit_code:
        raise click.ClickException(result.output)


@contextmanager
def run_size(plans: int, database: Path, place: Path, nginx: str) -> Iterator[Size]:
    folder = place / str(plans)
    (folder / "n").mkdir(parents=True)
    with sqlite3.connect(database) as connection:
        names = connection.execute("SELECT plan_id, id FROM measures ORDER BY id LIMIT 1 OFFSET 5").fetchone()
    connection.close()
    with (
        run_stock(database, folder) as stock,
        run_ours(database, folder) as ours,
        run_behind_nginx(database, folder / "n", nginx) as behind,
    ):
        yield Size(plans, database, stock, ours, behind, *names)


# requests


def take_figures(sizes: list[Size], rounds: int, seconds: float) -> dict[Key, Figure]:
    """The median of all rounds for every way of asking for every page."""
    lasting = {(size.plans, page.name): get_ready(size, page) for size in sizes for page in PAGES}
    for size in sizes:
        size.nginx.send_files({page.name: fetch(size.address(size.nginx, page))[1:] for page in PAGES})
    taken: dict[Key, list[Figure]] = {}
    for _ in range(rounds):
        for size in sizes:
            for page in PAGES:
                for way in ("stock", "cold", "warm", "304", "nginx", "nginx 304", "file"):
                    longer = 4 * lasting[size.plans, page.name] if way == "stock" else 0
                    figure = ask(size, page, way, min(LONGEST, max(seconds, longer)))
                    taken.setdefault(Key(size.plans, False, way, page.name), []).append(figure)
            for site, ways in ((size.stock, ["stock"]), (size.ours, ["cold", "warm", "304"]), (size.nginx, ["nginx"])):
                with abuse(site):
                    for page in PAGES:
                        for way in ways:
                            figure = ask(size, page, way, seconds)
                            taken.setdefault(Key(size.plans, True, way, page.name), []).append(figure)
        for page in PAGES:
            for size in sizes:
                figure = ask(size, page, "cold", seconds, visitors=1)
                taken.setdefault(Key(size.plans, False, "alone", page.name), []).append(figure)
    return {key: combine(figures) for key, figures in taken.items()}


def combine(figures: list[Figure]) -> Figure:
    return Figure(
        *(median(figure[i] for figure in figures) for i in range(4)), failed=sum(figure.failed for figure in figures)
    )


def get_ready(size: Size, page: Page) -> float:
    """Ask each server for a page; returns the seconds that stock Datasette takes."""
    for site in (size.ours, size.nginx):
        status, _, _ = fetch(size.address(site, page))
        if status != 200:
            raise click.ClickException(f"{size.address(site, page)} answers {status}")
    began = time.monotonic()
    status, _, _ = fetch(size.address(size.stock, page))
    if status != 200:
        raise click.ClickException(f"{size.address(size.stock, page)} answers {status}")
    return time.monotonic() - began


def ask(size: Size, page: Page, way: str, seconds: float, visitors: int = VISITORS) -> Figure:
    """One figure: visitors ask for a page again and again, each as soon as it has the answer."""
    if way == "file":
        return run_wrk(f"{size.nginx.files}/{page.name}", seconds, visitors)
    site = {"stock": size.stock, "nginx": size.nginx, "nginx 304": size.nginx}.get(way, size.ours)
    address = size.address(site, page)
    if way == "cold":
        return run_wrk(address, seconds, visitors, cold=True)
    known = {}
    if way != "stock":
        _, headers, _ = fetch(address)  # what is kept may have grown old meanwhile
        etag = headers["ETag"]
        known = {"If-None-Match": etag} if way.endswith("304") else {}
        if known and fetch(address, known)[0] != 304:
            raise click.ClickException(f"{address} does not answer 304")
    return run_wrk(address, seconds, visitors, known)


def fetch(address: str, headers: dict[str, str] | None = None) -> tuple[int, Message, bytes]:
    """Status, headers and bytes as they are sent."""
    request = urllib.request.Request(address, headers={**LIKE_A_BROWSER, **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=SLOW) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def run_wrk(
    address: str, seconds: float, connections: int, headers: dict[str, str] | None = None, cold: bool = False
) -> Figure:
    process = start_wrk(address, seconds, connections, headers or {}, cold)
    printed, _ = process.communicate(timeout=seconds + SLOW)
    figures = json.loads(printed.splitlines()[-1])
    if not figures["requests"]:
        return Figure(0, *(3 * [float("inf")]), failed=figures["failed"])
    return Figure(
        figures["requests"] / figures["seconds"], figures["p50"], figures["p95"], figures["p99"], figures["failed"]
    )


def start_wrk(
    address: str, seconds: float, connections: int, headers: dict[str, str], cold: bool
) -> subprocess.Popen[str]:
    # wrk takes whole seconds, so it is ended by a signal.
    command = ["timeout", "--signal=INT", str(seconds), "wrk", "--threads=1", "--duration=1h", f"--timeout={SLOW}s"]
    command += [f"--connections={connections}", f"--script={REQUESTS}"]
    command += [f"--header={name}: {value}" for name, value in {**LIKE_A_BROWSER, **headers}.items()]
    command += [address, "--", *(["cold", str(time.monotonic_ns())] if cold else [])]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


@contextmanager
def abuse(site: Site) -> Iterator[None]:
    """Many connections that ask for endless queries, none of them twice; ends when the site has none left."""
    process = start_wrk(site.address + ENDLESS, 3600, ABUSERS, {}, cold=True)
    try:
        time.sleep(1)
        yield
    finally:
        process.terminate()
        process.communicate()
        wait_until_calm(site)


def wait_until_calm(site: Site) -> None:
    """Stock Datasette goes on with what it was asked for when nobody waits any more."""
    until, before = time.monotonic() + SLOW, float("-inf")
    while (now := read_seconds(site)) - before > 0.05 and time.monotonic() < until:
        before = now
        time.sleep(0.5)


def read_seconds(site: Site) -> float:
    """Of the processor, that the processes of a site have taken so far."""
    processes = [process for server in site.processes for process in find_processes(server)]
    times = [Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13] for process in processes]
    return sum(int(ticks) for pair in times for ticks in pair) / os.sysconf("SC_CLK_TCK")


# memory


def measure_memory(database: Path, place: Path) -> dict[str, Memory]:
    """Of stock Datasette and of ours, each query alone and then as many at once as there are visitors."""
    place.mkdir()
    found = {}
    for name, run in (("stock", run_stock), ("ours", run_ours)):
        with run(database, place) as site:
            pid = site.processes[0]
            for page in PAGES[:1] + PAGES[2:3]:
                fetch(site.address + (page.ours if name == "ours" else page.stock))
            fetch(f"{site.address}/plans.json?sql=select+1")
            idle = add_memory(pid, "VmRSS")
            peaks = [(find_peak(site, pid, query), query) for query in GREEDY]
        found[name] = Memory(idle, *max(peaks))
    return found


def find_peak(site: Site, pid: int, query: str) -> int:
    """Most bytes while a query is asked for in every format, by several visitors at once."""
    for process in find_processes(pid):
        Path(f"/proc/{process}/clear_refs").write_text("5")
    addresses = [f"{site.address}/plans{ending}?sql={quote(query)}" for ending in ENDINGS]
    with ThreadPoolExecutor(len(addresses)) as visitors:
        list(visitors.map(swallow, addresses))
    return add_memory(pid, "VmHWM")


def swallow(address: str) -> None:
    """Ask, and forget the answer piece by piece."""
    try:
        with urllib.request.urlopen(address, timeout=SLOW) as answer:
            while answer.read(65536):
                pass
    except OSError:
        pass


def add_memory(pid: int, name: str) -> int:
    """Of a server and the processes that it has started."""
    return sum(read_memory(process, name) for process in find_processes(pid))


if __name__ == "__main__":
    main()
