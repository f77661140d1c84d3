"""A database of many plans -> the small one that finds them: municipalities, plans and measures by name, and where each lies.

Guarantees: the search of keikaku.search works in it as in any other; the table `parts` says of each plan in which part of a
publication it lies. Everything else is empty.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlean

from keikaku.files.beside import read_statements
from keikaku.search.index import CREATE_INDEX, belonging, index_entry

_SQL = read_statements(__file__)


def keep_titles(database: Path, parts: Iterable[tuple[str, str]]) -> None:
    """Reduce a database in its place; `parts` are ids of plans with their parts."""
    with closing(sqlean.connect(str(database), isolation_level=None)) as connection:
        connection.row_factory = sqlean.Row
        for (name,) in connection.execute(_SQL["emptied"]).fetchall():
            connection.execute(f"DELETE FROM {name}")
        connection.executescript(_SQL["documents"])
        connection.execute(CREATE_INDEX)
        where = {plan["id"]: belonging(dict(plan)) for plan in connection.execute(_SQL["plans"])}
        connection.execute("BEGIN")
        for row in connection.execute("SELECT * FROM search_documents").fetchall():
            connection.execute(_SQL["entry"], {"id": row["id"], **index_entry(dict(row), where[row["plan_id"]])})
        connection.executemany("INSERT INTO parts VALUES (?, ?)", parts)
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
