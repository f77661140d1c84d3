"""Hits by kind and sector."""

import pytest

from keikaku.publish.records.search_hits import FEW, Hit, sort_hits

ROWS: list[Hit] = [
    {"kind": "measure", "id": "m1", "sector": "工業"},
    {"kind": "measure", "id": "m2", "sector": "商業"},
    {"kind": "goal", "id": "g1", "sector": "商業"},
    {"kind": "organization", "id": "o1", "sector": None},
]


@pytest.mark.parametrize(
    ("rows", "kind", "sector", "kinds", "sectors", "shown"),
    [
        (ROWS, "", "", {"measure": 2, "goal": 1, "organization": 1}, {"工業": 1, "商業": 2}, ["m1", "m2", "g1", "o1"]),
        (ROWS, "goal", "工業", {"measure": 1, "goal": 0, "organization": 0}, {"工業": 0, "商業": 1}, []),
        ([], "", "", {}, {}, []),
    ],
)
def test_each_choice_counts_what_the_other_leaves(
    rows: list[Hit], kind: str, sector: str, kinds: dict[str, int], sectors: dict[str, int], shown: list[str]
) -> None:
    hits = sort_hits(rows, kind, sector)
    assert (hits.kinds, hits.sectors, hits.shown_ids) == (kinds, sectors, shown)
    assert set(hits.of_kind) == {row["kind"] for row in rows if row["id"] in shown}


def test_one_kind_is_shown_to_its_end() -> None:
    rows = [{"kind": "measure", "id": f"m{i}", "sector": "工業"} for i in range(FEW + 5)]
    assert [len(sort_hits(rows, kind, "").shown("measure")) for kind in ("", "measure")] == [FEW, FEW + 5]
