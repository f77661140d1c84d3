"""What is wrong with a plan's data, told to the person who can mend it in the words of messages.yml.

`InvalidData` carries every `Problem` of a run; each is one line: `file:line:column: what is wrong; what is right`.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keikaku.files.beside import read_data

Place = tuple[int, int]
MESSAGES: dict[str, tuple[str, str]] = read_data(__file__, "messages.yml")
_ENGLISH = re.compile(r" \([a-z][^()]*\)")


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


def problem(file: str | Path, message: str, place: Place = (1, 1), /, **values: object) -> Problem:
    """A problem by the name of its message, filled in with `values`."""
    return Problem(str(file), *place, *words_of(message, **values))


def refusal(file: str | Path, message: str, place: Place = (1, 1), /, **values: object) -> InvalidData:
    """The error of one problem."""
    return InvalidData([problem(file, message, place, **values)])


@contextmanager
def collecting(problems: list[Problem]) -> Iterator[None]:
    """Add what is wrong within the block to a list, so that all of a run is told at once."""
    try:
        yield
    except InvalidData as error:
        problems += error.problems


def words_of(message: str, /, **values: object) -> tuple[str, str]:
    """The two texts of a message."""
    wrong, right = MESSAGES[message]
    return wrong.format(**values), right.format(**values)


def without_english(text: str) -> str:
    """The words of a message without the English ones in brackets, for a page or a sheet."""
    return _ENGLISH.sub("", text)
