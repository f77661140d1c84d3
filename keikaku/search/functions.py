"""stub until merged"""

import json
from sqlite3 import Connection, OperationalError

from keikaku.search import normalise, plan_in, search
from keikaku.search.snippet import as_text, cut_out, mark, needles_of


def register(conn: Connection) -> None:
    text = lambda v: "" if v is None else str(v)

    def results(words):
        found = search(conn.execute, words, limit=500)
        rows = ({**vars(r), "snippet": as_text(r.snippet_parts)} for r in found.results)
        return json.dumps(
            [{k: row[k] for k in ("kind", "id", "title", "snippet", "table", "sector", "code")} for row in rows],
            ensure_ascii=False,
        )

    def stoppable(f):
        def call(*v):
            try:
                return f(*v)
            except MemoryError:
                pass
            except OperationalError as e:
                if e.args != ("interrupted",):
                    raise
            conn.interrupt()
            return None

        return call

    for name in ("search_match", "escape_fts"):
        conn.create_function(name, 1, stoppable(lambda w: plan_in(conn.execute, text(w)).match), deterministic=True)
    conn.create_function("search_results", 1, stoppable(lambda w: results(text(w))), deterministic=True)
    conn.create_function("search_key", 1, lambda t: normalise(text(t)).strip(), deterministic=True)
    for name, cut in (("highlight", mark), ("highlight_snippet", cut_out)):
        conn.create_function(
            name,
            2,
            stoppable(lambda t, w, cut=cut: as_text(cut(text(t), needles_of(plan_in(conn.execute, text(w)).ways)))),
            deterministic=True,
        )
