"""Files of rows: exact for programs, harmless and readable in a spreadsheet, and honest about where they stop."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.files.digest import fingerprint
from keikaku.publish.tables.about import About, Field, content_disposition, lay_out, name_files, plain_lines
from keikaku.publish.tables.csv_file import CsvFile
from keikaku.publish.tables.workbook import ABOUT_SHEET, WorkbookFile, name_sheet


def about(title: str = "施策", *columns: str, name: str = "plans-measures") -> About:
    fields = tuple(Field(column, f"「{column}」", "意味です。") for column in columns or ("id", "value"))
    source = "報告書（昭島市）を加工して作成"
    licence = ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/deed.ja")
    return About(
        name, title, "説明", source, *licence, "http://x/plans/m.xlsx?a=1", "0" * 64, fields, ("非公式です。",)
    )


def write_csv(rows: Sequence[Sequence[Any]], for_excel: bool = False, notice: str = "") -> bytes:
    stream = io.BytesIO()
    sheet = CsvFile(stream, ["id", "value"], for_excel)
    for row in rows:
        sheet.add(row)
    sheet.finish(notice)
    return stream.getvalue()


def write_workbook(rows: Sequence[Sequence[Any]], described: About | None = None, notice: str = "") -> bytes:
    stream = io.BytesIO()
    sheet = WorkbookFile(stream, described or about())
    for row in rows:
        sheet.add(row)
    sheet.finish(notice)
    return stream.getvalue()


def read_workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


# CSV


def test_plain_csv_is_utf8_without_a_mark_and_keeps_every_character() -> None:
    rows = [["=1+1", 2], ['改\n行,"引用"', 1.5], ["", None], ["-5", -5], ["\ttab", "①㈱髙"]]
    content = write_csv(rows)
    assert content.startswith(b"id,value\r\n")
    assert b'"\xe6\x94\xb9\n\xe8\xa1\x8c,""' in content
    read = list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))[1:]
    assert read == [["" if cell is None else str(cell) for cell in row] for row in rows]


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.none())))
def test_plain_csv_comes_back_as_it_was(rows: list[tuple[str, int | None]]) -> None:
    read = list(csv.reader(io.StringIO(write_csv(rows).decode("utf-8"), newline="")))[1:]
    assert read == [[text, "" if number is None else str(number)] for text, number in rows]


@pytest.mark.parametrize(
    ("rows", "told", "content"),
    [
        ([["施策", 1]], {"for_excel": True}, "\ufeffid,value\r\n施策,1\r\n"),
        ([["a", -5], ["b", -0.5], ["c", 8000020132071]], {"for_excel": True}, "\ufeffid,value\r\na,-5\r\nb,-0.5\r\nc,8000020132071\r\n"),
        ([["a", b"\x00\xff"]], {}, "id,value\r\na,AP8=\r\n"),
        ([["a", 1]], {"notice": "【ここまで】"}, "id,value\r\na,1\r\n【ここまで】,\r\n"),  # a last record of the same width
    ],
)  # fmt: skip
def test_csv_of_a_kind(rows: list[list[Any]], told: dict[str, Any], content: str) -> None:
    assert write_csv(rows, **told).decode() == content


# Workbooks


def test_a_workbook_keeps_types() -> None:
    rows = [["132071", 10], ["0012", 2.5], ["1-1", None], ["2023-03", 0], ["工-1", -5], ["", 8000020132071]]
    sheet = read_workbook(write_workbook(rows)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == [
        [text or None, number] for text, number in rows
    ]
    for row in sheet.iter_rows(min_row=2, max_col=2):
        assert row[0].value is None or row[0].data_type == "s"
        assert row[1].data_type == "n"


def test_text_that_looks_like_a_number_is_marked_as_text() -> None:
    sheet = read_workbook(write_workbook([["132071", "2023-03"], ["工-1", "0.5%"]])).worksheets[0]
    assert [c.number_format for row in sheet.iter_rows(min_row=2) for c in row] == ["@", "@", "General", "@"]


def test_numbers_that_a_spreadsheet_would_round_become_text() -> None:
    sheet = read_workbook(write_workbook([[10**15, 2**62], [float("inf"), 10**15 - 1]])).worksheets[0]
    read = [cell.value for row in sheet.iter_rows(min_row=2) for cell in row]
    assert read == ["1000000000000000", "4611686018427387904", "inf", 10**15 - 1]


def test_what_a_workbook_cannot_hold_is_said_in_the_cell() -> None:
    sheet = read_workbook(write_workbook([["あ" * 40_000, "a\x01b"], ["_x0041_", b"\x00"]])).worksheets[0]
    assert len(sheet["A2"].value) == 32_767
    assert sheet["A2"].value.endswith("…（以下は長すぎるため省きました）")
    assert sheet["B2"].value == "a\ufffdb"
    assert sheet["A3"].value == "_x005F_x0041_"  # what Excel shows as _x0041_
    assert sheet["B3"].value == "AA=="


def test_the_second_sheet_says_which_cells_are_not_whole() -> None:
    plain = read_workbook(write_workbook([["a", "b"]]))[ABOUT_SHEET]
    changed = read_workbook(write_workbook([["あ" * 40_000, "a\ufffeb"], ["\uffff", "\ud800"]]))
    told = [tuple(cell.value for cell in row) for row in changed[ABOUT_SHEET].iter_rows()]
    facts = {row[0]: row[2] for row in told if row[0]}
    assert facts["長すぎるセル"].startswith("1個")
    assert facts["入らない文字"].startswith("3個")
    assert [changed.worksheets[0][place].value for place in ("B2", "A3", "B3")] == ["a\ufffdb", "\ufffd", "\ufffd"]
    assert {"長すぎるセル", "入らない文字"}.isdisjoint(row[0].value for row in plain.iter_rows())
    assert (
        read_workbook(write_workbook([], about("題", "見\uffff出し"))).worksheets[0]["A1"].value == "「見\ufffd出し」"
    )


def test_a_workbook_has_a_frozen_header_a_filter_a_japanese_name_and_prints_on_wide_pages() -> None:
    content = write_workbook([["a", 1], ["b", 2]])
    sheet = read_workbook(content).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("施策", "A2", "A1:B3")
    assert [cell.value for cell in sheet[1]] == ["「id」", "「value」"]
    assert all(cell.font.bold and cell.font.name == "Calibri" for cell in sheet[1])
    assert (sheet.page_setup.orientation, sheet.print_title_rows) == ("landscape", "$1:$1")
    assert (sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage) == (0, True)
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert [part.filename for part in parts if part.extra or part.extract_version > 20] == []  # small: no zip64
    assert {part.date_time for part in parts} == {(1980, 1, 1, 0, 0, 0)}
    assert write_workbook([["a", 1], ["b", 2]]) == content
    assert [[cell.value for cell in row] for row in read_workbook(write_workbook([])).worksheets[0]] == [
        ["「id」", "「value」"]
    ]


def test_the_second_sheet_says_what_the_first_one_is() -> None:
    book = read_workbook(write_workbook([["a", 1]]))
    assert book.sheetnames == ["施策", ABOUT_SHEET]
    told = [tuple(c.value for c in row) for row in book[ABOUT_SHEET].iter_rows()]
    facts = {row[0]: row[2] for row in told if row[0]}
    assert {
        "出典": "報告書（昭島市）を加工して作成", "ライセンス": "CC BY 4.0", "取得したアドレス": "http://x/plans/m.xlsx?a=1",
        "データの版": "000000000000", "行数": "1", "打ち切り": "なし（すべての行があります）", "注意": "非公式です。",
    }.items() <= facts.items()  # fmt: skip
    assert ("「id」", "id", "意味です。") in told


def test_a_cut_workbook_says_so_on_both_sheets() -> None:
    book = read_workbook(write_workbook([["a", 1]], notice="【ここまで】1行"))
    assert book.worksheets[0]["A3"].value == "【ここまで】1行"
    assert "【ここまで】1行" in [row[2].value for row in book[ABOUT_SHEET].iter_rows(max_col=3)]


@pytest.mark.parametrize(
    ("title", "name"),
    [("施策", "施策"), ("2024/25: [案]?*", "2024 25   案"), ("'引用'", "引用"), ("", "表"), ("あ" * 40, "あ" * 31)],
)
def test_sheet_names_are_such_as_excel_accepts(title: str, name: str) -> None:
    assert name_sheet(title) == name
    assert name_sheet("施策", "施策", "施策（2）") == "施策（3）"
    assert len(name_sheet("あ" * 40, "あ" * 31)) == 31


# Layout


def test_codes_and_references_are_followed_by_their_names() -> None:
    help_texts = {"id": "ID：名前です。", "sector_id": "分野：分野です。", "outcome": "判定：判定です。"}
    layout = lay_out(["id", "sector_id", "outcome", "decision"], help_texts, ["sector_id"], "evaluations")
    assert [(field.name, field.heading) for field in layout.fields] == [
        ("id", "ID"), ("sector_id", "分野"), ("sector_id_label", "分野（名称）"), ("outcome", "判定"),
        ("outcome_label", "判定（名称）"), ("decision", "decision"),
    ]  # fmt: skip
    assert layout.convert(["e", "s", "工業", "not_met", "継続"]) == ["e", "s", "工業", "not_met", "未達成", "継続"]
    assert layout.convert(["e", None, None, None, None])[4] == ""


# Names


def test_files_have_a_japanese_and_an_ascii_name_with_the_version() -> None:
    assert name_files(about(), "csv") == ("施策_000000000000.csv", "plans-measures-000000000000.csv")
    japanese, ascii_name = name_files(about('目標/指標:"案"\r\n', name="plans-あ/../x"), "xlsx")
    assert japanese == "目標_指標_案_000000000000.xlsx"
    assert ascii_name == "plans-_.._x-000000000000.xlsx"


def test_the_header_with_the_name_is_ascii_and_on_one_line() -> None:
    header = content_disposition("attachment", about('a"\r\nX: y'), "csv")
    assert header.isascii()
    assert "\r" not in header and "\n" not in header
    assert "filename*=UTF-8''a_X_%20y_000000000000.csv" in header


def test_html_becomes_lines() -> None:
    html = "<p>施策は\n    46件。</p><ul><li>出典：<b>A &amp; B</b></li>\n<li> </li></ul>"
    assert plain_lines(html) == ("施策は46件。", "出典：A & B")
    assert plain_lines("ただの文") == ("ただの文",)
    assert plain_lines("") == ()


def test_a_fingerprint_follows_the_file(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    path.write_bytes(b"a")
    first = fingerprint(path)
    path.write_bytes(b"ab")
    assert first != fingerprint(path)
    assert fingerprint(path) == "fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
