"""One site and one browser for all browser tests; without Chromium they are skipped, except in CI."""

import os

import pytest

from tests.browser.chromium import missing_programs, running_chromium
from tests.browser.running_site import running_site


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("site")) as address:
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
