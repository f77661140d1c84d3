"""/-/health: which data and pages this process serves, and whether newer data waits for its restart."""

import asyncio
import logging
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.database import Database

from keikaku.serving.baked_site import find_baked_site
from keikaku.serving.visitors import PublishedDatabase

HEALTH_SECONDS = 2.0

log = logging.getLogger("keikaku.health")


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
    return {"answering": answering, "version": db.hash[:12], "sha256": db.hash, "newer_data": db.is_replaced()}


async def tell_databases(datasette: Datasette) -> Response:
    """As Datasette does, but not where on the server the files are."""
    told = [_tell(db) for db in datasette.databases.values() if db.name != "_internal"]
    return Response.json(told)


def _tell(db: Database) -> dict[str, Any]:
    return {
        "name": db.name,
        "route": db.route,
        "size": db.size,
        "is_mutable": db.is_mutable,
        "is_memory": db.is_memory,
        "hash": db.hash,
    }
