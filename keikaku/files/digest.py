"""SHA-256 of a file, read again only when the file changes, and the version of the data, which is its beginning."""

import hashlib
from functools import lru_cache
from pathlib import Path


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
