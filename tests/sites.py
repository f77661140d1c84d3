"""The site as it is served: a database fresh from data/ beside the repository's own metadata, plugins and pages."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from click.testing import CliRunner
from datasette import handle_exception, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import settings
from jinja2 import Environment, FileSystemBytecodeCache

from build_db import main
from keikaku.files.proof import make_key, sign
from keikaku.plan.municipality import municipality_check_digit
from keikaku.publish.catalogue.whole_set import write_files
from keikaku.serving import baking
from keikaku.serving.stick import write_stick
from keikaku.serving.stick_parts import write_first_page
from tests.browser.running_site import copy_own_data

# frictionless brings rich, and with rich Datasette prints every refusal with all variables, which takes longer than it.
handle_exception.rich = None
# Datasette reads metadata.yml for every site that a test opens, by libyaml in a tenth of the time.
yaml.SafeLoader = yaml.CSafeLoader  # type: ignore[misc]
# A loaded machine is no fault of what is tested.
settings.register_profile("without a stopwatch", deadline=None)
settings.load_profile("without a stopwatch")

ROOT = Path(__file__).resolve().parent.parent
ADDRESSES: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "addresses.yml").read_text("utf-8"))
SERVED = ("metadata.yml", "settings.json", "plugins", "templates", "static")


class Compiled:
    """Every site of a run compiles the same templates, which takes longer than most pages: once for all."""

    __name__ = "compiled"  # which Datasette asks every plugin

    def __init__(self, folder: Path) -> None:
        self._cache = FileSystemBytecodeCache(str(folder))

    @hookimpl
    def prepare_jinja2_environment(self, env: Environment) -> None:
        env.bytecode_cache = self._cache


@pytest.fixture(scope="session", autouse=True)
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    pm.register(Compiled(make_once(tmp_path_factory, "compiled", Path.touch)))


def make_once(temporary: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that all workers share and do not change: the first who needs it makes it, the others wait."""
    folder = temporary.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    made = folder / f"{name}.made"
    with (folder / f"{name}.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not made.exists():
            (folder / name).mkdir()
            make(folder / name)
            made.touch()
    return folder / name


def fill_folder(folder: Path, *arguments: object) -> None:
    """With the database of a build and what else `datasette .` serves."""
    for name in SERVED:
        (folder / name).symlink_to(ROOT / name)
    if "--data" not in arguments:
        arguments = ("--data", copy_own_data(folder), *arguments)
    built = CliRunner().invoke(main, ["--quiet", "--output", str(folder / "plans.db"), *map(str, arguments)])
    assert built.exit_code == 0, built.output


def copy_small_city(folder: Path) -> None:
    """The invented city into a folder of data, without the records of which there are as many pages as of all others."""
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", folder / "minato")
    for name in ("changes", "corrections", "evaluations", "events", "withdrawn"):
        (folder / "minato" / "bunka" / f"{name}.yml").unlink()


def add_city(data: Path, name: str) -> None:
    """The invented municipality once more under another name, with a code and ids of its own."""
    folder = Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / name))
    for file in (path for path in folder.rglob("*") if path.is_file()):
        file.write_text(file.read_text("utf-8").replace("minato", name), "utf-8")
    if name != "minato":
        number = f"{47001 + len([*data.iterdir()])}"
        city = folder / "municipality.yml"
        city.write_text(city.read_text("utf-8").replace("470007", number + municipality_check_digit(number)), "utf-8")


def build(folder: Path, *plans: str) -> Path:
    """A database of the invented municipality, under these names."""
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    for plan in plans:
        add_city(data, plan)
    database = folder / "plans.db"
    built = CliRunner().invoke(main, ["build", "--quiet", "--data", str(data), "--output", str(database)])
    assert built.exit_code == 0, built.output
    return database


class OneThread(ThreadPoolExecutor):
    """In the place of the processes of a bake, which leave nothing behind when they end."""

    def shutdown(self, *arguments: bool, **options: bool) -> None:
        super().shutdown(*arguments, **options)
        baking._runner.close()


@contextmanager
def baking_here() -> Iterator[None]:
    """Sites are baked by a thread of this process, which has loaded and compiled what each of its own would have to."""
    alone = patch.object(baking.os, "cpu_count", return_value=1)
    with alone, patch.object(baking, "ProcessPoolExecutor", OneThread):
        yield


def bake(folder: Path) -> None:
    with baking_here():
        baking.write_site(build(folder, "minato"), folder / "site", None, lambda _: None)


def write_signed(folder: Path, baked: Path) -> None:
    """A folder `stick`, and the key that signed it."""
    write_stick(baked / "plans.db", baked / "site", folder / "stick")
    make_key(folder / "test.key")
    sign(folder / "stick", folder / "test.key", None)


@pytest.fixture(scope="session")
def baked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the data of the invented plan, plans.db and site/."""
    return make_once(tmp_path_factory, "baked", bake)


@pytest.fixture(scope="session")
def stick(tmp_path_factory: pytest.TempPathFactory, baked: Path) -> Path:
    """The invented plan as a folder that needs no server, signed; its key lies beside it."""
    return make_once(tmp_path_factory, "signed", lambda folder: write_signed(folder, baked)) / "stick"


def write_parted(folder: Path, baked: Path) -> None:
    """The invented plan as the one part of a folder of many."""
    write_stick(baked / "plans.db", baked / "site", folder / "all" / "minato", is_part=True)
    write_first_page(folder / "all", "municipality", Path(shutil.copy(baked / "plans.db", folder)))


@pytest.fixture(scope="session")
def parted(tmp_path_factory: pytest.TempPathFactory, baked: Path) -> Path:
    """The folder of many plans without a server, of which there is one."""
    return make_once(tmp_path_factory, "parted", lambda folder: write_parted(folder, baked)) / "all"


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `datasette .` can serve."""
    return make_once(tmp_path_factory, "site", fill_folder)


@pytest.fixture(scope="session")
def shapes_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As site_folder, with all plans of tests/fixtures."""
    return make_once(
        tmp_path_factory, "shapes", lambda folder: fill_folder(folder, "--data", ROOT / "tests" / "fixtures")
    )


@pytest.fixture(scope="session")
def site_files(tmp_path_factory: pytest.TempPathFactory, site_folder: Path) -> Path:
    """The files of the whole data set of that folder's database."""

    def make(folder: Path) -> None:
        write_files(site_folder / "plans.db", ROOT / "metadata.yml", folder / "files", lambda _: None)

    return make_once(tmp_path_factory, "site_files", make) / "files"


@pytest.fixture(scope="session")
async def site(site_folder: Path) -> Datasette:
    """The site in this process: `await site.client.get("/plans")`."""
    datasette = Datasette(config_dir=site_folder)
    await datasette.invoke_startup()
    return datasette


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Callable[[Datasette], None]:
    """Gives SQL of visitors to a site a tenth of its time, for a test of what never ends."""

    def shorten(site: Datasette) -> None:
        milliseconds = site.sql_time_limit_ms // 10
        monkeypatch.setattr(site, "sql_time_limit_ms", milliseconds)
        monkeypatch.setitem(site._settings, "sql_time_limit_ms", milliseconds)

    return shorten
