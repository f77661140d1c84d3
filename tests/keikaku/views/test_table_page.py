"""Pages of a table: whatever they are sorted by, each row stands on exactly one of them."""

import csv
import io
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from datasette.app import Datasette

from tests.sites import ROOT

SIZE = 7
KEYS = {
    "texts": "CREATE TABLE texts (id TEXT PRIMARY KEY, tie NUMERIC)",
    "numbers": "CREATE TABLE numbers (id INTEGER PRIMARY KEY, tie NUMERIC)",
    "pairs": "CREATE TABLE pairs (a INTEGER, b TEXT, tie NUMERIC, PRIMARY KEY (a, b))",
    "keyless": "CREATE TABLE keyless (id TEXT, tie NUMERIC)",
}


def next_of_link(response: Any) -> str | None:
    found = re.search(r'<([^>]+)>; rel="next"', response.headers.get("link", ""))
    return found and found[1]


def next_of_page(response: Any) -> str | None:
    found = re.search(r'href="([^"]+)" rel="next"', response.text)
    return found and found[1].replace("&amp;", "&")


async def follow(site: Datasette, path: str, find_next: Any) -> list[Any]:
    """All answers from a first page on."""
    answers = []
    while path:
        answers.append(await site.client.get(path))
        assert answers[-1].status_code == 200, f"{path}: {answers[-1].text[:300]}"
        following = find_next(answers[-1])
        path = "{0.path}?{0.query}".format(urlsplit(following)) if following else ""
    return answers


def compare(rows: list[Any], wanted: list[Any]) -> bool:
    return Counter(map(repr, map(tuple, rows))) == Counter(map(repr, map(tuple, wanted)))


@pytest.mark.parametrize("share", [9, pytest.param(1, marks=pytest.mark.long)])
async def test_each_row_stands_on_one_page_of_any_order(site: Datasette, share: int) -> None:
    """Of one order in nine in short runs."""
    db = site.get_database("plans")
    queries = await site.get_canned_queries("plans", None)
    wrong, asked = [], 0
    for name in [*await db.table_names(), *await db.view_names()]:
        if name.startswith(("sqlite_", "search_index")) or name in queries:
            continue
        rows = [list(row) for row in (await db.execute(f"SELECT * FROM {name}", page_size=9999)).rows]
        columns = await db.table_columns(name)
        orders = [f"{sort}={column}" for column in columns for sort in ("_sort", "_sort_desc")]
        for order in ["_nosuggest=1", *orders[::share]]:
            path = f"/plans/{name}.json?{order}&_nocount=1&_size={max(SIZE, len(rows) // 2)}"
            pages = await follow(site, path, lambda answer: answer.json().get("next_url"))
            asked += len(pages)
            if not compare([row for page in pages for row in page.json()["rows"]], rows):
                wrong.append(path)
    assert asked > 500 // share
    assert wrong == []


async def test_a_query_has_the_same_rows_in_any_order_on_its_page_and_in_its_files(site: Datasette) -> None:
    asked = 0
    for name in await site.get_canned_queries("plans", None):
        path = f"/plans/{name}.json?q=給食&organization=商工会&fiscal_year=2024"
        whole = (await site.client.get(path)).json()
        for number, column in enumerate(whole["columns"]):
            for sort in ("_sort", "_sort_desc")[number % 2 :][:1]:
                rows = (await site.client.get(f"{path}&{sort}={column}")).json()["rows"]
                file = await site.client.get(f"{path.replace('.json', '.csv')}&{sort}={column}")
                assert compare(rows, whole["rows"]), f"{name} {column}"
                listed = [["" if cell is None else str(cell) for cell in row] for row in rows]
                assert list(csv.reader(io.StringIO(file.text)))[1:] == listed
                asked += 1
    assert asked > 50


@pytest.mark.parametrize("order", ["", "_sort=fiscal_year", "_sort_desc=end_fiscal_year", "_sort_desc=id"])
async def test_links_lead_to_the_same_pages(site: Datasette, order: str) -> None:
    lists = await follow(site, f"/plans/events.json?_shape=array&_size={SIZE}&{order}", next_of_link)
    pages = await follow(site, f"/plans/events?_size={SIZE}&{order}", next_of_page)
    ids = [row["id"] for answer in lists for row in answer.json()]
    shown = [id_ for page in pages for id_ in re.findall(r"<code>(akishima-event-\d+)</code>", page.text)]
    assert len(lists) == len(pages) > 5
    assert sorted(ids) == sorted({*ids}) and len(ids) == 58
    assert shown == ids


@pytest.fixture(scope="module")
async def ties(site: Datasette, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Datasette]:
    """Tables with keys of every kind and few different values, some of them empty."""
    path = tmp_path_factory.mktemp("ties") / "ties.db"
    connection = sqlite3.connect(path)
    for name, sql in KEYS.items():
        connection.execute(sql)
        rows = [(str(n), (None, "あ", 2, 1.5)[n % 4]) for n in range(-9, 20)]
        pairs = [(n % 5 - 2, f"{n}", tie) for n, (_, tie) in enumerate(rows)]
        marks = "?, ?, ?" if name == "pairs" else "?, ?"
        connection.executemany(f"INSERT INTO {name} VALUES ({marks})", pairs if name == "pairs" else rows[::-1])
    connection.commit()
    connection.close()
    assert site.plugins_dir  # plugins are shared between the sites of a process
    datasette = Datasette([str(path)], template_dir=str(ROOT / "templates"))
    await datasette.invoke_startup()
    yield datasette
    datasette.get_database("ties").close()


@pytest.mark.parametrize("name", KEYS)
async def test_keys_of_every_kind_break_ties(ties: Datasette, name: str) -> None:
    wanted = [list(row) for row in (await ties.get_database("ties").execute(f"SELECT * FROM {name}")).rows]
    columns = await ties.get_database("ties").table_columns(name)
    for order in [f"{sort}={column}" for sort in ("_sort", "_sort_desc") for column in columns]:
        pages = await follow(ties, f"/ties/{name}.json?{order}&_size=4", lambda answer: answer.json()["next_url"])
        rows = [row[-len(columns) :] for page in pages for row in page.json()["rows"]]
        assert compare(rows, wanted), order


@pytest.mark.parametrize("following", ["-1", "x", "1_0", "9" * 30, "+1"])
@pytest.mark.parametrize("ending", [".json", ".csv", ".xlsx", ""])
async def test_a_place_in_a_view_is_a_number_of_rows(site: Datasette, ending: str, following: str) -> None:
    response = await site.client.get(f"/plans/targets{ending}?_next={following}")
    assert response.status_code == 400
    assert "前のページの next" in response.text
