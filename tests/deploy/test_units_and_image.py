"""deploy/systemd and deploy/Containerfile, as far as they can be checked where neither runs."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.browser.running_site import ROOT
from tests.deploy.conftest import CONTAINERFILE, DEPLOY, UNITS, read_lines
from tests.programs import need


def read(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.fixture
def units(tmp_path: Path) -> list[str]:
    """The units with programs that exist here."""
    for unit in UNITS.iterdir():
        text = re.sub(r"(?m)^(Exec\w+)=\S+", r"\1=/bin/true", read(unit))
        (tmp_path / unit.name.replace("@.", "@1.")).write_text(text, "utf-8")
    return [str(path) for path in sorted(tmp_path.iterdir()) if path.suffix in (".service", ".target", ".timer")]


def analyze(*arguments: str) -> None:
    command = [need("systemd-analyze", "systemd"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_systemd_understands_the_units(units: list[str]) -> None:
    assert len(units) == 5
    analyze("verify", *units)


@pytest.mark.parametrize("service", ["keikaku@1.service", "keikaku-build.service"])
def test_services_may_do_next_to_nothing(units: list[str], service: str) -> None:
    """Exposure of at most 1.0, where ten is the worst; the threshold is in tenths."""
    (path,) = [unit for unit in units if unit.endswith(service)]
    analyze("security", "--offline=true", "--no-pager", "--threshold=10", path)


def test_units_name_what_exists() -> None:
    text = "".join(read(unit) for unit in UNITS.iterdir())
    named = {path for path in re.findall(r"/srv/keikaku/([\w./-]+)", text) if not path.startswith(".venv/")}
    assert "deploy/build.sh" in named
    assert [path for path in named if not (ROOT / path).exists()] == []
    assert len(read(DEPLOY / "build.sh").splitlines()) <= 10


def test_nginx_asks_the_sockets_of_the_processes_that_are_restarted() -> None:
    (command,) = read_lines("keikaku@.service", "ExecStart")
    (socket,) = re.findall(r"--uds (\S+)", command)
    asked = re.findall(r"server unix:(\S+) ", read(DEPLOY / "nginx" / "keikaku.conf"))
    numbers = re.findall(r"try-restart keikaku@(\d+)", read(UNITS / "keikaku-restart.service"))
    assert numbers and asked == [socket.replace("%i", number) for number in numbers]


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
    assert "HEALTHCHECK" in last and last.index("USER") < last.index("\nCMD")


def test_the_image_is_built_and_answers() -> None:
    """Only where a builder and the image that ours begins with are at hand; their absence is no fault of the project."""
    (base,) = re.findall(r"(?m)^ARG PYTHON=(\S+)$", read(CONTAINERFILE))
    has = [name for name in ("podman", "docker") if shutil.which(name) and not run(name, "image", "inspect", base)]
    if not has:
        pytest.skip(f"no builder with {base} here")
    tag = f"keikaku-test-{os.getpid()}"
    assert run(has[0], "build", "--file", str(CONTAINERFILE), "--tag", tag, str(ROOT)) == 0
    try:
        assert run(has[0], "run", "--rm", tag, ".venv/bin/datasette", "/srv/keikaku", "--get", "/-/health") == 0
    finally:
        run(has[0], "rmi", "--force", tag)


def run(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode
