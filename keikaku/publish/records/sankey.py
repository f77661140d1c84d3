"""Where flows of a picture lie: from a column of sources on the left to a column of targets on the right.

Guarantees: bands and nodes are as high as their counts; nodes keep the order of the flows and never touch. Does not:
draw, colour or measure text; a label takes two lines beside its node, in the room that the caller gives it.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
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
    total = sum(count for *_, count in flows)
    unit = min(14.0, _LARGEST / total) if total else 0.0
    sources, targets = _place(flows, 0, left, unit), _place(flows, 1, width - right - _NODE_WIDTH, unit)
    height = max((_bottom(node) for node in (*sources.values(), *targets.values())), default=0)
    bands = tuple(_connect(flows, sources, targets, unit))
    return Sankey(width, round(height), tuple(sources.values()), tuple(targets.values()), bands)


def _place(flows: list[tuple[str, str, int]], end: int, x: float, unit: float) -> dict[str, Node]:
    """Label -> node for one end of the flows, one under the other."""
    totals: Counter[str] = Counter()
    for *ends, count in flows:
        totals[ends[end]] += count
    nodes: dict[str, Node] = {}
    y = 0.0
    for label, count in totals.items():
        nodes[label] = Node(label, count, x, y, _NODE_WIDTH, count * unit)
        y = _bottom(nodes[label])
    return nodes


def _bottom(node: Node) -> float:
    return node.y + max(node.height, _LABEL_HEIGHT) + _GAP


def _connect(
    flows: list[tuple[str, str, int]], sources: dict[str, Node], targets: dict[str, Node], unit: float
) -> Iterator[Band]:
    """Bands leave a source in the order of their targets and reach a target in the order of their sources."""
    order, source_order = ({label: place for place, label in enumerate(nodes)} for nodes in (targets, sources))
    leaves, reaches = ({label: node.y for label, node in nodes.items()} for nodes in (sources, targets))
    for source, target, count in sorted(flows, key=lambda flow: (source_order[flow[0]], order[flow[1]])):
        thick = count * unit
        path = _outline(sources[source].x + _NODE_WIDTH, leaves[source], targets[target].x, reaches[target], thick)
        yield Band(source, target, count, order[target], path)
        leaves[source] += thick
        reaches[target] += thick


def _outline(x: float, y: float, end_x: float, end_y: float, thick: float) -> str:
    middle = (x + end_x) / 2
    return (
        f"M{x:.1f} {y:.1f}C{middle:.1f} {y:.1f} {middle:.1f} {end_y:.1f} {end_x:.1f} {end_y:.1f}"
        f"v{thick:.1f}C{middle:.1f} {end_y + thick:.1f} {middle:.1f} {y + thick:.1f} {x:.1f} {y + thick:.1f}z"
    )
