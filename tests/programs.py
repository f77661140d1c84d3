"""Programs of the machine that some tests use."""

import os
import shutil
from pathlib import Path

import pytest

# A process as of those who install this project alone: without pandas and numpy, which take longer to load than a plan
# to build; and on one processor.
INSTALLED = {**os.environ, "PYTHONPATH": str(Path(__file__).with_name("installed"))}

# For faketime: times of files stay as they are, else Python takes every compiled module for an old one.
FAKE_CLOCK_ALONE = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}


def need(program: str, package: str) -> str:
    """Path of a program, without which a test is skipped, except in CI."""
    if found := shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {program}: this test must run in CI")
    pytest.skip(f"no {program} here: apt-get install {package}")
