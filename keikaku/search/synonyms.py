"""Groups of words that mean the same, as rows of search_synonyms."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

Row = dict[str, Any]
Group = tuple[list[str], list[str]]

MAX_NAMES = 12
MAX_OWNERS = 20


def build_groups(groups: Iterable[Group], organization_names: Iterable[Row]) -> list[Row]:
    """Rows for (words, also) of each group, then for the names of each organization.

    Groups that are the same in several plans become one. A name that many organizations share (農協) does not find the
    names that only one of them has, but these find it.
    """
    distinct = dict.fromkeys((tuple(words), tuple(also)) for words, also in groups)
    named = dict.fromkeys(_names(organization_names))
    return [
        {"group_id": number, "word": word, "role": role}
        for number, (words, also) in enumerate({**distinct, **named}, 1)
        for role, part in (("word", words), ("also", also))
        for word in part
    ]


def _names(organization_names: Iterable[Row]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(words, also) of each organization that has several names, those of one character (市) left out."""
    names: dict[str, list[str]] = {}
    for row in organization_names:
        if len(row["name"]) > 1:
            names.setdefault(row["organization_id"], []).append(row["name"])
    owners = Counter(name for group in names.values() for name in group)
    for group in names.values():
        shared = sorted(name for name in group if owners[name] > MAX_OWNERS)[:MAX_NAMES]
        own = sorted(set(group) - set(shared))[:MAX_NAMES]
        if len(shared) > 1:
            yield tuple(shared), ()
        if len(own) > 1 or (own and shared):
            yield tuple(own), tuple(shared)
