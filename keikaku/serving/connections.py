"""How every connection of the site is set up, in this order; the guard comes last, since it forbids what the others do.

The worker process for visitors' SQL sets its connection up by the same list and then narrows it (sql_guard.guard_visitor).
"""

from collections.abc import Callable
from sqlite3 import Connection

from keikaku.search.functions import register
from keikaku.serving.sql_guard import guard_connection

SET_UP: list[Callable[[Connection], None]] = [
    register,  # Japanese search and fiscal_year()
    guard_connection,  # from here on it only reads
]


def set_up(connection: Connection) -> None:
    """Prepare a connection to plans.db."""
    for step in SET_UP:
        step(connection)
