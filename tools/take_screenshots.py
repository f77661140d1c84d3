"""`make screenshots`: a picture of every kind of page at both widths, in screenshots/; `readme`: the one of both READMEs."""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from tests.browser.chromium import missing_programs, running_chromium
from tests.browser.page_types import PAGES, WIDTHS
from tests.browser.running_site import ROOT, running_site

FOLDER = ROOT / "screenshots"
README = ROOT / "docs" / "site.png"


def take_screenshots(chosen: list[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_site(Path(folder)) as site,
        running_chromium(FOLDER) as browser,
    ):
        if chosen == ["readme"]:
            browser.open(site, WIDTHS[0])
            browser.driver.save_screenshot(str(README))
            with Image.open(README) as picture:
                small = picture.resize((picture.width * 3 // 4, picture.height * 3 // 4)).quantize(256)
            small.save(README, optimize=True)
            return
        for name in chosen or PAGES:
            for width in WIDTHS:
                browser.open(site + PAGES[name], width)
                browser.screenshot(FOLDER / f"{name}-{width}.png", width)


if __name__ == "__main__":
    if missing := missing_programs():
        sys.exit(f"screenshots need {missing}: apt-get install chromium chromium-driver fonts-noto-cjk")
    take_screenshots(sys.argv[1:])
