"""What is wrong with a plan's data, told to the person who can mend it.

`InvalidData` carries every `Problem` of a run; each is one line: `file:line:column: what is wrong; what is right`.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault at one place; lines and columns count from 1."""

    file: str
    line: int
    column: int
    wrong: str
    right: str

    def __str__(self) -> str:
        text = f"{self.file}:{self.line}:{self.column}: {self.wrong}; {self.right}"
        return " ".join(text.split())


class InvalidData(Exception):
    """The data cannot be published; `problems` is sorted, without repetitions and never empty."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))
