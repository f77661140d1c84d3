"""What is measured: folders with a database and its baked site, and the servers that publish them, each a process of its own."""

import json
import resource
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.synthetic import write_plans
from tests.browser.running_site import PARTS, ROOT, find_processes, free_port, read_memory

REAL = ROOT / "data"  # of one plan
PATIENCE = 600  # seconds until a server answers, or has ended
BUILD = (sys.executable, str(ROOT / "build_db.py"))
DATASETTE = (sys.executable, "-m", "datasette")
NGINX_PROGRAM = shutil.which("nginx") or "/usr/sbin/nginx"
# /file/… is a file by its name; everything else is looked for as on a real site.
NGINX = """
daemon off; user root; worker_processes auto; pid nginx.pid; error_log stderr crit;
events {{}}
http {{
    client_body_temp_path 1; proxy_temp_path 2; fastcgi_temp_path 3; uwsgi_temp_path 4; scgi_temp_path 5;
    types {{ text/html html; text/csv csv; }}
    access_log off; sendfile on; tcp_nopush on; gzip_static on; open_file_cache max=1000;
    server {{
        listen 127.0.0.1:{port};
        root {site};
        location / {{ try_files $uri $uri/index.html =404; }}
        location /file/ {{ alias {site}/; }}
    }}
}}
"""


class Site(NamedTuple):
    """A server: its address without a slash at the end, and its process."""

    address: str
    process: int


class Cost(NamedTuple):
    """Seconds of the clock and of all processors, most bytes of the process that led and of any that it started."""

    seconds: float
    processor: float
    leading: int
    started: int


def build_folder(kept: Path, plans: int) -> Path:
    """A folder as Datasette takes one, with the database of so many plans: one is the real one, more are invented."""
    folder, data = kept / str(plans), REAL
    folder.mkdir(parents=True, exist_ok=True)
    for name in set(PARTS) - {path.name for path in folder.iterdir()}:
        (folder / name).symlink_to(ROOT / name)
    if plans > 1:
        data = folder / "data"
        write_plans(plans, data)
    if plans == 1 or not (folder / "plans.db").exists():
        subprocess.run([*BUILD, "--quiet", "--data", data, "--output", folder / "plans.db"], check=True)
    return folder


def bake(folder: Path, address: str) -> tuple[int, Cost]:
    """Make all of folder/site anew: how many files that are, and what they cost."""
    shutil.rmtree(folder / "site", ignore_errors=True)
    cost = run_build("pages", "--quiet", "--database", folder / "plans.db", "--address", address)
    return len(json.loads((folder / "site/manifest.json").read_text("utf-8"))["files"]), cost


def run_build(*arguments: str | Path) -> Cost:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen([*BUILD, *arguments])
    with watch_memory(process.pid) as samples:
        if process.wait():
            raise RuntimeError(f"failed: {arguments}")
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    leading, started = max(sample[0] for sample in samples), max(max(sample[1:], default=0) for sample in samples)
    return Cost(seconds, processor, leading, started)


@contextmanager
def watch_memory(server: int) -> Iterator[list[list[int]]]:
    """Until the block ends, again and again the most bytes so far of a process and of each that it has started."""
    samples: list[list[int]] = []
    over = threading.Event()

    def look() -> None:
        ended = False
        while not ended:
            ended = over.wait(0.05)
            with suppress(OSError, StopIteration):  # one of them has just ended
                samples.append([read_memory(process, "VmHWM") for process in find_processes(server)])

    for process in find_processes(server):
        Path(f"/proc/{process}/clear_refs").write_text("5")  # forgets what was most until now
    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def run_stock(folder: Path) -> AbstractContextManager[Site]:
    """Datasette with a database and nothing else: no plugins, those installed included."""
    port = free_port()
    return _run(["env", "DATASETTE_LOAD_PLUGINS=", *DATASETTE, str(folder / "plans.db"), "--port", str(port)], port)


def run_ours(folder: Path, port: int) -> AbstractContextManager[Site]:
    """As `make serve`; files are sent if they were baked for this port."""
    return _run([*DATASETTE, str(folder), "--port", str(port)], port)


def run_nginx(folder: Path, place: Path) -> AbstractContextManager[Site]:
    """An nginx that sends the baked files and does nothing else; what it writes goes to `place`."""
    port, configuration = free_port(), place / "nginx.conf"
    configuration.write_text(NGINX.format(port=port, site=folder / "site"), "utf-8")
    return _run([NGINX_PROGRAM, "-p", str(place), "-c", str(configuration)], port)


@contextmanager
def _run(command: list[str], port: int) -> Iterator[Site]:
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        site, until = Site(f"http://127.0.0.1:{port}", process.pid), time.monotonic() + PATIENCE
        while not _answers(site):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command} does not answer")
            time.sleep(0.1)
        yield site
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(site: Site) -> bool:
    with suppress(OSError):
        urllib.request.urlopen(f"{site.address}/", timeout=PATIENCE).close()
        return True
    return False
