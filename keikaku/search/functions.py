"""Our SQL functions, for any connection of Python's sqlite3 to plans.db: the site's, sqlite-utils', a notebook's.

search_match(words)             the FTS5 expression that finds what a query asks for; escape_fts() is the same, since
                                Datasette calls it so
search_results(words)           what is found, best first: a JSON array of objects as results.Result
search_key(text)                a text without differences of width, case and spelling, to compare names by
highlight(text, words)          the text, with what the query searches for between « and »
highlight_snippet(text, words)  the piece of it around the first hit
fiscal_year(text)               the year in which a fiscal year begins, however it is written; NULL where it is none
"""

import json
from collections.abc import Callable
from functools import partial
from sqlite3 import Connection, OperationalError
from typing import Any

from keikaku.search.lexicon import Execute
from keikaku.search.query import read_year
from keikaku.search.results import plan_in, search
from keikaku.search.snippet import Needles, Parts, as_text, cut_out, mark, needles_of
from keikaku.search.text import normalise


def register(connection: Connection) -> None:
    """Set up all functions; those that search need the tables of plans.db only when they are called."""
    execute = connection.execute
    functions: dict[str, tuple[int, Callable[..., Any]]] = {
        "search_match": (1, partial(_match, execute)),
        "escape_fts": (1, partial(_match, execute)),
        "search_results": (1, partial(_results, execute)),
        "search_key": (1, _key),
        "highlight": (2, partial(_marked, execute, mark)),
        "highlight_snippet": (2, partial(_marked, execute, cut_out)),
        "fiscal_year": (1, _fiscal_year),
    }
    for name, (arguments, function) in functions.items():
        connection.create_function(name, arguments, _stoppable(connection, function), deterministic=True)


def _stoppable(connection: Connection, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose own query is stopped stops the statement that calls it too, instead of failing in it."""

    def call(*values: object) -> Any:
        try:
            return function(*values)
        except MemoryError:
            pass
        except OperationalError as error:
            if error.args != ("interrupted",):
                raise
        connection.interrupt()
        return None

    return call


def _match(execute: Execute, words: object) -> str:
    return plan_in(execute, _text(words)).match


def _results(execute: Execute, words: object) -> str:
    found = search(execute, _text(words)).results
    return json.dumps([result._asdict() for result in found], ensure_ascii=False)


def _key(text: object) -> str:
    return normalise(_text(text)).strip()


def _marked(execute: Execute, cut: Callable[[str, Needles], Parts], text: object, words: object) -> str:
    return as_text(cut(_text(text), needles_of(plan_in(execute, _text(words)).ways)))


def _fiscal_year(text: object) -> int | None:
    return read_year(_text(text))


def _text(value: object) -> str:
    return "" if value is None else str(value)
