"""The site's own addresses, asked twice."""

import asyncio
import sqlite3
from typing import Any

import pytest
from datasette.app import Datasette

from keikaku.serving import edition
from keikaku.serving.live_database import LiveDatabase

ADDRESSES = [
    "/",
    "/timeline",
    "/data",
    "/plans",
    "/plans/measures",
    "/plans/measures/akishima-kogyo-1",
    "/plans/measures/akishima-kogyo-1.json",
    "/plans/unmet_targets",
    "/plans/search?q=%E7%B5%A6%E9%A3%9F",
    "/plans/measures.csv",
    "/plans.json?sql=select+1",
    "/static/site.css",
]


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Whatever is asked of SQLite from now on."""
    asked: list[str] = []

    def run(self: LiveDatabase, fn: Any) -> Any:
        asked.append(self.name)
        return original(self, fn)

    original = LiveDatabase._run
    monkeypatch.setattr(LiveDatabase, "_run", run)
    return asked


@pytest.mark.parametrize("path", ADDRESSES)
async def test_an_address_has_a_strong_tag_and_is_answered_again_without_sqlite(
    site: Datasette, path: str, statements: list[str]
) -> None:
    first = await site.client.get(path)
    assert first.status_code == 200
    etag = first.headers["etag"]
    assert etag.startswith('"')
    assert first.headers["cache-control"].startswith("public, max-age=")
    statements.clear()
    again = await site.client.get(path)
    assert (again.content, again.headers["etag"]) == (first.content, etag)
    assert again.headers["content-security-policy"] == first.headers["content-security-policy"]
    unchanged = await site.client.get(path, headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    head = await site.client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == again.headers["content-length"]
    assert statements == []


async def test_tags_change_with_the_day(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edition, "LOOK_AGAIN_SECONDS", 0)
    path = "/plans/goals.json?_shape=array"
    await asyncio.sleep(1)  # until the site looks again
    today = await site.client.get(path)
    monkeypatch.setattr(edition, "today_in_japan", lambda: "2999-01-01")
    later = await site.client.get(path, headers={"if-none-match": today.headers["etag"]})
    assert later.status_code == 200
    assert later.headers["etag"] != today.headers["etag"]


async def test_the_host_that_one_visitor_names_is_not_shown_to_another(site: Datasette) -> None:
    evil = await site.client.get("/plans/sectors", headers={"host": "evil.example"})
    assert "evil.example" in evil.text
    assert "evil.example" not in (await site.client.get("/plans/sectors")).text


async def test_nothing_is_kept_of_a_database_that_others_write_to(tmp_path: Any) -> None:
    path = tmp_path / "open.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    site = Datasette([str(path)])
    await site.invoke_startup()
    assert (await site.client.get("/open/t.json?_shape=array")).json() == []
    with connection:
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    assert len((await site.client.get("/open/t.json?_shape=array")).json()) == 1


async def test_pages_of_one_kind_share_what_they_ask(site: Datasette, statements: list[str]) -> None:
    assert (await site.client.get("/plans/measures?_shared=1&position=1")).status_code == 200
    first = len(statements)
    assert first > 0
    assert (await site.client.get("/plans/measures?_shared=2&position=1")).status_code == 200
    assert len(statements) == first
    assert (await site.client.get("/plans/measures?_shared=2&position=2")).status_code == 200
    assert len(statements) > first


async def test_what_a_page_does_with_its_rows_is_its_own_affair(site: Datasette) -> None:
    db = site.get_database()
    for method in (db.table_columns, db.primary_keys):
        known = await method("measures")
        assert known
        known.clear()
        assert await method("measures")
    sql = "SELECT id FROM measures LIMIT 3"
    (await db.execute(sql)).rows.clear()
    assert len((await db.execute(sql)).rows) == 3


async def test_what_comes_by_chance_is_asked_every_time(site: Datasette) -> None:
    drawn = {(await site.get_database().execute("SELECT random()")).single_value() for _ in range(3)}
    assert len(drawn) == 3
