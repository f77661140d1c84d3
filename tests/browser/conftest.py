"""One site and one browser for all browser tests; without Chromium they are skipped, except in CI."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.chromium import missing_programs, running_chromium
from tests.browser.firefox import BROWSER, Firefox, running_firefox
from tests.browser.running_site import running_site
from tests.crawling import Quiet


@pytest.fixture(scope="session")
def site(site_folder, tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("browsed"), database=site_folder / "plans.db") as address:
        yield address


@pytest.fixture(scope="session")
def downloads(tmp_path_factory):
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="session")
def browser(downloads):
    if missing := missing_programs():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no {missing}: browser tests must run in CI")
        pytest.skip(f"no {missing} here: apt-get install chromium chromium-driver")
    with running_chromium(downloads) as running:
        yield running


@pytest.fixture(scope="session")
def firefox(tmp_path_factory) -> Iterator[Firefox]:
    if not shutil.which(BROWSER):
        assert os.environ.get("CI") != "true", f"no {BROWSER}: it must run in CI"
        pytest.skip(f"no {BROWSER} here: apt-get install {BROWSER}")
    with running_firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


@pytest.fixture(scope="session")
def newsroom(tmp_path_factory) -> Iterator[Callable[[str], str]]:
    """Writes a page around some code and gives its address, on another origin than the site."""
    folder: Path = tmp_path_factory.mktemp("newsroom")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def publish(code: str) -> str:
        html = f"<!doctype html><html lang='ja'><meta charset='utf-8'><title>記事</title><h1>記事</h1>{code}"
        page = folder / f"{len(list(folder.iterdir()))}.html"
        page.write_text(html, "utf-8")
        return f"http://127.0.0.1:{server.server_port}/{page.name}"

    yield publish
    server.shutdown()
    server.server_close()
