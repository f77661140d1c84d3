"""Files of rows: exact for programs, harmless and readable in a spreadsheet, and honest about where they stop."""

import csv
import io
import sqlite3
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keikaku.files.digest import fingerprint
from keikaku.publish.tables.about import About, Field, content_disposition, name_files, plain_lines
from keikaku.publish.tables.cells import FORMULA_SIGNS
from keikaku.publish.tables.copying import Copying, Limits, TimeUp
from keikaku.publish.tables.csv_file import CsvFile
from keikaku.publish.tables.json_file import JsonFile
from keikaku.publish.tables.layout import Label, add_labels, lay_out, lift_limit
from keikaku.publish.tables.workbook import ABOUT_SHEET, WorkbookFile, name_sheet

PATIENT = Limits(step_seconds=10)
ADDRESS = "http://x/plans/m.xlsx?a=1"
FORMULAS = [f"{sign}1+1" for sign in FORMULA_SIGNS]


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


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.integers() | st.none())))
def test_plain_csv_comes_back_as_it_was(rows: list[tuple[str, int | None]]) -> None:
    read = list(csv.reader(io.StringIO(write_csv(rows).decode("utf-8"), newline="")))[1:]
    assert read == [[text, "" if number is None else str(number)] for text, number in rows]


def test_csv_for_excel_begins_with_a_mark_and_ends_lines_as_windows_does() -> None:
    content = write_csv([["施策", 1]], for_excel=True)
    assert content == "\ufeffid,value\r\n施策,1\r\n".encode()


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_csv_for_excel_is_run(formula: str) -> None:
    read = list(csv.reader(io.StringIO(write_csv([[formula, "x"]], for_excel=True).decode("utf-8-sig"), newline="")))
    assert read[1] == [f"'{formula}", "x"]


def test_numbers_of_a_csv_for_excel_stay_numbers() -> None:
    assert write_csv([["a", -5], ["b", -0.5], ["c", 8000020132071]], for_excel=True).endswith(
        b"a,-5\r\nb,-0.5\r\nc,8000020132071\r\n"
    )


def test_bytes_are_written_as_base64() -> None:
    assert write_csv([["a", b"\x00\xff"]]).endswith(b"a,AP8=\r\n")


def test_a_cut_csv_says_so_in_a_last_record_of_the_same_width() -> None:
    assert write_csv([["a", 1]], notice="【ここまで】").decode().endswith("a,1\r\n【ここまで】,\r\n")


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


@pytest.mark.parametrize("text", [*FORMULAS, "#N/A", "#REF!", '=HYPERLINK("http://x")'])
def test_no_cell_of_a_workbook_is_run_and_none_is_changed(text: str) -> None:
    cell = read_workbook(write_workbook([[text, 1]])).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == (text.replace("\r", "\n"), "s")
    assert cell.quotePrefix == (not text.startswith("#"))


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


def test_a_workbook_has_a_frozen_header_a_filter_and_a_japanese_sheet_name() -> None:
    sheet = read_workbook(write_workbook([["a", 1], ["b", 2]])).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("施策", "A2", "A1:B3")
    assert [cell.value for cell in sheet[1]] == ["「id」", "「value」"]
    assert all(cell.font.bold for cell in sheet[1])


def test_the_second_sheet_says_what_the_first_one_is() -> None:
    book = read_workbook(write_workbook([["a", 1]]))
    assert book.sheetnames == ["施策", ABOUT_SHEET]
    told = [tuple(c.value for c in row) for row in book[ABOUT_SHEET].iter_rows()]
    facts = {row[0]: row[2] for row in told if row[0]}
    assert facts["出典"] == "報告書（昭島市）を加工して作成"
    assert facts["ライセンス"] == "CC BY 4.0"
    assert facts["取得したアドレス"] == "http://x/plans/m.xlsx?a=1"
    assert facts["データの版"] == "000000000000"
    assert facts["行数"] == "1"
    assert facts["打ち切り"].startswith("なし")
    assert facts["注意"] == "非公式です。"
    assert ("「id」", "id", "意味です。") in told


def test_a_cut_workbook_says_so_on_both_sheets() -> None:
    book = read_workbook(write_workbook([["a", 1]], notice="【ここまで】1行"))
    assert book.worksheets[0]["A3"].value == "【ここまで】1行"
    assert "【ここまで】1行" in [row[2].value for row in book[ABOUT_SHEET].iter_rows(max_col=3)]


def test_a_workbook_without_rows_has_its_header() -> None:
    sheet = read_workbook(write_workbook([])).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [["「id」", "「value」"]]


def test_the_same_rows_make_the_same_workbook() -> None:
    rows = [["施策", 1], ["=1", 2.5]]
    first = write_workbook(rows)
    time.sleep(2.1)  # a ZIP counts in two seconds
    assert write_workbook(rows) == first
    assert {info.date_time for info in zipfile.ZipFile(io.BytesIO(first)).infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("施策", "施策"),
        ("2024/25: [案]?*", "2024 25   案"),
        ("'引用'", "引用"),
        ("", "表"),
        ("あ" * 40, "あ" * 31),
    ],
)
def test_sheet_names_are_such_as_excel_accepts(title: str, name: str) -> None:
    assert name_sheet(title) == name


def test_sheet_names_differ() -> None:
    assert name_sheet("施策", "施策", "施策（2）") == "施策（3）"
    assert len(name_sheet("あ" * 40, "あ" * 31)) == 31


# JSON


@pytest.mark.parametrize(
    ("first_only", "lines", "expected"),
    [
        (False, False, '[{"id": "工", "value": 1}, {"id": null, "value": 2.5}]'),
        (True, False, '["工", null]'),
        (False, True, '{"id": "工", "value": 1}\n{"id": null, "value": 2.5}'),
    ],
)
def test_lists_as_json(first_only: bool, lines: bool, expected: str) -> None:
    stream = io.BytesIO()
    sheet = JsonFile(stream, ["id", "value"], first_only, lines)
    sheet.add(["工", 1])
    sheet.add([None, 2.5])
    sheet.finish("")
    assert stream.getvalue().decode() == expected


@pytest.mark.parametrize(("lines", "expected"), [(False, b"[]"), (True, b"")])
def test_empty_lists_as_json(lines: bool, expected: bytes) -> None:
    stream = io.BytesIO()
    JsonFile(stream, ["id"], lines=lines).finish("")
    assert stream.getvalue() == expected


# Copying


class Kept:
    """A sheet in memory."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.notice: str | None = None

    def add(self, row: Sequence[Any]) -> None:
        self.rows.append(tuple(row))

    def size(self) -> int:
        return 10 * len(self.rows)

    def finish(self, notice: str) -> None:
        self.notice = notice


COUNT = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT :most) SELECT n FROM c"
FOREVER = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    yield connection
    connection.close()


def copy(connection: sqlite3.Connection, sql: str, limits: Limits, **params: Any) -> tuple[Kept, Copying, int]:
    kept = Kept()
    copying = Copying(connection, sql, params, kept, limits)
    steps = 1
    while copying.step():
        steps += 1
    return kept, copying, steps


@pytest.mark.parametrize("most", [0, 1, 99, 100, 101, 12_345])
def test_all_rows_are_copied(connection: sqlite3.Connection, most: int) -> None:
    kept, copying, _ = copy(connection, COUNT if most else "SELECT 1 WHERE :most < 0", PATIENT, most=most)
    assert [row[0] for row in kept.rows] == list(range(1, most + 1))
    assert (copying.rows, copying.notice, kept.notice) == (most, "", "")


def test_a_long_copy_takes_many_short_steps(connection: sqlite3.Connection) -> None:
    copying = Copying(connection, COUNT, {"most": 300_000}, Kept(), PATIENT)
    longest, steps, more = 0.0, 0, True
    while more:
        began = time.perf_counter()
        more = copying.step()
        longest = max(longest, time.perf_counter() - began)
        steps += 1
    assert copying.rows == 300_000
    assert steps > 1
    assert longest < 1


@pytest.mark.parametrize(("rows", "stops"), [(500, True), (1000, False), (1001, False)])
def test_a_limit_on_rows_is_said(connection: sqlite3.Connection, rows: int, stops: bool) -> None:
    kept, copying, _ = copy(connection, COUNT, Limits(10, rows=rows), most=1000)
    assert len(kept.rows) == copying.rows == min(rows, 1000)
    assert bool(kept.notice) == stops
    if stops:
        assert "500行で打ち切りました" in copying.notice
        assert "500行まで" in copying.notice


def test_a_limit_on_size_is_said(connection: sqlite3.Connection) -> None:
    kept, copying, _ = copy(connection, FOREVER, Limits(10, size=2_000_000))
    assert 200_000 < copying.rows < 201_000
    assert "2メガバイト" in (kept.notice or "")


def test_a_query_without_end_stops_at_the_time_limit_and_says_so(connection: sqlite3.Connection) -> None:
    kept, copying, _ = copy(connection, FOREVER, Limits(step_seconds=0.1, seconds=0.1))
    assert copying.rows == len(kept.rows) > 100
    assert "時間がかかりすぎる" in (kept.notice or "")


def test_a_query_that_finds_nothing_in_time_is_refused(connection: sqlite3.Connection) -> None:
    with pytest.raises(TimeUp):
        copy(connection, f"SELECT count(*) FROM ({FOREVER})", Limits(step_seconds=0.05))


def test_rows_that_were_asked_for_are_no_cut(connection: sqlite3.Connection) -> None:
    kept, copying, _ = copy(connection, FOREVER, Limits(10, asked=150))
    assert (copying.rows, kept.notice) == (150, "")


def test_the_connection_is_free_of_limits_afterwards(connection: sqlite3.Connection) -> None:
    copy(connection, FOREVER, Limits(step_seconds=0.01, seconds=0.01))
    assert connection.execute(f"SELECT count(*) FROM ({COUNT})", {"most": 1_000_000}).fetchone() == (1_000_000,)


# Layout


def test_codes_and_references_are_followed_by_their_names() -> None:
    labels = [Label("sector_id", "sectors", "id", "name")]
    help_texts = {"id": "ID：名前です。", "sector_id": "分野：分野です。", "outcome": "判定：判定です。"}
    layout = lay_out(["id", "sector_id", "outcome", "decision"], help_texts, labels, "evaluations")
    assert [(field.name, field.heading) for field in layout.fields] == [
        ("id", "ID"),
        ("sector_id", "分野"),
        ("sector_id_label", "分野（名称）"),
        ("outcome", "判定"),
        ("outcome_label", "判定（名称）"),
        ("decision", "decision"),
    ]
    assert layout.convert(["e", "s", "工業", "not_met", "継続"]) == ["e", "s", "工業", "not_met", "未達成", "継続"]
    assert layout.convert(["e", None, None, None, None])[4] == ""


def test_labels_keep_the_order_of_the_rows(connection: sqlite3.Connection) -> None:
    numbers = COUNT.replace(":most", "3000")
    connection.executescript(
        f"""
        CREATE TABLE s (id PRIMARY KEY, name);
        CREATE TABLE m (id INTEGER PRIMARY KEY, s_id, "od""d");
        INSERT INTO s VALUES ('a', 'エー'), ('b', 'ビー');
        INSERT INTO m SELECT n, CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END, n * 7 % 1000 FROM ({numbers});
        """
    )
    sql = 'SELECT id, s_id, "od""d" FROM m ORDER BY "od""d" DESC limit 101'
    plain = connection.execute(lift_limit(sql, None)).fetchall()
    assert len(plain) == 3000
    labels = [Label("s_id", "s", "id", "name")]
    labelled = connection.execute(add_labels(lift_limit(sql, None), ["id", "s_id", 'od"d'], labels)).fetchall()
    assert [row[:2] + row[3:] for row in labelled] == plain
    assert {(row[1], row[2]) for row in labelled} == {("a", "エー"), ("b", "ビー"), (None, None)}


@pytest.mark.parametrize(
    ("sql", "asked", "lifted"),
    [
        ("select a from t order by a limit 101", None, "select a from t order by a limit -1"),
        ("select a from v limit 101 offset 200", None, "select a from v limit -1 offset 200"),
        ("select a from t limit 1", 25, "select a from t limit 25"),
        ("select a from t where b = ' limit 5' limit 1", None, "select a from t where b = ' limit 5' limit -1"),
    ],
)
def test_the_limit_of_a_page_is_lifted(sql: str, asked: int | None, lifted: str) -> None:
    assert lift_limit(sql, asked) == lifted


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
