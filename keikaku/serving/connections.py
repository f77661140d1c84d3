"""How every connection to plans.db is set up; the guard comes last, since it forbids what comes before.

The worker process for visitors' SQL sets its connection up likewise and then narrows it (sql_guard.guard_visitor).
"""

from sqlite3 import Connection

from keikaku.search.functions import register
from keikaku.serving.sql_guard import guard_connection


def set_up(connection: Connection) -> None:
    register(connection)  # Japanese search and fiscal_year()
    guard_connection(connection)  # from here on it only reads
