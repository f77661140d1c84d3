"""The baked site: every permanent address is asked of the application in process, on all processors, and written as a file.

`build_db.py pages` writes it, with the files of the whole set and the pictures, as the folder `site` beside a database.
"""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from io import StringIO
from multiprocessing import get_context, parent_process
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import click
import yaml
from datasette.app import Datasette
from datasette.utils import PrefixedUrlString

from keikaku.files.digest import ROOT, digest_code, fingerprint
from keikaku.files.errors import FilesError
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.plan.fiscal_year import fiscal_year_of, today_in_japan
from keikaku.publish import site
from keikaku.publish.addresses import Address, list_addresses, name_file
from keikaku.publish.catalogue.data_set import read_filled_metadata
from keikaku.publish.catalogue.whole_set import write_files
from keikaku.publish.records.pictures import write_pictures
from keikaku.publish.site import MANIFEST, Entry
from keikaku.publish.tables import workbook
from keikaku.serving.baked_site import use_site
from keikaku.serving.visitors import PublishedDatabase

AT_ONCE = 50  # addresses that a process is given at a time
LOCAL = "http://127.0.0.1:8001/"
METADATA = ROOT / "metadata.yml"
# What lies in the folder besides answers; by ending where write_files says no more.
READY = ("files", "pictures", "static")
MEDIA_TYPES = {
    "": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xlsx": workbook.MEDIA_TYPE,
}


@dataclass(frozen=True)
class Bake:
    """What all processes know: the database, the folder to fill, the address of the site, and names of inputs by plan.

    What shows the digest of the whole database depends on `whole`.
    """

    database: Path
    folder: Path
    address: str
    inputs: Mapping[str | None, str]
    whole: str


def write_site(
    database: Path, folder: Path, address: str | None, say: Callable[[str], None], progress: bool = False
) -> int:
    """Write the folder anew and return how many addresses it has; raises FilesError and leaves what there was.

    `address` is that of the site where metadata.yml names none.
    """
    if not database.is_file():
        raise FilesError(
            f"{database}: データベースがありません。先に build_db.py build を実行してください (no database)"
        )
    metadata = read_filled_metadata(database, METADATA)
    old = site.read_manifest(folder)
    facts = _describe(database, metadata.get("site_url") or address or LOCAL)
    same_code = all(old.get(name) == facts[name] for name in ("code_sha256", "until", "address"))
    with replacing(folder, MANIFEST) as new:
        files = write_files(database, METADATA, new / "files", say)
        write_pictures(database, metadata["title"], new / "pictures")
        shutil.copytree(ROOT / "static", new / "static", ignore=shutil.ignore_patterns("stick"))  # see stick.py
        with open_read_only(database) as connection:
            inputs = site.digest_inputs(connection.execute)
            addresses = list(list_addresses(connection.execute, metadata["databases"][database.stem]))
        bake = Bake(database.resolve(), new.resolve(), facts["address"], inputs, facts["database"]["sha256"][:16])
        taken = dict(_take_over(folder, bake, addresses, old["files"])) if same_code else {}
        asked = [address for address in addresses if address.path not in taken]
        stream = sys.stderr if progress else StringIO()
        with click.progressbar(_bake_all(bake, asked), length=len(asked), label="pages", file=stream) as entries:
            known = {**taken, **dict(entries)}
        pages = [(address.path, known[address.path]) for address in addresses]
        media_types = {**MEDIA_TYPES, **{f"files/{file.path}": file.media_type for file in files}}
        ready = list(site.list_ready(new, READY, media_types, bake.whole))
        site.write_manifest(new / MANIFEST, facts, [*pages, *ready, _describe_database(facts)])
    say(f"{len(asked)} of {len(addresses)} addresses asked, {len(taken)} unchanged")
    return len(addresses) + len(ready)


def _describe(database: Path, address: str) -> dict[str, Any]:
    """What the manifest says of the whole site; it is true until the fiscal year in Japan ends."""
    return {
        "address": address.rstrip("/") + "/",
        "database": {"path": database.name, "size": database.stat().st_size, "sha256": fingerprint(database)},
        "code_sha256": digest_code(),
        "until": date(fiscal_year_of(today_in_japan()) + 1, 4, 1).isoformat(),
    }


def _describe_database(facts: dict[str, Any]) -> tuple[str, Entry]:
    """It stays where it is, beside the folder."""
    name, size, digest = (facts["database"][key] for key in ("path", "size", "sha256"))
    told = {"path": f"../{name}", "media_type": "application/vnd.sqlite3", "size": size, "sha256": digest}
    return f"/{name}", {
        **told,
        "inputs": digest[:16],
        "headers": {"content-disposition": f'attachment; filename="{name}"'},
    }


def _take_over(
    folder: Path, bake: Bake, addresses: list[Address], old: dict[str, Entry]
) -> Iterator[tuple[str, Entry]]:
    """What an address gave before, if all that it was made from is as it was."""
    for address in addresses:
        entry = old.get(address.path, {"inputs": None})
        unchanged = entry["inputs"] in (bake.whole, bake.inputs.get(address.plan) if address.plan else bake.whole)
        if unchanged and site.take_over(folder, bake.folder, entry):
            yield address.path, entry


def _bake_all(bake: Bake, addresses: Sequence[Address]) -> Iterator[tuple[str, Entry]]:
    """Entries of the manifest, in the order of the addresses. Raises FilesError for an address that does not answer."""
    processes = max(1, min(os.cpu_count() or 1, len(addresses) // AT_ONCE))
    with ProcessPoolExecutor(processes, get_context("spawn"), _open_site, (bake,)) as pool:
        yield from pool.map(_bake, addresses, chunksize=AT_ONCE)


# Of this process: where the application runs, and what asks it.
_runner: asyncio.Runner
_ask: Callable[[Address], Coroutine[Any, Any, tuple[str, Entry]]]


def _open_site(bake: Bake) -> None:
    global _runner, _ask
    Thread(target=_end_with_parent, daemon=True).start()
    _runner, datasette = asyncio.Runner(), open_datasette(bake.database, bake.address, baking=True)
    use_site(datasette, bake.folder)
    _runner.run(datasette.invoke_startup())
    _ask = partial(_ask_site, bake, datasette)


def _end_with_parent() -> None:
    """Else the process of a bake that was killed would wait for work for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _bake(address: Address) -> tuple[str, Entry]:
    return _runner.run(_ask(address))


async def _ask_site(bake: Bake, datasette: Datasette, address: Address) -> tuple[str, Entry]:
    database = datasette.get_database()
    assert isinstance(database, PublishedDatabase)
    database.was_named = False
    asked = PrefixedUrlString(bake.address + address.path.removeprefix("/"))
    response = await datasette.client.get(asked)
    if response.status_code != 200:
        raise FilesError(f"{address.path}: answers with status {response.status_code}, so the site is not written")
    inputs = bake.inputs.get(address.plan) if address.plan and not database.was_named else None
    path, body = name_file(address.path), response.content
    return address.path, site.write_answer(bake.folder, path, response.headers, body, inputs or bake.whole)


def open_datasette(database: Path, address: str = LOCAL, baking: bool = False) -> Datasette:
    """The site of a database, with the templates, plugins and words of this project, at an address."""
    settings: dict[str, Any] = yaml.safe_load((ROOT / "settings.json").read_text("utf-8"))
    settings |= {"base_url": urlsplit(address).path}
    if baking:  # in its own thread, since nobody waits for it, and a busy machine must not make it fail
        settings |= {"num_sql_threads": 0, "sql_time_limit_ms": 600_000, "facet_time_limit_ms": 600_000}
    return Datasette(
        [str(database)],
        metadata=yaml.safe_load(METADATA.read_text("utf-8")),
        template_dir=str(ROOT / "templates"),
        plugins_dir=str(ROOT / "plugins"),
        static_mounts=[("static", str(ROOT / "static"))],
        settings=settings,
    )
