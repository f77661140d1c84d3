"""What the pages of the site are made from besides the data: our code, templates, words, settings and locked libraries."""

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = (
    "keikaku/**/*.py", "keikaku/**/*.sql", "keikaku/**/*.yml", "plugins/*.py", "templates/**/*", "static/**/*", "docs/cookbook.yml", "docs/downloads.md",
    "docs/notebooks/*.ipynb", "metadata.yml", "settings.json", "requirements.lock",
)  # fmt: skip


@cache
def digest_code() -> str:
    """SHA-256 over the names and contents of PARTS."""
    digest = hashlib.sha256()
    for path in list_parts():
        content = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def list_parts() -> Iterator[Path]:
    return (path for part in PARTS for path in sorted(ROOT.glob(part)) if path.is_file())
