"""What the page of a row needs beyond its cells: the rows that it refers to, and the Japanese names of tables."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import escape_sqlite

Variables = Callable[[], Awaitable[dict[str, Any]]]
SEPARATOR = "："


@hookimpl
def extra_template_vars(
    datasette: Datasette, database: str | None, table: str | None, view_name: str
) -> Variables | None:
    if view_name != "row" or database is None or table is None:
        return None
    db = datasette.get_database(database)

    def described(name: str) -> dict[str, Any]:
        return datasette.metadata("tables", database=database).get(name) or {}

    def column_help(column: str, name: str = table) -> tuple[str, str]:
        """Heading and explanation of a column, written in metadata.yml as 見出し：説明."""
        heading, _, explanation = (described(name).get("columns") or {}).get(column, column).partition(SEPARATOR)
        return heading, explanation

    async def reference(column: str, value: object) -> tuple[str, str] | None:
        """Address and label of the row that a cell refers to; None where it refers to none."""
        for key in await db.foreign_keys_for_table(table):
            if key["column"] == column and value is not None:
                return await row_link(key["other_table"], value)
        return None

    async def row_link(name: str, key: object) -> tuple[str, str]:
        """Address and label of a row by its table and key."""
        return datasette.urls.row(database, name, str(key)), await _label(db, name, key)

    async def variables() -> dict[str, Any]:
        return {
            "column_help": column_help,
            "label_column": await db.label_column_for_table(table),
            "reference": reference,
            "row_link": row_link,
            "table_title": lambda name: described(name).get("title") or name,
        }

    return variables


async def _label(db: Database, table: str, key: object) -> str:
    """What a row is called: the value of its table's label column, else its key."""
    label = await db.label_column_for_table(table)
    keys = await db.primary_keys(table)
    if label is None or len(keys) != 1:
        return str(key)
    found = await db.execute(
        f"SELECT {escape_sqlite(label)} FROM {escape_sqlite(table)} WHERE {escape_sqlite(keys[0])} = ?", [key]
    )
    return str(found.rows[0][0]) if found.rows else str(key)
