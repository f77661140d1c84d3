"""Asks the site for its permanent addresses, in process and on all processors, and writes what they give as files."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from datasette.app import Datasette

from keikaku.files.code_digest import ROOT
from keikaku.files.errors import FilesError
from keikaku.publish.addresses import Address, name_file
from keikaku.publish.site import Answer, SiteFile, write_answer
from keikaku.serving.site_folder import use_site
from keikaku.serving.visitors import PublishedDatabase

AT_ONCE = 50  # addresses that a process is given at a time


@dataclass(frozen=True)
class Bake:
    """What all processes know: the database, the folder to fill, the address of the site, and names of inputs by plan.

    What shows the digest of the whole database depends on `whole`.
    """

    database: Path
    folder: Path
    site: str
    inputs: Mapping[str | None, str]
    whole: str


def bake_all(bake: Bake, addresses: Sequence[Address]) -> Iterator[tuple[str, SiteFile]]:
    """Entries of the manifest, in the order of the addresses. Raises FilesError for an address that does not answer."""
    parts = [addresses[start : start + AT_ONCE] for start in range(0, len(addresses), AT_ONCE)]
    processes = max(1, min(os.cpu_count() or 1, len(parts)))
    with ProcessPoolExecutor(processes, get_context("spawn"), _open_site, (bake,)) as pool:
        for entries in pool.map(_bake_some, parts):
            yield from entries


class _Site:
    """The application of one process."""

    def __init__(self, bake: Bake) -> None:
        self._bake = bake
        self._loop = asyncio.new_event_loop()
        self._datasette = open_datasette(bake.database, threads=1)
        use_site(self._datasette, bake.folder)
        self._loop.run_until_complete(self._datasette.invoke_startup())

    def bake(self, address: Address) -> tuple[str, SiteFile]:
        database = self._datasette.get_database()
        assert isinstance(database, PublishedDatabase)
        database.was_named = False
        answer = self._loop.run_until_complete(self._ask(address.path))
        inputs = self._bake.inputs.get(address.plan) if address.plan and not database.was_named else None
        return address.path, write_answer(
            self._bake.folder, name_file(address.path), answer, inputs or self._bake.whole
        )

    async def _ask(self, path: str) -> Answer:
        response = await self._datasette.client.get(path, headers={"host": urlsplit(self._bake.site).netloc})
        if response.status_code != 200:
            raise FilesError(f"{path}: answers with status {response.status_code}, so the site is not written")
        return Answer(response.headers, response.content)


_site: _Site


def _open_site(bake: Bake) -> None:
    global _site
    _site = _Site(bake)


def _bake_some(addresses: Sequence[Address]) -> list[tuple[str, SiteFile]]:
    return [_site.bake(address) for address in addresses]


def open_datasette(database: Path, threads: int | None = None) -> Datasette:
    """The site of a database, with the templates, plugins and words of this project."""
    settings: dict[str, Any] = yaml.safe_load((ROOT / "settings.json").read_text("utf-8"))
    return Datasette(
        [str(database)],
        metadata=yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8")),
        template_dir=str(ROOT / "templates"),
        plugins_dir=str(ROOT / "plugins"),
        static_mounts=[("static", str(ROOT / "static"))],
        settings=settings if threads is None else {**settings, "num_sql_threads": threads},
    )
