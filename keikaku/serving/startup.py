"""What happens before the first request: the parts of the site are checked, and the database opened for good."""

import asyncio
import logging
import threading
from pathlib import Path

import click
from datasette.app import Datasette

from keikaku.search.lexicon import load_lexicon
from keikaku.serving.site_check import find_faults
from keikaku.serving.visitors import PublishedDatabase

OPENING_SECONDS = 60


async def check_site(datasette: Datasette) -> None:
    """Raises click.ClickException that names every missing or broken part."""
    if datasette.plugins_dir is None:  # another site in this process: Datasette shares plugins between them
        return
    databases = {name: Path(db.path) for name, db in datasette.databases.items() if db.path and not db.is_memory}
    templates = Path(datasette.template_dir) if datasette.template_dir else None
    faults = await asyncio.to_thread(lambda: list(find_faults(databases, templates, datasette.metadata() or {})))
    if faults:
        raise click.ClickException("the site cannot start\n" + "\n".join(f"  {fault}" for fault in faults))


async def open_databases(datasette: Datasette) -> None:
    """Serve each file as one that never changes, with the connections of all threads opened now.

    A new build then takes its place for the next process, and this one goes on with the whole old one.
    """
    # Its log of requests would keep what people look for; the level that is set now would not last, a filter does.
    logging.getLogger("uvicorn.access").addFilter(lambda _: False)
    for name, db in list(datasette.databases.items()):
        if db.path and not db.is_memory:
            datasette.remove_database(name)
            published = datasette.add_database(PublishedDatabase(datasette, db.path), name)
            await _open_connections(published, datasette.setting("num_sql_threads"))


async def _open_connections(db: PublishedDatabase, threads: int) -> None:
    together = threading.Barrier(max(threads, 1))  # so that no thread takes the turn of another

    await asyncio.gather(*(db.execute_fn(lambda _: together.wait(OPENING_SECONDS)) for _ in range(together.parties)))
    if await db.table_exists("search_words"):
        await db.execute_fn(lambda connection: load_lexicon(connection.execute))
    await db.table_counts(limit=OPENING_SECONDS * 1000)
