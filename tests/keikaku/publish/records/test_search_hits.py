"""Hits by kind and sector."""

from keikaku.publish.records.search_hits import FEW, Hit, sort_hits

ROWS: list[Hit] = [
    {"kind": "measure", "id": "m1", "sector": "工業"},
    {"kind": "measure", "id": "m2", "sector": "商業"},
    {"kind": "goal", "id": "g1", "sector": "商業"},
    {"kind": "organization", "id": "o1", "sector": None},
]


def test_everything() -> None:
    hits = sort_hits(ROWS, "", "")
    assert hits.kinds == {"measure": 2, "goal": 1, "organization": 1}
    assert hits.sectors == {"工業": 1, "商業": 2}
    assert list(hits.of_kind) == ["measure", "goal", "organization"]
    assert hits.shown_ids == ["m1", "m2", "g1", "o1"]


def test_each_choice_counts_what_the_other_leaves() -> None:
    hits = sort_hits(ROWS, "goal", "工業")
    assert hits.kinds == {"measure": 1, "goal": 0, "organization": 0}
    assert hits.sectors == {"工業": 0, "商業": 1}
    assert hits.of_kind == {}


def test_one_kind_is_shown_to_its_end() -> None:
    rows = [{"kind": "measure", "id": f"m{i}", "sector": "工業"} for i in range(FEW + 5)]
    assert len(sort_hits(rows, "", "").shown("measure")) == FEW
    assert len(sort_hits(rows, "measure", "").shown("measure")) == FEW + 5


def test_nothing() -> None:
    hits = sort_hits([], "", "")
    assert (hits.kinds, hits.sectors, hits.of_kind, hits.shown_ids) == ({}, {}, {}, [])
