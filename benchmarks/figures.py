"""What serve.py has measured, as tables in Markdown: each aim with the worst figure that counts for it, and all figures."""

import math
import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from statistics import median
from typing import NamedTuple

from benchmarks.sites import Bake

STOCKS_TABLE = "stock's table page"
WAYS = {
    "stock": "stock",
    "serve": "`make serve`",
    "abused": "under endless queries",
    "nginx": "nginx",
    "file": "file by its name",
}


class Figure(NamedTuple):
    """Requests per second, milliseconds of the median, requests that failed."""

    rate: float
    p50: float
    failed: int


class Result(NamedTuple):
    """A page of a database with so many plans, as each of WAYS answers it that was asked."""

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


def divide(one: float, other: float) -> float:
    """Infinite where nothing was measured to divide by, or both are without end."""
    return math.inf if other == 0 or one == other == math.inf else one / other


def combine(rounds: Sequence[Figure]) -> Figure:
    rates, times, failed = zip(*rounds, strict=True)
    return Figure(median(rates), median(times), sum(failed))


def show_aims(results: Sequence[Result], memory: Mapping[int, Memory]) -> str:
    """Each with the worst figure that counts for it; a ratio against nothing measured meets none."""
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
    aims = [
        ("a file by `make serve` ≥ 20 × stock's page", say_ratio("{:.0f} ×", faster), 20 <= faster[0] < math.inf),
        ("a page by nginx = the file by its name", say_ratio("{:.0%}", same), 0.9 <= same[0] < math.inf),
        ("a window page ≤ 50 ms", f"{slowest[0]:.0f} ms ({slowest[1]})", slowest[0] <= 50),
        (f"a window page ≥ 2 × {STOCKS_TABLE}", say_ratio("{:.1f} ×", window), 2 <= window[0] < math.inf),
        ("a page under endless queries ≤ 2 × at rest", say_ratio("{:.1f} ×", slowed), slowed[0] <= 2),
        ("requests that failed, under endless queries too: none", f"{failed}", not failed),
        ("memory under any query ≤ 150 MB above idle", f"{more:.0f} MB", more <= 150),
    ]
    return show_table("Aims", "aim|measured|met", [(*aim, "yes" if met else "**no**") for *aim, met in aims])


def show_pages(results: Sequence[Result]) -> str:
    rows = []
    for page, plans, figures in results:
        rows.append([f"{plans:,}", page, *(say_figure(figures[way]) if way in figures else "" for way in WAYS)])
    return show_table("Requests per second, and p50", "|".join(["plans", "page", *WAYS.values()]), rows)


def show_memory(memory: Mapping[int, Memory]) -> str:
    rows = [
        (f"{plans:,}", say_bytes(idle), say_bytes(most), say_bytes(most - idle), f"`{query}`")
        for plans, (idle, most, query) in memory.items()
    ]
    return show_table("Memory of all processes of a site", "plans|idle|most|above idle|with", rows)


def show_bakes(bakes: Mapping[int, Bake]) -> str:
    rows = [
        (f"{plans:,}", f"{files:,}", f"{seconds:,.0f} s", say_bytes(leading), say_bytes(asking))
        for plans, (files, seconds, leading, asking) in bakes.items()
    ]
    return show_table("A whole bake", "plans|files|time|most memory of the leading process|of one that asks", rows)


def show_table(title: str, columns: str, rows: Sequence[Sequence[str]]) -> str:
    lines = [columns.split("|"), ["---"] * (columns.count("|") + 1), *rows]
    return "\n".join([f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines)])


def say_ratio(form: str, worst: tuple[float, str]) -> str:
    ratio, page = worst
    return f"{form.format(ratio) if ratio < math.inf else 'nothing measured'} ({page})"


def say_figure(figure: Figure) -> str:
    return f"{_round(figure.rate)}/s, {_round(figure.p50)} ms"


def _round(number: float) -> str:
    """To about two digits."""
    return f"{number:,.{0 if number >= 10 else 1 if number >= 1 else 2}f}"


def say_bytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def describe_machine() -> str:
    return (
        f"Datasette {version('datasette')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} on "
        f"{platform.machine()} with {os.cpu_count()} processors, which servers and wrk share."
    )
