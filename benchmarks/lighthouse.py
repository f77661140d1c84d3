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

from tests.browser.page_types import LIGHTHOUSE, PAGES
from tests.browser.running_site import ROOT

VERSION = "13.5.0"
PAGE = ROOT / "docs" / "lighthouse.md"
CATEGORIES = {
    "performance": "Performance",
    "accessibility": "Accessibility",
    "best-practices": "Best practices",
    "seo": "SEO",
}
METRICS = {
    "largest-contentful-paint": "Largest contentful paint",
    "total-blocking-time": "Blocking time",
    "cumulative-layout-shift": "Layout shift",
    "total-byte-weight": "Sent",
}
OPENING = """# Lighthouse

Written by `make lighthouse`: Lighthouse {version} in its mobile setting (a slow phone on slow 4G, simulated), {browser},
on {date}. The site is what `make serve` builds and serves; each page is opened once before it is measured. Scores are of 100.
"""


def measure_pages(site: str) -> None:
    reports = {name: run_lighthouse(site + PAGES[name]) for name in LIGHTHOUSE}
    PAGE.write_text("\n".join([describe_run(next(iter(reports.values()))), *tabulate(reports)]) + "\n", "utf-8")


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


def describe_run(report: dict[str, Any]) -> str:
    browser = report["environment"]["hostUserAgent"].partition("HeadlessChrome/")[2].partition(" ")[0]
    return OPENING.format(version=VERSION, browser=f"Chromium {browser}", date=report["fetchTime"][:10])


def tabulate(reports: dict[str, dict[str, Any]]) -> list[str]:
    lines = [("Page", *CATEGORIES.values(), *METRICS.values())]
    lines.append(("---",) * len(lines[0]))
    for name, report in reports.items():
        scores = (f"{report['categories'][key]['score'] * 100:.0f}" for key in CATEGORIES)
        shown = (report["audits"][key]["displayValue"].replace("\N{NO-BREAK SPACE}", " ") for key in METRICS)
        lines.append((f"{name} `{PAGES[name]}`", *scores, *(value.removeprefix("Total size was ") for value in shown)))
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    if shutil.which("npx") is None:
        sys.exit("lighthouse needs node and npx")
    measure_pages(sys.argv[1])
