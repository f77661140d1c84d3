"""Of what data a page tells: the version is the database's, a record has its own hash and the day of the last change."""

from pathlib import Path
from sqlite3 import Connection

from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import Request

from keikaku.files.digest import fingerprint, name_version
from keikaku.publish.feeds.changes import read_told_days


def hash_database(datasette: Datasette) -> str:
    """SHA-256 of the database that is served."""
    db = datasette.get_database()
    return str(db.hash or (fingerprint(Path(db.path)) if db.path else ""))


def data_version(datasette: Datasette) -> str:
    """The beginning of the SHA-256, as About.version; for pages that are about the whole data set."""
    return name_version(hash_database(datasette))


async def data_date(datasette: Datasette, request: Request) -> str:
    """ISO date of the last change of what a page shows: of one plan if its address ends in the id of a record; '' if untold.

    It stands where a page would name the day, so that a page is the same until its plan changes.
    """
    row_id = tilde_decode(request.path.rpartition("/")[2].partition(".")[0])

    def read(connection: Connection) -> str:
        last = read_told_days(connection.execute)
        plan = connection.execute("SELECT plan_id FROM records WHERE id = ?", (row_id,)).fetchone()
        return last.get(plan[0], "") if plan else max(last.values(), default="")

    return str(await datasette.get_database().execute_fn(read))
