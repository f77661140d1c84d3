"""Visitors' SQL in a process of its own, on a running server: the same answers, and nothing that happens to it reaches pages."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.browser.running_site import find_processes, running_server

ENDLESS = "/plans.json?sql=" + quote(
    "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
)
ONE = "/plans.json?_shape=array&sql=" + quote("SELECT name FROM measures WHERE id = 'akishima-kogyo-1'")
SECONDS = 20.0


class Server:
    """A running site, and the processes behind it."""

    def __init__(self, address: str, process: int, folder: Path) -> None:
        self.process, self.folder = process, folder
        self.client = httpx.Client(base_url=address, timeout=30)

    def lane(self) -> int:
        """The process for visitors' SQL, once it is there."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            if others := find_processes(self.process)[1:]:
                return others[0]
            time.sleep(0.05)
        raise AssertionError("there is no process for visitors' SQL")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if not Path("/proc/self/task").exists():
        pytest.skip("processes are looked at as Linux tells them")
    folder = tmp_path_factory.mktemp("laned")
    with running_server(folder) as (address, process):
        server = Server(address, process.pid, folder)
        with server.client:
            yield server


def test_sql_is_asked_in_a_process_of_its_own(server: Server) -> None:
    lane = server.lane()
    before = _seconds(lane), _seconds(server.process)
    assert server.client.get(ENDLESS).status_code == 400
    took = _seconds(lane) - before[0], _seconds(server.process) - before[1]
    assert took[0] > 0.5 > took[1]
    assert os.getpriority(os.PRIO_PROCESS, lane) > os.getpriority(os.PRIO_PROCESS, server.process)
    first, last = (int(Path(f"/proc/{process}/oom_score_adj").read_text()) for process in (lane, server.process))
    assert first > last


@pytest.mark.parametrize(
    ("path", "status", "content_type"),
    [
        (ONE, 200, "application/json"),
        ("/plans?sql=select+1&_easy=1", 200, "text/html"),
        ("/plans.csv?_stream=1&sql=select+name+from+measures", 200, "text/"),
        ("/plans.xlsx?sql=select+name+from+measures", 200, "application/vnd.openxmlformats"),
        ("/plans/measures?_where=number%3E1", 200, "text/html"),
        ("/plans.json?sql=selec+1", 400, "application/json"),
        ("/plans?sql=attach+'x'+as+y", 400, "text/html"),
        ("/plans?sql=select+%00", 400, "text/html"),
    ],
)
def test_every_format_comes_through(server: Server, path: str, status: int, content_type: str) -> None:
    answer = server.client.get(path)
    assert (answer.status_code, answer.headers["content-type"][: len(content_type)]) == (status, content_type)
    assert answer.headers["content-security-policy"]
    assert answer.content
    assert server.client.head(path).content == b""


def test_a_chart_may_be_drawn_on_the_page_of_a_statement(server: Server) -> None:
    path = "/plans?sql=" + quote("SELECT number, position FROM measures") + "&_chart=bar&_x=number&_y=position"
    told = [server.client.get(address).headers["content-security-policy"] for address in (path, "/plans?sql=select+1")]
    assert ["unsafe-eval" in policy for policy in told] == [True, False]


def test_an_answer_cut_for_want_of_time_is_not_kept(server: Server) -> None:
    path = "/plans/measures?_where=1&_facet=" + "&_facet=".join(("code", "name", "summary", "schedule"))
    assert "etag" in server.client.get(path).headers
    assert "etag" not in server.client.get(ENDLESS).headers


def test_pages_and_later_sql_survive_its_end(server: Server) -> None:
    lane = server.lane()
    with ThreadPoolExecutor() as pool:
        asked = pool.submit(server.client.get, ENDLESS + "&_=killed")
        time.sleep(0.3)
        os.kill(lane, signal.SIGKILL)
        assert server.client.get("/plans/measures?_size=3").status_code == 200
        refused = asked.result()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert server.client.get(ONE + "&_=after").status_code == 200
    assert server.lane() != lane


def test_a_visitor_who_leaves_ends_the_query(server: Server) -> None:
    lane = server.lane()
    with pytest.raises(httpx.ReadTimeout):
        server.client.get(ENDLESS + "&_=left", timeout=0.2)
    time.sleep(0.3)
    before = _seconds(lane)
    time.sleep(0.3)
    assert _seconds(lane) - before < 0.15


def test_both_speak_of_the_same_data(server: Server) -> None:
    """New data reaches statements when it reaches pages."""
    shutil.copy(server.folder / "plans.db", server.folder / "next")
    with closing(sqlite3.connect(server.folder / "next")) as connection, connection:
        connection.execute("UPDATE measures SET name = '新しい名' WHERE id = 'akishima-kogyo-1'")
    (server.folder / "next").rename(server.folder / "plans.db")
    until = time.monotonic() + SECONDS
    while time.monotonic() < until and "新しい名" not in server.client.get("/plans/measures/akishima-kogyo-1").text:
        time.sleep(0.1)
    assert server.client.get(ONE).json() == [{"name": "新しい名"}]


def test_it_ends_with_the_server(tmp_path: Path) -> None:
    with running_server(tmp_path) as (address, process):
        server = Server(address, process.pid, tmp_path)
        lane = server.lane()
        with server.client:
            assert server.client.get(ONE).status_code == 200
        process.kill()
        process.wait(10)
        until = time.monotonic() + SECONDS
        while time.monotonic() < until and _runs(lane):
            time.sleep(0.05)
        assert not _runs(lane)


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _seconds(process: int) -> float:
    """Processor time that a process has used."""
    parts = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
