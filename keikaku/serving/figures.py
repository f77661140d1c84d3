"""Figures of one running process for Prometheus: what was asked, how fast it was answered, what is held and who waits.

Guarantees: no label takes a value from what a visitor sends, so that the number of series is bounded. The figures of a
process are its own: several are added up by whoever reads them. Knows nothing of Datasette.
"""

import ipaddress
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric

from keikaku.schema.tables import read_schema
from keikaku.serving.traffic import NO_STATUS, PASSED, Served

NETWORKS = "KEIKAKU_METRICS_NETWORKS"  # environment variable: who may read the figures, besides this machine
_PROCESS = Path("/proc/self")
THIS_MACHINE = "127.0.0.0/8 ::1/128"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_STATUSES = {status.value: str(status.value) for status in HTTPStatus} | {NO_STATUS: "none"}
_CAME = ("kept", "unchanged", "shared", "made", PASSED)
_ENDINGS = {
    "json": "json", "jsono": "json", "jsonld": "json", "csv": "csv", "xlsx": "xlsx", "db": "file", "atom": "feed",
    "ics": "feed", "xml": "feed", "bib": "citation", "ris": "citation", "txt": "text",
}  # fmt: skip
_FOLDERS = {"static": "static", "files": "file", "pictures": "picture", "calendar": "feed"}


class Held(NamedTuple):
    """What the answers in memory take."""

    answers: int
    bytes: int


class LaneState(NamedTuple):
    """The lane of visitors' SQL."""

    running: int
    waiting: int
    refused: int  # since the start


class DataState(NamedTuple):
    """One database: the hash of what is served, and whether a newer file was refused."""

    sha256: str
    is_behind: bool


class Figures:
    """Those of one site; other parts of it set the functions that look when somebody reads."""

    def __init__(self) -> None:
        self.look_at_answers: Callable[[], Held] | None = None
        self.look_at_lane: Callable[[], LaneState] | None = None
        self.look_at_data: Callable[[], Mapping[str, DataState]] | None = None
        registry = self._registry = CollectorRegistry()
        requests = Counter("keikaku_requests", "Requests", ["kind", "status"], registry=registry)
        seconds = Histogram("keikaku_request_seconds", "Until sent", ["kind"], buckets=SECONDS, registry=registry)
        answers = Counter("keikaku_answers", "Where answers came from: memory or not", ["came"], registry=registry)
        self._sent = Counter("keikaku_sent_bytes", "Bodies of answers", registry=registry)
        # A look in a dictionary takes a quarter of the time that labels() does.
        self._requests = cache(requests.labels)
        self._seconds = cache(seconds.labels)
        self._answers = {came: answers.labels(came) for came in _CAME}
        registry.register(self)

    def count(self, served: Served) -> None:
        """One request more."""
        kind = name_kind(served.path, served.has_sql)
        self._requests(kind, _STATUSES.get(served.status, "other")).inc()
        self._seconds(kind).observe(served.seconds)
        self._answers[served.came].inc()
        self._sent.inc(served.size)

    def write(self) -> bytes:
        """In Prometheus's text format: prometheus_client.CONTENT_TYPE_LATEST."""
        return generate_latest(self._registry)

    def describe(self) -> Iterable[Metric]:
        """Part of collecting: nothing is known beforehand."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """What is looked at only now."""
        yield from _measure_process()
        if self.look_at_answers:
            held = self.look_at_answers()
            yield GaugeMetricFamily("keikaku_cache_answers", "Answers in memory", held.answers)
            yield GaugeMetricFamily("keikaku_cache_bytes", "Memory that they take", held.bytes)
        if self.look_at_lane:
            lane = self.look_at_lane()
            states = GaugeMetricFamily("keikaku_sql", "Requests with SQL of their own, now", labels=["state"])
            states.add_metric(["running"], lane.running)
            states.add_metric(["waiting"], lane.waiting)
            yield states
            refused = Metric("keikaku_sql_refused", "Those sent away since the start", "counter")
            refused.add_sample("keikaku_sql_refused_total", {}, lane.refused)
            yield refused
        if self.look_at_data:
            info = GaugeMetricFamily("keikaku_database_info", "What is served", labels=["database", "version"])
            behind = GaugeMetricFamily("keikaku_database_behind", "1: a newer file was refused", labels=["database"])
            for name, state in self.look_at_data().items():
                info.add_metric([name, state.sha256[:12]], 1)
                behind.add_metric([name], state.is_behind)
            yield from (info, behind)


def _measure_process() -> Iterator[Metric]:
    """As the library's ProcessCollector has it, which needs /proc/stat, and the unit in deploy/ hides that."""
    cpu = Metric("process_cpu_seconds", "Of user and system", "counter")
    cpu.add_sample("process_cpu_seconds_total", {}, time.process_time())
    yield cpu
    with suppress(OSError):  # only Linux has these
        pages = int((_PROCESS / "statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE")
        yield GaugeMetricFamily("process_resident_memory_bytes", "Memory in use", memory)
        handles = len(list((_PROCESS / "fd").iterdir()))
        yield GaugeMetricFamily("process_open_fds", "Open files and connections", handles)


_figures: WeakKeyDictionary[Any, Figures] = WeakKeyDictionary()


def figures_of(site: Any) -> Figures:
    """The figures of a site, the same at every call."""
    if site not in _figures:
        _figures[site] = Figures()
    return _figures[site]


def name_kind(path: str, has_sql: bool = False) -> str:
    """The kind of what an address asks for: one of a dozen and a half words, whatever the address."""
    parts = path.split("/")[1:]
    if parts == [""]:
        return "home"
    if parts[0] == "-":
        return "static" if parts[1:2] in (["static"], ["static-plugins"]) else "service"
    if parts[0] in _FOLDERS and len(parts) > 1:
        return _FOLDERS[parts[0]]
    if has_sql:
        return "sql"
    stem, _, ending = parts[-1].rpartition(".")
    if stem and (kind := _ENDINGS.get(ending)):
        return kind
    if len(parts) == 2:
        return "search" if parts[1] == "search" else "table" if parts[1] in _tables() else "query"
    return {1: "page", 3: "record"}.get(len(parts), "other")


@cache
def _tables() -> frozenset[str]:
    return frozenset(table.name for table in read_schema())


def read_networks(text: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Networks with spaces or commas between them, and this machine. Raises ValueError."""
    return [ipaddress.ip_network(name) for name in re.split(r"[\s,]+", f"{THIS_MACHINE} {text}") if name]


def may_read(client: str | None, networks: Iterable[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Whether one who asks from an address may see the figures; None is one at a socket of this machine."""
    if client is None:
        return True
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return False
    return any(address in network for network in networks)
