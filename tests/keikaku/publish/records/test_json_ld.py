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


def test_every_record_is_about_its_address_belongs_to_the_data_set_and_names_records(
    database: sqlite3.Connection,
) -> None:
    known, named = set(), set()
    for address, graph in records(database):
        known.add(address)
        named |= {n for n in {*graph.objects(), *graph.subjects()} if isinstance(n, URIRef) and "/plans/" in n}
        assert graph.value(address, RDF.type), address
        assert graph.value(address, SCHEMA.name), address
        assert graph.value(address, SCHEMA.url) == address
        assert str(graph.value(address, SCHEMA.identifier)) == str(address).rpartition("/")[2]
        is_work = (address, RDF.type, SCHEMA.CreativeWork) in graph
        assert (address, SCHEMA.isPartOf if is_work else SCHEMA.subjectOf, DATA_SET) in graph, address
        assert (DATA_SET, RDF.type, SCHEMA.Dataset) in graph
        assert {str(p).startswith("https://schema.org/") for p in graph.predicates() if p != RDF.type} == {True}
    assert len(known) > 40
    assert {n for n in named if "/plans/codes?" not in n} <= known


@pytest.mark.parametrize(
    ("table", "row_id", "types"),
    [
        ("organizations", "minato-shi", {"GovernmentOrganization"}),
        ("organizations", "minato-bunka-kyokai", {"Organization"}),
        ("events", "minato-event-8", {"Event"}),
        ("measures", "minato-geijutsu-1", {"CreativeWork", "Action"}),
        ("indicators", "minato-geijutsu-1-target-1", {"PropertyValue"}),
    ],
)
def test_types_say_what_a_record_is(database: sqlite3.Connection, table: str, row_id: str, types: set[str]) -> None:
    graph = parse(build_record(database.execute, table, row_id, ROOT, LICENSE))
    record = URIRef(f"{ROOT}plans/{table}/{row_id}")
    assert {str(t).rpartition("/")[2] for t in graph.objects(record, RDF.type)} == types
    if table == "events":  # which takes its fiscal years
        days = [graph.value(record, word) for word in (SCHEMA.startDate, SCHEMA.endDate)]
        assert days == [Literal("2020-04-01"), Literal("2022-03-31")]


def test_an_unknown_id_has_no_record(database: sqlite3.Connection) -> None:
    assert build_record(database.execute, "events", "minato-event-11", ROOT, LICENSE) is None
