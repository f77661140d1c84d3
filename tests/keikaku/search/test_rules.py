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
