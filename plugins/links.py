"""A cell that holds the id of a row becomes a link to that row: ids are unique in the whole database."""

from collections.abc import Awaitable, Callable
from weakref import WeakKeyDictionary

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import escape_sqlite
from markupsafe import Markup

Rows = dict[str, tuple[str, str]]

# As many links are kept as they are written.
MOST_LINKS = 2000

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
    """Id -> (table, label) of every row of every table whose key is `id`."""
    rows: Rows = {}
    hidden = await db.hidden_table_names()
    for table in await db.table_names():
        if table in hidden or await db.primary_keys(table) != ["id"]:
            continue
        label = await db.label_column_for_table(table) or "id"
        found = await db.execute(f"SELECT id, {escape_sqlite(label)} FROM {escape_sqlite(table)}")
        rows |= {id_: (table, text) for id_, text in found.rows}
    return rows
