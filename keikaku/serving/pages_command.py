"""`build_db.py pages`: the folder `site` beside a database, from its addresses, files of the whole set and pictures."""

import json
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click

from keikaku.files.code_digest import ROOT, digest_code
from keikaku.files.digest import fingerprint
from keikaku.files.errors import FilesError
from keikaku.files.replacing import replacing
from keikaku.plan.fiscal_year import fiscal_year_of, today_in_japan
from keikaku.publish.addresses import Address, list_addresses
from keikaku.publish.catalogue.data_set import read_metadata
from keikaku.publish.catalogue.listing import LISTING
from keikaku.publish.catalogue.whole_set import write_files
from keikaku.publish.inputs import digest_inputs
from keikaku.publish.records.pictures import write_pictures
from keikaku.publish.site import MANIFEST, SiteFile, list_ready, read_manifest, take_over, write_manifest
from keikaku.serving.baking import Bake, bake_all

Say = Callable[[str], None]
LOCAL = "http://127.0.0.1:8001/"
METADATA = ROOT / "metadata.yml"
# By ending, where no listing says more.
DATABASE_TYPE = "application/vnd.sqlite3"
MEDIA_TYPES = {
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    "": "text/plain; charset=utf-8",
}


def write_site(database: Path, folder: Path, address: str | None, say: Say, show_progress: bool = False) -> int:
    """Write the folder anew and return how many addresses it has; raises FilesError and leaves what there was.

    `address` is that of the site where metadata.yml names none.
    """
    metadata = read_metadata(METADATA)
    if not database.is_file():
        raise FilesError(
            f"{database}: データベースがありません。先に build_db.py build を実行してください (no database)"
        )
    old = read_manifest(folder)
    facts = _describe(database, metadata.get("site_url") or address or LOCAL)
    same_code = all(old.get(name) == facts[name] for name in ("code_sha256", "until", "address"))
    with replacing(folder, MANIFEST) as new:
        write_files(database, METADATA, new / "files", say)
        write_pictures(database, metadata["title"], new / "pictures")
        shutil.copytree(ROOT / "static", new / "static")
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            inputs = digest_inputs(connection.execute)
            addresses = list(list_addresses(connection.execute, metadata["databases"][database.stem]))
        bake = Bake(database.resolve(), new.resolve(), facts["address"], inputs, facts["database"]["sha256"][:16])
        taken = dict(_take_over(folder, new, addresses, bake, old["files"])) if same_code else {}
        asked = [address for address in addresses if address.path not in taken]
        baked = dict(_show_progress(bake, asked) if show_progress else bake_all(bake, asked))
        known = {**taken, **baked}
        pages = ((address.path, known[address.path]) for address in addresses)
        ready = list(list_ready(new, ("files", "pictures", "static"), _read_media_types(new), bake.whole))
        write_manifest(new, facts, [*pages, *ready, _describe_database(facts)])
    say(f"{len(baked)} of {len(addresses)} addresses asked, {len(taken)} unchanged")
    return len(addresses) + len(ready)


def _describe(database: Path, address: str) -> dict[str, Any]:
    """What the manifest says of the whole site; it is true until the fiscal year in Japan ends."""
    return {
        "address": address.rstrip("/") + "/",
        "database": {"path": database.name, "size": database.stat().st_size, "sha256": fingerprint(database)},
        "code_sha256": digest_code(),
        "until": date(fiscal_year_of(today_in_japan()) + 1, 4, 1).isoformat(),
    }


def _describe_database(facts: dict[str, Any]) -> tuple[str, SiteFile]:
    """It stays where it is, beside the folder."""
    file = facts["database"]
    headers = {"content-disposition": f'attachment; filename="{file["path"]}"'}
    entry = SiteFile(
        f"../{file['path']}", DATABASE_TYPE, file["size"], file["sha256"], file["sha256"][:16], headers=headers
    )
    return f"/{file['path']}", entry


def _take_over(
    folder: Path, new: Path, addresses: list[Address], bake: Bake, old: dict[str, Any]
) -> Iterator[tuple[str, SiteFile]]:
    for address in addresses:
        entry = old.get(address.path, {"inputs": None})
        unchanged = entry["inputs"] in (bake.whole, bake.inputs.get(address.plan) if address.plan else bake.whole)
        if unchanged and (file := take_over(folder, new, entry)):
            yield address.path, file


def _show_progress(bake: Bake, addresses: list[Address]) -> Iterator[tuple[str, SiteFile]]:
    with click.progressbar(bake_all(bake, addresses), length=len(addresses), label="pages", file=sys.stderr) as entries:
        yield from entries


def _read_media_types(folder: Path) -> dict[str, str]:
    listing = json.loads((folder / "files" / LISTING).read_text("utf-8"))
    return {**MEDIA_TYPES, **{f"files/{file['path']}": file["media_type"] for file in listing["files"]}}
