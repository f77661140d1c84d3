"""A cell that holds the id of a row becomes a link to that row: ids are unique in the whole database."""

from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from markupsafe import Markup

Rows = dict[str, tuple[str, str]]

# As many links are kept as they are written.
MOST_LINKS = 2000

_RECORDS = "SELECT id, table_name, title FROM records UNION ALL SELECT id, 'withdrawn_ids', name FROM withdrawn_ids"

_rows: WeakKeyDictionary[Database, Rows] = WeakKeyDictionary()
_links: WeakKeyDictionary[Database, dict[tuple[str, bool], Markup]] = WeakKeyDictionary()


@hookimpl
def render_cell(
    value: object, column: str, table: str | None, database: str | None, datasette: Datasette
) -> Markup | Callable[[], Awaitable[Markup | None]] | None:
    """Only HTML comes here; JSON and CSV keep the id. A foreign key that Datasette has labelled is left to it."""
    if database is None or not isinstance(value, str) or not value.isascii():
        return None
    db = datasette.get_database(database)
    if db in _rows:  # nearly always, and then there is nothing to wait for
        return _find_link(datasette, db, table, column, value)

    async def link() -> Markup | None:
        _rows[db] = await _read_rows(db)
        return _find_link(datasette, db, table, column, value)

    return link


def _find_link(datasette: Datasette, db: Database, table: str | None, column: str, value: str) -> Markup | None:
    target, label = _rows[db].get(value, (None, None))
    if target is None or label is None or (target, column) == (table, "id"):
        return None
    named = column.lower() != "id"
    kept = _links.setdefault(db, {})
    if (value, named) not in kept:
        if len(kept) >= MOST_LINKS:
            kept.clear()
        anchor = Markup('<a href="{}">{}</a>').format(
            datasette.urls.row(db.name, target, value), label if named else value
        )
        kept[value, named] = anchor + Markup("&nbsp;<em>{}</em>").format(value) if named else anchor
    return kept[value, named]


async def _read_rows(db: Database) -> Rows:
    """Id -> (table, name) of every record, and of those that were withdrawn."""
    if "records" not in await db.view_names():
        return {}
    found = await db.execute_fn(lambda connection: connection.execute(_RECORDS).fetchall())
    return {id_: (table, name) for id_, table, name in found}
