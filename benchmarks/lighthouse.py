"""`make lighthouse`: what Lighthouse says of the main pages in its mobile setting, written to docs/lighthouse.md.

Needs node, npx (Lighthouse itself comes from the npm registry) and Chromium; no part of the tests.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

from benchmarks.written import fill
from tests.browser.page_types import LIGHTHOUSE, PAGES
from tests.browser.running_site import ROOT

VERSION = "13.5.0"
PAGE = ROOT / "docs" / "lighthouse.md"


def measure_pages(site: str) -> None:
    reports = {name: run_lighthouse(site + PAGES[name]) for name in LIGHTHOUSE}
    PAGE.write_text(fill("lighthouse.md", version=VERSION, reports=reports, pages=PAGES) + "\n", "utf-8")


def run_lighthouse(address: str) -> dict[str, Any]:
    """The report on one page, opened before so that nothing is measured that happens only once."""
    urllib.request.urlopen(address).close()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        switches = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
        command = ["npx", "--yes", f"lighthouse@{VERSION}", address, "--output=json", f"--output-path={output}"]
        subprocess.run([*command, switches, "--quiet"], check=True, stderr=subprocess.DEVNULL)
        report: dict[str, Any] = json.loads(output.read_text("utf-8"))
    return report


if __name__ == "__main__":
    if shutil.which("npx") is None:
        sys.exit("lighthouse needs node and npx")
    measure_pages(sys.argv[1])
