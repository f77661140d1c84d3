"""benchmarks/serve.py at its smallest: every page is asked of every server, and what was measured stands between the marks."""

import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import serve, sites
from benchmarks.serve import STOCKS_TABLE, Figure, Memory, Result, list_aims
from benchmarks.written import BEGIN, END
from tests.programs import need
from tests.sites import copy_small_city

FAST, SLOW = Figure(8000.0, 0.5, 0), Figure(100.0, 10.0, 0)


@pytest.mark.long
def test_every_page_is_measured_and_written_between_the_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need("wrk", "wrk")
    need("nginx", "nginx-light")
    monkeypatch.setattr(serve, "GREEDY", ["SELECT printf('%.*c', 2000000, 'x')"])
    monkeypatch.setattr(sites, "REAL", tmp_path / "data")
    copy_small_city(sites.REAL)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nwas here\n{END}\nafter\n", "utf-8")
    options = ["--plans", "1", "--rounds", "1", "--seconds", "0.1", "--write", str(page)]
    done = CliRunner().invoke(serve.main, options, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{BEGIN}\n### Aims")
    assert text.endswith(f"{END}\nafter\n")
    assert "was here" not in text
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    figures = {row[1]: row[2:] for row in rows if len(row) == 7 and row[0] == "1"}
    assert list(figures) == [*serve.FILES, *serve.WINDOW, STOCKS_TABLE]
    answered = {
        page: [bool(re.fullmatch(r"[\d,.]+/s, [\d,.]+ ms", cell)) for cell in row] for page, row in figures.items()
    }
    assert answered == {
        **{page: [True, True, True, True, True] for page in serve.FILES},
        **{page: [True, True, True, False, False] for page in serve.WINDOW},
        STOCKS_TABLE: [True, False, False, False, False],
    }
    assert re.search(r"(?m)^\| 1 \| \d+ MB \| \d+ MB \| \d+ MB \| `SELECT printf", text)


def test_aims_are_judged_by_the_worst_page() -> None:
    ways = dict.fromkeys(("serve", "abused", "nginx", "file"), FAST)
    files = [Result(page, 1, {"stock": SLOW, **ways}) for page in serve.FILES]
    window = [Result(page, 1, {"stock": SLOW, "serve": SLOW, "abused": SLOW}) for page in serve.WINDOW]
    table = Result(STOCKS_TABLE, 1, {"stock": SLOW._replace(p50=20.0)})
    memory = {1: Memory(100_000_000, 180_000_000, "SELECT 1")}
    rows = list_aims([*files, *window, table], memory)
    assert [row[1] for row in rows] == ["80 × (CSV)", "100% (CSV)", "10 ms (table with a filter)", "2.0 × (table with a filter)", "1.0 × (table with a filter)", "0", "80 MB"]  # fmt: skip
    assert {row[2] for row in rows} == {True}
    files[0] = Result("home", 1, {"stock": FAST, **ways, "nginx": SLOW, "abused": Figure(8000.0, 1.1, 2)})
    window[0] = Result("table with a filter", 1, {"stock": SLOW, "serve": Figure(10.0, 60.0, 0), "abused": SLOW})
    rows = list_aims([*files, *window, table], {1: Memory(0, 151_000_000, "SELECT 1")})
    assert [row[1] for row in rows] == ["1 × (home)", "1% (home)", "60 ms (table with a filter)", "0.3 × (table with a filter)", "2.2 × (home)", "2", "151 MB"]  # fmt: skip
    assert {row[2] for row in rows} == {False}


def test_a_ratio_against_nothing_measured_meets_no_aim() -> None:
    nothing = Figure(0.0, math.inf, 0)
    ways = {**dict.fromkeys(("serve", "abused", "nginx"), FAST), "stock": nothing, "file": nothing}
    results = [Result(page, 1, ways) for page in ("home", STOCKS_TABLE)]
    rows = list_aims(results, {1: Memory(0, 0, "SELECT 1")})
    assert [row[1] for row in rows if "nothing" in row[1]] == [f"nothing measured ({page})" for page in ("home", "home", STOCKS_TABLE)]  # fmt: skip
    assert [row[2] for row in rows] == [False, False, True, False, True, True, True]
