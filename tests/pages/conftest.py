"""Sites of two plans, of plans of many shapes and of many plans, since nothing on a page may depend on there being one."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette

from tests.browser.running_site import copy_own_data
from tests.sites import ROOT, SERVED, fill_folder, make_once

MANY = 70


async def open_site(folder: Path, **options: object) -> Datasette:
    datasette = Datasette(config_dir=folder, **options)
    await datasette.invoke_startup()
    return datasette


@pytest.fixture(scope="session")
async def two_plans(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    return await open_site(make_once(tmp_path_factory, "two_plans", build_two_plans))


def build_two_plans(folder: Path) -> None:
    data = copy_own_data(folder).rename(folder / "data")
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / "minato")
    report = ROOT / "tests" / "fixtures" / "report.txt"
    fill_folder(folder, "--data", data, "--report", f"minato={report}")


@pytest.fixture(scope="session")
async def all_shapes(shapes_folder: Path) -> Datasette:
    return await open_site(shapes_folder)


@pytest.fixture(scope="session")
async def odd(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """The plans of odd.yml."""
    return await open_site(make_once(tmp_path_factory, "odd", build_odd))


def build_odd(folder: Path) -> None:
    for name, text in yaml.safe_load(Path(__file__).with_name("odd.yml").read_text("utf-8")).items():
        file = folder / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    fill_folder(folder, "--data", folder / "data")


@pytest.fixture(scope="session")
async def crowded(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """The site with so many more plans that have a title and a report, and nothing else."""
    return await open_site(make_once(tmp_path_factory, "crowded", lambda folder: crowd(folder, site_folder)))


def crowd(folder: Path, site_folder: Path) -> None:
    for name in SERVED:
        (folder / name).symlink_to((site_folder / name).resolve())
    shutil.copy(site_folder / "plans.db", folder)
    with closing(sqlite3.connect(folder / "plans.db")) as connection:
        connection.row_factory = sqlite3.Row
        plan = dict(connection.execute("SELECT * FROM plans").fetchone())
        for number in range(1, MANY + 1):
            new = {**plan, "id": f"city{number:02}", "title": f"第{number:02}市の計画"}
            connection.execute(f"INSERT INTO plans VALUES ({', '.join('?' * len(new))})", [*new.values()])
        connection.commit()
        connection.execute("ANALYZE")  # else the planner knows of one plan


def copy_cities(folder: Path, *cities: str) -> None:
    """A site of these cities of tests/fixtures."""
    for city in cities:
        shutil.copytree(ROOT / "tests" / "fixtures" / city, folder / "data" / city)
    fill_folder(folder, "--data", folder / "data")
