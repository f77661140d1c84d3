"""Words of a query that ask for a list of the site, or say nothing: questions.yml; and where to cut what stands nowhere."""

import re
from collections.abc import Callable, Collection, Container, Iterable, Sequence
from typing import Any, NamedTuple

from keikaku.files.beside import read_data

_DATA = read_data(__file__, "questions.yml")


class Question(NamedTuple):
    """What words are read as, and the page that answers where `source` has a row; `column` is one of measure_overview."""

    words: list[str]
    reads: str
    path: str
    title: str
    source: str
    column: str | None = None
    takes: Sequence[str] = ()

    def path_for(self, cities: Collection[str], plans: Collection[str]) -> str:
        """The address of the page, of one municipality or plan where it is asked of one."""
        for name in self.takes:
            if len(asked := cities if name.startswith("municipality") else plans) == 1:
                return f"{self.path}{'&' if '?' in self.path else '?'}{name}={next(iter(asked))}"
        return self.path

    def is_answered(self, execute: Callable[[str, Sequence[Any]], Iterable[Any]]) -> bool:
        return any(True for _ in execute(f"SELECT 1 FROM {self.source} LIMIT 1", ()))


LET_GO = {word for words in _DATA["let_go"] for word in words}
SAYS_NOTHING = LET_GO | set(_DATA["particles"])
QUESTIONS = [Question(**question) for question in _DATA["questions"]]
QUESTION_OF = {word: question for question in QUESTIONS for word in question.words}


def _any(words: Iterable[str]) -> str:
    """Longer ones first; those of one length in one order, since a folder without a server carries the pattern."""
    return "|".join(map(re.escape, sorted(words, key=lambda word: (-len(word), word))))


_PARTICLES = _any(_DATA["particles"])
_ASKING = re.compile(rf"({_any(QUESTION_OF)})")
_ENDS = (
    re.compile(r"^[^\w\s]+|[^\w\s]+$"),
    re.compile(rf"(?:{_any(LET_GO)})+$"),
    re.compile(rf"(?:{_PARTICLES})$"),
    re.compile(rf"^(?:{_PARTICLES})"),
)
_BETWEEN = re.compile(rf"(?<=[^ぁ-ん])(?:{_PARTICLES})(?=.)|(?<=..)の(?=.)")


def cut_end(key: str) -> str:
    """A word less what says nothing at one of its ends; "" where there is none such."""
    return next((rest for end in _ENDS if (rest := end.sub("", key, count=1)) != key), "")


def cut(key: str, names: Container[str]) -> list[str]:
    """The parts of a word that stands nowhere, by the first rule that fits; none where it cannot be cut.

    Around words that ask; less what says nothing at an end; at particles; after a name (of a city or plan).
    """
    if len(parts := [part for part in _ASKING.split(key) if part]) > 1:
        return parts
    if rest := cut_end(key):
        return [rest]
    if len(parts := [part for part in _BETWEEN.split(key) if part]) > 1:
        return parts
    named = next((end for end in range(len(key) - 2, 1, -1) if key[:end] in names), 0)
    return [key[:named], key[named:]] if named else []
