"""The site before its first request and while it runs: its parts are checked, its databases opened for good, its health told.

Each fault is one line for whoever runs the site: what would otherwise come to light page by page.
"""

import asyncio
import gc
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
from datasette import Response
from datasette.app import Datasette
from datasette.database import Database

from keikaku.files.digest import name_version
from keikaku.schema.tables import read_schema
from keikaku.search.lexicon import load_lexicon
from keikaku.serving.baked_site import find_baked_site
from keikaku.serving.visitors import PublishedDatabase

OPENING_SECONDS = 60
HEALTH_SECONDS = 2.0
# A search that finds something, one that finds nothing and so looks for near words, and a table.
ASKED_FIRST = (f"search?q={quote('計画')}", f"search?q={quote('ゑゑ')}", "measures?_size=1")

log = logging.getLogger("keikaku.health")


async def check_site(datasette: Datasette) -> None:
    """Raises click.ClickException that names every missing or broken part."""
    if datasette.plugins_dir is None:  # another site in this process: Datasette shares plugins between them
        return
    faults = await asyncio.to_thread(lambda: list(_find_faults(datasette)))
    if faults:
        raise click.ClickException("the site cannot start\n" + "\n".join(f"  {fault}" for fault in faults))


def _find_faults(datasette: Datasette) -> Iterator[str]:
    if not datasette.template_dir or not Path(datasette.template_dir, "base.html").is_file():
        yield "templates/base.html is missing: the pages of the site are not there"
    metadata = datasette.metadata() or {}
    if metadata.get("site_url") and not (metadata.get("publisher") and metadata.get("contact")):
        yield "metadata.yml names site_url: name publisher, who answers for the site, and contact, where errors are told"
    files = _list_files(datasette)
    if not files:
        yield "there is no database: run make build"
    described = metadata["databases"] if isinstance(metadata.get("databases"), dict) else {}
    for db in files:
        if fault := _find_file_fault(Path(db.path)):
            yield f"{db.path}: {fault}: run make build"
        said = described.get(db.name)
        if not isinstance(said, dict) or not said.get("queries"):
            yield f"metadata.yml is missing, or has nothing on the database {db.name}"


def _list_files(datasette: Datasette) -> list[Database]:
    return [db for db in datasette.databases.values() if db.path and not db.is_memory]


def _find_file_fault(path: Path) -> str:
    """What is wrong with a database: it is damaged, of another schema, or without a plan; empty if nothing is."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as connection:
            faults = [row[0] for row in connection.execute("PRAGMA quick_check(3)") if row[0] != "ok"]
            if faults:
                return f"it is damaged: {'; '.join(faults)}"
            if lacking := list(_find_lacking(connection)):
                return f"it is of another version: it lacks {', '.join(lacking[:5])}"
            if not connection.execute("SELECT count(*) FROM plans").fetchone()[0]:
                return "there is no plan in it"
    except (OSError, sqlite3.Error) as error:
        return f"it cannot be read: {error}"
    return ""


def _find_lacking(connection: sqlite3.Connection) -> Iterator[str]:
    for table in read_schema():
        columns = {row[1] for row in connection.execute(f"PRAGMA table_info([{table.name}])")}
        if not columns:
            yield table.name
        yield from (f"{table.name}.{column.name}" for column in table.columns if column.name not in columns)


async def open_databases(datasette: Datasette) -> None:
    """Serve each file as one that never changes, with the connections of all threads opened now.

    A new build then takes its place for the next process, and this one goes on with the whole old one.
    """
    # Its log of requests would keep what people look for; the level that is set now would not last, a filter does.
    logging.getLogger("uvicorn.access").addFilter(lambda _: False)
    threads = max(datasette.setting("num_sql_threads"), 1)
    for file in _list_files(datasette):
        datasette.remove_database(file.name)
        db = datasette.add_database(PublishedDatabase(datasette, file.path), file.name)
        together = threading.Barrier(threads)  # so that no thread takes the turn of another
        await asyncio.gather(
            *(db.execute_fn(lambda _, all_=together: all_.wait(OPENING_SECONDS)) for _ in range(threads))
        )
        if await db.table_exists("search_words"):
            await db.execute_fn(lambda connection: load_lexicon(connection.execute))
        await db.table_counts(limit=OPENING_SECONDS * 1000)


async def ready(datasette: Datasette) -> None:
    """Before the first visitor of a server: what they would wait for is read and compiled, by asking for it once."""
    for db in datasette.databases.values():
        if isinstance(db, PublishedDatabase):
            for path in ASKED_FIRST:
                await datasette.client.get(f"/{db.name}/{path}")
    settle()


def settle() -> None:
    """Look for garbage, from now on, only in what is made from now on: a look through everything takes up to 0.2 seconds of a page."""
    gc.collect()
    gc.freeze()


async def tell_health(datasette: Datasette) -> Response:
    """ok; outdated, when a newer build waits for a restart; unavailable (503), when a database is silent."""
    told = {db.name: await _describe(db) for db in datasette.databases.values() if isinstance(db, PublishedDatabase)}
    if not told or not all(described["answering"] for described in told.values()):
        status = "unavailable"
    else:
        status = "outdated" if any(described["newer_data"] for described in told.values()) else "ok"
    content = {"status": status, "build": find_baked_site(datasette).build_id, "databases": told}
    return Response.json(content, 503 if status == "unavailable" else 200, {"Cache-Control": "no-store"})


async def _describe(db: PublishedDatabase) -> dict[str, Any]:
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await db.execute_fn(lambda connection: connection.execute("SELECT count(*) FROM sqlite_schema").fetchone())
        answering = True
    except Exception as error:
        log.error("%s does not answer: %r", db.name, error)
        answering = False
    return {
        "answering": answering,
        "version": name_version(db.hash),
        "sha256": db.hash,
        "newer_data": db.is_replaced(),
    }


async def tell_databases(datasette: Datasette) -> Response:
    """As Datasette does, but not where on the server the files are."""
    told = ("name", "route", "size", "is_mutable", "is_memory", "hash")
    databases = [db for db in datasette.databases.values() if db.name != "_internal"]
    return Response.json([{name: getattr(db, name) for name in told} for db in databases])
