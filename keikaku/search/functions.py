"""Our SQL functions, for any connection of Python's sqlite3 to plans.db: the site's, sqlite-utils', a notebook's.

docs/search.md tells what each does.
"""

import json
from collections.abc import Callable
from functools import partial
from sqlite3 import Connection, OperationalError
from typing import Any

from keikaku.search.matching import Filters
from keikaku.search.query import read_year
from keikaku.search.rates import rate_in
from keikaku.search.results import plan_in, search
from keikaku.search.snippet import Needles, cut_out, mark, needles_of
from keikaku.search.text import normalise

_stopped: set[int] = set()  # ids of connections


def take_stopped(connection: Connection) -> bool:
    """Whether a function was stopped since this was last asked: SQLite does not look at it before a statement that ends at once."""
    was_stopped = id(connection) in _stopped
    _stopped.discard(id(connection))
    return was_stopped


def register(connection: Connection) -> None:
    """Set up all functions; those that search need the tables of plans.db only when they are called."""
    execute = connection.execute

    def match(words: str) -> str:
        return plan_in(execute, words).match

    def needles(words: str) -> Needles:
        return needles_of(plan_in(execute, words).ways)

    def results(words: str, *filters: str) -> str:
        found = search(execute, words, Filters(*filters)).results
        return json.dumps([result._asdict() for result in found], ensure_ascii=False)

    functions: list[tuple[str, int, Callable[..., Any]]] = [
        ("search_match", 1, match),
        ("escape_fts", 1, match),  # as Datasette calls it
        ("search_results", 1, results),
        ("search_results", 5, results),
        ("search_key", 1, lambda text: normalise(text).strip()),
        ("highlight", 2, lambda text, words: mark(text, needles(words))),
        ("highlight_snippet", 2, lambda text, words: cut_out(text, needles(words))),
        ("fiscal_year", 1, read_year),
        ("target_rate", 3, partial(rate_in, execute)),
    ]
    for name, arguments, function in functions:
        connection.create_function(name, arguments, _stoppable(connection, function), deterministic=True)


def _stoppable(connection: Connection, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of texts, NULL read as none. Where its own query is stopped, so is the statement that calls it (take_stopped)."""

    def call(*values: object) -> Any:
        try:
            return function(*("" if value is None else str(value) for value in values))
        except MemoryError:
            pass
        except OperationalError as error:
            if error.args != ("interrupted",):
                raise
        _stopped.add(id(connection))
        connection.interrupt()
        return None

    return call
