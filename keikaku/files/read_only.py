"""A database that was built, opened so that nothing can change it."""

import sqlite3
from pathlib import Path


def open_read_only(database: Path) -> sqlite3.Connection:
    """Raises sqlite3.Error if there is none; whoever opens it closes it."""
    return sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
