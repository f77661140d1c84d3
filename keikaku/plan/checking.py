"""What checks have in common: what they look at, and what they find."""

from collections.abc import Callable, Collection, Iterable, Iterator
from difflib import get_close_matches
from typing import Any, NamedTuple

from keikaku.plan.model import City, PlanData
from keikaku.plan.reading import Document
from keikaku.plan.references import References

Documents = dict[str, Document]
Path = tuple[str | int, ...]


class Plan(NamedTuple):
    """What a check looks at."""

    city: City
    data: PlanData
    known: References

    @property
    def years(self) -> tuple[int, int]:
        return self.data.plan.start_fiscal_year, self.data.plan.end_fiscal_year


class Fault(NamedTuple):
    """The kind of record and the place in its file, and the message (see messages.yml) with what fills it in."""

    kind: str
    path: Path
    message: str
    values: dict[str, Any]


class Check(NamedTuple):
    """A rule with the kinds of record that it looks at."""

    needed: frozenset[str]
    find: Callable[[Plan], Iterator[Fault]]


def needs(*kinds: str) -> Callable[[Callable[[Plan], Iterator[Fault]]], Check]:
    return lambda find: Check(frozenset(kinds), find)


def fault(kind: str, path: Path, message: str, /, **values: Any) -> Fault:
    return Fault(kind, path, message, values)


def unknown(kind: str, path: Path, what: str, name: object, known: Collection[str]) -> Fault:
    """A name of nothing, with those that are like it."""
    near = get_close_matches(str(name), sorted(known), n=3, cutoff=0.3) or sorted(known)[:5]
    return fault(kind, path, "unknown", what=what, name=name, near="、".join(near) or "なし")


def find_repeated(kind: str, key: str, records: Iterable[Any]) -> Iterator[Fault]:
    """Records that have the same value of a key."""
    first: dict[object, int] = {}
    for i, record in enumerate(records):
        value = getattr(record, key)
        if value is not None and value in first:
            yield fault(kind, (i, key), "twice", key=key, value=value, first=first[value] + 1)
        first.setdefault(value, i)
