"""A city's spreadsheet is read as printed, cell by cell, or refused: nothing is read wrongly in silence."""

import contextlib
import csv
import io
import os
import re
import shlex
import zipfile
from collections import Counter
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from build_db import main
from keikaku.files.beside import read_data
from keikaku.importing.cells import KINDS
from keikaku.importing.records import COLUMNS
from keikaku.importing.spreadsheet import Outcome, import_spreadsheet, run_import
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import today_in_japan
from tests.keikaku.importing.tables import TABLES, Table, write

CASES = read_data(__file__, "spreadsheet.yml")

CITY = ("139998", "みほん市", "みほん市計画")


def run(file: Path, folder: Path, table: Table, **options: object) -> Outcome:
    return import_spreadsheet(file, folder, *CITY, table.years, report=folder.parents[2], **options)  # type: ignore[arg-type]


def lines_of(folder: Path, table: str) -> list[dict[str, str]]:
    """The lines of a table of a plan, references by the position of what they name, without ids, places and documents."""
    named = ("goals", "measures", "indicators")
    position = {row.get("id", ""): str(i) for name in named for i, row in enumerate(rows_of(folder, name), 1)}
    rows = rows_of(folder, table)
    return [
        {k: position.get(v, v) for k, v in row.items() if v and k not in ("id", "place", "document")} for row in rows
    ]


def rows_of(folder: Path, table: str) -> list[dict[str, str]]:
    file = folder / f"{table}.csv"
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig")))) if file.exists() else []


@pytest.mark.parametrize("name", TABLES)
def test_a_layout_is_read_as_printed(name: str, tmp_path: Path) -> None:
    table = TABLES[name]
    folder = tmp_path / "data" / "mihon" / "keikaku"
    outcome = run(write(tmp_path / "table.xlsx", table), folder, table)
    found = {kind: lines_of(folder, kind) for kind in COLUMNS if kind != "organizations"}
    assert {kind: lines for kind, lines in found.items() if lines} == table.expected
    kinds = Counter(told.said.kind for told in outcome.reading.log.values())
    assert kinds.keys() <= set(KINDS) and not kinds["わからない"]


def test_people_and_their_numbers_are_in_no_file(tmp_path: Path) -> None:
    rows = [
        ["施策", "指標", "目標値", "担当課", "担当", "課長名", "電話", "備考"],
        ["見守り", "訪問", "10回", "福祉課", "見本 太郎", "見本 花子", "0123-45-6789", "mihon@example.com"],
        ["配食", "食数", "090-1234-5678", "福祉課　見本次郎", "見本 太郎", "見本 花子", "内線123", "見本三郎に聞く"],
        ["※ 数は延べです（内線456）"],
    ]
    table = Table(rows, {})
    folder = tmp_path / "data" / "mihon" / "keikaku"
    run(write(tmp_path / "table.xlsx", table), folder, table)
    texts = {
        file: file.read_text("utf-8-sig") for file in tmp_path.rglob("*") if file.suffix in (".csv", ".html", ".yml")
    }
    assert len(texts) > 6
    personal = ("見本", "0123", "mihon@", "090-", "内線123", "内線456", "次郎", "三郎")
    assert not [(file, word) for file, text in texts.items() for word in personal if word in text]
    assert [line["label"] for line in lines_of(folder, "indicators")] == ["訪問", "食数"]
    assert [line["name"] for line in lines_of(folder.parent, "organizations")] == ["福祉課"]


@pytest.mark.parametrize(("value", "format", "unit", "printed"), CASES["number formats are heeded"])
def test_number_formats_are_heeded(value: object, format: str, unit: str, printed: str | None, tmp_path: Path) -> None:
    table = Table([["指標", "単位", "目標値"], ["来訪", unit, value]], {}, formats={"C2": format})
    folder = tmp_path / "data" / "mihon" / "keikaku"
    outcome = run(write(tmp_path / "table.xlsx", table), folder, table)
    (told,) = lines_of(folder, "indicators")
    assert told.get("target") == printed
    assert outcome.reading.log["第1表!C2"].said.kind == ("わからない" if printed is None else "数")
    assert printed is not None or outcome.reading.log["第1表!C2"].said.why


REAL = Path(os.environ.get("KEIKAKU_REAL", "")) / "ofunato-r7.xlsx"
needs_real = pytest.mark.skipif(not REAL.is_file(), reason="KEIKAKU_REAL names no folder with ofunato-r7.xlsx")


@needs_real
def test_a_city_s_evaluation_sheet_is_read_cell_by_cell(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "ofunato" / "hyoka7"
    outcome = import_spreadsheet(REAL, folder, "032034", "大船渡市", "事務事業評価", "2020-2025", report=tmp_path)
    kinds = Counter(told.said.kind for told in outcome.reading.log.values())
    assert kinds.total() == 409 * 210
    # Row 312 names only some of its indicators, and has six columns of figures that are not 0 for the others.
    assert {at.partition("!")[2][-3:] for at, t in outcome.reading.log.items() if t.said.kind == "わからない"} == {
        "312"
    }
    assert (kinds["わからない"], kinds["－"], kinds["数をふくむ文"]) == (18, 580, 6)
    rows = {table: rows_of(folder, table) for table in ("measures", "indicators", "goals", "results", "figures")}
    assert (len(rows["measures"]), len(rows_of(folder.parent, "organizations"))) == (407, 51)
    assert len(rows["indicators"]) == 2148 + 2 * 407
    assert Counter(row["level"] for row in rows["goals"]) == {"政策": 8, "施策": 25, "基本事業": 68}
    (sign,) = [row for row in rows["indicators"] if row["label"] == "啓発看板の設置基数"]
    assert (sign["measures"], sign["unit"]) == ("ofunato-hyoka7-0086", "基")
    figures = [row for row in (*rows["results"], *rows["figures"]) if row["indicator"] == sign["id"]]
    assert [(row["fiscal_year"], row["value"]) for row in figures] == list(
        zip(map(str, range(2020, 2026)), ("11", "23", "10", "13", "10", "16"), strict=True)
    )


def test_a_plan_lists_the_workbooks_that_it_was_read_from(tmp_path: Path) -> None:
    folder, table = (
        tmp_path / "data" / "mihon" / "keikaku",
        Table([["施策", "成果指標名", "目標値"], ["見守り", "訪問", "20回"]], {}),
    )
    days = [today_in_japan().isoformat()]
    for name in ("first.xlsx", "second.xlsx"):
        run(write(tmp_path / name, table), folder, table)
    days += [today_in_japan().isoformat()]
    text = (folder / "plan.yml").read_text("utf-8")
    told = yaml.safe_load(text)
    assert told["words"] == {"measure": "施策", "target": "成果指標"}
    assert [document.pop("title") for document in told["documents"]] == ["first.xlsx", "second.xlsx"]
    assert all(days[0] <= document.pop("retrieved") <= days[1] and not document for document in told["documents"])
    (folder / "plan.yml").write_text(re.sub("documents:.*", "documents: [{title: a}]", text, flags=re.S), "utf-8")
    with pytest.raises(InvalidData, match=re.escape("documents に「third.xlsx」がありません; documents に - title")):
        run(write(tmp_path / "third.xlsx", table), folder, table)


def test_the_report_says_how_each_target_was_read(tmp_path: Path) -> None:
    table = Table(
        [
            ["施策", "KPI", "基準値", "目標値"],
            ["見守り", "訪問", "2,205千人（2019年度）", "2,539千人（2026年度）"],
            ["見守り", "相談", None, "120件（2021～2026年度累計）"],
            ["見守り", "婚姻数", "5件（2019年）", "3件（2026年）"],
            ["見守り", "しくみ", None, "しくみをつくる"],
        ],
        {},
    )
    folder = tmp_path / "data" / "mihon" / "keikaku"
    outcome = run(write(tmp_path / "table.xlsx", table), folder, table)
    page = outcome.report[0].read_text("utf-8")
    rows = [re.findall("<td>([^<]*)</td>", row) for row in page.partition("目標の読み方（4件）")[2].split("<tr>")]
    assert [row for row in rows if row] == [
        ["訪問", "2,539千人（2026年度）", "2,539千人", "2026年度", "多いほどよい"],
        ["相談", "120件（2021～2026年度累計）", "120件", "2021〜2026年度（累計）", "—"],
        ["婚姻数", "3件（2026年）", "3件", "2026年", "少ないほどよい"],
        ["しくみ", "しくみをつくる", "数ではありません", "書かれていません", "—"],
    ]
    assert "<h2>読まなかった列</h2>\n<p>ありません。</p>" in page


def test_a_dry_run_proposes_a_layout_that_can_be_corrected(tmp_path: Path) -> None:
    table = Table([["しごと", "はかるもの", "めあて", "ひとこと"], ["見守り", "訪問", "20回", "がんばります"]], {})
    file, folder = write(tmp_path / "table.xlsx", table), tmp_path / "data" / "mihon" / "keikaku"
    options = {"city_code": CITY[0], "city_name": CITY[1], "title": CITY[2], "years": table.years, "sheets": ()}
    with pytest.raises(InvalidData, match="わかる見出しがありません"):
        run_import(file, folder, False, tmp_path, None, **options)
    *_, told = run_import(file, folder, True, tmp_path, None, **options)
    layout = tmp_path / "layout.yml"
    assert str(layout) in told and not folder.exists()
    text = layout.read_text("utf-8")
    for heading, said in {"しごと": "事業", "はかるもの": "指標", "めあて": "目標値", "ひとこと": "読まない"}.items():
        assert f'"{heading}": "？"' in text
        text = text.replace(f'"{heading}": "？"', f'"{heading}": {said}')
    layout.write_text(text.replace("directions: {}", "directions: {訪問: up}"), "utf-8")
    *_, told = run_import(file, folder, True, tmp_path, layout, **options)
    assert "まだ書いていません" in told and not folder.exists()
    run_import(file, folder, False, tmp_path, layout, **options)
    assert lines_of(folder, "indicators") == [{"measures": "1", "label": "訪問", "direction": "up", "target": "20回"}]


@pytest.mark.parametrize(("text", "message"), CASES["a wrong layout is refused"])
def test_a_wrong_layout_is_refused(text: str, message: str, tmp_path: Path) -> None:
    table = TABLES["years in cells"]
    (tmp_path / "layout.yml").write_text(text, "utf-8")
    rows = [["指標", "基準値", "目標値"], ["出生数", "1件", "2件"]]
    file = write(tmp_path / "table.xlsx", Table(rows, {}))
    with pytest.raises(InvalidData, match=re.escape(message)):
        run(file, tmp_path / "data" / "mihon" / "keikaku", table, layout=tmp_path / "layout.yml")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
def test_a_csv_is_read_as_a_workbook_is(encoding: str, tmp_path: Path) -> None:
    table = TABLES["years in cells"]
    file, folder = tmp_path / "table.csv", tmp_path / "data" / "mihon" / "keikaku"
    text = io.StringIO()
    csv.writer(text).writerows([["" if cell is None else cell for cell in row] for row in table.rows])
    file.write_text(text.getvalue(), encoding)
    run(file, folder, table)
    assert lines_of(folder, "indicators") == table.expected["indicators"]


def test_an_ods_is_read_but_a_share_without_its_format_is_not(tmp_path: Path) -> None:
    file, folder = tmp_path / "table.ods", tmp_path / "data" / "mihon" / "keikaku"
    rows = [
        ["指標", "基準値", "目標値"],
        ["出生数", "1,191件（2019年）", "1,270件（2026年）"],
        ["割合", "15", "0.342"],
        ["増え方", "1.2", "15%"],
    ]
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr("META-INF/manifest.xml", MANIFEST)
        cells = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
        parts.writestr("content.xml", CONTENT.format(rows=cells))
    outcome = run(file, folder, Table([], {}))
    assert lines_of(folder, "indicators") == [
        {"label": "出生数", "baseline": "1,191件（2019年）", "target": "1,270件（2026年）"},
        {"label": "割合", "baseline": "15"},
        {"label": "増え方", "target": "15%"},
    ]
    told = {at: told.said.why for at, told in outcome.reading.log.items() if told.said.kind == "わからない"}
    assert told.keys() == {"第1表!C3", "第1表!B4"}
    assert all("割合かどうかがわかりません" in why for why in told.values())
    assert "もとの数で読みました" in outcome.report[0].read_text("utf-8")


MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
CONTENT = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="第1表">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)


def _ods_cell(text: str) -> str:
    is_number = text.replace(".", "").isdigit()
    kind = f'office:value-type="float" office:value="{text}"' if is_number else 'office:value-type="string"'
    return f"<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>"


@needs_real
def test_a_printed_table_of_kpis_is_the_plan_that_was_typed(tmp_path: Path) -> None:
    part = (REAL.parent / "plans.md").read_text("utf-8").split("\n## ")[1]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    cells = [[None if cell == "（印字なし）" else cell for cell in row] for row in (rows[0], *rows[2:])]
    folder = tmp_path / "data" / "mihon" / "keikaku"
    run(write(tmp_path / "table.xlsx", Table(cells, {})), folder, Table([], {}))
    typed = Path(__file__).resolve().parents[2] / "fixtures" / "kakogawa" / "sosei2"
    names = {str(i): line["name"] for i, line in enumerate(lines_of(folder, "measures"), 1)}
    assert len(names) == 6
    found = [line | {"measures": names[line["measures"]]} for line in lines_of(folder, "indicators")]
    assert found == lines_of(typed, "indicators")


def test_the_command_of_the_page_for_city_staff_imports(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "add-a-plan.ja.md").read_text("utf-8")
    trying, importing = [shlex.split(line)[2:] for line in page.splitlines() if " build_db.py import hyou" in line]
    write(tmp_path / "hyou.xlsx", TABLES["years in cells"])
    with contextlib.chdir(tmp_path):
        for arguments, is_there in ((trying, False), (importing, True)):
            done = CliRunner().invoke(main, arguments)
            assert (done.exit_code, Path("data").exists()) == (0, is_there), done.output
        assert Path("hyou-import.html").exists()
        assert CliRunner().invoke(main, ["check", "--data", "data", "--quiet"]).exit_code == 0
        done = CliRunner().invoke(main, ["export-workbook", "data/mihon/sosei", "--output", "sosei.xlsx"])
        assert (done.exit_code, "4枚" in done.output) == (0, True)
