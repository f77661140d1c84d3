"""The baked site: every permanent address asked once and written as a file, with a manifest that names them all.

Guarantees: the same data and code give the same bytes; the folder is complete or as it was; what an address gave before is
taken over, without asking, only where neither the code nor what the address depends on has changed. Knows no server: who
answers is handed in.
"""

import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from keikaku.publish.addresses import list_records
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


@dataclass(frozen=True)
class SiteFile:
    """An entry of the manifest; sizes in bytes. `inputs` names the state of all that the file was made from."""

    path: str
    media_type: str
    size: int
    sha256: str
    inputs: str
    packed_size: int | None = None
    packed_sha256: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in (None, {})}


def write_answer(folder: Path, path: str, answered: Mapping[str, str], body: bytes, inputs: str) -> SiteFile:
    """Write what an address gave, its headers and body, and beside it the same packed, where that is worth while."""
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)
    media_type = answered["content-type"]
    packed = size = None
    if len(body) >= LEAST_PACKED_BYTES and media_type.startswith(_TEXT):
        content = gzip.compress(body, mtime=0)
        file.with_name(file.name + PACKED).write_bytes(content)
        packed, size = hashlib.sha256(content).hexdigest(), len(content)
    headers = {name: answered[name] for name in KEPT_HEADERS if name in answered}
    digest = hashlib.sha256(body).hexdigest()
    return SiteFile(path, media_type, len(body), digest, inputs, size, packed, headers)


def take_over(old: Path, new: Path, entry: Mapping[str, Any]) -> SiteFile | None:
    """The same file in a new folder, without a second copy on the disk; None if the old one is not as its manifest says."""
    file = SiteFile(**entry)
    names = [file.path] + ([file.path + PACKED] if file.packed_sha256 else [])
    digests = [file.sha256, file.packed_sha256]
    try:
        for name, digest in zip(names, digests, strict=False):
            if hashlib.sha256((old / name).read_bytes()).hexdigest() != digest:
                return None
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(old / name, new / name)
    except OSError:
        return None
    return file


def read_manifest(folder: Path) -> dict[str, Any]:
    """Empty where there is none that can be read."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return manifest


def write_manifest(folder: Path, facts: Mapping[str, Any], files: Iterable[tuple[str, SiteFile]]) -> None:
    """`facts` and, address by address, a line for each file; `build_id` is made from the facts."""
    build_id = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as stream:
        stream.write("{\n")
        for name, value in {"build_id": build_id, **facts}.items():
            stream.write(f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)},\n")
        stream.write('"files": {\n')
        lines = (f"{json.dumps(address)}: {json.dumps(file.to_json(), ensure_ascii=False)}" for address, file in files)
        stream.write(",\n".join(lines))
        stream.write("\n}\n}\n")


def list_ready(
    folder: Path, parts: Iterable[str], media_types: Mapping[str, str], inputs: str
) -> Iterator[tuple[str, SiteFile]]:
    """Entries for what other modules wrote into these folders of the site; the address is the path."""
    for part in parts:
        for file in sorted(path for path in (folder / part).rglob("*") if path.is_file()):
            path = file.relative_to(folder).as_posix()
            media_type = media_types.get(path) or media_types[file.suffix]
            yield f"/{path}", write_answer(folder, path, {"content-type": media_type}, file.read_bytes(), inputs)


_FIGURES = """
    SELECT f.id, p.municipality_id
    FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id JOIN plans AS p ON p.id = i.plan_id
"""


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
