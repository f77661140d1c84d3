"""`make screenshots`: a picture of every kind of page at both widths, in screenshots/."""

import sys
import tempfile
from pathlib import Path

from tests.browser.chromium import missing_programs, running_chromium
from tests.browser.page_types import PAGES, WIDTHS
from tests.browser.running_site import ROOT, running_site

FOLDER = ROOT / "screenshots"


def take_screenshots(chosen: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        running_chromium(FOLDER) as browser,
    ):
        for name in chosen or PAGES:
            for width in WIDTHS:
                browser.open(site + PAGES[name], width)
                browser.screenshot(FOLDER / f"{name}-{width}.png", width)


if __name__ == "__main__":
    if missing := missing_programs():
        sys.exit(f"screenshots need {missing}: apt-get install chromium chromium-driver fonts-noto-cjk")
    take_screenshots(sys.argv[1:])
