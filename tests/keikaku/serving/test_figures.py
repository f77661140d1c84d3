"""Figures count what was served, under labels that no visitor can multiply."""

import gc
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from keikaku.serving.figures import DataState, Figures, Held, LaneState, figures_of, may_read, name_kind, read_networks
from keikaku.serving.traffic import Served

KINDS = {
    "/": "home",
    "/timeline": "page",
    "/plans": "page",
    "/plans/measures": "table",
    "/plans/measure_overview": "table",
    "/plans/targets_due": "query",
    "/plans/search": "search",
    "/plans/search.json": "json",
    "/plans/measures/akishima-kogyo-1": "record",
    "/plans/measures/akishima-kogyo-1.jsonld": "json",
    "/plans/measures.csv": "csv",
    "/plans/measures.xlsx": "xlsx",
    "/plans.db": "file",
    "/files/csv/measures.csv": "file",
    "/static/site.css": "static",
    "/-/static/app.css": "static",
    "/-/health": "service",
    "/calendar/akishima.ics": "feed",
    "/changes.atom": "feed",
    "/pictures/home.png": "picture",
    "/robots.txt": "text",
    "/a/b/c/d/e": "other",
}


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_addresses_have_a_kind(path: str, kind: str) -> None:
    assert name_kind(path) == kind
    assert name_kind(path, has_sql=True) in {"sql", kind}


def test_sql_is_a_kind_of_its_own_in_every_format() -> None:
    assert {name_kind(path, has_sql=True) for path in ("/plans", "/plans.json", "/plans/measures.csv")} == {"sql"}


@given(st.text(st.characters(codec="utf-8")).map("/".__add__), st.booleans())
def test_no_address_makes_a_new_kind(path: str, has_sql: bool) -> None:
    assert name_kind(path, has_sql) in {*KINDS.values(), "sql", "citation"}


def read(figures: Figures) -> dict[tuple[str, ...], float]:
    """Samples by name and values of labels."""
    families = text_string_to_metric_families(figures.write().decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_requests_are_counted_by_kind_status_and_time() -> None:
    figures = Figures()
    for seconds, status, came in [(0.002, 200, "made"), (0.0001, 200, "kept"), (0.3, 999, "passed"), (1, 0, "passed")]:
        figures.count(Served(0, "GET", "/plans/measures", False, status, 100, seconds, came))
    seen = read(figures)
    assert seen["keikaku_requests_total", "table", "200"] == 2
    assert seen["keikaku_requests_total", "table", "other"] == 1
    assert seen["keikaku_requests_total", "table", "none"] == 1
    assert seen["keikaku_request_seconds_bucket", "table", "0.001"] == 1
    assert seen["keikaku_request_seconds_bucket", "table", "0.5"] == 3
    assert seen["keikaku_request_seconds_count", "table"] == 4
    assert {came: seen["keikaku_answers_total", came] for came in ("kept", "made", "passed", "shared")} == {
        "kept": 1, "made": 1, "passed": 2, "shared": 0,
    }  # fmt: skip
    assert seen["keikaku_sent_bytes_total",] == 400
    assert seen["process_resident_memory_bytes",] > 1_000_000
    assert seen["process_cpu_seconds_total",] > 0
    assert seen["process_open_fds",] > 2


def test_what_others_hold_is_looked_at_when_somebody_reads() -> None:
    figures = Figures()
    assert not any(name.startswith(("keikaku_cache", "keikaku_sql", "keikaku_database")) for name, *_ in read(figures))
    figures.look_at_answers = lambda: Held(3, 5000)
    figures.look_at_lane = lambda: LaneState(1, 2, 7)
    figures.look_at_data = lambda: {"plans": DataState("0123456789abcdef", True)}
    seen = read(figures)
    assert (seen["keikaku_cache_answers",], seen["keikaku_cache_bytes",]) == (3, 5000)
    assert (seen["keikaku_sql", "running"], seen["keikaku_sql", "waiting"]) == (1, 2)
    assert seen["keikaku_sql_refused_total",] == 7
    assert seen["keikaku_database_info", "plans", "0123456789ab"] == 1
    assert seen["keikaku_database_behind", "plans"] == 1


def test_a_site_has_figures_of_its_own_which_go_with_it() -> None:
    class Site:
        pass

    one, other = Site(), Site()
    assert figures_of(one) is figures_of(one)
    assert figures_of(one) is not figures_of(other)
    figures = weakref.ref(figures_of(one))
    del one
    gc.collect()
    assert figures() is None


@pytest.mark.parametrize(
    ("client", "named", "may"),
    [
        (None, "", True),
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("192.0.2.7", "", False),
        ("192.0.2.7", "198.51.100.0/24, 192.0.2.0/24", True),
        ("2001:db8::7", "2001:db8::/64", True),
        ("unix:", "0.0.0.0/0", False),
        ("", "", False),
    ],
)
def test_figures_are_for_this_machine_and_named_networks(client: str | None, named: str, may: bool) -> None:
    assert may_read(client, read_networks(named)) is may


@pytest.mark.parametrize("named", ["192.0.2.1/24", "here"])
def test_a_network_that_is_none_is_refused(named: str) -> None:
    with pytest.raises(ValueError, match=named):
        read_networks(named)
