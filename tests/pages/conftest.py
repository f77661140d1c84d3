"""A site of two plans, since nothing on a page may depend on there being one."""

import shutil
from pathlib import Path

import pytest
from datasette.app import Datasette

from tests.browser.running_site import copy_own_data
from tests.sites import ROOT, fill_folder, make_once


@pytest.fixture(scope="session")
async def two_plans(tmp_path_factory) -> Datasette:
    datasette = Datasette(config_dir=make_once(tmp_path_factory, "two_plans", build_two_plans))
    await datasette.invoke_startup()
    return datasette


def build_two_plans(folder: Path) -> None:
    data = copy_own_data(folder).rename(folder / "data")
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / "minato")
    report = ROOT / "tests" / "fixtures" / "report.txt"
    fill_folder(folder, "--data", data, "--report", f"minato={report}")
