"""What serve.py has measured, as tables in Markdown: each aim with the worst figure that counts for it, and all figures."""

import os
import platform
import sqlite3
from importlib.metadata import version
from typing import NamedTuple

VISITORS, ABUSERS = 4, 16


class Key(NamedTuple):
    """What a figure is of: number of plans, whether others abuse SQL, how it was asked, and the name of the page."""

    plans: int
    abused: bool
    way: str
    page: str


class Figure(NamedTuple):
    """Requests per second, milliseconds of the median and of the slowest 5 % and 1 %, requests that failed."""

    rate: float
    p50: float
    p95: float
    p99: float
    failed: int


class Memory(NamedTuple):
    """Bytes of one server: idle, most under any greedy query, and that query."""

    idle: int
    peak: int
    query: str


def show_table(title: str, columns: list[str], rows: list[list[str]]) -> str:
    lines = [f"### {title}", "", f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def show_aims(figures: dict[Key, Figure], memory: dict[int, dict[str, Memory]]) -> str:
    """Each aim with the worst figure that counts for it."""
    sizes, pages = list(memory), find_pages(figures)
    rows = []

    def add(aim: str, measured: str, met: bool) -> None:
        rows.append([aim, measured, "yes" if met else "**no**"])

    def worst(way: str, than: str, plans: int) -> tuple[float, str]:
        return min((rate(figures, plans, way, page) / rate(figures, plans, than, page), page) for page in pages)

    for plans in sizes:
        ratio, page = worst("warm", "stock", plans)
        add(f"{say_plans(plans)}: a warm page ≥ 40 × stock", f"{ratio:,.0f} × ({page})", ratio >= 40)
    for plans in sizes:
        ratio = rate(figures, plans, "cold", "table") / rate(figures, plans, "stock", "table")
        add(f"{say_plans(plans)}: the table page cold ≥ 2 × stock", f"{ratio:.1f} ×", ratio >= 2)
    for plans in sizes:
        ratio, page = worst("nginx", "file", plans)
        add(f"{say_plans(plans)}: behind nginx ≥ 60 % of a file", f"{100 * ratio:.0f} % ({page})", ratio >= 0.6)
    for plans in sizes:
        for way in ("cold", "warm", "nginx"):
            slower = [(figures[plans, True, way, p].p99 / figures[plans, False, way, p].p99, p) for p in pages]
            failed = sum(figures[plans, True, way, page].failed for page in pages)
            ratio, page = max(slower)
            aim = f"{say_plans(plans)}, {way}, under abuse: p99 ≤ 2 × that without, none failed"
            add(aim, f"{ratio:.1f} × ({page}), {failed} failed", ratio <= 2 and not failed)
    for plans in sizes:
        found = memory[plans]["ours"]
        more = (found.peak - found.idle) / 1e6
        add(f"{say_plans(plans)}: memory under any query ≤ 150 MB above idle", f"{more:,.0f} MB", more <= 150)
    small, large = min(sizes), max(sizes)
    ratio, page = max((figures[large, False, "alone", p].p95 / figures[small, False, "alone", p].p95, p) for p in pages)
    add(f"p95 with {say_plans(large)} ≤ 1.5 × that with one", f"{ratio:.1f} × ({page})", ratio <= 1.5)
    table = figures[large, False, "alone", "table"].p50
    add(f"{say_plans(large)}: a table page ≤ 60 ms", f"{table:.0f} ms", table <= 60)
    return show_table("Aims", ["aim", "measured", "met"], rows)


def show_requests(figures: dict[Key, Figure], plans: int) -> str:
    """Requests per second and p99 of one process, and how many times those of stock Datasette."""
    rows = []
    for page in find_pages(figures):
        stock = rate(figures, plans, "stock", page)
        cells = [page, say_figure(figures[plans, False, "stock", page])]
        for way in ("cold", "warm", "304"):
            figure = figures[plans, False, way, page]
            cells.append(f"{say_figure(figure)}, {figure.rate / stock:,.1f} ×")
        rows.append(cells)
    columns = ["page", "stock", "ours, cold", "ours, warm", "ours, 304"]
    return show_table(f"One process, {say_plans(plans)}: requests/s, p99, times stock", columns, rows)


def show_nginx(figures: dict[Key, Figure]) -> str:
    rows = []
    for plans in find_sizes(figures):
        for page in find_pages(figures):
            warm, known, file = (figures[plans, False, way, page] for way in ("nginx", "nginx 304", "file"))
            rows.append(
                [
                    f"{plans:,}",
                    page,
                    say_figure(warm),
                    say_figure(known),
                    say_figure(file),
                    f"{100 * warm.rate / file.rate:.0f} %",
                ]
            )
    columns = ["plans", "page", "ours behind nginx", "304", "the same bytes as a file", "ours / file"]
    return show_table("Behind nginx: requests/s, p99", columns, rows)


def show_abuse(figures: dict[Key, Figure]) -> str:
    ways = ("stock", "cold", "warm", "304", "nginx")
    rows = []
    for plans in find_sizes(figures):
        for page in find_pages(figures):
            cells = [f"{plans:,}", page]
            for way in ways:
                before, after = (figures[plans, abused, way, page] for abused in (False, True))
                failed = f", {after.failed} failed" if after.failed else ""
                cells.append(f"{say_time(before.p99)} → {say_time(after.p99)}{failed}")
            rows.append(cells)
    columns = ["plans", "page", "stock", "ours, cold", "ours, warm", "ours, 304", "ours behind nginx"]
    return show_table(f"p99 without and with {ABUSERS} connections that abuse SQL", columns, rows)


def show_growth(figures: dict[Key, Figure]) -> str:
    sizes = find_sizes(figures)
    rows = []
    for page in find_pages(figures):
        found = [figures[plans, False, "alone", page] for plans in sizes]
        cells = [f"{say_time(figure.p50)}, {say_time(figure.p95)}" for figure in found]
        rows.append([page, *cells, f"{found[-1].p95 / found[0].p95:.1f} ×"])
    columns = ["page", *(say_plans(plans) for plans in sizes), "p95"]
    return show_table("Cold, one visitor: p50, p95", columns, rows)


def show_memory(memory: dict[int, dict[str, Memory]]) -> str:
    rows = [
        [f"{plans:,}", name, say_bytes(found.idle), say_bytes(found.peak), say_bytes(found.peak - found.idle), f"`{found.query}`"]
        for plans, sites in memory.items()
        for name, found in sites.items()
    ]  # fmt: skip
    columns = ["plans", "server", "idle", "most", "above idle", "with"]
    return show_table("Memory of one server under greedy queries", columns, rows)


def rate(figures: dict[Key, Figure], plans: int, way: str, page: str) -> float:
    return figures[Key(plans, False, way, page)].rate


def find_sizes(figures: dict[Key, Figure]) -> list[int]:
    return sorted({key.plans for key in figures})


def find_pages(figures: dict[Key, Figure]) -> list[str]:
    return list(dict.fromkeys(key.page for key in figures))


def say_plans(plans: int) -> str:
    return "1 plan" if plans == 1 else f"{plans:,} plans"


def say_figure(figure: Figure) -> str:
    return f"{figure.rate:,.{0 if figure.rate >= 100 else 1}f}/s, {say_time(figure.p99)}"


def say_time(milliseconds: float) -> str:
    if milliseconds == float("inf"):
        return "no answer"
    return (
        f"{milliseconds / 1000:,.1f} s"
        if milliseconds >= 10000
        else f"{milliseconds:,.{0 if milliseconds >= 10 else 1}f} ms"
    )


def say_bytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"


def describe_machine(rounds: int, seconds: float) -> str:
    return (
        f"{VISITORS} connections unless the table says otherwise, {rounds} rounds of {seconds:g} s each. Measured with Datasette "
        f"{version('datasette')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} on {platform.system()} "
        f"{platform.machine()} with {os.cpu_count()} processors, which the server and wrk share."
    )
