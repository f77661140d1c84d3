"""JSON-LD of every record: readable without the network, of schema.org's types, and naming only what exists."""

import json
import sqlite3
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from keikaku.publish.records.json_ld import DESCRIBED, build_record

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from rdflib import RDF, Graph, Literal, Namespace, URIRef

ROOT = "https://example.jp/"
SCHEMA = Namespace("https://schema.org/")
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
DATA_SET = URIRef(f"{ROOT}data#dataset")


def parse(record: dict[str, Any] | None) -> Graph:
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        graph.parse(data=json.dumps(record), format="json-ld")
    return graph


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr("urllib.request.urlopen", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)


def records(database: sqlite3.Connection) -> Iterator[tuple[URIRef, Graph]]:
    for table in DESCRIBED:
        for (row_id,) in database.execute(f"SELECT id FROM {table}").fetchall():
            record = build_record(database.execute, table, row_id, ROOT, LICENSE)
            yield URIRef(f"{ROOT}plans/{table}/{row_id}"), parse(record)


def test_every_record_is_about_its_address_and_belongs_to_the_data_set(database: sqlite3.Connection) -> None:
    seen = 0
    for address, graph in records(database):
        seen += 1
        assert graph.value(address, RDF.type), address
        assert graph.value(address, SCHEMA.name), address
        assert graph.value(address, SCHEMA.url) == address
        assert str(graph.value(address, SCHEMA.identifier)) == str(address).rpartition("/")[2]
        is_work = (address, RDF.type, SCHEMA.CreativeWork) in graph
        whole = SCHEMA.isPartOf if is_work else SCHEMA.subjectOf
        assert (address, whole, DATA_SET) in graph, address
        assert (DATA_SET, RDF.type, SCHEMA.Dataset) in graph
        assert {str(p).startswith("https://schema.org/") for p in graph.predicates() if p != RDF.type} == {True}
    assert seen > 40


def test_what_a_record_names_is_a_record(database: sqlite3.Connection) -> None:
    known, named = set(), set()
    for address, graph in records(database):
        known.add(address)
        named |= {n for n in {*graph.objects(), *graph.subjects()} if isinstance(n, URIRef) and "/plans/" in n}
    assert {n for n in named if "/plans/codes?" not in n} <= known


def test_types_say_what_a_record_is(database: sqlite3.Connection) -> None:
    def types(table: str, row_id: str) -> set[str]:
        record = build_record(database.execute, table, row_id, ROOT, LICENSE)
        graph = parse(record)
        return {str(t).rpartition("/")[2] for t in graph.objects(URIRef(f"{ROOT}plans/{table}/{row_id}"), RDF.type)}

    assert types("organizations", "minato-shi") == {"GovernmentOrganization"}
    assert types("organizations", "minato-bunka-kyokai") == {"Organization"}
    assert types("events", "minato-event-8") == {"Event"}
    assert types("measures", "minato-geijutsu-1") == {"CreativeWork", "Action"}
    assert types("indicators", "minato-geijutsu-1-target-1") == {"PropertyValue"}


def test_an_event_takes_its_fiscal_years(database: sqlite3.Connection) -> None:
    graph = parse(build_record(database.execute, "events", "minato-event-8", ROOT, LICENSE))
    event = URIRef(f"{ROOT}plans/events/minato-event-8")
    assert graph.value(event, SCHEMA.startDate) == Literal("2020-04-01")
    assert graph.value(event, SCHEMA.endDate) == Literal("2022-03-31")


def test_an_unknown_id_has_no_record(database: sqlite3.Connection) -> None:
    assert build_record(database.execute, "events", "minato-event-11", ROOT, LICENSE) is None
