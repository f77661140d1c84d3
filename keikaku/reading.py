"""YAML and CSV -> plain values that remember where they stood.

A `Document` holds the value of one file and the position of each part, found by its path of keys and indexes. YAML is
read as the plain subset that a person edits: mappings, lists, text, whole and decimal numbers, true and false; anchors,
aliases and tags are refused. Anything unreadable raises `InvalidData` with the place, never another exception.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from keikaku.errors import InvalidData, Problem

Key = str | int
Path_ = tuple[Key, ...]
Place = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """The value of a file. `places` maps the path of a value, `key_places` that of a mapping's key, to line and column."""

    file: str
    value: Any
    places: dict[Path_, Place] = field(default_factory=dict)
    key_places: dict[Path_, Place] = field(default_factory=dict)

    def problem(self, path: Path_, wrong: str, right: str, *, at_key: bool = False) -> Problem:
        """A problem at the value (or the key) of `path`, or at the nearest part around it that stands in the file."""
        if at_key and path in self.key_places:
            return Problem(self.file, *self.key_places[path], wrong, right)
        while path and path not in self.places:
            path = path[:-1]
        return Problem(self.file, *self.places.get(path, (1, 1)), wrong, right)


class _PlainLoader(yaml.CSafeLoader):
    """CSafeLoader without dates, octals, sexagesimals and yes/no: only what reads the same to a person."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^[-+]?[0-9]+$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+$", list("-+0123456789")),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)


def read_yaml(path: Path) -> Document:
    """Read one YAML file; raises InvalidData if it is missing, not UTF-8 or not plain YAML."""
    file = str(path)
    text = _read_text(path)
    loader = None
    try:
        loader = _PlainLoader(text)
        node = loader.get_single_node()
        document = Document(file, None)
        value = _construct(loader, node, (), document, set()) if node else None
        return Document(file, value, document.places, document.key_places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise InvalidData(
            [Problem(file, line, column, f"not YAML: {error.problem or error}", "mend the syntax")]
        ) from None
    except yaml.YAMLError as error:
        raise InvalidData([Problem(file, 1, 1, f"not YAML: {error}", "use printable characters only")]) from None
    except RecursionError:
        raise InvalidData([Problem(file, 1, 1, "nested too deeply", "write a list of simple records")]) from None
    finally:
        if loader is not None:
            loader.dispose()


def _construct(loader: Any, node: yaml.Node, path: Path_, document: Document, seen: set[int]) -> Any:
    place = (node.start_mark.line + 1, node.start_mark.column + 1)
    document.places[path] = place
    if id(node) in seen:
        _refuse(document, path, "an alias (*name) is used", "write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(loader, node, path, document, seen)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*path, i), document, seen) for i, item in enumerate(node.value)]
    if node.tag.rpartition(":")[2] not in {"str", "null", "bool", "int", "float"}:
        _refuse(document, path, f"tag {node.tag} is used", "write a plain value")
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError):
        _refuse(
            document,
            path,
            f"{str(node.value)[:40]!r} is not a usable number",
            "write a smaller number or quote the text",
        )


def _construct_mapping(
    loader: Any, node: yaml.MappingNode, path: Path_, document: Document, seen: set[int]
) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key_path = (*path, str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?")
        document.key_places[key_path] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        document.places.setdefault(key_path, document.key_places[key_path])
        if not isinstance(key_node, yaml.ScalarNode) or key_node.tag.rpartition(":")[2] != "str":
            _refuse(
                document, key_path, f"key {str(key_node.value)[:40]!r} is not text", "use one of the documented keys"
            )
        if key_node.value in value:
            _refuse(document, key_path, f"key {key_node.value!r} stands twice", "keep one of them", at_key=True)
        value[key_node.value] = _construct(loader, value_node, key_path, document, seen)
    return value


def _refuse(document: Document, path: Path_, wrong: str, right: str, *, at_key: bool = False) -> None:
    raise InvalidData([document.problem(path, wrong, right, at_key=at_key)])


def read_csv(path: Path, columns: list[str]) -> Document:
    """Read one CSV file with exactly this header into a list of mappings; empty cells become None."""
    file = str(path)
    text = _read_text(path)
    document = Document(file, [])
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if header != columns:
            found = ",".join(header)
            raise InvalidData([Problem(file, 1, 1, f"header {found[:80]!r}", f"the header is {','.join(columns)}")])
        for row, line in _numbered(rows):
            if len(row) != len(columns):
                raise InvalidData(
                    [Problem(file, line, 1, f"{len(row)} cells", f"{len(columns)} cells, as in the header")]
                )
            _add_row(document, row, columns, line)
    except csv.Error as error:
        raise InvalidData(
            [Problem(file, rows.line_num, 1, f"not CSV: {error}", "save the sheet as CSV UTF-8")]
        ) from None
    return document


def _numbered(rows: Any) -> Iterator[tuple[list[str], int]]:
    line = rows.line_num
    for row in rows:
        if row:
            yield row, line + 1
        line = rows.line_num


def _add_row(document: Document, row: list[str], columns: list[str], line: int) -> None:
    index = len(document.value)
    document.places[(index,)] = (line, 1)
    column = 1
    for key, cell in zip(columns, row, strict=True):
        document.places[(index, key)] = (line, column)
        column += len(cell) + 1
    document.value.append({key: cell.strip() or None for key, cell in zip(columns, row, strict=True)})


def _read_text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidData([Problem(str(path), 1, 1, f"cannot be read: {error.strerror}", "a readable file")]) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        raise InvalidData(
            [Problem(str(path), line, column, f"byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8")]
        ) from None
