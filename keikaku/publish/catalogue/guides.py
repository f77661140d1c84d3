"""What docs/ has for users of the data: notebooks, given away with the site's own address in place of that of `make serve`, and
the examples of downloads.md, so that /data shows what stands there and the tests run it.
"""

import json
import re
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "notebooks"
LOCAL = "http://127.0.0.1:8001"
_ADDRESS = re.compile(r"https?://[\w.:\[\]-]+[\w./~-]*")  # what means nothing else in code or JSON
_TOOL = re.compile(r"^#### (?P<tool>.+)\n(?P<body>(?:(?!^#).*\n)*)", re.MULTILINE)
_BLOCK = re.compile(r"^```\w+ (?P<kind>\S+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Notebook(NamedTuple):
    """`name` is that of the file without its ending, `content` JSON in nbformat 4, without what this data showed: a site may have
    other plans.
    """

    name: str
    title: str
    content: str


class Example(NamedTuple):
    """How a tool reads one kind of file."""

    tool: str
    kind: str
    code: str


def read_notebooks() -> list[Notebook]:
    """By name; the title is the first heading."""
    return [_read(path) for path in sorted(FOLDER.glob("*.ipynb"))]


def point_at(notebook: Notebook, site: str) -> str:
    """The content with the address of a site; unchanged if that is an odd one."""
    address = site.rstrip("/")
    return notebook.content.replace(LOCAL, address) if _ADDRESS.fullmatch(address) else notebook.content


def _read(path: Path) -> Notebook:
    book = json.loads(path.read_text("utf-8"))
    for cell in book["cells"]:
        if "outputs" in cell:
            cell |= {"outputs": [], "execution_count": None}
    first = "".join(book["cells"][0]["source"])
    content = json.dumps(book, indent=1, ensure_ascii=False) + "\n"
    return Notebook(path.stem, first.partition("\n")[0].removeprefix("# "), content)


def read_examples(document: str) -> list[Example]:
    """In the order of the document: a fourth-level heading names the tool, the word after the language the kind of file."""
    return [
        Example(tool["tool"], block["kind"].replace("-", " "), block["code"].rstrip())
        for tool in _TOOL.finditer(document)
        for block in _BLOCK.finditer(tool["body"])
    ]
