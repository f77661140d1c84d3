"""Statements that would fell an open server, against a server of its own: each answered or refused, in bounded memory.

Memory is the resident set of the processes that serve, by the kernel's own highest marks. How fast pages stay meanwhile is
measured by benchmarks/serve.py.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import httpx
import pytest
import yaml

from tests.browser.running_site import find_processes, read_memory, running_server

MEBIBYTE = 1024 * 1024
MOST_BYTES = 52_000_000  # of an answer
MOST_MEMORY = 150 * MEBIBYTE  # above idle
PATIENCE = 60  # seconds after which an answer has failed
PAGES = ["/", "/plans/measures/akishima-kogyo-1", "/plans/measures", "/plans/search?q=給食", "/plans/unmet_targets"]
N = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
S = "search_documents"
ABUSES = {
    name: sql.replace("{n}", f"{N})").replace("{many}", f"{N} LIMIT 100000)")
    for name, sql in yaml.safe_load(Path(__file__).with_name("abuses.yml").read_text("utf-8")).items()
} | {
    "LIKE that backtracks": f"SELECT hex(zeroblob(100000)) LIKE '{'%0' * 400}1' FROM {S}",
    "GLOB that backtracks": f"SELECT hex(zeroblob(100000)) GLOB '{'*0' * 400}1' FROM {S}",
    "a deep expression": f"SELECT {'(' * 900}1{')' * 900}",
    "long sums": f"SELECT {'+'.join(['1'] * 9000)}",
    "500 selects": " UNION ALL ".join(["SELECT 1"] * 500),
    "1,900 columns": f"SELECT {','.join(['1'] * 1900)}",
    "a huge list": f"SELECT count(*) FROM {S} WHERE id IN ({','.join(map(str, range(3000)))})",
    "a long name": f'SELECT 1 AS "{"x" * 19000}"',
    "full text by OR": f"SELECT count(*) FROM search_index WHERE search_index MATCH '{' OR '.join(['a*'] * 900)}'",
}
ENDINGS = ("", ".json?_shape=array", ".csv", ".xlsx")
WITHOUT_SQL = [
    "/plans/search_documents?_where=" + "1%20or%20" * 300 + "1",
    "/plans/timeline?" + "&".join(f"_facet={name}" for name in ("title", "sector", "measures", "printed", "half") * 6),
    "/plans/measures?" + "&".join(f"name__like=%25{'_' * 50}{i}%25" for i in range(60)),
    "/plans/targets?" + "&".join(f"_sort={i}" for i in range(500)),
    "/plans/measures?" + "&".join(f"_{i}=" for i in range(3000)),
    "/plans/search?q=" + "%E7%B5%A6%E9%A3%9F+" * 500,
    "/plans/measures?_search=" + "%E3%81%82" * 2000,
    "/plans/measures_by_organization?organization=" + "x" * 5000,
]
# The kinds of work that are stopped by different means; the others are for long runs.
CHOSEN = (
    "two gigabytes", "endless count", "doubling text returned", "rows sorted in memory", "LIKE that backtracks",
    "our own functions", "small rows sorted in memory", "many large rows",
)  # fmt: skip


@dataclass
class Server:
    """A server of its own, and how to look at it."""

    address: str
    process: int
    client: httpx.Client

    def get(self, path: str) -> tuple[int, int]:
        """Status and bytes of an answer."""
        with self.client.stream("GET", self.address + path, timeout=PATIENCE) as answer:
            size = sum(len(part) for part in answer.iter_raw())
        return answer.status_code, size

    def memory(self) -> int:
        return self._read("VmRSS")

    def peak(self) -> int:
        """The most since `forget_peak`."""
        return self._read("VmHWM")

    def forget_peak(self) -> None:
        for process in find_processes(self.process):
            Path(f"/proc/{process}/clear_refs").write_text("5")

    def _read(self, name: str) -> int:
        return sum(read_memory(process, name) for process in find_processes(self.process))


@pytest.fixture(scope="module")
def server(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("memory is measured as Linux tells it")
    limits = httpx.Limits(max_connections=40)
    running = running_server(tmp_path_factory.mktemp("abused"), database=site_folder / "plans.db")
    with running as (address, process), httpx.Client(limits=limits) as client:
        yield Server(address, process.pid, client)


@pytest.fixture(scope="module")
def idle(server: Server) -> int:
    """Memory of the server that has shown every kind of page."""
    for page in (*PAGES, "/plans?sql=select+1", "/plans.xlsx?sql=select+1"):
        assert server.get(page)[0] == 200
    return server.memory()


def asked(sql: str, ending: str) -> str:
    return f"/plans{ending}{'&' if '?' in ending else '?'}" + urlencode({"sql": sql})


def assert_bounded(server: Server, idle: int, paths: Iterable[str]) -> None:
    """Sixteen at a time."""
    paths = list(paths)
    server.forget_peak()
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(server.get, paths))
    wrong = [(path[:200], answer) for path, answer in zip(paths, answers, strict=True)
             if answer[0] not in (200, 400, 414, 503) or answer[1] > MOST_BYTES]  # fmt: skip
    assert wrong == []
    assert server.peak() - idle < MOST_MEMORY, f"{(server.peak() - idle) // MEBIBYTE} MiB"


@pytest.mark.long
@pytest.mark.parametrize("name", ABUSES)
def test_an_abuse_is_bounded_in_every_format(server: Server, idle: int, name: str) -> None:
    for ending in ENDINGS:
        assert_bounded(server, idle, [asked(ABUSES[name], ending)])


def test_addresses_without_sql_are_bounded_too(server: Server, idle: int) -> None:
    for path in WITHOUT_SQL:
        assert_bounded(server, idle, [path])


@pytest.mark.parametrize("names", [CHOSEN, pytest.param(tuple(ABUSES), marks=pytest.mark.long)], ids=["some", "all"])
def test_abuses_at_once_are_bounded_and_memory_stays_flat(server: Server, idle: int, names: tuple[str, ...]) -> None:
    """Every statement in two formats, sixteen at a time, then in two others."""
    after = []
    for turn in range(2):
        numbered = list(enumerate(names))
        assert_bounded(
            server, idle, [asked(ABUSES[n], ENDINGS[(i + turn + k) % 4]) for i, n in numbered for k in (0, 2)]
        )
        after.append(server.memory())
    assert after[1] - after[0] < 20 * MEBIBYTE


def test_pages_are_answered_while_sixteen_ask_what_never_ends(server: Server) -> None:
    done = Event()

    def abuse(_: int) -> set[int]:
        statuses = set()
        while not done.is_set():
            statuses.add(server.get(asked(ABUSES["endless count"], ""))[0])
        return statuses

    with ThreadPoolExecutor(16) as crowd:
        abusers = [crowd.submit(abuse, number) for number in range(16)]
        try:
            answers = [server.get(f"{page}{'&' if '?' in page else '?'}_x={n}")[0] for n in range(5) for page in PAGES]
        finally:
            done.set()
        statuses = set().union(*(abuser.result() for abuser in abusers))
    assert set(answers) == {200}
    assert statuses <= {400, 503} and 400 in statuses
