"""deploy/systemd and deploy/Containerfile, as far as they can be checked where neither runs."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.browser.running_site import PARTS, ROOT
from tests.deploy.conftest import CONTAINERFILE, DEPLOY, environment
from tests.programs import need

UNITS = DEPLOY / "systemd"


def read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units with programs that exist here."""
    for unit in UNITS.iterdir():
        text = re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", read(unit))
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text, "utf-8")
    return [str(path) for path in sorted(tmp_path.iterdir()) if path.suffix in (".service", ".target")]


def test_systemd_understands_the_units(units: list[str]) -> None:
    analyze = need("systemd-analyze", "systemd")
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_services_may_do_next_to_nothing(units: list[str]) -> None:
    """Ten is the worst and zero the best; what most packages bring is above nine."""
    analyze = need("systemd-analyze", "systemd")
    services = [unit for unit in units if unit.endswith(".service")]
    assert len(services) == 2
    for service in services:
        command = [analyze, "security", "--offline=true", "--no-pager", "--threshold=10", service]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_units_name_what_exists() -> None:
    text = "".join(read(unit) for unit in UNITS.iterdir())
    named = {path for path in re.findall(r"/srv/keikaku/(\S+)", text) if not path.startswith(".venv/")}
    assert named == {"build_db.py", "data", *PARTS}
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_nginx_asks_the_sockets_that_the_services_make() -> None:
    (socket,) = re.findall(r"--uds (\S+)", read(UNITS / "keikaku@.service"))
    asked = re.findall(r"server unix:(\S+) ", read(DEPLOY / "nginx" / "keikaku.conf"))
    assert asked == [socket.replace("%i", number) for number in ("1", "2")]


def test_the_image_has_all_that_the_site_needs(shipped: Path) -> None:
    script = """
import asyncio, json
from pathlib import Path
from datasette.app import Datasette
async def look():
    site = Datasette(config_dir=Path("."))
    await site.invoke_startup()
    paths = ["/", "/data", "/about", "/timeline", "/plans/search?q=a", "/static/site.css", "/files/plans.xlsx"]
    return {path: (await site.client.get(path)).status_code for path in paths}
print(json.dumps(asyncio.run(look())))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=shipped, check=True, env=environment(shipped), capture_output=True
    )
    assert set(json.loads(done.stdout).values()) == {200}


def test_the_image_leaves_what_only_builds_behind() -> None:
    group = tomllib.loads(read(ROOT / "pyproject.toml"))["dependency-groups"]["build"]
    (left,) = re.findall(r"pip uninstall --quiet --yes ([^&\\\n]+)", read(CONTAINERFILE))
    assert left.split() == sorted(re.split("[<>=]", requirement)[0] for requirement in group)


def test_the_image_runs_locked_libraries_as_nobody_and_is_watched() -> None:
    text = read(CONTAINERFILE)
    for pip in re.findall(r"pip install ([^&\n]*)", text):
        assert "--require-hashes" in pip or "--no-deps" in pip
    last = text.rpartition("\nFROM ")[2]
    assert re.search(r"(?m)^USER [1-9]\d*:[1-9]\d*$", last)
    assert "HEALTHCHECK" in last
    assert last.index("USER") < last.index("\nCMD")
