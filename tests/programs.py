"""Programs of the machine that some tests use."""

import ctypes
import os
import shutil
from pathlib import Path

import pytest

# A process as of those who install this project alone: without pandas and numpy, which take longer to load than a plan
# to build; and on one processor.
INSTALLED = {**os.environ, "PYTHONPATH": str(Path(__file__).with_name("installed"))}

# For faketime: times of files stay as they are, else Python takes every compiled module for an old one.
FAKE_CLOCK_ALONE = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
PR_CAPBSET_DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2


def need(program: str, package: str) -> str:
    """Path of a program, without which a test is skipped, except in CI."""
    if found := shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(f"no {program}: this test must run in CI")
    pytest.skip(f"no {program} here: apt-get install {package}")


def drop_privileges() -> None:
    """Root reads and writes everything; without these two it obeys the modes of files as everyone does."""
    libc = ctypes.CDLL(None)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
