"""YAML and CSV are read as a person reads them, every value knows its place, and whatever else is refused with one."""

from pathlib import Path

import pytest

from keikaku.plan.errors import InvalidData
from keikaku.plan.reading import Document, read_csv, read_text, read_yaml

COLUMNS = ["name", "value"]

VALUES = {
    "text": ("名前", "名前"),
    "quoted digits": ('"012"', "012"),
    "whole number": ("12", 12),
    "negative number": ("-3", -3),
    "decimal number": ("1.50", 1.5),
    "true": ("true", True),
    "false": ("false", False),
    "nothing": ("", None),
    "tilde": ("~", None),
    "list": ("[a, 1]", ["a", 1]),
    "mapping": ("{a: 1}", {"a": 1}),
    "no octal number": ("012", "012"),
    "no sexagesimal number": ("1:30", "1:30"),
    "no date": ("2023-03-31", "2023-03-31"),
    "no yes and no": ("yes", "yes"),
    "no exponent": ("1.0e5", "1.0e5"),
    "no infinity": (".inf", ".inf"),
    "a line break that is folded": ("一行目\n  二行目", "一行目 二行目"),
}

REFUSED = {
    "broken syntax": (b"a: 1\nb: 'x' y", "2:8: not YAML: while parsing a block mapping did not find expected key"),
    "list that is not closed": (b"a: [1, 2\n", "2:1: not YAML: while parsing a flow sequence did not find expected"),
    "tab as indentation": (b"a:\n\t- 1", "2:1: not YAML: while scanning for the next token found character"),
    "second document": (b"a: 1\n---\nb: 2", "2:1: not YAML: expected a single document in the stream"),
    "control character": ("a: 1\nあ: い\x07".encode(), "2:5: not YAML: the character U+0007; use printable characters"),
    "NUL": (b"a: b\x00", "1:5: not YAML: the character U+0000; use printable characters only"),
    "not UTF-8": ("a: 1\nあ: ".encode() + b"\x83A", "2:4: byte 0x83 is not UTF-8; save the file as UTF-8"),
    "not UTF-8 after a byte order mark": (
        b"\xef\xbb\xbfa: \xff",
        "1:4: byte 0xff is not UTF-8; save the file as UTF-8",
    ),
    "UTF-16": ("a: 1".encode("utf-16"), "1:1: byte 0xff is not UTF-8; save the file as UTF-8"),
    "anchor": (b"a: &x 5", "1:4: the anchor &x is used; write the value without it"),
    "alias": (b"a: *x", "1:4: the alias *x is used; write the value out"),
    "tag": (b"a: !!set {b}", "1:4: the tag tag:yaml.org,2002:set is used; write a plain value"),
    "tag of a plain value": (b"a: !!bool maybe", "1:4: the tag tag:yaml.org,2002:bool is used; write a plain value"),
    "private tag": (b"- !x 1", "1:3: the tag !x is used; write a plain value"),
    "duplicate key": (b"a: 1\nb: 2\na: 3", "3:1: key 'a' stands twice; keep one of them"),
    "key that is a number": (b"a: 1\n2: b", "2:1: key '2' is not text; use one of the documented keys"),
    "key that is a list": (b"? [a]\n: 1", "1:3: key "),
    "number with 5,000 digits": (
        b"a: " + b"9" * 5000,
        "1:4: '" + "9" * 40 + "' is not a usable number; write a smaller",
    ),
    "deep nesting": (b"[" * 100_000, "1:21: nested too deeply; write a list of simple records"),
    "deep nesting in blocks": (b"- " * 100_000, "1:41: nested too deeply; write a list of simple records"),
}

REFUSED_CSV = {
    "empty file": ("", "1:1: header ''; the header is name,value"),
    "other header": ("name,valeu\n", "1:1: header 'name,valeu'; the header is name,value"),
    "header in another order": ("value,name\n", "1:1: header 'value,name'; the header is name,value"),
    "too few cells": ("name,value\na,1\nb\n", "3:1: 1 cells; 2 cells, as in the header"),
    "too many cells": ('name,value\n"a\nb",1\nc,1,2\n', "4:1: 3 cells; 2 cells, as in the header"),
    "open quotation mark": ('name,value\n"a,1\n', "2:1: not CSV: unexpected end of data; save the sheet as CSV UTF-8"),
    "text after a quotation": (
        'name,value\n"a"b,1\n',
        "2:1: not CSV: ',' expected after '\"'; save the sheet as CSV UTF-8",
    ),
}


def read(tmp_path: Path, data: bytes) -> Document:
    file = tmp_path / "file.yml"
    file.write_bytes(data)
    return read_yaml(file)


@pytest.mark.parametrize(("written", "value"), VALUES.values(), ids=VALUES)
def test_yaml_is_read_as_the_plain_subset_that_a_person_edits(tmp_path: Path, written: str, value: object) -> None:
    assert read(tmp_path, f"key: {written}\n".encode()).value == {"key": value}


@pytest.mark.parametrize(("data", "fault"), REFUSED.values(), ids=REFUSED)
def test_other_yaml_is_refused_in_one_line_with_its_place(tmp_path: Path, data: bytes, fault: str) -> None:
    with pytest.raises(InvalidData) as refused:
        read(tmp_path, data)
    assert len(refused.value.problems) == 1
    assert str(refused.value).startswith(f"{tmp_path / 'file.yml'}:{fault}")
    assert "\n" not in str(refused.value)


def test_all_faults_of_a_file_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as refused:
        read(tmp_path, b"- {a: 1, a: 2}\n- {1: 2}\n- {b: " + b"9" * 5000 + b"}\n")
    assert [problem.line for problem in refused.value.problems] == [1, 2, 3]


def test_an_anchor_and_its_alias_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as refused:
        read(tmp_path, b"- &x 1\n- *x\n")
    assert [problem.line for problem in refused.value.problems] == [1, 2]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"none\.yml:1:1: cannot be read: No such file or directory; a readable file"):
        read_yaml(tmp_path / "none.yml")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=":1:1: cannot be read: Is a directory; a readable file"):
        read_text(tmp_path)


def test_an_empty_file_is_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, b"# only a comment\n").value is None


def test_a_byte_order_mark_and_windows_line_ends_make_no_difference(tmp_path: Path) -> None:
    document = read(tmp_path, b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert (document.value, document.places[("b",)]) == ({"a": 1, "b": 2}, (2, 4))


def test_every_part_of_a_document_knows_its_line_and_column_in_characters(tmp_path: Path) -> None:
    document = read(tmp_path, "- 名前: 学校給食\n  一覧: [食, 給食]\n".encode())
    assert document.places == {
        (): (1, 1),
        (0,): (1, 3),
        (0, "名前"): (1, 7),
        (0, "一覧"): (2, 7),
        (0, "一覧", 0): (2, 8),
        (0, "一覧", 1): (2, 11),
    }
    assert document.key_places == {(0, "名前"): (1, 3), (0, "一覧"): (2, 3)}


PLACES = {
    "at the value": ((0, "a"), False, (1, 6)),
    "at the key": ((0, "a"), True, (1, 3)),
    "at the record where a key is missing": ((0, "b"), False, (1, 3)),
    "at the nearest part for a path that goes on": ((0, "a", 3, "x"), False, (1, 6)),
    "at the beginning for a record that is not there": ((7,), False, (1, 1)),
}


@pytest.mark.parametrize(("path", "at_key", "place"), PLACES.values(), ids=PLACES)
def test_a_problem_stands_where_a_person_looks_for_it(
    tmp_path: Path, path: tuple[str | int, ...], at_key: bool, place: tuple[int, int]
) -> None:
    problem = read(tmp_path, b"- a: 1\n").problem(path, "wrong", "right", at_key=at_key)
    assert (problem.line, problem.column) == place


def read_cells(tmp_path: Path, text: str) -> Document:
    file = tmp_path / "file.csv"
    file.write_text(text, "utf-8", newline="")
    return read_csv(file, COLUMNS)


def test_csv_is_read_as_text_and_empty_cells_are_nothing(tmp_path: Path) -> None:
    document = read_cells(tmp_path, 'name,value\n"a, b ",1-1\n\n,2\n')
    assert document.value == [{"name": "a, b", "value": "1-1"}, {"name": None, "value": "2"}]


def test_cells_know_their_line_even_after_empty_lines_and_line_breaks_in_cells(tmp_path: Path) -> None:
    document = read_cells(tmp_path, 'name,value\r\n"a\r\nb",1\r\n\r\nc,2\r\n')
    assert [document.places[(i, "name")] for i in range(2)] == [(2, 1), (5, 1)]
    assert document.places[(1, "value")] == (5, 3)


@pytest.mark.parametrize(("text", "fault"), REFUSED_CSV.values(), ids=REFUSED_CSV)
def test_other_csv_is_refused_in_one_line_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InvalidData) as refused:
        read_cells(tmp_path, text)
    assert str(refused.value) == f"{tmp_path / 'file.csv'}:{fault}"


def test_all_rows_of_the_wrong_length_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as refused:
        read_cells(tmp_path, "name,value\na\nb,1\nc,1,2\n")
    assert [problem.line for problem in refused.value.problems] == [2, 4]
