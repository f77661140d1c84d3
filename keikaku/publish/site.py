"""The baked site: every permanent address asked once and written as a file, with a manifest that names them all.

Guarantees: the same data and code give the same bytes; the folder is complete or as it was; what an address gave before is
taken over, without asking, only where neither the code nor what the address depends on has changed. Knows no server: who
answers is handed in.
"""

import gzip
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from keikaku.files.errors import FilesError
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.publish.addresses import list_addresses, list_records
from keikaku.schema.tables import read_schema

MANIFEST = "manifest.json"
PACKED = ".gz"
# Less is one packet either way.
LEAST_PACKED_BYTES = 500
KEPT_HEADERS = (
    "content-disposition", "keikaku-complete", "keikaku-content-hash", "keikaku-data-version", "keikaku-rows", "link",
)  # fmt: skip
_TEXT = (
    "application/atom+xml", "application/json", "application/ld+json", "application/opensearch", "application/vnd.citationstyles",
    "application/x-", "application/xml", "image/svg", "text/",
)  # fmt: skip
SHARED = None


# An entry of the manifest: path, media_type, size (bytes), sha256, `inputs`, which names the state of all that the file was made
# from; where it is also there packed, packed_size and packed_sha256; the headers of its answer, if some are kept.
Entry = dict[str, Any]
_FIGURES = """
    SELECT f.id, p.municipality_id
    FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id JOIN plans AS p ON p.id = i.plan_id
"""
ALL = "all"  # the part of what is of no prefecture
SHARDS_MARK = ".keikaku"
_PREFECTURES = "SELECT p.id, substr(c.code, 1, 2) FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id"


def write_answer(folder: Path, path: str, answered: Mapping[str, str], body: bytes, inputs: str) -> Entry:
    """Write what an address gave, its headers and body, and beside it the same packed, where that is worth while."""
    entry = {"path": path, "media_type": answered["content-type"], **_write(folder / path, body), "inputs": inputs}
    if len(body) >= LEAST_PACKED_BYTES and entry["media_type"].startswith(_TEXT):
        packed = _write(folder / (path + PACKED), gzip.compress(body, mtime=0))
        entry |= {f"packed_{name}": value for name, value in packed.items()}
    headers = {name: answered[name] for name in KEPT_HEADERS if name in answered}
    return {**entry, "headers": headers} if headers else entry


def _write(file: Path, content: bytes) -> Entry:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def take_over(old: Path, new: Path, entry: Entry) -> bool:
    """Link the same file into a new folder, without a second copy on the disk; False if the old one is not as its manifest says."""
    try:
        for name, digest in _list_digests(entry).items():
            if hashlib.sha256((old / name).read_bytes()).hexdigest() != digest:
                return False
            _link(old / name, new / name)
    except OSError:
        return False
    return True


def _list_digests(entry: Entry) -> dict[str, str]:
    packed = {entry["path"] + PACKED: entry["packed_sha256"]} if "packed_sha256" in entry else {}
    return {entry["path"]: entry["sha256"], **packed}


def _link(old: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    os.link(old, new)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Empty where there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest


def write_manifest(file: Path, facts: Mapping[str, Any], files: Iterable[tuple[str, Entry]]) -> None:
    """`facts` and, address by address, a line for each file; `build_id` is made from the facts."""
    build_id = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("{\n")
        for name, value in {"build_id": build_id, **facts}.items():
            stream.write(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n")
        stream.write('"files": {\n')
        lines = (f"{json.dumps(address)}: {json.dumps(entry, ensure_ascii=False)}" for address, entry in files)
        stream.write(",\n".join(lines))
        stream.write("\n}\n}\n")


def list_ready(
    folder: Path, parts: Iterable[str], media_types: Mapping[str, str], inputs: str
) -> Iterator[tuple[str, Entry]]:
    """Entries for what other modules wrote into these folders of the site; the address is the path."""
    for part in parts:
        for file in sorted(path for path in (folder / part).rglob("*") if path.is_file()):
            path = file.relative_to(folder).as_posix()
            media_type = media_types.get(path) or media_types[file.suffix]
            yield f"/{path}", write_answer(folder, path, {"content-type": media_type}, file.read_bytes(), inputs)


def digest_inputs(execute: Callable[..., Any]) -> dict[str | None, str]:
    """Plan -> digest of the rows that its pages depend on; SHARED -> that of the rows which belong to no municipality.

    A page of a plan shows no row of another municipality and no common unit, so that its digest changes only with its municipality's rows,
    with what all share, and when a site of one plan becomes one of many.
    """
    plans: dict[str, str] = dict(execute("SELECT id, municipality_id FROM plans ORDER BY id"))
    owners = {row_id: plans[plan] for plan, _, row_id in list_records(execute)} | dict(execute(_FIGURES))
    owners |= {city: city for city in plans.values()}
    digests: dict[str | None, Any] = {SHARED: hashlib.sha256(b"%d" % min(len(plans), 2))}
    for table in read_schema():
        if not table.is_view and not table.name.startswith("search_") and table.name != "units":
            for row in execute(f"SELECT * FROM {table.name} ORDER BY rowid"):
                # The municipality of the first record that a row is or names.
                owner = next((owners[value] for value in row if isinstance(value, str) and value in owners), SHARED)
                told = () if table.name == "comparable_indicators" else row  # pages tell only that there are some
                digests.setdefault(owner, hashlib.sha256()).update(repr((table.name, told)).encode())
    shared = digests[SHARED].hexdigest()
    inputs = {
        city: hashlib.sha256(f"{digest.hexdigest()} {shared}".encode()).hexdigest()[:16]
        for city, digest in digests.items()
    }
    return {SHARED: inputs[SHARED]} | {plan: inputs[city] for plan, city in plans.items()}


def write_shards(database: Path, described: Mapping[str, Any], site: Path, folder: Path) -> Counter[str]:
    """Write a site in parts that go to a host one by one, what is of plans of a prefecture and what is of all, into a folder on
    the same disk; returns how many files each has. Raises FilesError.

    Laid over one another the parts are the site; a file stands in one of them; it is the file of the site itself (a link), so
    that a part costs no space, and what did not change has the same bytes. manifests/PART.json lists a part.
    """
    manifest = read_manifest(site)
    if not manifest:
        raise FilesError(f"{site}: has no manifest; write it with build_db.py pages")
    with open_read_only(database) as connection:
        prefectures: dict[str | None, str] = dict(connection.execute(_PREFECTURES))
        part_of = {a.path: prefectures.get(a.plan, ALL) for a in list_addresses(connection.execute, described)}
    parts: dict[str, list[tuple[str, Entry]]] = {}
    facts = {name: value for name, value in manifest.items() if name not in ("build_id", "files")}
    with replacing(folder, SHARDS_MARK) as new:
        (new / SHARDS_MARK).touch()
        for address, entry in manifest["files"].items():
            part = part_of.get(address, ALL)
            parts.setdefault(part, []).append((address, entry))
            for name in _list_digests(entry):
                _link(site / name, new / part / name.removeprefix("../"))
        for part, files in parts.items():
            (new / part / "manifests").mkdir()
            write_manifest(new / part / "manifests" / f"{part}.json", facts, files)
    return Counter({part: len(files) for part, files in sorted(parts.items())})
