"""Datasette as anybody installs it, without a plugin of ours: asks it for every table and view of a database, and for a search.

Run as a program of its own, since plugins are loaded for a whole process: database, metadata.
"""

import asyncio
import json
import sys
from pathlib import Path

import yaml

sys._called_from_test = True  # Datasette then loads no plugins that are installed beside it

from datasette.app import Datasette  # noqa: E402


async def ask(database: str, metadata: str) -> list[str]:
    site = Datasette([database], metadata=yaml.safe_load(Path(metadata).read_text("utf-8")))
    await site.invoke_startup()
    (name,) = [name for name in site.databases if name != "_internal"]
    db = site.get_database(name)
    tables = [*await db.table_names(), *await db.view_names()]
    assert len(tables) > 40
    addresses = [f"/{name}/{table}{form}" for table in tables for form in ("", ".json?_size=3", ".csv?_size=3")]
    faults = []
    for address in ["/", f"/{name}", *addresses]:
        if (status := (await site.client.get(address)).status_code) != 200:
            faults.append(f"{address}: {status}")
    found = await site.client.get(f'/{name}/search_documents.json?_search="美術"&_shape=array&_col=title')
    everything = (await db.execute("select count(*) from search_documents")).single_value()
    if not 0 < len(json.loads(found.text)) < min(everything, 100):
        faults.append(f"search: {found.text[:200]}")
    assert [plugin["name"] for plugin in site._plugins()] == []
    return faults


if __name__ == "__main__":
    said = asyncio.run(ask(*sys.argv[1:]))
    sys.exit("\n".join(said) or 0)
