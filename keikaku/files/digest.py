"""SHA-256 of a file, read again only when the file changes, and the version of the data, which is its beginning."""

import hashlib
from functools import lru_cache
from pathlib import Path


def fingerprint(path: Path) -> str:
    """The digest in hexadecimal; raises OSError if the file cannot be read."""
    stat = path.stat()
    return _digest(path, stat.st_ino, stat.st_mtime_ns, stat.st_size)


def name_version(digest: str) -> str:
    """The version of the data, from the digest of the database."""
    return digest[:12]


@lru_cache(maxsize=256)
def _digest(path: Path, *_: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
