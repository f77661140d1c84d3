"""A database that was built, opened so that nothing can change it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


@contextmanager
def open_read_only(database: Path) -> Iterator[sqlite3.Connection]:
    """Closed after the block; raises sqlite3.Error if there is none."""
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield connection
