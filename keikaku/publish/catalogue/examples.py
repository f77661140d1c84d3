"""The examples of docs/downloads.md, so that /data shows what stands there and the tests run it."""

import re
from typing import NamedTuple

_TOOL = re.compile(r"^#### (?P<tool>.+)\n(?P<body>(?:(?!^#).*\n)*)", re.MULTILINE)
_BLOCK = re.compile(r"^```\w+ (?P<kind>\S+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """How a tool reads one kind of file."""

    tool: str
    kind: str
    code: str


def read_examples(document: str) -> list[Example]:
    """In the order of the document: a fourth-level heading names the tool, the word after the language the kind of file."""
    return [
        Example(tool["tool"], block["kind"].replace("-", " "), block["code"].rstrip())
        for tool in _TOOL.finditer(document)
        for block in _BLOCK.finditer(tool["body"])
    ]
