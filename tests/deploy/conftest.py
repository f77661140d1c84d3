"""The site as it is deployed: built by deploy/build.sh, two Datasette processes at sockets, nginx with the files of deploy/."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import httpx
import pytest

from tests.browser.running_site import ROOT, free_port
from tests.deploy.configuration import DEPLOY, copy_configuration, move_paths
from tests.programs import INSTALLED, need
from tests.sites import copy_small_city

CONTAINERFILE = DEPLOY / "Containerfile"
UNITS = DEPLOY / "systemd"
PATIENCE = 60  # seconds


@dataclass
class Deployed:
    """The running site: `project` is as /srv/keikaku, `place` holds the other folders of a machine."""

    address: str
    project: Path
    place: Path
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def build(self) -> None:
        """As keikaku-build.service does."""
        command = [str(self.project / "deploy" / "build.sh"), str(self.place / "lib")]
        subprocess.run(command, check=True, env=self._environment())

    def start(self, number: int) -> None:
        """As keikaku@.service does, which waits until the process answers."""
        (self.place / "run" / str(number)).mkdir(parents=True, exist_ok=True)
        program, *arguments = self._read_command("keikaku@.service", "ExecStart", number)
        assert program.endswith("/datasette")
        folder = self.place / "lib" / "current"
        with (self.place / f"datasette-{number}.log").open("a") as log:
            self.processes[number] = subprocess.Popen(
                [sys.executable, "-m", "datasette", *arguments],
                stdout=log,
                stderr=log,
                cwd=folder,
                env=self._environment(),
            )
        subprocess.run(
            self._read_command("keikaku@.service", "ExecStartPost", number), check=True, stderr=subprocess.PIPE
        )

    def stop(self, number: int) -> None:
        process = self.processes.pop(number)
        process.terminate()
        process.wait(PATIENCE)

    def kill(self) -> None:
        for process in self.processes.values():
            process.kill()
            process.wait(PATIENCE)

    def restart_all(self) -> None:
        """As keikaku-restart.service does."""
        for line in read_lines("keikaku-restart.service", "ExecStart"):
            if unit := re.fullmatch(r"/usr/bin/systemctl try-restart keikaku@(\d)\.service", line):
                self.stop(int(unit[1]))
                self.start(int(unit[1]))
            else:
                subprocess.run(shlex.split(move_paths(line, self.place)), check=True)

    def visitor(self, number: int) -> httpx.Client:
        """Somebody at an address of its own, so that one test's flood is not the next one's."""
        transport = httpx.HTTPTransport(local_address=f"127.0.1.{number}", verify=False)  # nor read any certificates
        return httpx.Client(base_url=self.address, timeout=PATIENCE, transport=transport)

    def _read_command(self, unit: str, name: str, number: int) -> list[str]:
        (line,) = read_lines(unit, name)
        return shlex.split(move_paths(line.replace("%i", str(number)), self.place))

    def _environment(self) -> dict[str, str]:
        own = {
            "PYTHONPATH": f"{self.project}{os.pathsep}{INSTALLED['PYTHONPATH']}",
            "PYTHON": sys.executable,
            "FORWARDED_ALLOW_IPS": "*",
        }
        return {**os.environ, **own}


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    nginx = need("nginx", "nginx-light")
    project = tmp_path_factory.mktemp("srv")
    copy_project(project)
    shutil.rmtree(project / "data")  # the invented plan is written sooner
    copy_small_city(project / "data")
    # Not pytest's folder: the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="keikaku") as folder, ExitStack() as ending:
        place, port = Path(folder), free_port()
        site = Deployed(f"http://localhost:{port}", project, place)
        site.build()
        main = copy_configuration(place, port)
        server = subprocess.Popen([nginx, "-p", folder, "-c", str(main)])
        ending.callback(server.wait, PATIENCE)
        ending.callback(server.terminate)
        wait_until(lambda: listens(port), "nginx listens")
        ending.callback(site.kill)
        for number in (1, 2):
            site.start(number)
        yield site


def copy_project(folder: Path) -> None:
    """What the Containerfile copies and nothing else but deploy/."""
    shutil.copytree(DEPLOY, folder / "deploy")
    for *sources, target in read_instructions("COPY"):
        for source in sources if not sources[0].startswith("--from") else []:
            place = folder / target / source if target.endswith("/") else folder / target
            shutil.copytree(ROOT / source, place) if (ROOT / source).is_dir() else shutil.copy(ROOT / source, place)


def read_instructions(name: str) -> list[list[str]]:
    """The arguments of every such instruction of the Containerfile."""
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text("utf-8"))
    return [shlex.split(rest) for rest in re.findall(rf"(?m)^{name} (.*)$", text)]


def read_lines(unit: str, name: str) -> list[str]:
    return re.findall(rf"(?m)^{name}=(.*)$", (UNITS / unit).read_text("utf-8"))


def wait_until(happened: Callable[[], object], what: str) -> None:
    """Raises AssertionError if it does not happen in time."""
    for _ in range(PATIENCE * 20):
        if happened():
            return
        Event().wait(0.05)
    raise AssertionError(f"in {PATIENCE} s it did not happen that {what}")


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0
