"""What scale.py has measured, as a page in Markdown and a picture of growth."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import say_bytes, show_table

Measured = dict[str, Any]
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
WINDOW = ("table with a filter", "search, of a city", "progress of a plan", "compare of a city", "CSV of a plan")
# Each line of the picture: name, colour, and its figure; all are shown as multiples of what one plan costs.
LINES: list[tuple[str, str, Callable[[Measured], float]]] = [
    ("full build", "#0017c1", lambda m: m["full"]["processor"]),
    ("build after one change", "#118d42", lambda m: m["again"]["processor"]),
    ("bytes of plans.db", "#8a4b00", lambda m: m["bytes"]["plans.db"]),
    ("memory of the build", "#a60000", lambda m: m["full"]["memory"]),
    ("a page of the window", "#6b21a8", lambda m: worst_page(m)[0]),
]


def write_page(found: Sequence[Measured], page: Path) -> None:
    """Replace the measured part of the page, and write the picture beside it."""
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    parts = [
        show_aims(found),
        f"![Growth]({page.stem}.svg)",
        show_builds(found),
        show_pages(found),
        show_searches(found),
        show_copies(found[-1]),
        show_machine(found),
    ]
    page.write_text(f"{before}{BEGIN}\n" + "\n\n".join(parts) + f"\n{END}{after}", "utf-8")
    page.with_suffix(".svg").write_text(draw(found), "utf-8")


def worst_page(measured: Measured) -> tuple[float, str]:
    """The most processor time of a page of the window that is of one plan or municipality."""
    return max((measured["ours"][name]["processor"], name) for name in WINDOW)


def show_aims(found: Sequence[Measured]) -> str:
    first, last = found[0], found[-1]
    ratio, slowest = max((last["ours"][n]["p95"] / first["ours"][n]["p95"], n) for n in WINDOW)
    worked, heaviest = max((last["ours"][n]["processor"] / first["ours"][n]["processor"], n) for n in WINDOW)
    memory = max(max(m["full"]["memory"], m["again"]["memory"], m["memory"]) for m in found) / 1e6
    raw = last["raw"]["processor"] / last["full"]["processor"]
    searched, where = max((times["p95"], name) for name, times in last["search"].items())
    busy = max(times["processor"] for times in last["search"].values())
    aims = [
        ("memory ≤ 600 MB at any size", f"{memory:,.0f} MB", memory <= 600),
        ("a build ≥ 0.5 of raw inserts of the same rows", f"{raw:.3f}", raw >= 0.5),
        (
            "one changed plan in plans.db in ≤ 10 s",
            f"{last['again']['seconds']:.1f} s, processor {last['again']['processor']:.1f} s",
            last["again"]["seconds"] <= 10,
        ),
        (
            "window pages p95 ≤ 1.5 × that at one plan",
            f"{ratio:.1f} × ({slowest}), processor {worked:.1f} × ({heaviest})",
            ratio <= 1.5,
        ),
        ("search p95 ≤ 30 ms with any filter", f"{searched:.0f} ms ({where}), processor {busy:.0f} ms", searched <= 30),
    ]
    title = f"Aims, at {last['plans']:,} plans with {last['rows']['measures']:,} measures"
    return show_table(title, "aim|measured|met", [(*aim, "yes" if met else "**no**") for *aim, met in aims])


def show_builds(found: Sequence[Measured]) -> str:
    columns = "plans|rows|raw inserts|full build|after one change|most memory|plans.db|kept rows|permanent addresses|all of them, asked one by one|their bytes"
    rows = [
        (
            f"{m['plans']:,}", f"{m['raw']['rows']:,}", say_seconds(m["raw"]), say_seconds(m["full"]), say_seconds(m["again"]),
            say_bytes(max(m["full"]["memory"], m["again"]["memory"])), say_bytes(m["bytes"]["plans.db"]), say_bytes(m["bytes"][".plans.db.rows"]),
            f"{m['addresses']:,}", f"{m['bake']['processor'] * m['addresses'] / 3600:,.2f} h", f"{m['bake']['bytes'] * m['addresses'] / 1e9:,.2f} GB",
        )
        for m in found
    ]  # fmt: skip
    return show_table("Builds (processor time; time of the clock)", columns, rows)


def show_pages(found: Sequence[Measured]) -> str:
    rows = [
        [name, *(f"{say_page(m['ours'][name])}; {say_page(m['stock'][name])}" for m in found)]
        for name in found[0]["ours"]
    ]
    return show_table(
        "Pages: p50 / p95 (processor) in ms, ours; stock Datasette's nearest",
        "|".join(["page", *(f"{m['plans']:,}" for m in found)]),
        rows,
    )


def show_searches(found: Sequence[Measured]) -> str:
    rows = [[name, *(say_page(m["search"][name]) for m in found)] for name in found[0]["search"]]
    return show_table(
        "The search itself: p50 / p95 (p95 of the processor) in ms",
        "|".join(["filter", *(f"{m['plans']:,}" for m in found)]),
        rows,
    )


def show_copies(last: Measured) -> str:
    rows = [
        (number, f"{of['rate']:,.0f}/s", f"{of['p95']:,.0f} ms", say_bytes(of["memory"]))
        for number, of in last["copies"].items()
    ]
    title = f"Copies of the window, at {last['plans']:,} plans: four visitors ask them in turn"
    return show_table(title, "processes|pages|p95|memory of all", rows)


def show_machine(found: Sequence[Measured]) -> str:
    loads = ", ".join(f"{m['load']:.1f} at {m['plans']:,}" for m in found)
    memory = ", ".join(f"{say_bytes(m['memory'])} at {m['plans']:,}" for m in found)
    return f"Most memory of the process that served: {memory}. {found[-1]['machine']} Load of the machine when a size began: {loads}."


def say_seconds(measured: Measured) -> str:
    return f"{measured['processor']:,.1f} s; {measured['seconds']:,.1f} s"


def say_page(times: Measured) -> str:
    return f"{times['p50']:,.0f} / {times['p95']:,.0f} ({times['processor']:,.0f})"


def draw(found: Sequence[Measured]) -> str:
    """Multiples of the cost of the smallest size, both axes by powers of ten."""
    sizes = [m["plans"] for m in found]
    lines = [(name, colour, [of(m) / of(found[0]) for m in found]) for name, colour, of in LINES]
    top = max(math.log10(max(max(values) for *_, values in lines)), 1)
    right = max(math.log10(sizes[-1] / sizes[0]), 1)

    def at(size: float, value: float) -> str:
        return f"{60 + 440 * math.log10(size / sizes[0]) / right:.1f},{330 - 300 * math.log10(max(value, 1)) / top:.1f}"

    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 370" font-family="sans-serif" font-size="13"><title>Cost by number of plans, as multiples of that of {sizes[0]}</title><rect width="760" height="370" fill="#fff"/>'
    ]
    for power in range(int(top) + 1):
        x, y = at(sizes[0], 10**power).split(",")
        drawn.append(
            f'<path d="M{x} {y}H500" stroke="#ddd"/><text x="52" y="{float(y) + 4:.1f}" text-anchor="end">×{10**power:,}</text>'
        )
    for size in sizes:
        drawn.append(f'<text x="{at(size, 1).split(",")[0]}" y="350" text-anchor="middle">{size:,}</text>')
    for i, (name, colour, values) in enumerate(sorted(lines, key=lambda line: -line[2][-1])):
        points = " ".join(at(size, value) for size, value in zip(sizes, values, strict=True))
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(
            f'<path d="M515 {24 + 24 * i}h20" stroke="{colour}" stroke-width="3"/><text x="542" y="{28 + 24 * i}">{name} (×{values[-1]:,.1f})</text>'
        )
    return "\n".join([*drawn, '<text x="280" y="366" text-anchor="middle">plans</text>', "</svg>", ""])
