"""A site of two plans, since nothing on a page may depend on there being one."""

import shutil

import pytest
from click.testing import CliRunner
from datasette.app import Datasette

from build_db import main
from tests.conftest import ROOT, SERVED


@pytest.fixture(scope="session")
async def two_plans(tmp_path_factory) -> Datasette:
    folder = tmp_path_factory.mktemp("two_plans")
    for name in SERVED:
        (folder / name).symlink_to(ROOT / name)
    data = folder / "data"
    shutil.copytree(ROOT / "data", data)
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / "minato")
    built = CliRunner().invoke(main, ["--quiet", "--data", str(data), "--output", str(folder / "plans.db")])
    assert built.exit_code == 0, built.output
    datasette = Datasette(config_dir=folder)
    await datasette.invoke_startup()
    return datasette
