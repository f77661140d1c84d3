"""Running servers to measure: stock Datasette, the site alone, and the site behind nginx as deploy/ has it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from tests.browser.running_site import PARTS, ROOT, free_port
from tests.deploy.configuration import copy_configuration

PATIENCE = 60  # seconds
# One machine asks for all visitors here, so only the limits of open SQL stay as they are.
LIMITS = {"rate=50r/s": "rate=1000000r/s"}
FILE_SERVER = """
server {{
    listen 127.0.0.1:{port};
    root {folder};
    include {headers};
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100;
    open_file_cache_valid 60s;
}}
"""


@dataclass(frozen=True)
class Site:
    """A server and its processes; of several processes the first is the one whose memory is looked at."""

    address: str
    processes: tuple[int, ...]


# What nginx says by itself of a file.
SAID_ANYWAY = {
    "accept-ranges",
    "connection",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
}


@dataclass(frozen=True)
class Nginx(Site):
    """The site behind nginx, and an address where the same nginx sends files and does nothing else."""

    files: str
    folder: Path
    headers: Path
    master: int

    def send_files(self, answers: dict[str, tuple[Message, bytes]]) -> None:
        """From now on send these bytes under these names, with the same headers."""
        locations = []
        for name, (headers, body) in answers.items():
            (self.folder / name).write_bytes(body)
            lines = [f"    types {{}} default_type {_quote(headers['content-type'])};"]
            lines += [f"    add_header {k} {_quote(v)};" for k, v in headers.items() if k.lower() not in SAID_ANYWAY]
            locations.append("\n".join([f"location = /{name} {{", *lines, "}"]))
        self.headers.write_text("\n".join(locations), "utf-8")
        os.kill(self.master, signal.SIGHUP)
        time.sleep(1)  # until the workers of before have gone


@contextmanager
def run_stock(database: Path, place: Path) -> Iterator[Site]:
    """`datasette plans.db` in a folder with nothing else, without any plugin."""
    folder = place / "stock"
    folder.mkdir()
    (folder / "plans.db").symlink_to(database.absolute())
    port = free_port()
    with _run(["plans.db", "--port", str(port)], folder, DATASETTE_LOAD_PLUGINS="") as process:
        yield _site(f"http://127.0.0.1:{port}", process)


@contextmanager
def run_ours(database: Path, place: Path) -> Iterator[Site]:
    """The site of this tree, one process."""
    port = free_port()
    with _run([str(_furnish(database, place / "ours")), "--port", str(port)], ROOT) as process:
        yield _site(f"http://127.0.0.1:{port}", process)


@contextmanager
def run_behind_nginx(database: Path, place: Path, program: str) -> Iterator[Nginx]:
    """The site with two processes at sockets, behind nginx."""
    site = _furnish(database, place / "lib" / "current")
    (place / "lib" / "answering").symlink_to("current")
    folder, headers, port, files = place / "files", place / "headers.conf", free_port(), free_port()
    folder.mkdir()
    headers.touch()
    main = copy_configuration(place, port)
    configuration = main.parent / "keikaku.conf"
    text = configuration.read_text("utf-8")
    for there, here in LIMITS.items():
        assert there in text
        text = text.replace(there, here)
    configuration.write_text(text + FILE_SERVER.format(port=files, folder=folder, headers=headers), "utf-8")
    sockets = [place / "run" / number / "web.sock" for number in ("1", "2")]
    for path in sockets:
        path.parent.mkdir(parents=True)
    arguments = [[str(site), "--uds", str(path)] for path in sockets]
    nginx = subprocess.Popen([program, "-p", str(place), "-c", str(main)], stderr=subprocess.DEVNULL)
    try:
        with _run(arguments[0], ROOT) as first, _run(arguments[1], ROOT) as second:
            _wait_for(sockets)
            address = _site(f"http://127.0.0.1:{port}", first).address
            processes = (first.pid, second.pid)
            yield Nginx(address, processes, f"http://127.0.0.1:{files}", folder, headers, nginx.pid)
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE)


def _quote(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _furnish(database: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in PARTS:
        (folder / name).symlink_to(ROOT / name)
    (folder / "plans.db").symlink_to(database.absolute())
    return folder


@contextmanager
def _run(arguments: list[str], folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Datasette, started anew in a folder."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-m", "datasette", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        process.kill()


def _wait_for(sockets: list[Path]) -> None:
    """Until somebody listens at each."""
    until = time.monotonic() + PATIENCE
    for path in sockets:
        while time.monotonic() < until:
            with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
                connection.connect(str(path))
                break
            time.sleep(0.1)


def _site(address: str, process: subprocess.Popen[bytes]) -> Site:
    """Once it answers."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/", timeout=PATIENCE).close()
            return Site(address, (process.pid,))
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")
