"""Files of data/akishima and the held report, read without keikaku/database/report.py, so that a fault there hides none here.

KEIKAKU_REPORT names a copy of the report, with its plan where data/ holds several (akishima/sangyo=report.txt); without
it the tests marked `with_report` are skipped.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

CITY = Path(__file__).resolve().parents[2] / "data" / "akishima"
FOLDER = CITY / "sangyo"
REPORT = os.environ.get("KEIKAKU_REPORT", "").rpartition("=")[2]
with_report = pytest.mark.skipif(not REPORT, reason="the report is not published here; KEIKAKU_REPORT names a copy")

SECTORS = "工商農観共"


@cache
def records(kind: str) -> Any:
    """The content of one file."""
    (file,) = CITY.rglob(f"{kind}.yml")
    return yaml.load(file.read_text("utf-8"), yaml.CBaseLoader)


def measure(code: str) -> dict[str, Any]:
    (found,) = [m for m in records("measures") if m["code"] == code]
    return found


def squeeze(text: str) -> str:
    """Without white space, full width made half: how the report's layout is seen through."""
    return "".join(unicodedata.normalize("NFKC", text).split())


@cache
def lines() -> list[str]:
    return [line.strip(" \r") for line in Path(REPORT).read_text("utf-8-sig").split("\n")]


@cache
def rows(width: int, first: str) -> list[list[str]]:
    """The rows of tables of so many columns, without their headings, which begin with `first`."""
    cells = [line.split("\t") for line in lines() if line.count("\t") == width - 1]
    return [row for row in cells if row[0] != first]


@cache
def passages() -> dict[str, dict[str, str]]:
    """Code of a measure -> heading of a passage -> its text; nothing below a repeat."""
    found: dict[str, dict[str, str]] = {}
    here: dict[str, str] = {}
    heading = ""
    for line in lines():
        if code := re.match(r"【(\S) - (\d+)】", line):
            here = found[f"{code[1]}-{code[2]}"] = {}
            heading = ""
        elif re.match(r"\d\. ", line) or "\t" in line:
            heading = ""
        elif line.startswith("【"):
            heading = line.strip("【】")
        elif heading:
            here[heading] = here.get(heading, "") + line
    return found


@cache
def goal_texts() -> dict[str, str]:
    """Prefix and number of a goal -> what is printed below its title."""
    found: dict[str, str] = {}
    sectors = iter(SECTORS)
    prefix = key = ""
    for line in lines():
        if re.match(r"\d\. ", line):
            prefix = next(sectors)
        elif goal := re.match(r"([①②③])\s?\S", line):
            key = f"{prefix}-{squeeze(goal[1])}"
        elif line.startswith("- "):
            found[key] = found.get(key, "") + line
    return found


# What may repeat the report: names, and strings that are kept as printed.
AS_PRINTED = {"name", "target", "organizations", "printed", "title", "subtitle", "concept", "vision", "heading"}
AS_PRINTED |= {"members", "consulted"}


def texts(value: Any, place: str, key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text below a value as (place, its key, text); the texts of a list have the list's key."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from texts(inner, f"{place}.{name}", name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            name = inner.get("id") or inner.get("code") or number if isinstance(inner, dict) else number
            yield from texts(inner, f"{place}[{name}]", key)
    else:
        yield place, key, value


@cache
def data_texts() -> list[tuple[str, str, str]]:
    """Every text of the plan's files, comments included."""
    found = []
    for file in sorted(CITY.rglob("*.yml")):
        found += texts(records(file.stem), file.stem)
        comments = re.findall(r"(?:^|\s)#\s*(.+)$", file.read_text("utf-8"), re.MULTILINE)
        found += [(f"{file.stem} comment", "comment", comment) for comment in comments]
    return found
