"""The site as it is served: a database fresh from data/ beside the repository's own metadata, plugins and pages."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from datasette import handle_exception
from datasette.app import Datasette

from build_db import main

# frictionless brings rich, and with rich Datasette prints every refusal with all variables, which takes longer than it.
handle_exception.rich = None

ROOT = Path(__file__).resolve().parent.parent
SERVED = ("metadata.yml", "settings.json", "plugins", "templates", "static")


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `datasette .` can serve."""
    folder = tmp_path_factory.mktemp("site")
    for name in SERVED:
        (folder / name).symlink_to(ROOT / name)
    built = CliRunner().invoke(main, ["--quiet", "--output", str(folder / "plans.db")])
    assert built.exit_code == 0, built.output
    return folder


@pytest.fixture(scope="session")
async def site(site_folder: Path) -> Datasette:
    """The site in this process: `await site.client.get("/plans")`."""
    datasette = Datasette(config_dir=site_folder)
    await datasette.invoke_startup()
    return datasette
