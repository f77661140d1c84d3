"""The site of this tree on a free port, with a database built for it: what browser tests and measurements look at."""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("metadata.yml", "plugins", "settings.json", "static", "templates")


@contextmanager
def running_site(folder: Path, baked: bool = False) -> Iterator[str]:
    """Address of the site, served from `folder` (empty before) until the block ends; `baked`: with all its files."""
    with running_server(folder, baked) as (address, _):
        yield address


@contextmanager
def running_server(folder: Path, baked: bool = False) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As running_site, with the process that serves."""
    for name in PARTS:
        (folder / name).symlink_to(ROOT / name)
    build = [sys.executable, str(ROOT / "build_db.py"), "--quiet", "--output", str(folder / "plans.db")]
    subprocess.run(build, check=True, cwd=ROOT)
    port = free_port()
    if baked:
        pages = ["pages", "--quiet", "--database", str(folder / "plans.db"), "--address", f"http://127.0.0.1:{port}/"]
        subprocess.run([sys.executable, str(ROOT / "build_db.py"), *pages], check=True, cwd=ROOT)
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "datasette", str(folder), "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server, folder / "server.log")
        yield address, server
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/-/versions.json", timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"the site did not start: {log.read_text('utf-8')}")


def find_processes(server: int) -> list[int]:
    """A server and the processes that it has started, as Linux tells them."""
    found = [server]
    for process in found:
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            found += map(int, children.read_text().split())
    return found


def read_memory(process: int, name: str) -> int:
    """Bytes; VmRSS now, VmHWM at most."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))
