"""docs/licences.md: the licence of every library of the locks, as it says itself. `python -m tools.licences` writes it."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
SERVES, TESTS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
UNKNOWN = "not installed on this system"
HEAD = """# Licences

Made by `make licences` from what each library of the locks says of itself. The code of this project is MIT, its data CC BY
4.0; see LICENSE and LICENSE-DATA.md. No library that builds or serves the site is under a licence that would bind what
uses it (GPL, AGPL, LGPL); a test holds that.

Kept in this tree: design tokens of デジタル庁デザインシステム (MIT, `static/`), SQLite as WebAssembly (public domain, its package
`@sqlite.org/sqlite-wasm` Apache-2.0, `static/stick/`) and, for tests only, axe-core (MPL 2.0, `tests/browser/axe-core/`). Datasette brings CodeMirror (MIT) and datasette-vega Vega (BSD-3-Clause).
"""
# What libraries write, and the name of SPDX for it.
_NAMES = (
    (r"apache.*|apache(?: software)? license.*", "Apache-2.0"),
    (r"bsd.?3.*", "BSD-3-Clause"),
    (r"bsd.?2.*", "BSD-2-Clause"),
    (r"bsd(?: license)?", "BSD"),
    (r"mit(?: license)?", "MIT"),
    (r"mozilla public license 2\.0.*", "MPL-2.0"),
    (r"isc.*", "ISC"),
    (r"sil open font license 1\.1.*", "OFL-1.1"),
)


def build_page() -> str:
    """The page as Markdown."""
    serving = read_names(SERVES)
    testing = [name for name in read_names(TESTS) if name not in serving]
    return "\n".join(
        [HEAD, *_table("To build and serve", serving), *_table("To test, measure and make files", testing)]
    )


def read_names(lock: Path) -> list[str]:
    """The names of the libraries of a lock, each once."""
    return sorted(set(re.findall(r"^([\w.-]+)==", lock.read_text("utf-8"), re.MULTILINE)))


def find_licence(name: str) -> str:
    """By a library's metadata: the expression of SPDX, else the short name of its licence, its classifiers, or the text it brings."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        return UNKNOWN
    if "License-Expression" in about:
        return str(about["License-Expression"])
    classified = [c.rpartition(" :: ")[2] for c in about.get_all("Classifier") or () if c.startswith("License ::")]
    written = str(about["License"]).strip() if "License" in about else ""
    if written and written != "UNKNOWN" and len(written) <= 40:
        return _name(written)
    brought = distribution(name).read_text("licenses/LICENSE") or ""
    if not classified and "Permission is hereby granted, free of charge" in brought:
        return "MIT"
    return " OR ".join(_name(licence) for licence in classified) or "not said"


def _name(licence: str) -> str:
    return next((name for pattern, name in _NAMES if re.fullmatch(pattern, licence, re.IGNORECASE)), licence)


def _table(title: str, names: list[str]) -> Iterator[str]:
    yield f"## {title}\n"
    yield "| library | licence |\n| --- | --- |"
    yield from (f"| {name} | {find_licence(name)} |" for name in names)
    yield ""


if __name__ == "__main__":
    PAGE.write_text(build_page(), "utf-8")
