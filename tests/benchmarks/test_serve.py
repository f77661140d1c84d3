"""benchmarks/serve.py at its smallest: every way of asking is answered, and every table has its figures."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import serve
from benchmarks.figures import Figure, Key
from tests.programs import need


def test_every_table_is_measured_and_written_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("wrk", "wrk")
    need("nginx", "nginx-light")
    monkeypatch.setattr(serve, "PAGES", serve.PAGES[1:2])
    monkeypatch.setattr(serve, "GREEDY", ("SELECT printf('%.*c', 2000000, 'x')",))
    page = tmp_path / "page.md"
    page.write_text(f"before\n{serve.BEGIN}\nwas here\n{serve.END}\nafter\n", "utf-8")
    options = ["--plans", "1", "--rounds", "1", "--seconds", "0.2", "--folder", str(tmp_path), "--write", str(page)]
    monkeypatch.setattr(serve, "show_aims", lambda *_: "### Aims")  # too short for every way to be answered
    done = CliRunner().invoke(serve.main, options, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{serve.BEGIN}\n### Aims")
    assert text.endswith(f"{serve.END}\nafter\n")
    assert "was here" not in text
    rows = [line for line in text.splitlines() if re.match(r"\| (\d+ \| )?measure ", line)]
    assert len(rows) == 4  # requests, nginx, abuse, growth
    unloaded = [row for row in rows if "→" not in row]
    assert all(re.search(r"\d/s", row) for row in unloaded[:-1])
    assert re.search(r"\| 1 \| stock \| \d+ MB \| \d+ MB", text)


def test_aims_are_judged_by_the_worst_page() -> None:
    ways = ("stock", "cold", "warm", "304", "nginx", "nginx 304", "file", "alone")
    fast, slow = Figure(8000.0, 0.5, 1.0, 2.0, 0), Figure(100.0, 10.0, 20.0, 30.0, 0)
    figures = {
        Key(plans, abused, way, page.name): slow if way in ("stock", "cold") else fast
        for plans in (1, 3)
        for abused in (False, True)
        for way in ways
        for page in serve.PAGES
    }
    memory = {plans: {"ours": serve.Memory(100_000_000, 180_000_000, "SELECT 1")} for plans in (1, 3)}
    assert [row[1:] for row in read_rows(serve.show_aims(figures, memory))][:4] == [
        ["80 × (CSV)", "yes"],
        ["80 × (CSV)", "yes"],
        ["1.0 ×", "**no**"],
        ["1.0 ×", "**no**"],
    ]
    figures[Key(3, True, "warm", "search")] = fast._replace(p99=4.1)
    figures[Key(3, True, "nginx", "search")] = fast._replace(failed=1)
    figures[Key(3, False, "nginx", "home")] = fast._replace(rate=4000.0)
    memory[1]["ours"] = serve.Memory(100_000_000, 251_000_000, "SELECT 1")
    unmet = [row[:2] for row in read_rows(serve.show_aims(figures, memory)) if row[2] != "yes"]
    assert [measured for _, measured in unmet[2:]] == [
        "50 % (home)",
        "2.0 × (search), 0 failed",
        "1.0 × (table), 1 failed",
        "151 MB",
    ]


def read_rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[4:]]
