"""What the plans of data/ and of tests/fixtures hold, asked in SQL; that every cell agrees with the report is what `verify` tells."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from keikaku.files.beside import read_data

CASES = {
    f"{folder} {name}": (folder, *case) for folder, cases in read_data(__file__, "asked.yml").items() for name, case in cases.items()
}  # fmt: skip


@pytest.mark.parametrize(("folder", "sql", "rows"), CASES.values(), ids=CASES)
def test_what_is_asked_is_answered(
    request: pytest.FixtureRequest, folder: str, sql: str, rows: list[list[Any]]
) -> None:
    with closing(sqlite3.connect(request.getfixturevalue(folder) / "plans.db")) as database:
        assert [list(row) for row in database.execute(sql)] == rows
