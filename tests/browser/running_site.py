"""The site of this tree on a free port, with a database built for it: what browser tests and measurements look at."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("metadata.yml", "plugins", "settings.json", "static", "templates")


def copy_own_data(folder: Path) -> Path:
    """data/ of the repository as far as its own plan goes: tests pin what is in it, and more plans may lie beside it."""
    own = folder / "own"
    shutil.copytree(ROOT / "data" / "akishima", own / "akishima")
    for name in ("synonyms.yml", "history.jsonl"):
        shutil.copy(ROOT / "data" / name, own / name)
    return own


@contextmanager
def running_site(folder: Path, database: Path | None = None) -> Iterator[str]:
    """Address of the site, served from `folder` until the block ends; `database`: built before."""
    with running_server(folder, database) as (address, _):
        yield address


@contextmanager
def running_server(folder: Path, database: Path | None = None) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """As running_site, with the process that serves."""
    for name in PARTS:
        (folder / name).symlink_to(ROOT / name)
    if database:
        shutil.copy(database, folder / "plans.db")
    else:
        build = ["build_db.py", "--quiet", "--data", copy_own_data(folder), "--output", folder / "plans.db"]
        subprocess.run([sys.executable, *build], check=True, cwd=ROOT)
    port = free_port()
    command = [sys.executable, "-m", "datasette", str(folder), "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)
    log, started = folder / "server.log", Event()
    # What a server has started holds its end of the pipe, too: should that live on, nobody waits for it.
    writing = Thread(target=_write_log, args=(server.stderr, log, started), daemon=True)
    writing.start()
    try:
        started.wait()
        if server.poll() is not None:
            raise RuntimeError(f"the site did not start: {log.read_text('utf-8')}")
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            raise
        finally:
            writing.join(10)


def _write_log(said: IO[bytes], log: Path, started: Event) -> None:
    """What a server says, into a file; until it says that it answers, or ends."""
    with log.open("wb", buffering=0) as file, said:
        for line in said:
            file.write(line)
            if b"Uvicorn running on" in line:
                started.set()
    started.set()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


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
