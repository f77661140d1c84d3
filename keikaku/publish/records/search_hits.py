"""What a search found, for its page: the hits of a sector kind by kind, and how many there are of each sector and plan."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Hit = Mapping[str, Any]  # kind, id, sector, plan, ...

# Of each kind where all kinds are shown.
FEW = 8


class Hits(NamedTuple):
    """`sectors` count all hits, some of which have no sector; `plans` and `of_kind` those of the sector that is chosen."""

    sectors: dict[str, int]
    plans: dict[str, int]
    of_kind: dict[str, list[Hit]]
    most: int | None

    def shown(self, kind: str) -> list[Hit]:
        """The hits of a kind that are listed."""
        return self.of_kind[kind][: self.most]

    @property
    def shown_ids(self) -> list[str]:
        return [hit["id"] for kind in self.of_kind for hit in self.shown(kind)]


def sort_hits(rows: Iterable[Hit], kind: str, sector: str) -> Hits:
    """Of what was found of a kind, what is of a sector; "" for any."""
    rows = list(rows)
    chosen = [row for row in rows if sector in ("", row["sector"])]
    of_kind: dict[str, list[Hit]] = {}
    for row in chosen:
        of_kind.setdefault(row["kind"], []).append(row)
    sectors = Counter(row["sector"] for row in rows if row["sector"])
    return Hits(dict(sectors), dict(Counter(row["plan"] for row in chosen)), of_kind, None if kind else FEW)
