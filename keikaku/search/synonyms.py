"""Groups of words that mean the same, as rows of search_synonyms."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

Row = dict[str, Any]
Group = tuple[list[str], list[str]]

MAX_NAMES = 12


def build_groups(groups: Iterable[Group], organization_names: list[Row]) -> list[Row]:
    """Rows for (words, also) of each group, then for the names of each organization, those of most plans first.

    Groups that are the same in several plans become one.
    """
    distinct = dict.fromkeys((tuple(words), tuple(also)) for words, also in groups)
    named = Counter(tuple(names) for names in _names(organization_names))
    frequent = sorted(named, key=lambda names: (-named[names], names))
    numbered = enumerate([*distinct, *((names, ()) for names in frequent)], 1)
    return [
        {"group_id": number, "word": word, "role": role}
        for number, (words, also) in numbered
        for role, part in (("word", words), ("also", also))
        for word in part
    ]


def _names(organization_names: list[Row]) -> Iterator[list[str]]:
    """The names of each organization that has several, those of one character (市) left out."""
    names: dict[str, list[str]] = {}
    for row in organization_names:
        if len(row["name"]) > 1:
            names.setdefault(row["organization_id"], []).append(row["name"])
    return (sorted(group)[:MAX_NAMES] for group in names.values() if len(group) > 1)
