"""Debian's Chromium under Selenium: one browser, its window resized to the width that a page is looked at."""

import base64
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

BROWSER, DRIVER = "chromium", "chromedriver"
PATIENCE = 20  # seconds
SWITCHES = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars", "--no-first-run", "--lang=ja",
    "--force-color-profile=srgb", "--force-prefers-reduced-motion",
)  # fmt: skip


def missing_programs() -> str:
    """Names of the programs that are not installed here; empty if a browser can be started."""
    return " and ".join(name for name in (BROWSER, DRIVER) if shutil.which(name) is None)


class Chromium:
    """A running browser. Every step waits until the page has loaded."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def open(self, address: str, width: int) -> None:
        self.resize(width)
        self.driver.get(address)

    def resize(self, width: int, height: int = 900) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def run(self, script: str, *arguments: Any) -> Any:
        return self.driver.execute_script(script, *arguments)

    def check(self, axe: str, options: dict[str, Any]) -> list[dict[str, Any]]:
        """What axe-core finds wrong with the open page."""
        self.run(axe)
        return self.driver.execute_async_script(
            "const [options, done] = arguments;"
            "axe.run(document, options)"
            ".then(result => done(result.violations), error => done([{id: String(error), nodes: []}]));",
            {**options, "resultTypes": ["violations"], "preload": False},
        )

    def console_errors(self) -> list[str]:
        """What the console has complained of since it was last asked."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] in ("SEVERE", "WARNING")]

    def screenshot(self, file: Path, width: int) -> None:
        """The whole page as a picture, with what is laid out only when it is scrolled to."""
        self.run(
            "const sheet = new CSSStyleSheet(); sheet.replaceSync('* { content-visibility: visible !important }');"
            "document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];"
        )
        height = min(self.run("return document.documentElement.scrollHeight"), 16000)
        self.resize(width, height)
        self.driver.save_screenshot(str(file))
        self.resize(width)

    def print_size(self) -> tuple[int, float, float]:
        """What the open page is on paper, in the size that it asks for: pages, width and height in points."""
        document = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
        content = base64.b64decode(document)
        boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
        return len(re.findall(rb"/Type /Page\b", content)), float(boxes[0][0]), float(boxes[0][1])

    def press(self, *keys: str) -> WebElement:
        """Press keys one after the other; the element that has the focus then."""
        ActionChains(self.driver).send_keys(*keys).perform()
        return self.focused()

    def focused(self) -> WebElement:
        return self.driver.switch_to.active_element

    def tab_to(self, wanted: Callable[[WebElement], bool], limit: int = 120) -> WebElement:
        """Press Tab until an element that is wanted has the focus; raises LookupError if none gets it."""
        passed = []
        for _ in range(limit):
            element = self.press(Keys.TAB)
            passed.append(element.accessible_name)
            if wanted(element):
                return element
        raise LookupError(f"not reached by Tab, only {passed}")

    def enter(self) -> None:
        """Press Enter on a link or in a form and wait until its page has come."""
        before = self.driver.current_url
        self.press(Keys.ENTER)
        self.wait_until(lambda: self.driver.current_url != before and self._is_loaded())

    def wait_until(self, condition: Callable[[], Any]) -> None:
        WebDriverWait(self.driver, PATIENCE, 0.05).until(lambda _: condition(), f"at {self.driver.current_url}")

    def _is_loaded(self) -> bool:
        return bool(self.run("return document.readyState") == "complete")

    @contextmanager
    def in_the_dark(self) -> Iterator[None]:
        """The visitor prefers a dark page."""
        feature = {"name": "prefers-color-scheme", "value": "dark"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})

    @contextmanager
    def scripts_off(self) -> Iterator[None]:
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    @contextmanager
    def without_network(self) -> Iterator[None]:
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["http://*", "https://*"]})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
            self.driver.execute_cdp_cmd("Network.disable", {})


@contextmanager
def running_chromium(downloads: Path) -> Iterator[Chromium]:
    """A browser that saves downloads in a folder, closed after the block."""
    options = Options()
    options.binary_location = shutil.which(BROWSER) or BROWSER
    for switch in SWITCHES:
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which(DRIVER)))
    driver.set_script_timeout(30)
    driver.implicitly_wait(PATIENCE)  # a page that is on its way may take that long to come
    try:
        yield Chromium(driver)
    finally:
        driver.quit()
