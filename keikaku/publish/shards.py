"""The baked site in parts that go to a host one by one: what is of plans of a prefecture, and what is of all (`all`).

Guarantees: laid over one another the parts are the site; a file stands in one of them; it is the file of the site itself (a link),
so that a part costs no space, and what did not change has the same bytes. manifests/PART.json lists a part.
"""

import os
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from keikaku.files.errors import FilesError
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.publish.addresses import list_addresses
from keikaku.publish.site import PACKED, SiteFile, read_manifest, write_manifest

ALL = "all"
MARK = ".keikaku"
_PREFECTURES = "SELECT p.id, substr(c.code, 1, 2) FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id"


def write_shards(database: Path, described: Mapping[str, Any], site: Path, folder: Path) -> Counter[str]:
    """Write the parts of a site into a folder on the same disk; returns how many files each has. Raises FilesError."""
    manifest = read_manifest(site)
    if not manifest:
        raise FilesError(f"{site}: has no manifest; write it with build_db.py pages")
    with closing(open_read_only(database)) as connection:
        prefectures: dict[str | None, str] = dict(connection.execute(_PREFECTURES))
        part_of = {a.path: prefectures.get(a.plan, ALL) for a in list_addresses(connection.execute, described)}
    parts: dict[str, list[tuple[str, SiteFile]]] = {}
    facts = {name: value for name, value in manifest.items() if name not in ("build_id", "files")}
    with replacing(folder, MARK) as new:
        (new / MARK).touch()
        for address, entry in manifest["files"].items():
            file, part = SiteFile(**entry), part_of.get(address, ALL)
            parts.setdefault(part, []).append((address, file))
            for name in [file.path, *([file.path + PACKED] if file.packed_sha256 else [])]:
                target = new / part / Path(name).relative_to("..") if name.startswith("../") else new / part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(site / name, target)
        for part, files in parts.items():
            (new / part / "manifests").mkdir()
            write_manifest(new / part / "manifests", facts, files)
            (new / part / "manifests" / "manifest.json").rename(new / part / "manifests" / f"{part}.json")
    return Counter({part: len(files) for part, files in sorted(parts.items())})
