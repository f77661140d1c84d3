"""The rules of the search as a folder without a server has them."""

import os
import subprocess
import sys

from tests.sites import ROOT

WRITE = "import json; from keikaku.search.rules import search_rules; print(json.dumps(search_rules()))"


def test_every_process_writes_the_same_rules() -> None:
    """Whatever the order in which it has the members of a set."""
    said = {
        subprocess.run(
            [sys.executable, "-c", WRITE],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(said) == 1
    assert all(len(rules) > 1000 for rules in said)


def test_the_same_reading_of_a_query_in_javascript_stays_small() -> None:
    files = [ROOT / "static" / "stick" / "worker" / f"{name}.js" for name in ("text", "expand", "matching", "results")]
    assert sum(len(file.read_text("utf-8").splitlines()) for file in files) <= 600
