"""What installing this package gives to sqlite-utils: the SQL functions of the search, and `sqlite-utils search-plans`."""

from pathlib import Path
from sqlite3 import Connection
from typing import Any

import click
from sqlite_utils import Database, hookimpl

from keikaku.search.functions import register

SEARCH = """
    SELECT value ->> 'kind' AS kind, value ->> 'id' AS id, value ->> 'title' AS title, value ->> 'snippet' AS snippet
    FROM json_each(search_results(:words)) ORDER BY key LIMIT :limit
"""


@hookimpl
def prepare_connection(conn: Connection) -> None:
    register(conn)


@hookimpl
def register_commands(cli: click.Group) -> None:
    from sqlite_utils.cli import output_options  # which loads plugins while it is imported

    @cli.command("search-plans")
    @click.argument("database", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @click.argument("words")
    @click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="Most rows.")
    @output_options
    @click.pass_context
    def search_plans(context: click.Context, /, database: Path, words: str, limit: int, **output: Any) -> None:
        """Search plans in Japanese: kind, id, title and snippet of what is found, best first."""
        if not Database(database).table("search_words").exists():
            raise click.ClickException(f"{database} is no database of plans: it has no table search_words")
        asked = [("words", words), ("limit", str(limit))]
        context.invoke(cli.commands["query"], path=str(database), sql=SEARCH, param=asked, **output)
