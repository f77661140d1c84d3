"""What a search found, for its page: how many of each kind and sector, and the hits that are shown, kind by kind."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Hit = Mapping[str, Any]  # kind, id, sector, ...

# Of each kind where all kinds are shown.
FEW = 8


class Hits(NamedTuple):
    """`kinds` and `sectors` count what the other choice leaves, in the order of the hits; `of_kind` are those chosen.

    Some hits have no sector, so that `of_any_sector` may be more than the sum.
    """

    kinds: dict[str, int]
    sectors: dict[str, int]
    of_kind: dict[str, list[Hit]]
    of_any_sector: int
    most: int | None

    def shown(self, kind: str) -> list[Hit]:
        """The hits of a kind that are listed."""
        return self.of_kind[kind][: self.most]

    @property
    def shown_ids(self) -> list[str]:
        return [hit["id"] for kind in self.of_kind for hit in self.shown(kind)]


def sort_hits(rows: Iterable[Hit], kind: str, sector: str) -> Hits:
    """Of what was found, what is of a kind and a sector; "" for any."""
    rows = list(rows)
    found: dict[str, list[Hit]] = {}
    for row in rows:
        if sector in ("", row["sector"]):
            found.setdefault(row["kind"], []).append(row)
    sectors = Counter(row["sector"] for row in rows if kind in ("", row["kind"]))
    return Hits(
        {name: len(found.get(name, [])) for name in dict.fromkeys(row["kind"] for row in rows)},
        {name: sectors[name] for name in dict.fromkeys(row["sector"] for row in rows) if name},
        {name: hits for name, hits in found.items() if kind in ("", name)},
        sectors.total(),
        None if kind else FEW,
    )
