"""templates/_er_diagram.svg, made from schema.sql: its tables and their references as SVG that a page holds as it is.

A reference that follows from others is left out of the lines (a measure has a sector, so its plan need not be drawn);
the boxes name every one. Guarantees: the same schema gives the same picture; it has a title and a description in
Japanese, no colour, font or script of its own (site styles apply by class), and can be read without seeing it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from keikaku.schema.tables import Table, read_schema

TEMPLATE = Path(__file__).with_suffix(".svg")
PICTURE = Path(__file__).resolve().parents[1] / "templates" / "_er_diagram.svg"
LINE, PADDING, GAP_X, GAP_Y, MARGIN = 20, 10, 44, 16, 8
CHARACTER, BOLD = 7.4, 8.4  # width of a letter in text of 14 px
Links = dict[str, set[str]]  # table -> tables that it refers to
Layers = list[list[str]]


@dataclass(frozen=True)
class Box:
    """A table in the picture, or (without a line of text) a place that a line between two tables runs through."""

    name: str
    x: float
    y: float
    width: float
    lines: tuple[str, ...]

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + PADDING * 2 if self.lines else 1

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def draw_er_diagram() -> str:
    """The whole picture as an `<svg>` element."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    tables = {table.name: table for table in read_schema() if not table.is_view}
    references = {name: _references(table) for name, table in tables.items()}
    layers = _build_layers(references)
    drawn = {name: _without_implied(name, references) for name in tables}
    paths = [path for name in sorted(drawn) for path in _lead_lines(name, drawn[name], layers)]
    boxes = _place(_order_layers(layers, paths), tables)
    picture = environment.from_string(TEMPLATE.read_text("utf-8")).render(
        width=max(box.x + box.width for box in boxes.values()) + MARGIN,
        height=max(box.y + box.height for box in boxes.values()) + MARGIN,
        references=references,
        paths=[[boxes[name] for name in path] for path in paths],
        boxes=[boxes[name] for name in tables],
        padding=PADDING,
        leading=LINE,
    )
    return picture.strip() + "\n"


def _references(table: Table) -> set[str]:
    return {c.references[0] for c in table.columns if c.references and c.references[0] != table.name}


def _without_implied(name: str, references: Links) -> set[str]:
    """The references of a table that none of its other references leads to."""
    direct = references[name]
    return {target for target in direct if not any(target in _reach(other, references) for other in direct - {target})}


def _reach(name: str, references: Links) -> set[str]:
    return set().union(*({target} | _reach(target, references) for target in references[name]))


def _build_layers(references: Links) -> Layers:
    """Tables by the length of their longest chain of references; those that nothing joins stand last."""
    joined = {name for name in references if references[name] or any(name in r for r in references.values())}

    def depth(name: str) -> int:
        return 1 + max((depth(target) for target in references[name]), default=-1)

    layers: Layers = [[] for _ in range(1 + max(depth(name) for name in joined))]
    for name in references:
        layers[depth(name) if name in joined else -1].append(name)
    return layers


def _lead_lines(user: str, targets: set[str], layers: Layers) -> Iterable[list[str]]:
    """One line for each target, as the places it runs through; adds those between distant layers to `layers`."""
    layer_of = {name: i for i, layer in enumerate(layers) for name in layer}
    for target in sorted(targets):
        passed = range(layer_of[target] + 1, layer_of[user])
        places = [f"{target} {user} {i}" for i in passed]
        for i, place in zip(passed, places, strict=True):
            layers[i].append(place)
        yield [target, *places, user]


def _order_layers(layers: Layers, paths: list[list[str]]) -> Layers:
    """Each layer in the order that keeps lines short: next to what stands before it, then to what comes after it."""
    before: Links = {name: set() for layer in layers for name in layer}
    after: Links = {name: set() for name in before}
    for path in paths:
        for left, right in pairwise(path):
            before[right].add(left)
            after[left].add(right)
    for _ in range(8):
        for neighbours, step in ((before, 1), (after, -1)):
            for i in range(len(layers))[::step]:
                places = {name: (n + 0.5) / len(layer) for layer in layers for n, name in enumerate(layer)}
                layers[i] = sorted(layers[i], key=_mean_place(neighbours, places))
    return layers


def _mean_place(neighbours: Links, places: dict[str, float]) -> Callable[[str], float]:
    def mean(name: str) -> float:
        near = [places[other] for other in sorted(neighbours[name])]
        return sum(near) / len(near) if near else places[name]

    return mean


def _place(layers: Layers, tables: dict[str, Table]) -> dict[str, Box]:
    """Layers side by side, each in the middle of the picture's height."""
    columns: list[list[Box]] = []
    x = float(MARGIN)
    for layer in layers:
        lines = {name: tuple(_lines(tables[name])) if name in tables else () for name in layer}
        width = PADDING * 2 + max(_text_width(lines[name]) for name in layer)
        columns.append([Box(name, x, 0, width, lines[name]) for name in layer])
        x += width + GAP_X
    tallest = max(_total_height(column) for column in columns)
    placed = {}
    for column in columns:
        y = MARGIN + (tallest - _total_height(column)) / 2
        for box in column:
            placed[box.name] = replace(box, y=y)
            y += box.height + GAP_Y
    return placed


def _text_width(lines: tuple[str, ...]) -> float:
    return max((len(line) * (CHARACTER if i else BOLD) for i, line in enumerate(lines)), default=0)


def _total_height(column: list[Box]) -> float:
    return sum(box.height + GAP_Y for box in column) - GAP_Y


def _lines(table: Table) -> Iterable[str]:
    """The table's name and the columns that hold tables together: its own id and its references.

    The table referred to is named where the column's own name does not say it, as measure_id says measures.
    """
    yield table.name
    for column in table.columns:
        if column.references:
            target = column.references[0]
            yield column.name if column.name.startswith(target[:-1]) else f"{column.name} → {target}"
        elif column.name == "id":
            yield "id"


if __name__ == "__main__":
    PICTURE.write_text(draw_er_diagram(), "utf-8")
