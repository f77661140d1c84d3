"""YAML and CSV -> plain values that remember where they stood.

A `Document` holds the value of one file and the position of each part, found by its path of keys and indexes. YAML is
read as the plain subset that a person edits: mappings, lists, text, whole and decimal numbers, true and false; anchors,
aliases and tags are refused. Anything unreadable raises `InvalidData` with the place, never another exception.
"""

import csv
import errno
import io
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from keikaku.plan.amounts import Number
from keikaku.plan.errors import InvalidData, Place, Problem, problem, refusal

Key = str | int
Path_ = tuple[Key, ...]
Convert = Callable[[str], Any]  # the text of a cell -> the value of its key
_CELL = re.compile(r'(?:^|,)("(?:[^"]|"")*"|[^,]*)')
DEEPEST = 20
LARGEST = 4_000_000  # bytes of a file that people write
_OFTEN = 1 << 16  # more bytes than most have: room for the largest takes longer to find than to fill


@dataclass(frozen=True)
class Document:
    """The value of a file; by their paths, `places` has line and column of values, `key_places` those of keys."""

    file: str
    value: Any
    places: dict[Path_, Place] = field(default_factory=dict)
    key_places: dict[Path_, Place] = field(default_factory=dict)

    def problem(self, path: Path_, message: str, /, at_key: bool = False, **values: object) -> Problem:
        """A problem at the value (or the key) of `path`, or at the nearest part around it that stands in the file."""
        if at_key and path in self.key_places:
            return problem(self.file, message, self.key_places[path], **values)
        while path and path not in self.places:
            path = path[:-1]
        return problem(self.file, message, self.places.get(path, (1, 1)), **values)


class _PlainLoader(yaml.CSafeLoader):
    """CSafeLoader without dates, octals, sexagesimals and yes/no: only what reads the same to a person."""


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?[0-9]+\.[0-9]+$", list("-+0123456789")),
):
    _PlainLoader.add_implicit_resolver(_tag, re.compile(_pattern), _first)
_PlainLoader.add_constructor("tag:yaml.org,2002:float", lambda _, node: Number(node.value))


def read_yaml(path: Path) -> Document:
    """Read one YAML file; raises InvalidData if it is missing, not UTF-8 or not plain YAML."""
    file = str(path)
    text = read_text(path)
    try:
        problems = list(_beyond_plain(file, text))
        if problems:
            raise InvalidData(problems)
        return _compose(file, text)
    except yaml.MarkedYAMLError as error:
        place = _place(error.problem_mark or error.context_mark)
        raise refusal(file, "not YAML", place, why=" ".join(filter(None, (error.context, error.problem)))) from None
    except yaml.reader.ReaderError as error:
        place = _place_after(text.encode()[: error.position])
        raise refusal(file, "character", place, character=error.character) from None


def _beyond_plain(file: str, text: str) -> Iterator[Problem]:
    """What YAML knows and no person expects. Looked for before anything is built, which deep nesting would crash."""
    depth = 0
    events: Iterator[Any] = yaml.parse(text, Loader=_PlainLoader)
    for event in events:
        place = _place(event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            yield problem(file, "nested", place)
            return
        if isinstance(event, yaml.AliasEvent):
            yield problem(file, "alias", place, name=event.anchor)
        elif getattr(event, "anchor", None):
            yield problem(file, "anchor", place, name=event.anchor)
        if getattr(event, "tag", None):
            yield problem(file, "tag", place, name=event.tag)


def _compose(file: str, text: str) -> Document:
    loader = _PlainLoader(text)
    try:
        node = loader.get_single_node()
        document = Document(file, None)
        problems: list[Problem] = []
        value = _construct(loader, node, (), document, problems) if node else None
    finally:
        loader.dispose()
    if problems:
        raise InvalidData(problems)
    return Document(file, value, document.places, document.key_places)


def _construct(loader: Any, node: yaml.Node, path: Path_, document: Document, problems: list[Problem]) -> Any:
    document.places[path] = _place(node.start_mark)
    if isinstance(node, yaml.MappingNode):
        return _construct_mapping(loader, node, path, document, problems)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(loader, item, (*path, i), document, problems) for i, item in enumerate(node.value)]
    try:
        return loader.construct_object(node)
    except (ValueError, OverflowError):
        problems.append(document.problem(path, "big number", value=str(node.value)[:40]))


def _construct_mapping(
    loader: Any, node: yaml.MappingNode, path: Path_, document: Document, problems: list[Problem]
) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key, place = key_node.value, _place(key_node.start_mark)
        if not isinstance(key_node, yaml.ScalarNode) or not key_node.tag.endswith(":str"):
            problems.append(problem(document.file, "key", place, key=str(key)[:40]))
        elif key in value:
            problems.append(problem(document.file, "key twice", place, key=key))
        else:
            document.key_places[(*path, key)] = place
            value[key] = _construct(loader, value_node, (*path, key), document, problems)
    return value


def _place(mark: Any) -> Place:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _place_after(before: bytes) -> Place:
    """The place that follows these first bytes of a file."""
    return before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1


def read_csv(path: Path, converters: Mapping[str, Convert]) -> Document:
    """Read a table as a spreadsheet leaves it into a list of mappings; its header names keys of `converters` in any order.

    UTF-8 with or without a mark, or cp932; empty lines and columns without a heading count for nothing, and an empty cell
    is a key that is left out.
    """
    file, document = str(path), Document(str(path), [])
    problems: list[Problem] = []
    lines = [*io.StringIO(read_text(path, also_cp932=True), newline="")]
    rows = csv.reader(lines, strict=True)
    try:
        header: list[str] = []
        start = 0
        for row in rows:
            places = _places_of("".join(lines[start : rows.line_num]), start + 1)
            start = rows.line_num
            cells = [(cell.strip(), place) for cell, place in zip(row, places, strict=False)]
            if not any(header):
                header = [unicodedata.normalize("NFKC", cell) for cell, _ in cells]
                problems += _header_problems(file, header, places, converters)
                if problems:
                    break
            elif any(cell for cell, _ in cells):
                problems += _add_row(document, cells, header, converters)
        if not any(header):
            problems.append(problem(file, "no header", columns=", ".join(converters)))
    except csv.Error as error:
        problems.append(problem(file, "not CSV", (rows.line_num, 1), why=error))
    if problems:
        raise InvalidData(problems)
    return document


def _places_of(text: str, line: int) -> list[Place]:
    """Line and column at which each cell of a row begins, quotes counted as they stand in the file."""
    before = (text[: match.start(1)] for match in _CELL.finditer(text.rstrip("\r\n")))
    return [(line + part.count("\n"), len(part.rpartition("\n")[2]) + 1) for part in before]


def _header_problems(
    file: str, header: list[str], places: list[Place], converters: Mapping[str, Convert]
) -> Iterator[Problem]:
    for i, (name, place) in enumerate(zip(header, places, strict=False)):
        if name and name not in converters:
            near = get_close_matches(name, converters, n=1, cutoff=0.4) or [", ".join(converters)]
            yield problem(file, "unknown column", place, name=name, near=near[0])
        if name and name in header[:i]:
            yield problem(file, "column twice", place, name=name)


def _add_row(
    document: Document, cells: list[tuple[str, Place]], header: list[str], converters: Mapping[str, Convert]
) -> Iterator[Problem]:
    index = len(document.value)
    document.places[(index,)] = (cells[0][1][0], 1)
    record: dict[str, Any] = {}
    for i, (cell, place) in enumerate(cells):
        key = header[i] if i < len(header) else ""
        if key:
            document.places[(index, key)] = place
        if key and cell:
            record[key] = converters[key](cell)
        elif cell:
            yield problem(document.file, "no heading", place, cell=cell[:20])
    document.value.append(record)


def is_missing(path: Path) -> bool:
    """Whether there is certainly no such file; of one that may not be looked at, reading it says why."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def read_text(path: Path, *, linked: bool = False, most: int = LARGEST, also_cp932: bool = False) -> str:
    """The text of a UTF-8 file; raises InvalidData with the place of what is not, and as read_bytes does."""
    data = read_bytes(path, linked=linked, most=most)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if also_cp932:
            with suppress(UnicodeDecodeError):
                text = data.decode("cp932")
                if not re.search("[\0\uf8f0-\uf8f3]", text):  # bytes that cp932 has no character for, as of UTF-16
                    return text
        place, byte = _place_after(error.object[: error.start]), error.object[error.start]
        raise refusal(path, "not UTF-8", place, byte=byte) from None


def read_bytes(path: Path, *, linked: bool = False, most: int = LARGEST) -> bytes:
    """What an ordinary file holds; raises InvalidData for what is none or too long, and for links unless `linked`.

    A pipe or a device is not waited for, and no more is read than a file may have.
    """
    try:
        if path.is_symlink() and not linked:
            raise OSError(errno.ELOOP, "it is a link")
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise OSError(errno.EINVAL, "not a file")
            data = file.read(_OFTEN)
            if len(data) == _OFTEN:
                data += file.read(most + 1 - _OFTEN)
    except OSError as error:
        raise refusal(path, "file", why=error.strerror) from None
    if len(data) > most:
        raise refusal(path, "long file", most=most)
    return data
