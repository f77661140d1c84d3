"""One address with one strong ETag is the same bytes, whichever process answers, whatever it answered before."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.conftest import ROOT


def start(folder: Path, order: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(order % 100), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, "-m", "tests.attacks.ask_all", str(folder), "akishima", str(order)]
    return subprocess.Popen(program, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_two_processes_give_the_same_bytes(site_folder: Path) -> None:
    one, other = (json.loads(process.communicate()[0]) for process in [start(site_folder, 1), start(site_folder, -1)])
    assert one.keys() == other.keys()
    tagged = [address for address, (_, etag, _) in one.items() if etag]
    assert len(tagged) > 150
    assert Counter(status for status, _, _ in one.values()).keys() <= {"200", "302", "400", "404"}
    assert {address for address in tagged if one[address] != other[address]} == set()
