"""files.json: what each file of the whole data set is."""

from dataclasses import dataclass

LISTING = "files.json"


@dataclass(frozen=True)
class FileInfo:
    """One file: `path` is relative to the folder; `rows` and `table` only where it holds one table."""

    path: str
    title: str
    format: str
    media_type: str
    size: int
    sha256: str
    table: str | None = None
    rows: int | None = None
