"""What scale.py has measured: which aims hold, and how each cost grows with the number of plans."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.written import fill, replace_measured, say_bytes

Measured = dict[str, Any]
COUNTRY = 1741  # municipalities of Japan: the size that the aims are for
WINDOW = ("table with a filter", "search, of a city", "progress of a plan", "compare of a city", "CSV of a plan")
# Each line of the picture: name, colour, and its figure; all are shown as multiples of what one plan costs.
LINES: list[tuple[str, str, Callable[[Measured], float]]] = [
    ("full build", "#0017c1", lambda m: m["full"]["processor"]),
    ("build after one change", "#118d42", lambda m: m["again"]["processor"]),
    ("bytes of plans.db", "#8a4b00", lambda m: m["bytes"]["plans.db"]),
    ("memory of the build", "#a60000", lambda m: m["full"]["memory"]),
    ("a page of the window", "#6b21a8", lambda m: max(m["ours"][name]["processor"] for name in WINDOW)),
]


def write_page(found: Sequence[Measured], page: Path) -> None:
    """Replace the measured part of the page, and write the picture beside it."""
    words = {"found": found, "aims": list_aims(found), "country": _find_country(found), "picture": f"{page.stem}.svg"}
    replace_measured(page, fill("scale.md", **words))
    page.with_suffix(".svg").write_text(draw(found), "utf-8")


def list_aims(found: Sequence[Measured]) -> list[tuple[str, str, bool]]:
    """Each with what was measured at the size of the country, and whether it is met."""
    first, last = found[0], _find_country(found)
    again, slow, busy = last["again"], *(_grow_worst(first, last, what) for what in ("p95", "processor"))
    memory = max(max(m["full"]["memory"], m["again"]["memory"], m["memory"]) for m in found)
    raw = last["raw"]["processor"] / last["full"]["processor"]
    searched, where = max((times["p95"], name) for name, times in last["search"].items())
    worked = max(times["processor"] for times in last["search"].values())
    changed = f"{again['seconds']:.1f} s, processor {again['processor']:.1f} s"
    pages = f"{slow[0]:.1f} × ({slow[1]}), processor {busy[0]:.1f} × ({busy[1]})"
    found_in = f"{searched:.0f} ms ({where}), processor {worked:.0f} ms"
    larger = [
        ("window pages p95 ≤ 3 × more at ten times the size", f"{grown:.1f} × ({name})", grown <= 3)
        for grown, name in (_grow_worst(last, m, "p95") for m in found if m["plans"] >= 10 * last["plans"])
    ]
    return [
        ("memory ≤ 600 MB at any size", say_bytes(memory), memory <= 600e6),
        ("a build ≥ 0.5 of raw inserts of the same rows", f"{raw:.3f}", raw >= 0.5),
        ("one changed plan in plans.db in ≤ 10 s", changed, again["seconds"] <= 10),
        ("window pages p95 ≤ 1.5 × that at one plan", pages, slow[0] <= 1.5),
        *larger,
        ("search p95 ≤ 30 ms with any filter", found_in, searched <= 30),
    ]


def _find_country(found: Sequence[Measured]) -> Measured:
    """Of the sizes measured the largest that is not beyond the country's."""
    return max((m for m in found if m["plans"] <= COUNTRY), key=lambda m: m["plans"])


def _grow_worst(first: Measured, last: Measured, what: str) -> tuple[float, str]:
    """The page of the window whose cost has grown most, and how many times."""
    return max((last["ours"][name][what] / first["ours"][name][what], name) for name in WINDOW)


def draw(found: Sequence[Measured]) -> str:
    """Multiples of the cost of the smallest size, both axes by powers of ten."""
    sizes = [m["plans"] for m in found]
    lines = [(name, colour, [of(m) / of(found[0]) for m in found]) for name, colour, of in LINES]
    lines.sort(key=lambda line: -line[2][-1])
    top = max(math.log10(max(max(values) for *_, values in lines)), 1)
    right = max(math.log10(sizes[-1] / sizes[0]), 1)

    def at(size: float, value: float) -> str:
        return f"{60 + 440 * math.log10(size / sizes[0]) / right:.1f},{330 - 300 * math.log10(max(value, 1)) / top:.1f}"

    drawn = [(name, colour, " ".join(map(at, sizes, values)), values[-1]) for name, colour, values in lines]
    powers = [(f"{10**power:,}", *at(sizes[0], 10**power).split(",")) for power in range(int(top) + 1)]
    places = [(size, at(size, 1).split(",")[0]) for size in sizes]
    return fill("scale.svg", lines=drawn, powers=powers, sizes=sizes, sizes_at=places) + "\n"
