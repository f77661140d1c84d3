"""What statements gave, kept while the data stays the same: pages ask for much of the same, whatever their address.

Guarantees: only what the same statement would give again today is found; at most KEPT_BYTES are held, the least recently
used go first. Knows nothing of Datasette.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from cachetools import LRUCache

from keikaku.plan.fiscal_year import today_in_japan
from keikaku.serving.answer_cache import is_settled_sql

KEPT_BYTES = 8 * 1024 * 1024
# What is larger is asked for again.
RESULT_BYTES = 512 * 1024
RESULT_CELLS = 5000
_CELL_BYTES = 56

Rows = Sequence[Sequence[Any]]
Result = TypeVar("Result")


class KeptResults(Generic[Result]):
    """Results by what was asked; `make_key` and then `find`, or `keep`."""

    def __init__(self) -> None:
        self._kept: LRUCache[Hashable, tuple[Result, int]] = LRUCache(KEPT_BYTES, lambda entry: entry[1])

    def find(self, key: Hashable) -> Result | None:
        found = self._kept.get(key)
        return found[0] if found else None

    def keep(self, key: Hashable, result: Result, rows: Rows) -> None:
        """`rows` are those of the result; too many of them are not kept."""
        if rows and len(rows) * len(rows[0]) > RESULT_CELLS:
            return
        weight = len(repr(key)) + sum(_weigh(value) for row in rows for value in row)
        if weight <= RESULT_BYTES:
            self._kept[key] = result, weight

    def __len__(self) -> int:
        return len(self._kept)


def make_key(sql: str, values: Mapping[str, Any] | Sequence[Any] | None, *options: Hashable) -> Hashable | None:
    """None for a statement that may give something else every time; values that it does not name do not count.

    Views tell by the day what is due, so the day counts always.
    """
    if not is_settled_sql(sql):
        return None
    pairs = values.items() if isinstance(values, Mapping) else enumerate(values or ())
    asked = tuple((name, type(value), value) for name, value in pairs if not isinstance(name, str) or name in sql)
    return sql, asked, options, today_in_japan()


def _weigh(value: object) -> int:
    return _CELL_BYTES + (2 * len(value) if isinstance(value, str | bytes) else 0)
