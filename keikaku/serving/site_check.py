"""Whether all parts of the site are there, before it is opened to anyone.

Finds what would otherwise come to light page by page, or, as with a missing guard, not at all. Each fault is one line for
whoever runs the site. Knows nothing of Datasette.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import Any

from keikaku.serving.served_copy import UnsoundFile, check_file

PACKAGE = "keikaku"
# Without one of these, pages fail, protection is gone, or addresses that people keep lead nowhere.
PLUGINS = frozenset(
    {
        "access_log", "answer_cache", "citation", "compression", "data_pages", "discovery", "downloads", "errors", "feeds", "files",
        "headers", "json_ld", "links", "live_data", "metrics", "notebooks", "openapi", "permissions", "pictures", "reconcile", "ruby",
        "search", "sharing", "site", "site_check",
        "sql_guard", "styles", "tables", "timeline", "verify"
    }
)  # fmt: skip


def find_faults(
    databases: Mapping[str, Path], plugins: Path | None, templates: Path | None, metadata: Mapping[str, Any]
) -> Iterator[str]:
    """What is missing or broken; databases by name, metadata as read from metadata.yml."""
    yield from find_missing_libraries()
    yield from find_missing_plugins(plugins)
    if templates is None or not (templates / "base.html").is_file():
        yield "templates/base.html is missing: the pages of the site are not there"
    if not databases:
        yield "there is no database: run make build"
    for name, path in databases.items():
        try:
            check_file(path)
        except (OSError, UnsoundFile) as error:
            yield f"{path}: {error}: run make build"
        if not _describes(metadata, name):
            yield f"metadata.yml is missing, or has no title or nothing on the database {name}"


def find_missing_plugins(folder: Path | None) -> Iterator[str]:
    found = {path.stem for path in folder.glob("*.py")} if folder else set()
    if missing := PLUGINS - found:
        yield f"missing in {folder or 'plugins'}/: {', '.join(f'{name}.py' for name in sorted(missing))}"


def find_missing_libraries(requirements: Iterable[str] | None = None) -> Iterator[str]:
    """By the package's own list of what it needs to run, unless another is given."""
    missing = sorted(name for name in _read_names(requirements) if not _is_installed(name))
    if missing:
        yield f"not installed: {', '.join(missing)}: install what requirements.lock says"


def _read_names(requirements: Iterable[str] | None) -> Iterator[str]:
    if requirements is None:
        requirements = (requires(PACKAGE) or []) if _is_installed(PACKAGE) else []
    for requirement in requirements:
        if ";" not in requirement and (name := re.match(r"[\w.-]+", requirement)):
            yield name[0]


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _describes(metadata: Mapping[str, Any], database: str) -> bool:
    databases = metadata.get("databases")
    described = databases.get(database) if isinstance(databases, dict) else None
    return bool(metadata.get("title")) and isinstance(described, dict) and bool(described.get("queries"))
