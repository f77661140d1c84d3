"""Figures filled in with a spreadsheet: every good one is added once, the earlier of a corrected one stays, and a file with a fault changes nothing."""

import csv
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook, load_workbook

from build_db import main
from keikaku.importing.reading import read_about
from keikaku.serving.baking import open_datasette

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
ART, SCHOOLS = "minato-geijutsu-1-target-1", "minato-geijutsu-2-target-1"
HEADINGS = read_about().headings
SAID = {"publisher": "みなと市", "source_url": "https://example.jp/r5"}
Cells = dict[str, Any]


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], catch_exceptions=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("minato", "kakogawa"):
        shutil.copytree(FIXTURES / name, tmp_path / "data" / name)
    return tmp_path / "data"


@pytest.fixture
def results(data: Path) -> Path:
    return data / "minato" / "bunka" / "results.csv"


@pytest.fixture
def empty(data: Path) -> Path:
    """The workbook of the invented plan, as it is written."""
    file = data.parent / "figures.xlsx"
    written = run("figures-workbook", "--plan", "minato", "--every-year", "--output", file, "--data", data)
    assert (written.exit_code, written.output) == (0, f"{file} に32行を用意しました。\n")
    return file


@pytest.fixture
def fill(empty: Path) -> Callable[..., Path]:
    """Fill in cells, by their keys, of the rows of an indicator and year."""

    def fill(*rows: tuple[str, str, Cells]) -> Path:
        book = load_workbook(empty)
        sheet = book["実績"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        for indicator, year, cells in rows:
            line = next(n for n in range(2, sheet.max_row + 1) if key_of(sheet, columns, n) == (indicator, year))
            for key, value in (SAID | cells).items():
                cell = sheet.cell(line, columns[HEADINGS[key]])
                cell.value, form = value if isinstance(value, tuple) else (value, None)
                cell.number_format = form or cell.number_format
        book.save(empty)
        return empty

    return fill


def key_of(sheet: Any, columns: dict[str, int], line: int) -> tuple[str, str]:
    return tuple(sheet.cell(line, columns[HEADINGS[key]]).value for key in ("indicator_id", "fiscal_year"))  # type: ignore[return-value]


def bring_in(file: Path, data: Path, day: str = "2026-11-27") -> Result:
    return run("import-figures", file, "--data", data, "--recorded-on", day)


def read(results: Path) -> list[dict[str, str]]:
    with results.open(encoding="utf-8", newline="") as file:
        return [{key: value for key, value in row.items() if value} for row in csv.DictReader(file)]


def test_the_workbook_has_a_row_for_each_open_year_with_what_is_known(data: Path) -> None:
    file = data.parent / "open.xlsx"
    assert run("figures-workbook", "--plan", "minato", "--output", file, "--data", data).exit_code == 0
    book = load_workbook(file)
    assert book.sheetnames == ["実績", "書き方"]
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in book["実績"].iter_rows(min_row=2, values_only=True)]
    schools = [row for row in rows if row["indicator_id"] == SCHOOLS]
    assert [row["fiscal_year"] for row in schools] == ["令和6年度", "令和7年度"]  # R4 and R5 are there, R7 is the last
    known = {key: value for key, value in schools[0].items() if value is not None}
    assert known == {
        "code": "芸-2", "measure": "学校への出前公演", "indicator": "公演を行う学校の数", "target": "毎年5校以上", "unit": "校",
        "last_year": "令和5年度", "last_figure": 4, "fiscal_year": "令和6年度", "plan_id": "minato", "indicator_id": SCHOOLS,
    }  # fmt: skip
    (offered,) = book["実績"].data_validations.dataValidation
    assert offered.formula1 == '"達成,一部達成,未達成,未実施,実施,中止"'
    assert book["実績"].column_dimensions["S"].hidden


def test_what_is_filled_in_is_added_once_and_stands_on_the_page(
    data: Path, results: Path, fill: Callable[..., Path]
) -> None:
    before = results.read_text("utf-8")
    cells = {
        "value": "３,１５０", "note": "速報値\nです", "published_on": "令和6年5月1日",
    }  # fmt: skip
    told = {"status": "未実施", "published_on": date(2025, 5, 2)}
    file = fill((ART, "令和5年度", cells), (SCHOOLS, "令和6年度", told))
    added = bring_in(file, data)
    assert added.output.splitlines() == [
        "追加　芸-1 来場者数（令和5年度）：3,150人（速報値 です）",
        "追加　芸-2 公演を行う学校の数（令和6年度）：未実施",
        f"追加2件、訂正0件、変更なし0件、{results} に書き込みました。",
    ]
    assert read(results)[-2:] == [
        {
            "measure": "芸-1", "indicator": ART, "fiscal_year": "令和5年度", "value": "3150", "note": "速報値 です",
            "publisher": "みなと市", "source_url": "https://example.jp/r5", "published_on": "2024-05-01", "recorded_on": "2026-11-27",
        },
        {
            "measure": "芸-2", "indicator": SCHOOLS, "fiscal_year": "令和6年度", "status": "not_implemented",
            **SAID, "published_on": "2025-05-02", "recorded_on": "2026-11-27",
        },
    ]  # fmt: skip
    assert len(read(results)) == before.count("\n") - 1 + 2
    after = results.read_bytes()
    again = bring_in(file, data, "2026-12-01")
    assert again.output.splitlines()[-1] == "追加0件、訂正0件、変更なし2件。"
    assert results.read_bytes() == after


async def test_a_corrected_figure_stands_beside_the_earlier_one(
    data: Path, results: Path, fill: Callable[..., Path]
) -> None:
    early, final = {"value": 3150, "note": "速報値"}, {"value": 3150, "note": "確定値", "published_on": "2024-09"}
    bring_in(fill((ART, "令和5年度", early)), data, "2024-06-01")
    final_too = bring_in(fill((ART, "令和5年度", final)), data, "2024-10-01")
    assert final_too.output.splitlines()[0] == (
        "訂正　芸-1 来場者数（令和5年度）：3,150人（速報値） → 3,150人（確定値）"
    )
    corrected = bring_in(fill((ART, "令和5年度", {"value": 3148})), data)
    assert corrected.output.splitlines()[0].endswith("3,150人（確定値） → 3,148人（確定値）")
    told = [
        (r["value"], r["note"], r.get("published_on"), r.get("edition"), r["recorded_on"]) for r in read(results)[-3:]
    ]
    assert told == [
        ("3150", "速報値", None, None, "2024-06-01"),
        ("3150", "確定値", "2024-09", "2", "2024-10-01"),
        ("3148", "確定値", "2024-09", "3", "2026-11-27"),
    ]
    after = results.read_bytes()
    for older in (final, {"value": 3148}, early | {"published_on": None}):  # an older sheet brings back nothing
        assert "変更なし1件" in bring_in(fill((ART, "令和5年度", older)), data).output
    assert results.read_bytes() == after
    database = data.parent / "plans.db"
    assert run("build", "--quiet", "--data", data, "--output", database).exit_code == 0
    with closing(sqlite3.connect(database)) as connection:
        sql = "SELECT result_value, result_fiscal_year FROM targets WHERE id = ?"
        assert connection.execute(sql, (ART,)).fetchall() == [(3148, 2023)]
    site = open_datasette(database)
    await site.invoke_startup()
    page = (await site.client.get("/plans/measures/minato-geijutsu-1")).text
    assert "3,148" in page, page


def test_a_row_of_a_year_that_is_new_to_a_plan_without_results_makes_the_file(data: Path) -> None:
    file, results = data.parent / "k.xlsx", data / "kakogawa" / "sosei2" / "results.csv"
    results.unlink(missing_ok=True)
    assert run("figures-workbook", "--plan", "kakogawa-sosei2", "--output", file, "--data", data).exit_code == 0
    book = load_workbook(file)
    sheet = book["実績"]
    column = {cell.value: cell.column for cell in sheet[1]}
    percent = next(n for n in range(2, sheet.max_row + 1) if sheet.cell(n, column["単位"]).value == "%")
    cell = sheet.cell(percent, column["実績"], 0.342)
    cell.number_format = "0.0%"
    for key, value in SAID.items():
        sheet.cell(percent, column[HEADINGS[key]], value)
    book.save(file)
    assert "34.2%" in bring_in(file, data).output
    assert [row["value"] for row in read(results)] == ["34.2"]
    assert run("check", "--quiet", "--data", data).exit_code == 0


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"value": "約三千"}, "実績!J{line}: 実績: '約三千' は数として読めません"),
        ({"value": True}, "実績!J{line}: 日付か、はい・いいえの値になっています; 数を入れる"),
        ({"value": (0.5, "0%")}, "実績!J{line}: パーセント表示なのに、単位が「人」です; 数を入れる"),
        ({"value": date(2024, 5, 1)}, "実績!J{line}: 日付か、はい・いいえの値になっています; 数を入れる"),
        ({"value": "3,150校"}, "実績!J{line}: 単位が「人」と違います; 数を入れる"),
        ({"value": "=1+2"}, "実績!J{line}: 計算式の結果が保存されていません; Excel で開いて保存し直すか、値を入れる"),
        ({"value": 1, "note": "=A1"}, "実績!M{line}: 計算式の結果が保存されていません"),
        ({"value": 1, "status": "done"}, "実績!K{line}: 状況: 'done' は使えない言葉です; "),
        ({"value": 1, "source_url": "example.jp"}, "実績!P{line}: 出典のアドレス: 'example.jp' は形が違います; https:// で"),
        ({"value": 1, "published_on": "2024年13月1日"}, "実績!Q{line}: 「2024年13月1日」は日付ではありません; 2026-05-01"),
        ({"value": 1, "fiscal_year": "令和99年度"}, "実績!I{line}: 「令和99年度」はまだ始まっていない年度です; "),
        ({"value": 1, "fiscal_year": "去年"}, "実績!I{line}: 年度: '去年' は年度として読めません"),
        ({"note": "数はまだです"}, "実績!J{line}: 実績も状況も空です; どちらかを入れるか、この行をすべて空にする"),
        ({"value": 1, "fiscal_year": "平成5年度"}, "実績!I{line}: 「平成5年度」は計画が始まる前の年度です; 平成30年度から"),
        ({"value": 1, "publisher": None}, "実績!N{line}: だれが述べた実績か、書かれていません; 公表したところ に、"),
        ({"value": 1, "source_url": None}, "実績!P{line}: どこで述べられた実績か、書かれていません; 出典のアドレス に、載っているアドレスを書く。または 文書 に"),
        ({"value": 1, "document": "ない文書"}, "実績!O{line}: 文書「ない文書」はありません; "),
        ({"value": 1, "indicator_id": "x"}, "実績!S{line}: 指標のID「x」はこの計画にありません; 隠れている"),
        ({"value": 1, "plan_id": None}, "実績!R{line}: 計画のID「」がわかりません; 隠れている"),
        ({"value": 1, "fiscal_year": "令和4年度"}, "実績!I{line}: 同じ指標・年度・出典の数字がもうあります; 一つにする"),
    ],
)  # fmt: skip
def test_a_file_with_a_fault_changes_nothing_and_names_the_cell(
    data: Path, results: Path, fill: Callable[..., Path], cells: Cells, said: str
) -> None:
    before = results.read_bytes()
    file = fill((ART, "令和4年度", {"value": 10}), (ART, "令和5年度", cells))
    refused = bring_in(file, data)
    assert (refused.exit_code, results.read_bytes()) == (1, before)
    assert refused.output.count("\n") == 1
    assert refused.output.startswith(said.format(line=3)), refused.output


def test_all_wrong_cells_of_all_rows_are_told_at_once(data: Path, results: Path, fill: Callable[..., Path]) -> None:
    before = results.read_bytes()
    wrong = {"value": "約三千", "published_on": "きのう", "source_url": "example.jp", "note": "=A1", "status": "done"}
    file = fill((ART, "令和5年度", wrong), (ART, "令和6年度", {"value": 1, "fiscal_year": "令和99年度", "publisher": None}),
                (SCHOOLS, "令和6年度", {"value": 1, "fiscal_year": "平成1年度"}))  # fmt: skip
    refused = bring_in(file, data)
    cells = {line.split(":")[0].removeprefix("実績!") for line in refused.output.splitlines()}
    rows = {cell.lstrip("IJKMNPQ") for cell in cells}
    assert (refused.exit_code, results.read_bytes(), len(rows)) == (1, before, 3)
    assert sorted(cell[0] for cell in cells) == list("IIJKMNPQ"), refused.output


def test_a_csv_with_the_same_headings_is_read_alike(data: Path, results: Path) -> None:
    table = data.parent / "figures.csv"
    needed = [
        "年度", "実績", "状況", "一部", "備考", "公表したところ", "文書", "出典のアドレス", "公表日", "計画のID", "指標のID",
    ]  # fmt: skip
    lines = [needed, ["R5", "3,150", "", "初日", "", "みなと市", "", SAID["source_url"], "2024-05", "minato", ART]]
    with table.open("w", encoding="cp932", newline="") as file:
        csv.writer(file).writerows(lines)
    assert "追加　芸-1 来場者数 初日（令和5年度）：3,150人" in bring_in(table, data).output
    assert read(results)[-1]["part"] == "初日"
    table.write_text(table.read_text("cp932").replace('"3,150"', "三千"), "utf-8")
    assert bring_in(table, data).output.startswith("figures!B2: 実績: '三千' は数として読めません")


@pytest.mark.parametrize("headings", [[], ["実績", "年度"]])
def test_a_sheet_without_the_headings_is_refused(data: Path, tmp_path: Path, headings: list[str]) -> None:
    book = Workbook()
    book.active.append(headings)  # type: ignore[union-attr]
    book.save(tmp_path / "other.xlsx")
    (tmp_path / "text.xlsx").write_text("x")
    assert "Sheet!A1: 見出し「" in bring_in(tmp_path / "other.xlsx", data).output
    assert "text.xlsx:1:1: 表として読めません" in bring_in(tmp_path / "text.xlsx", data).output


def test_what_cannot_be_written_is_told_in_a_line(data: Path, tmp_path: Path) -> None:
    told = run("figures-workbook", "--output", tmp_path / "nosuch" / "x.xlsx", "--data", data)
    assert (told.exit_code, told.output.count("\n")) == (1, 1)
    assert "x.xlsx: 書き込めません" in told.output
    assert (
        "計画「nosuch」はありません"
        in run("figures-workbook", "--plan", "nosuch", "--output", tmp_path / "x.xlsx").output
    )
