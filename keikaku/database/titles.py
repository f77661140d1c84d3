"""A database of many plans -> the small one that finds them: municipalities, plans and measures by name, and where each lies.

Guarantees: the search of keikaku.search works in it as in any other; the table `parts` says of each plan in which part of a
publication it lies. Everything else is empty.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlean

from keikaku.database.documents import belonging
from keikaku.files.beside import read_statements
from keikaku.search.index import CREATE_INDEX, code_token, index_entry, kind_token, whole_token

_SQL = read_statements(__file__)


def keep_titles(database: Path, parts: Iterable[tuple[str, str]]) -> None:
    """Reduce a database in its place; `parts` are ids of plans with their parts."""
    with closing(sqlean.connect(str(database), isolation_level=None)) as connection:
        connection.row_factory = sqlean.Row
        for (name,) in connection.execute(_SQL["emptied"]).fetchall():
            connection.execute(f"DELETE FROM {name}")
        connection.executescript(_SQL["documents"])
        connection.execute(CREATE_INDEX)
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("municipalities", "plans")}
        where = belonging({name: [dict(row) for row in found] for name, found in rows.items()})
        connection.execute("BEGIN")
        for row in connection.execute("SELECT * FROM search_documents").fetchall():
            code = [code_token(row["code"])] if row["code"] else []
            tokens = [kind_token(row["kind"]), whole_token(row["title"]), *code, *where[row["plan_id"]]]
            connection.execute(_SQL["entry"], {"id": row["id"], **index_entry(dict(row), tokens)})
        connection.executemany("INSERT INTO parts VALUES (?, ?)", parts)
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
