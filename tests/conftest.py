"""How tests are shared out; what they share is in tests/sites.py, which the process that only shares out does not load."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

ALONE = ("attacks", "benchmarks", "deploy")  # they measure or load the machine, so they take turns


class ByFile(LoadScopeScheduling):
    """A file stays on one worker, which makes its fixtures once, and so do all that share a browser or load the machine."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.split("/")[1]
        return "alone" if folder in ALONE else folder if folder == "browser" else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if config.option.dist == "no":  # as in every worker
        from tests import sites

        config.pluginmanager.register(sites)
