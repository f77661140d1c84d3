"""Notes go with the rows: what is ours, what is not published, which corrections touch the rows in hand."""

import io
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import apsw
import httpx
import openpyxl
import pytest
import yaml
from datasette.app import Datasette

from keikaku.publish.catalogue.data_set import read_data_set
from keikaku.publish.tables.notes import MOST_CORRECTIONS, OURS, Caveats
from tests.sites import ROOT

PLANS: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))["databases"]["plans"]
# Columns of text that are put together from names and codes as they stand; everything else that is computed is ours.
PUT_TOGETHER = {"organizations", "goals", "linked", "other_names", "sectors", "codes", "sector", "measures", "title",
                "kind", "id", "plan", "snippet", "url", "evidence", "decision", "evaluation_id", "end_fiscal_year",
                "団体", "施策の番号", "該当する団体", "再掲", "新規・再掲", "つながり", "読み取った欄", "分野", "根拠の語",
                "今後", "評価ID", "期限", "指標", "目標", "before_target", "indicator_id", "前の名前", "決定", "施策", "引き継いだ施策", "目標・指標", "原文", "name", "full_name", "sector_id",
                "due", "printed", "measure_name", "target", "sector_word", "goal_word", "measure_word", "organization_word",
                "target_word", "event_word", "task_word", "position", "code", "in_plans", "table_name", "plan_id", "full_title", "place",
                "baseline_year", "result_year", "実績の年度", "year", "result", "before_id", "before_name", "基準値の年", "実績の年",
                "新規", "計画", "基準値（原文）", "目標（原文）", "実績（原文）", "自治体の評価"}  # fmt: skip


async def get(site: Datasette, path: str) -> httpx.Response:
    response: httpx.Response = await site.client.get(quote(path, safe="/?&=.+_%:"))
    assert response.status_code == 200, response.text
    return response


async def notes(site: Datasette, path: str, kind: str) -> list[dict[str, str]]:
    return [note for note in (await get(site, path)).json()["notes"] if note["kind"] == kind]


def facts(response: httpx.Response, heading: str) -> list[str]:
    """What the second sheet of a workbook says under a heading."""
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[1]
    return [row[2].value for row in sheet.iter_rows() if row[0].value == heading]


@pytest.mark.parametrize("shape", ["arrays", "objects"])
async def test_json_objects_carry_notes(site: Datasette, shape: str) -> None:
    path = f"/plans/evaluations.json?_shape={shape}&_size=max"
    assert {note["column_name"] for note in await notes(site, path, "ours")} == {"outcome", "summary", "target_change"}
    corrected = {note["correction_id"] for note in await notes(site, path, "correction")}
    sql = "SELECT id FROM corrections WHERE table_name = 'evaluations'"
    own = {row[0] for row in (await site.get_database("plans").execute(sql)).rows}
    assert own and own <= corrected


async def test_only_corrections_of_the_rows_in_hand_are_told(site: Datasette) -> None:
    page = "/plans/events/akishima-event-12.json"
    (note,) = (n for n in await notes(site, page, "correction") if n["row_id"] == "akishima-event-12")
    row = (await get(site, page)).json()["rows"][0]
    assert {n["row_id"] for n in await notes(site, page, "correction")} <= set(row)
    assert "原文は「出前事業」、このデータでは「出前授業」" in note["text"]
    assert await notes(site, "/plans/fiscal_years.json", "correction") == []
    assert await notes(site, "/plans/corrections.json", "correction") == []


async def test_rows_that_name_a_corrected_row_carry_its_correction(site: Datasette) -> None:
    sql = "select event_id, measure_id from event_measures where event_id = 'akishima-event-12'"
    found = await notes(site, f"/plans.json?sql={sql}", "correction")
    assert "akishima-event-12" in {note["row_id"] for note in found}


async def test_what_is_not_published_and_what_changes_with_the_day_is_told(site: Datasette) -> None:
    for path in ("/plans/unmet_targets.json", "/plans/targets.json", "/plans.json?sql=select count(*) from targets"):
        (unpublished,) = await notes(site, path, "unpublished")
        assert "空欄は0でも未達成でもありません" in unpublished["text"]
        assert await notes(site, path, "today")
    assert await notes(site, "/plans/measures.json", "unpublished") == []
    assert await notes(site, "/plans/measures.json", "today") == []
    assert await notes(site, "/plans.json?sql=select 1", "sql")


async def test_workbooks_carry_the_same_notes(site: Datasette) -> None:
    for path in ("/plans/evaluations", "/plans/unmet_targets", "/plans/events/akishima-event-12"):
        book = await get(site, f"{path}.xlsx")
        answer = (await get(site, f"{path}.json?_size=max")).json()
        for kinds, heading in (({"correction", "place"}, "訂正と注意"), ({"unpublished"}, "当サイトに記録がないもの")):
            told = {note["text"] for note in answer["notes"] if note["kind"] in kinds}
            assert told == set(facts(book, heading)), path
    ours = facts(await get(site, "/plans/evaluations.xlsx"), "当サイトによるもの")
    assert any(text.startswith("「判定」：") for text in ours)


@pytest.mark.parametrize(
    "path",
    ["/plans/measures.csv?sector_id=akishima-kogyo&_header=off", "/plans/search.json?_shape=array&q=農", "/plans/measures.excel.csv"],
)  # fmt: skip
async def test_files_without_a_place_for_notes_say_where_they_are(site: Datasette, path: str) -> None:
    link = (await get(site, path)).headers["link"]
    target = re.search(r'<([^>]+)>; rel="describedby"', link)
    assert target, link
    answer = (await site.client.get(target[1])).json()
    assert answer["notes"]
    assert "_header" not in target[1]


def test_the_whole_set_carries_every_note(site_folder: Path, site_files: Path) -> None:
    readme = (site_files / "README.txt").read_text("utf-8")
    book = openpyxl.load_workbook(site_files / "plans.xlsx").worksheets[0]
    told = {row[2].value for row in book.iter_rows() if row[2].value}
    caveats = read_data_set(site_folder / "plans.db", ROOT / "metadata.yml").caveats()
    assert {note.kind for note in caveats} == {"ours", "unpublished", "correction"}
    assert [note.text for note in caveats if f"・{note.text}" not in readme or note.text not in told] == []
    assert sum(note.kind == "correction" for note in caveats) > 50


def test_many_corrections_are_cut_with_a_word() -> None:
    row = {"id": "c", "table_name": "t", "row_id": "a", "column_name": "x", "kind": "misprint", "printed": "甲",
           "corrected": None, "reason": "理由。"}  # fmt: skip
    caveats = Caveats({"a": [row] * (MOST_CORRECTIONS + 3)}, {}, None)
    told = caveats.note_corrections({"a"})
    assert len(told) == MOST_CORRECTIONS + 1
    assert "ほかに3件" in told[-1].text


def _described(connection: apsw.Connection, sql: str) -> list[tuple[str, bool]]:
    """The columns of a query, and whether each is computed and not a column of a table as it stands."""
    found: list[tuple[str, bool]] = []

    def trace(cursor: apsw.Cursor, *_: object) -> bool:
        found.extend((column[0], column[4] is None) for column in cursor.description_full)
        return True

    cursor = connection.cursor()
    cursor.exec_trace = trace
    cursor.execute(sql, dict.fromkeys(re.findall(r":(\w+)", sql), ""))
    return found


@pytest.fixture
def connection(site_folder: Path) -> Iterator[apsw.Connection]:
    """The database for one who only asks what a statement would give: our functions are there, and say nothing."""
    with closing(apsw.Connection(str(site_folder / "plans.db"), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        for name in ("fiscal_year", "search_key", "search_match", "search_results", "highlight_snippet", "target_rate"):
            connection.create_scalar_function(name, lambda *_: "[]")
        yield connection


def test_whatever_is_computed_is_labelled_as_ours(connection: apsw.Connection) -> None:
    views = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")]
    asked = [(name, f"SELECT * FROM {name}", PLANS["tables"][name]["columns"]) for name in views]
    asked += [(name, query["sql"], query.get("columns", {})) for name, query in PLANS["queries"].items()]
    unlabelled = [
        (name, column)
        for name, sql, help_texts in asked
        for column, computed in _described(connection, sql)
        if computed and column not in PUT_TOGETHER and OURS not in help_texts.get(column, "")
    ]
    assert unlabelled == []


async def test_no_number_is_computed_without_a_label(site: Datasette, connection: apsw.Connection) -> None:
    for name, query in PLANS["queries"].items():
        rows = (await get(site, f"/plans/{name}.json?_shape=array")).json()
        for column, computed in _described(connection, query["sql"]):
            if computed and any(isinstance(row[column], int | float) for row in rows):
                assert OURS in query["columns"][column], (name, column)
