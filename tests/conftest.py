"""The site as it is served: a database fresh from data/ beside the repository's own metadata, plugins and pages."""

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from datasette import handle_exception, hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from hypothesis import settings
from jinja2 import Environment, FileSystemBytecodeCache
from xdist.scheduler import LoadScopeScheduling

from build_db import main
from keikaku.files.proof import make_key, sign
from keikaku.serving.baking import write_site
from keikaku.serving.stick import write_stick
from keikaku.serving.stick_parts import write_first_page
from tests.browser.running_site import copy_own_data

# frictionless brings rich, and with rich Datasette prints every refusal with all variables, which takes longer than it.
handle_exception.rich = None
# A loaded machine is no fault of what is tested.
settings.register_profile("without a stopwatch", deadline=None)
settings.load_profile("without a stopwatch")

ROOT = Path(__file__).resolve().parent.parent
ALONE = ("attacks", "benchmarks", "deploy")  # they measure or load the machine, so they take turns
SERVED = ("metadata.yml", "settings.json", "plugins", "templates", "static")


class ByFile(LoadScopeScheduling):
    """A file stays on one worker, which makes its fixtures once, and so do all that share a browser or load the machine."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.split("/")[1]
        return "alone" if folder in ALONE else folder if folder == "browser" else file


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


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)


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


def build(folder: Path, *plans: str) -> Path:
    """A database of these plans: akishima's folder name, or one of the invented."""
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    for plan in plans:
        shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / plan)
        for file in (path for path in (data / plan).rglob("*") if path.is_file()):
            file.write_text(file.read_text("utf-8").replace("minato", plan), "utf-8")
    database = folder / "plans.db"
    built = CliRunner().invoke(main, ["build", "--quiet", "--data", str(data), "--output", str(database)])
    assert built.exit_code == 0, built.output
    return database


def bake(folder: Path) -> None:
    write_site(build(folder, "minato"), folder / "site", None, lambda _: None)


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
async def site(site_folder: Path) -> Datasette:
    """The site in this process: `await site.client.get("/plans")`."""
    datasette = Datasette(config_dir=site_folder)
    await datasette.invoke_startup()
    return datasette
