"""A database of many plans -> the small one that finds them: municipalities, plans and measures by name, and where each lies.

Guarantees: the search of keikaku.search works in it as in any other; the table `parts` says of each plan in which part of a
publication it lies. Everything else is empty.
"""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import sqlean

from keikaku.database.documents import belonging
from keikaku.search.index import CREATE_INDEX, code_token, index_entry, kind_token, whole_token

_EMPTIED = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND name NOT LIKE 'search_index%' AND name NOT LIKE 'sqlite_%' AND name NOT IN (
        'municipalities', 'plans', 'plan_words', 'sectors', 'fiscal_years',
        'search_documents', 'search_kinds', 'search_words', 'search_synonyms'
    )
"""
_DOCUMENTS = """
    DROP TABLE search_index;
    DELETE FROM search_kinds;
    DELETE FROM search_documents WHERE kind <> 'measure';
    UPDATE search_documents SET names = '', body = '';
    UPDATE plans SET concept = NULL;
    UPDATE sectors SET vision = NULL;
    INSERT INTO search_documents (kind, table_name, row_id, plan_id, is_repeat, position, title, names, body)
        SELECT 'plan', 'plans', p.id, p.id, 0, 0, p.title, m.name, ''
        FROM plans AS p JOIN municipalities AS m ON m.id = p.municipality_id ORDER BY m.code, p.id;
    INSERT INTO search_documents (kind, table_name, row_id, plan_id, is_repeat, position, title, names, body)
        SELECT 'municipality', 'municipalities', m.id, min(p.id), 0, 0, m.name, m.prefecture, ''
        FROM municipalities AS m JOIN plans AS p ON p.municipality_id = m.id GROUP BY m.id ORDER BY m.code;
    INSERT INTO search_kinds (kind, position, label, first_id, last_id)
        SELECT d.kind, l.key + 1, l.value ->> 1, min(d.id), max(d.id)
        FROM json_each('[["municipality", "自治体"], ["plan", "計画"], ["measure", "施策"]]') AS l
        JOIN search_documents AS d ON d.kind = l.value ->> 0 GROUP BY d.kind;
    CREATE TABLE parts (plan_id TEXT PRIMARY KEY REFERENCES plans (id), part TEXT NOT NULL);
"""
_ENTRY = "INSERT INTO search_index (rowid, title, names, body) VALUES (:id, :title_tokens, :names_tokens, :body_tokens)"


def keep_titles(database: Path, parts: Iterable[tuple[str, str]]) -> None:
    """Reduce a database in its place; `parts` are ids of plans with their parts."""
    with closing(sqlean.connect(str(database), isolation_level=None)) as connection:
        connection.row_factory = sqlean.Row
        for (name,) in connection.execute(_EMPTIED).fetchall():
            connection.execute(f"DELETE FROM {name}")
        connection.executescript(_DOCUMENTS)
        connection.execute(CREATE_INDEX)
        rows = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in ("municipalities", "plans")}
        where = belonging({name: [dict(row) for row in found] for name, found in rows.items()})
        connection.execute("BEGIN")
        for row in connection.execute("SELECT * FROM search_documents").fetchall():
            code = [code_token(row["code"])] if row["code"] else []
            tokens = [kind_token(row["kind"]), whole_token(row["title"]), *code, *where[row["plan_id"]]]
            connection.execute(_ENTRY, {"id": row["id"], **index_entry(dict(row), tokens)})
        connection.executemany("INSERT INTO parts VALUES (?, ?)", parts)
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("COMMIT")
        connection.execute("VACUUM")
