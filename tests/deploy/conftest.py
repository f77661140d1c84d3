"""The site as it is deployed: two Datasette processes at sockets, behind nginx with the files of deploy/."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.running_site import ROOT, free_port
from tests.deploy.configuration import DEPLOY, copy_configuration
from tests.programs import need

CONTAINERFILE = DEPLOY / "Containerfile"
PATIENCE = 20  # seconds


@dataclass
class Deployed:
    """The running site: `place` holds its folders, as a machine's / would."""

    address: str
    figures: str  # address of the server for Prometheus
    place: Path
    server: subprocess.Popen[bytes]
    processes: dict[int, subprocess.Popen[bytes]]

    def socket(self, number: int) -> Path:
        return self.place / "run" / str(number) / "web.sock"

    def start(self, number: int) -> None:
        """As keikaku@.service does."""
        self.socket(number).parent.mkdir(parents=True, exist_ok=True)
        with (self.place / f"datasette-{number}.log").open("a") as log:
            self.processes[number] = subprocess.Popen(
                [sys.executable, "-m", "datasette", str(self.place / "site"), "--uds", str(self.socket(number))],
                stdout=log,
                stderr=log,
                cwd=self.place / "site",
                env=environment(self.place / "site"),
            )

    def stop(self, number: int) -> None:
        process = self.processes.pop(number)
        process.terminate()
        process.wait(PATIENCE)

    def keep_copies_for(self, seconds: int) -> None:
        """Whatever Datasette says of their age, so that a test need not wait."""
        pages = self.place / "etc" / "keikaku" / "pages.conf"
        text = re.sub(r"(?m)^proxy_cache_valid .*$", f"proxy_cache_valid 200 {seconds}s;", pages.read_text("utf-8"))
        text, found = re.subn(r"(?m)^(proxy_ignore_headers .*);", r"\1 Cache-Control Expires X-Accel-Expires;", text)
        assert found == 1
        pages.write_text(text, "utf-8")
        self.server.send_signal(signal.SIGHUP)
        time.sleep(1)

    def wait_for(self, number: int) -> None:
        """Until a process takes connections."""
        until = time.monotonic() + PATIENCE
        while True:
            with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
                connection.connect(str(self.socket(number)))
                return
            if self.processes[number].poll() is not None or time.monotonic() > until:
                raise RuntimeError((self.place / f"datasette-{number}.log").read_text("utf-8"))
            time.sleep(0.05)


@pytest.fixture(scope="module")
def deployed(shipped: Path) -> Iterator[Deployed]:
    nginx = need("nginx", "nginx-light")
    # Not pytest's folder: the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="keikaku") as folder:
        place = Path(folder)
        (place / "site").symlink_to(shipped)
        port = free_port()
        figures_port = free_port()
        main = copy_configuration(place, port, figures_port)
        server = subprocess.Popen([nginx, "-p", folder, "-c", str(main)])
        site = Deployed(f"http://localhost:{port}", f"http://127.0.0.1:{figures_port}", place, server, {})
        try:
            for number in (1, 2):
                site.start(number)
            for number in (1, 2):
                site.wait_for(number)
            yield site
        finally:
            for number in list(site.processes):
                site.stop(number)
            server.terminate()
            server.wait(PATIENCE)


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Containerfile copies and nothing else, with the database and the files built from it."""
    folder = tmp_path_factory.mktemp("srv")
    for *sources, target in read_instructions("COPY"):
        if sources[0].startswith("--from"):
            continue
        for source in sources:
            place = folder / target / source if target.endswith("/") else folder / target
            shutil.copytree(ROOT / source, place) if (ROOT / source).is_dir() else shutil.copy(ROOT / source, place)
    build = [sys.executable, "build_db.py", "--quiet", "--files", "files", "--pictures", "pictures"]
    subprocess.run(build, cwd=folder, check=True, env=environment(folder))
    return folder


def read_instructions(name: str) -> list[list[str]]:
    """The arguments of every such instruction of the Containerfile."""
    text = re.sub(r"\\\n", " ", CONTAINERFILE.read_text("utf-8"))
    return [shlex.split(rest) for rest in re.findall(rf"(?m)^{name} (.*)$", text)]


def environment(folder: Path) -> dict[str, str]:
    """For a program that is to take the project's package from a folder."""
    return {**os.environ, "PYTHONPATH": str(folder), "FORWARDED_ALLOW_IPS": "*"}
