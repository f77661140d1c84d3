"""New data while everybody reads: built beside the old, then each process restarted after the other."""

import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from itertools import cycle
from threading import Event
from urllib.parse import quote

import httpx
import pytest

from tests.deploy.conftest import Deployed, wait_until

FILES = ["/", "/plans/plans/minato", "/plans/plans/minato.json", "/plans/plans/minato?_embed=1", "/plans/plans.csv"]
FILES += ["/plans.db", "/files/plans.xlsx", "/changes.atom", "/timeline", "/static/site.css"]
WINDOW = ["/plans/plans?_sort=id", "/plans/plans.json?_shape=array&_size=5", "/plans/plans.csv?id=minato"]
WINDOW += [f"/plans/search?q={quote('文化振興計画')}", "/plans/measures?_sort_desc=name", "/?x=1"]
SQL = ["/plans.json?sql=select+title+from+plans&_shape=array", "/plans.csv?sql=select+id,title+from+plans"]
# What tells the title of the plan; the others may be the same before and after.
OLD, NEW = "\ntitle: みなと市文化振興計画\n", "\ntitle: みなと市文化振興計画（改訂）\n"
A_WHILE = 0.2  # seconds between two requests of a reader

Seen = list[tuple[str, int, str]]


def ask(client: httpx.Client, path: str) -> tuple[str, int, str]:
    """Address, status and digest of an answer."""
    answer = client.get(path)
    return path, answer.status_code, sha256(answer.content).hexdigest()


def ask_all(deployed: Deployed, number: int) -> dict[str, str]:
    with deployed.visitor(number) as visitor:
        answers = [ask(visitor, path) for path in [*FILES, *WINDOW, *SQL]]
    assert [answer for answer in answers if answer[1] != 200] == []
    return {path: digest for path, _, digest in answers}


@contextmanager
def readers(deployed: Deployed) -> Iterator[Seen]:
    """Five who read without end until the block is left; then everything that they were given."""
    ended, seen = Event(), Seen()

    def read(number: int, paths: list[str]) -> None:
        with deployed.visitor(number) as visitor:
            for path in cycle(paths):
                if ended.wait(A_WHILE):
                    return
                seen.append(ask(visitor, path))

    lists = [FILES, FILES[::-1], WINDOW, WINDOW[::-1], SQL]
    with ThreadPoolExecutor(len(lists)) as pool:
        reading = [pool.submit(read, 20 + number, paths) for number, paths in enumerate(lists)]
        try:
            yield seen
        finally:
            ended.set()
            for reader in reading:
                reader.result()


def read_health(deployed: Deployed, number: int) -> dict:
    transport = httpx.HTTPTransport(uds=str(deployed.place / "run" / str(number) / "web.sock"), verify=False)
    with httpx.Client(transport=transport, timeout=60) as client:
        return client.get("http://localhost/-/health").json()


def test_new_data_comes_without_a_request_that_fails_or_an_answer_that_is_neither_old_nor_new(
    deployed: Deployed,
) -> None:
    plan = deployed.project / "data" / "minato" / "bunka" / "plan.yml"
    text = plan.read_text("utf-8")
    assert OLD in text
    old = ask_all(deployed, 11)
    with readers(deployed) as seen:
        wait_until(lambda: {path for path, _, _ in seen} == set(old), "readers have asked for everything")
        plan.write_text(text.replace(OLD, NEW), "utf-8")
        deployed.build()
        deployed.restart_all()
        new = ask_all(deployed, 12)
        afterwards = len(seen)
        wait_until(
            lambda: {path for path, _, _ in seen[afterwards:]} == set(old), "readers have asked for everything again"
        )
    changed = {path for path in old if old[path] != new[path]}
    assert changed & set(FILES) and changed & {*WINDOW, *SQL}, changed
    assert [answer for answer in seen if answer[1] != 200] == []
    assert [answer for answer in seen if answer[2] not in (old[answer[0]], new[answer[0]])] == []
    assert [answer for answer in seen[afterwards:] if answer[2] != new[answer[0]]] == []
    manifest = json.loads((deployed.place / "lib" / "current" / "site" / "manifest.json").read_text("utf-8"))
    for number in (1, 2):
        health = read_health(deployed, number)
        assert (health["status"], health["build"]) == ("ok", manifest["build_id"])
        assert health["databases"]["plans"]["sha256"] == manifest["database"]["sha256"]


def test_a_build_that_fails_changes_nothing(deployed: Deployed) -> None:
    plan = deployed.project / "data" / "minato" / "bunka" / "plan.yml"
    text = plan.read_text("utf-8")
    before = (deployed.place / "lib" / "current").resolve()
    plan.write_text(text + "nonsense: 1\n", "utf-8")
    try:
        with pytest.raises(subprocess.CalledProcessError):
            deployed.build()
    finally:
        plan.write_text(text, "utf-8")
    assert (deployed.place / "lib" / "current").resolve() == before
