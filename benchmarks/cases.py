"""tests/search_cases.tsv: what a search must find, and whether a list of results has it."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

_SIGN = re.compile("<U[+]([0-9A-F]+)>")
CASES = Path(__file__).resolve().parent.parent / "tests" / "search_cases.tsv"


class Found(NamedTuple):
    """A result: measure, goal, organization, evaluation, event or passage, its row's id and its title.

    After these, what a search leads to besides: page, its address and what it is called.
    """

    kind: str
    id: str
    title: str


class Case(NamedTuple):
    """A query of a tier and a set (example, wanted, held, asked) with what must be found within so many results."""

    tier: str
    set: str
    query: str
    must: tuple[str, ...]
    within: int

    def is_met_by(self, results: Sequence[Found]) -> bool:
        """Whether results, best first, have all that must be found, or are none where nothing must be."""
        if not self.must:
            return not results
        return all(
            not any(_is(part[1:], found) for found in results)
            if part.startswith("!")
            else any(_is(part, found) for found in (results if part.startswith("/") else results[: self.within]))
            for part in self.must
        )


def read_cases() -> list[Case]:
    """All cases in the order of the file."""
    lines = [line for line in CASES.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    cells = [line.split("\t") for line in lines[1:]]
    return [
        Case(
            tier,
            set_,
            _SIGN.sub(lambda match: chr(int(match[1], 16)), query),
            tuple(filter(None, must.split(","))),
            int(within),
        )
        for tier, set_, query, must, within in cells
    ]


def _is(part: str, found: Found) -> bool:
    if part.startswith("/"):
        return found[:2] == ("page", part)
    kind, colon, title = part.partition(":")
    if colon:
        return found.kind == kind and title in found.title
    return found.kind == "measure" and found.id.endswith(f"-{part}")
