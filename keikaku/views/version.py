"""Of what data a page tells: the version is the database's, a record has its own hash and the day of the last change."""

from pathlib import Path
from typing import Any

from datasette.app import Datasette

from keikaku.files.digest import fingerprint
from keikaku.publish.feeds.changes import read_last_changes


def hash_database(datasette: Datasette) -> str:
    """SHA-256 of the database that is served."""
    db = datasette.get_database()
    return str(db.hash or (fingerprint(Path(db.path)) if db.path else ""))


def data_version(datasette: Datasette) -> str:
    """The beginning of the SHA-256, as About.version; for pages that are about the whole data set."""
    return hash_database(datasette)[:12]


async def data_date(datasette: Datasette) -> str:
    """ISO date of the last change of the data, which stands where a page would name the day."""
    last: dict[str, Any] = await datasette.get_database().execute_fn(lambda db: read_last_changes(db.execute))
    return max(last.values(), default="")
