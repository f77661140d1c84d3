"""YAML and CSV are read as a person reads them, every value knows its place, and whatever else is refused with one."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from keikaku.plan.reading import Document, read_csv, read_text, read_yaml

CASES = read_data(__file__, "reading.yml")

COLUMNS = {"name": str, "value": str}

VALUES = CASES["values"]

REFUSED = {
    "broken syntax": (b"a: 1\nb: 'x' y", "2:8: YAMLとして読めません (not YAML: while parsing a block mapping did"),
    "list that is not closed": (b"a: [1, 2\n", "2:1: YAMLとして読めません (not YAML: while parsing a flow sequence"),
    "tab as indentation": (b"a:\n\t- 1", "2:1: YAMLとして読めません (not YAML: while scanning for the next token"),
    "second document": (b"a: 1\n---\nb: 2", "2:1: YAMLとして読めません (not YAML: expected a single document"),
    "control character": ("a: 1\nあ: い\x07".encode(), "2:5: 使えない文字 U+0007 があります (character); その文字を消す"),
    "NUL": (b"a: b\x00", "1:5: 使えない文字 U+0000 があります (character)"),
    "not UTF-8": ("a: 1\nあ: ".encode() + b"\x83A", "2:4: 0x83 は UTF-8 ではありません (not UTF-8); UTF-8 で保存する"),
    "not UTF-8 after a byte order mark": (b"\xef\xbb\xbfa: \xff", "1:4: 0xff は UTF-8 ではありません (not UTF-8)"),
    "UTF-16": ("a: 1".encode("utf-16"), "1:1: 0xff は UTF-8 ではありません (not UTF-8)"),
    "anchor": (b"a: &x 5", "1:4: 目印 &x は使えません (anchor); 値だけを書く"),
    "alias": (b"a: *x", "1:4: 別名 *x は使えません (alias); 値をそのまま書く"),
    "tag": (b"a: !!set {b}", "1:4: タグ tag:yaml.org,2002:set は使えません (tag); 値だけを書く"),
    "tag of a plain value": (b"a: !!bool maybe", "1:4: タグ tag:yaml.org,2002:bool は使えません (tag)"),
    "private tag": (b"- !x 1", "1:3: タグ !x は使えません (tag)"),
    "duplicate key": (b"a: 1\nb: 2\na: 3", "3:1: キー a が二つあります (key twice); 一つにする"),
    "key that is a number": (b"a: 1\n2: b", "2:1: キー 2 は文字ではありません (key is not text); docs/add-a-plan.ja.md"),
    "key that is a list": (b"? [a]\n: 1", "1:3: キー "),
    "number with 5,000 digits": (b"a: " + b"9" * 5000, f"1:4: {'9' * 40} は数として大きすぎます (not a usable number)"),
    "deep nesting": (b"[" * 100_000, "1:21: 入れ子が深すぎます (nested too deeply); 一件ずつの一覧にする"),
    "deep nesting in blocks": (b"- " * 100_000, "1:41: 入れ子が深すぎます (nested too deeply)"),
}  # fmt: skip

# What a spreadsheet or a person leaves: the records, and the places of their cells.
TABLES = {
    "text": ("name,value\na,1-1\n", [{"name": "a", "value": "1-1"}], {(0, "value"): (2, 3)}),
    "headings in any order and width": ("ｖａｌｕｅ,name\n1,a\n", [{"value": "1", "name": "a"}], {(0, "name"): (2, 3)}),
    "a byte order mark": ("\ufeffname,value\na,1\n", [{"name": "a", "value": "1"}], {(0, "name"): (2, 1)}),
    "Windows line ends": ("name,value\r\na,1\r\nb,2\r\n", [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}], {(1, "value"): (3, 3)}),
    "old line ends": ("name,value\ra,1\rb,2", [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}], {(1, "value"): (3, 3)}),
    "empty lines, also of commas": (",,\n\nname,value\n,,\na,1\n\n,,\n", [{"name": "a", "value": "1"}], {(0, "name"): (5, 1)}),
    "columns without a heading": ("name,,value,\na,,1,,\n", [{"name": "a", "value": "1"}], {(0, "value"): (2, 4)}),
    "cells left out at the end": ("name,value\na\n", [{"name": "a"}], {(0,): (2, 1)}),
    "an empty cell is a key left out, whose place is known": ("name,value\n,2\n", [{"value": "2"}], {(0, "name"): (2, 1)}),
    "space around a cell": ("name , value\n　a , 1\n", [{"name": "a", "value": "1"}], {(0, "value"): (2, 5)}),
    "quoted commas and quotation marks": ('name,value\n"a, ""b""",1\n', [{"name": 'a, "b"', "value": "1"}], {(0, "value"): (2, 12)}),
    "a quotation mark within a cell": ('name,value\na"b,c"\n', [{"name": 'a"b', "value": 'c"'}], {(0, "value"): (2, 5)}),
    "a line break in a cell": ('name,value\r\n"a\r\nb",1\r\nc,2', [{"name": "a\r\nb", "value": "1"}, {"name": "c", "value": "2"}], {(0, "value"): (3, 4), (1, "value"): (4, 3)}),
    "a separator of lines that is none here": ("name,value\na\u2028b,1\nc,2\n", [{"name": "a\u2028b", "value": "1"}, {"name": "c", "value": "2"}], {(1, "value"): (3, 3)}),
}  # fmt: skip

REFUSED_CSV = CASES["refused csv"]


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
    with pytest.raises(InvalidData, match=r"none\.yml:1:1: 読めません \(cannot be read: No such file or directory\)"):
        read_yaml(tmp_path / "none.yml")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r":1:1: 読めません \(cannot be read: Is a directory\)"):
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


PLACES = CASES["places"]


@pytest.mark.parametrize(("path", "at_key", "place"), PLACES.values(), ids=PLACES)
def test_a_problem_stands_where_a_person_looks_for_it(
    tmp_path: Path, path: list[str | int], at_key: bool, place: list[int]
) -> None:
    problem = read(tmp_path, b"- a: 1\n").problem(tuple(path), "no value", at_key=at_key)
    assert [problem.line, problem.column] == place


def read_cells(tmp_path: Path, data: bytes) -> Document:
    file = tmp_path / "file.csv"
    file.write_bytes(data)
    return read_csv(file, COLUMNS)


@pytest.mark.parametrize(("text", "records", "places"), TABLES.values(), ids=TABLES)
def test_a_table_is_read_as_spreadsheets_and_people_leave_it(
    tmp_path: Path, text: str, records: list[dict[str, str]], places: dict[tuple[int | str, ...], tuple[int, int]]
) -> None:
    document = read_cells(tmp_path, text.encode())
    assert document.value == records
    assert {path: document.places[path] for path in places} == places


def test_a_table_of_the_japanese_windows_is_read(tmp_path: Path) -> None:
    document = read_cells(tmp_path, "name,value\r\n①髙﨑㈱,１\r\n".encode("cp932"))
    assert document.value == [{"name": "①髙﨑㈱", "value": "１"}]


def test_a_table_of_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match=r"1:1: 0xff は UTF-8 ではありません \(not UTF-8\)"):
        read_cells(tmp_path, "name,value\na,1\n".encode("utf-16"))


cells = st.text(st.characters(blacklist_categories=["Cs"]), max_size=6)


@given(st.lists(st.tuples(cells, cells), max_size=5))
def test_whatever_a_table_holds_is_read_back(rows: list[tuple[str, str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([("name", "value"), *rows])
    with TemporaryDirectory() as folder:
        found = read_cells(Path(folder), text.getvalue().encode()).value
    stripped = [{"name": name.strip(), "value": value.strip()} for name, value in rows]
    assert found == [{key: cell for key, cell in row.items() if cell} for row in stripped if any(row.values())]


@pytest.mark.parametrize(("text", "fault"), REFUSED_CSV.values(), ids=REFUSED_CSV)
def test_other_csv_is_refused_in_one_line_with_its_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(InvalidData) as refused:
        read_cells(tmp_path, text.encode())
    assert str(refused.value).startswith(f"{tmp_path / 'file.csv'}:{fault}")
    assert len(refused.value.problems) == 1


def test_all_cells_without_a_heading_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(InvalidData) as refused:
        read_cells(tmp_path, b"name,value\na,1,2\nb,1\nc,1,2,3\n")
    assert [(problem.line, problem.column) for problem in refused.value.problems] == [(2, 5), (4, 5), (4, 7)]
