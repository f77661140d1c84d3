"""The notebooks of docs/notebooks/, as the site gives them away: with its own address in place of that of `make serve`."""

import json
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "notebooks"
LOCAL = "http://127.0.0.1:8001"
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+[\w./~-]*")  # what means nothing else in code or JSON


class Notebook(NamedTuple):
    """`name` is that of the file without its ending, `content` JSON in nbformat 4."""

    name: str
    title: str
    content: str


def read_notebooks(folder: Path = FOLDER) -> list[Notebook]:
    """By name; the title is the first heading."""
    return [_read(path) for path in sorted(folder.glob("*.ipynb"))]


def point_at(notebook: Notebook, site: str) -> str:
    """The content with the address of a site; unchanged if that is an odd one."""
    address = site.rstrip("/")
    return notebook.content.replace(LOCAL, address) if _ADDRESS.fullmatch(address) else notebook.content


def _read(path: Path) -> Notebook:
    content = path.read_text("utf-8")
    first = "".join(json.loads(content)["cells"][0]["source"])
    return Notebook(path.stem, first.partition("\n")[0].removeprefix("# "), content)
