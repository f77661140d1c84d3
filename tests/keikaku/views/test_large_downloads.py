"""Files of more rows than any page shows are whole, or say that they are cut."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

import pytest
from datasette.app import Datasette

from tests.keikaku.views.taken_files import KINDS, get, read_csv, read_sheets
from tests.sites import ROOT

ROWS = 12_345
FOREVER = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"


@pytest.fixture(scope="session")
async def large(site: Datasette, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Datasette]:
    """A table, a view and a query of more rows than any page shows, with the plugins of the site, which must be there."""
    path = tmp_path_factory.mktemp("large") / "large.db"
    connection = sqlite3.connect(path)
    connection.executescript(
        f"""
        CREATE TABLE kinds (id TEXT PRIMARY KEY, name TEXT);
        INSERT INTO kinds VALUES ('odd', '奇数'), ('even', '偶数');
        CREATE TABLE numbers (id INTEGER PRIMARY KEY, kind_id TEXT REFERENCES kinds (id), turn INTEGER, note TEXT);
        INSERT INTO numbers
        SELECT n, CASE n % 2 WHEN 1 THEN 'odd' ELSE 'even' END, n % 10, CASE n WHEN 5 THEN '=1+1' END
        FROM ({FOREVER} LIMIT {ROWS});
        CREATE VIEW doubles AS SELECT id, id * 2 AS doubled FROM numbers;
        """
    )
    connection.close()
    queries = {"all_numbers": {"sql": "SELECT id, note FROM numbers ORDER BY id DESC"}}
    assert site.plugins_dir  # plugins are shared between the sites of a process
    datasette = Datasette(
        [str(path)],
        template_dir=str(ROOT / "templates"),
        metadata={"databases": {"large": {"queries": queries}}, "plugins": {"downloads": {"xlsx_max_rows": 10_000}}},
        settings={"max_returned_rows": 1000, "sql_time_limit_ms": 1000, "max_csv_mb": 1},
    )
    await datasette.invoke_startup()
    yield datasette
    datasette.get_database("large").close()


@pytest.mark.parametrize("name", ["numbers", "doubles", "all_numbers"])
async def test_no_row_is_lost_of_what_no_page_shows(large: Datasette, name: str) -> None:
    for extra in ("", "_size=max", "_stream=1"):
        response = await get(large, f"/large/{name}.csv?{extra}")
        rows = read_csv(response)[1:]
        assert sorted(int(row[0]) for row in rows) == list(range(1, ROWS + 1))
        assert response.headers["keikaku-complete"] == "?1"


async def test_large_tables_keep_their_order_with_labels(large: Datasette) -> None:
    header, *rows = read_csv(await get(large, "/large/numbers.csv?_labels=on&_sort_desc=turn&id__gt=100"))
    assert header == ["id", "kind_id", "kind_id_label", "turn", "note"]
    assert len(rows) == ROWS - 100
    turns = [int(row[3]) for row in rows]
    assert turns == sorted(turns, reverse=True)
    assert {(row[1], row[2]) for row in rows} == {("odd", "奇数"), ("even", "偶数")}


async def test_rows_after_a_page_can_be_taken_away(large: Datasette) -> None:
    following = (await get(large, "/large/numbers.json?_size=1000")).json()["next"]
    rows = read_csv(await get(large, f"/large/numbers.csv?_next={following}"))[1:]
    assert [int(row[0]) for row in rows] == list(range(1001, ROWS + 1))
    rows = read_csv(await get(large, "/large/doubles.csv?_next=12000"))[1:]
    assert [int(row[0]) for row in rows] == list(range(12_001, ROWS + 1))


async def test_a_workbook_that_is_cut_says_so(large: Datasette) -> None:
    response = await get(large, "/large/numbers.xlsx")
    assert response.headers["keikaku-rows"] == "10000"
    assert response.headers["keikaku-complete"] == "?0"
    rows, told = read_sheets(response)
    assert len(rows) == 1 + 10_000 + 1
    assert "10,000行で打ち切りました" in rows[-1][0]
    assert rows[-1][0] in [row[2] for row in told]


async def test_a_csv_that_is_cut_says_so(large: Datasette) -> None:
    wide = "SELECT n, printf('%.1000c', 'x') AS x FROM (" + FOREVER + ")"
    response = await get(large, f"/large.csv?sql={quote(wide)}")
    rows = read_csv(response)
    assert response.headers["keikaku-complete"] == "?0"
    assert response.headers["keikaku-rows"] == str(len(rows) - 2)
    assert 1_000_000 < len(response.content) < 1_300_000
    assert rows[-1] == [
        f"【ここまで】出せるのは1メガバイトほどまでなので、{len(rows) - 2:,}行で打ち切りました。続きの行があります。",
        "",
    ]


async def test_sql_that_finds_nothing_in_time_is_refused(large: Datasette, hurry: Callable[[Datasette], None]) -> None:
    hurry(large)
    for kind in KINDS:
        response = await get(large, f"/large.{kind}?sql={quote(f'SELECT count(*) FROM ({FOREVER})')}")
        assert response.status_code == 400
        assert "時間がかかりすぎ" in response.text


async def test_json_is_whole_or_says_that_it_is_not(large: Datasette) -> None:
    page = await get(large, "/large/all_numbers.json")
    assert page.json()["truncated"] is True
    assert "1,000行で打ち切りました" in page.json()["notice"]
    assert (page.headers["keikaku-rows"], page.headers["keikaku-complete"]) == ("1000", "?0")
    for shape in ("array", "arrayfirst"):
        response = await get(large, f"/large/all_numbers.json?_shape={shape}")
        assert len(response.json()) == ROWS
        assert response.headers["keikaku-complete"] == "?1"
    lines = (await get(large, "/large/all_numbers.json?_shape=array&_nl=on")).text.split("\n")
    assert [json.loads(line)["id"] for line in lines] == list(range(ROWS, 0, -1))
    table = await get(large, "/large/numbers.json?_size=10&_shape=array")
    assert table.headers["keikaku-complete"] == "?0"
    assert 'rel="next"' in table.headers["link"]
    for conditions in ("id__lte=2500", "id__lte=2500&_size=max", "id__lte=2500&_size=max&_sort_desc=id"):
        whole = await get(large, f"/large/numbers.json?_shape=array&{conditions}")
        found = [row["id"] for row in whole.json()]
        assert found == list(range(2500, 0, -1) if "desc" in conditions else range(1, 2501))
        assert (whole.headers["keikaku-rows"], whole.headers["keikaku-complete"]) == ("2500", "?1")
        assert 'rel="next"' not in whole.headers["link"]
    too_large = await get(large, "/large/numbers.json?_shape=array&_size=max")
    assert len(too_large.json()) == 1000 < ROWS
    assert too_large.headers["keikaku-complete"] == "?0"
    assert 'rel="next"' in too_large.headers["link"]
    refused = await get(large, f"/large.json?_shape=array&sql={quote(FOREVER)}")
    assert refused.status_code == 400
    assert "打ち切" in refused.json()["detail"]
