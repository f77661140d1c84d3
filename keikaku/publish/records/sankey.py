"""Where flows of a picture lie: from a column of sources on the left to a column of targets on the right.

Guarantees: bands and nodes are as high as their counts; nodes keep the order of the flows and never touch. Does not:
draw, colour or measure text; a label takes two lines beside its node, in the room that the caller gives it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_LABEL_HEIGHT = 42
_GAP = 10
_NODE_WIDTH = 14
_LARGEST = 460


@dataclass(frozen=True)
class Node:
    """A source or target: its label, how much flows through it, and its place."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Band:
    """A flow; `target` is the place of its target in the picture's order, `path` an SVG outline."""

    source_label: str
    target_label: str
    count: int
    target: int
    path: str


@dataclass(frozen=True)
class Sankey:
    """A picture in pixels."""

    width: int
    height: int
    sources: tuple[Node, ...]
    targets: tuple[Node, ...]
    bands: tuple[Band, ...]


def draw_sankey(flows: Iterable[tuple[str, str, int]], width: int, left: int, right: int) -> Sankey:
    """A picture of (source, target, count), `left` and `right` pixels of whose width are left for labels."""
    flows = [flow for flow in flows if flow[2] > 0]
    total = sum(count for _, _, count in flows)
    unit = min(14.0, _LARGEST / total) if total else 0.0
    sources = _place(_totals((source, count) for source, _, count in flows), left, unit)
    targets = _place(_totals((target, count) for _, target, count in flows), width - right - _NODE_WIDTH, unit)
    height = max((_bottom(node) for node in (*sources, *targets)), default=0)
    return Sankey(width, round(height), sources, targets, _connect(flows, sources, targets, unit))


def _totals(counts: Iterable[tuple[str, int]]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for label, count in counts:
        totals[label] = totals.get(label, 0) + count
    return totals


def _place(totals: dict[str, int], x: float, unit: float) -> tuple[Node, ...]:
    nodes: list[Node] = []
    for label, count in totals.items():
        y = _bottom(nodes[-1]) if nodes else 0.0
        nodes.append(Node(label, count, x, y, _NODE_WIDTH, count * unit))
    return tuple(nodes)


def _bottom(node: Node) -> float:
    return node.y + max(node.height, _LABEL_HEIGHT) + _GAP


def _connect(
    flows: list[tuple[str, str, int]], sources: tuple[Node, ...], targets: tuple[Node, ...], unit: float
) -> tuple[Band, ...]:
    """Bands leave a source in the order of their targets and reach a target in the order of their sources."""
    source_of = {node.label: node for node in sources}
    target_of = {node.label: node for node in targets}
    order = {label: place for place, label in enumerate(target_of)}
    source_order = {label: place for place, label in enumerate(source_of)}
    leaves = {node.label: node.y for node in sources}
    reaches = {node.label: node.y for node in targets}
    bands = []
    for source, target, count in sorted(flows, key=lambda flow: (source_order[flow[0]], order[flow[1]])):
        thick = count * unit
        path = _outline(source_of[source].x + _NODE_WIDTH, leaves[source], target_of[target].x, reaches[target], thick)
        bands.append(Band(source, target, count, order[target], path))
        leaves[source] += thick
        reaches[target] += thick
    return tuple(bands)


def _outline(x: float, y: float, end_x: float, end_y: float, thick: float) -> str:
    middle = (x + end_x) / 2
    return (
        f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {end_y:.1f} {end_x:.1f} {end_y:.1f}"
        f"v{thick:.1f}C{middle:.1f} {end_y + thick:.1f} {middle:.1f} {y + thick:.1f} {x:.1f} {y + thick:.1f}z"
    )
