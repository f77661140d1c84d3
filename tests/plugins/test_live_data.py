"""A server that runs while its data is replaced, broken, removed and mended: nobody notices but by what is new."""

import http.client
import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.files.digest import fingerprint
from tests.browser.running_site import running_site
from tests.conftest import ROOT

PATHS = [
    "/",
    "/plans/measures",
    "/plans/measures?_facet=sector_id",
    "/plans/search.json?q=%E5%B7%A5%E6%A5%AD&_shape=array",
    "/plans/measures.csv",
    "/plans.json?sql=select+count(*)+from+measures",
    "/data",
]
NOTICED_SECONDS = 10


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    with running_site(folder) as address:
        yield urlsplit(address).netloc


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The database of the site, and one that has a second plan."""
    place = tmp_path_factory.mktemp("builds")
    data = place / "data"
    shutil.copytree(ROOT / "data", data)
    shutil.copytree(ROOT / "tests" / "fixtures" / "minato", data / "minato")
    built = CliRunner().invoke(main, ["--quiet", "--data", str(data), "--output", str(place / "two.db")])
    assert built.exit_code == 0, built.output
    built = CliRunner().invoke(main, ["--quiet", "--output", str(place / "one.db")])
    assert built.exit_code == 0, built.output
    return [place / "one.db", place / "two.db"]


def ask(site: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(site, timeout=20)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def health(site: str) -> dict[str, Any]:
    status, body = ask(site, "/-/health")
    told = json.loads(body)
    assert (status == 503) == (told["status"] == "unavailable")
    return told


def wait_until(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + NOTICED_SECONDS
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def publish(build: Path, folder: Path) -> str:
    """As a build does: written beside, then renamed."""
    temporary = folder / ".plans.db.new"
    shutil.copy(build, temporary)
    temporary.replace(folder / "plans.db")
    return fingerprint(build)


def test_new_builds_are_served_within_seconds_and_no_request_fails(site: str, folder: Path, builds: list[Path]) -> None:
    failures: list[tuple[str, int, bytes]] = []
    answers: list[str] = []
    over = threading.Event()

    def visit(offset: int) -> None:
        turn = offset
        while not over.is_set():
            path = PATHS[turn % len(PATHS)]
            turn += 1
            try:
                status, body = ask(site, path + (f"&_n={turn}" if "?" in path else ""))
            except OSError as error:
                status, body = 0, repr(error).encode()
            answers.append(path)
            if status != 200:
                failures.append((path, status, body[:300]))

    visitors = [threading.Thread(target=visit, args=(offset,)) for offset in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        for build in [builds[1], builds[0]] * 3:
            digest = publish(build, folder)
            assert wait_until(lambda digest=digest: health(site)["databases"]["plans"]["sha256"] == digest)
            municipalities = json.loads(ask(site, "/plans/plans.json?_shape=array")[1])
            assert len(municipalities) == 1 + builds.index(build)
    finally:
        over.set()
        for visitor in visitors:
            visitor.join()
    assert failures == []
    assert set(answers) == set(PATHS)


def truncate(good: bytes) -> bytes:
    return good[: len(good) // 2]


def garble(good: bytes) -> bytes:
    return good[:8192] + os.urandom(len(good) - 8192)


@pytest.mark.parametrize(
    "break_", [truncate, garble, lambda _: b"", lambda _: b"not a database" * 1000, None], ids=range(5)
)
def test_a_broken_file_is_refused_and_the_old_data_served(
    site: str, folder: Path, builds: list[Path], break_: Callable[[bytes], bytes] | None
) -> None:
    before = publish(builds[0], folder)
    assert wait_until(lambda: health(site)["databases"]["plans"]["sha256"] == before)
    if break_ is None:
        (folder / "plans.db").unlink()
    else:
        (folder / "plans.db").write_bytes(break_(builds[0].read_bytes()))  # in place, as a bad copy does
    assert wait_until(lambda: health(site)["status"] == "degraded")
    told = health(site)["databases"]["plans"]
    assert (told["sha256"], told["answering"]) == (before, True)
    assert told["refused"]["reason"]
    for path in [*PATHS, "/plans.db"]:
        status, body = ask(site, path + ("&_n=0" if "?" in path else ""))
        assert status == 200, path
    assert body == builds[0].read_bytes()
    assert "is not served" in (folder / "server.log").read_text("utf-8")
    after = publish(builds[1], folder)
    assert wait_until(lambda: health(site)["databases"]["plans"]["sha256"] == after)
    assert health(site)["status"] == "ok"
