"""A wrong clock: no page fails, and what is due follows from the day that the machine believes in."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.programs import FAKE_CLOCK_ALONE, need
from tests.sites import ROOT

LOOK = """
import asyncio, json, sys
from pathlib import Path
from keikaku.serving.baking import open_datasette
async def look():
    site = open_datasette(Path(sys.argv[1], "plans.db"), baking=True)
    await site.invoke_startup()
    return {path: [answer.status_code, answer.text] for path in sys.argv[2:] if (answer := await site.client.get(path))}
print(json.dumps(asyncio.run(look())))
"""
PAGES = ["/", "/timeline", "/plans/targets_due", "/plans/unmet_targets", "/plans/measures/akishima-kogyo-1", "/about"]
PAGES += ["/data", "/verify", "/plans/unreported", "/plans/final_year"]
OVERDUE = "/plans/unmet_targets.json?_shape=array&_size=max"


@pytest.mark.parametrize(("clock", "overdue"), [("1970-01-02", False), ("2036-05-01", True)])
def test_pages_stay_sensible_when_the_clock_is_wrong(site_folder: Path, clock: str, overdue: bool) -> None:
    """Before the plan nothing is overdue, after it everything without a result is; no page fails."""
    look = [sys.executable, "-c", LOOK, str(site_folder), *PAGES, OVERDUE]
    environment = {**os.environ, **FAKE_CLOCK_ALONE, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [need("faketime", "faketime"), "-f", f"@{clock} 00:00:00", *look],
        capture_output=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert {path: status for path, (status, _) in seen.items() if status != 200} == {}
    assert any("期限経過" in str(row) for row in json.loads(seen[OVERDUE][1])) is overdue
