"""A search of which a query is stopped is not one that finds nothing, though SQLite may end its statement as if it were."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from keikaku.serving import sql_worker
from keikaku.serving.sql_guard import set_up

SEARCH = "SELECT value FROM json_each(search_results((SELECT name FROM measures)))"


async def test_a_page_whose_search_is_stopped_is_told(site: Datasette) -> None:
    stopping = iter([False, True])

    def ask(connection: sqlite3.Connection) -> list[tuple[str]]:
        connection.set_progress_handler(lambda: next(stopping, False), 100)
        return connection.execute(SEARCH).fetchall()

    db = site.get_database()
    with pytest.raises(QueryInterrupted):
        await db.execute_fn(ask)
    assert len(await db.execute_fn(ask)) > 0  # nothing is left of it


def test_a_visitor_whose_search_is_stopped_is_told(database_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0, 0, 9])  # the deadline, and the two looks at the clock within the search
    connection = sqlite3.connect(database_file)
    set_up(connection)
    connection.execute(SEARCH).fetchall()
    monkeypatch.setattr(sql_worker, "time", SimpleNamespace(monotonic=lambda: next(times, 0)))
    asked = SEARCH.replace("name", "name || 'ー'")
    told = [list(sql_worker.answer(connection, asked, {}, sql_worker.Limits(5)))[-1] for _ in range(2)]
    assert told == [("OperationalError", "interrupted"), (sql_worker.ENDED, "")]
