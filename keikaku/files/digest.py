"""SHA-256 of a file, read again only when it changes; of all that pages are made from besides data; the version of the data."""

import hashlib
from functools import cache, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Our code, templates, words, settings and locked libraries.
PARTS = (
    "keikaku/**/*", "plugins/*.py", "templates/**/*", "static/**/*", "docs/cookbook.yml", "docs/downloads.md", "docs/notebooks/*.ipynb",
    "metadata.yml", "settings.json", "requirements.lock",
)  # fmt: skip


def stamp(path: Path) -> str:
    """Names one state of a file, without reading it; empty where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def fingerprint(path: Path) -> str:
    """The digest in hexadecimal; raises OSError if the file cannot be read."""
    return _digest(path, stamp(path))


def name_version(digest: str) -> str:
    """The version of the data, from the digest of the database."""
    return digest[:12]


@lru_cache(maxsize=256)
def _digest(path: Path, _: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@cache
def digest_code() -> str:
    """SHA-256 over the names and contents of PARTS."""
    digest = hashlib.sha256()
    for path in (path for part in PARTS for path in sorted(ROOT.glob(part))):
        if path.is_file() and "__pycache__" not in path.parts:
            content = path.read_bytes()
            digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()
