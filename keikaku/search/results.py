"""What a query finds, best first: the one search of every page, of SQL and of JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from keikaku.search.lexicon import Execute, Lexicon, load_lexicon
from keikaku.search.matching import Plan, plan_query
from keikaku.search.snippet import Needles, cut_out, needles_of
from keikaku.search.suggest import Suggestion, near_spellings, near_themes

MOST = 500  # results of one search
CANDIDATES = 400
TITLE, NAMES, BODY = 10.0, 4.0, 1.0  # weights of the columns for bm25
_WEIGHTS = {"measure": 1.3, "goal": 1.1, "organization": 1.2, "event": 0.9, "passage": 0.5}
_NAMES = {"measure": "担当：", "organization": "別名：", "evaluation": "評価：", "event": "年度："}

# CROSS JOIN: asked the other way round, the index would be searched once for each document.
_HITS = f"""
    SELECT d.id, d.kind, d.is_repeat, d.position, bm25(search_index, {TITLE}, {NAMES}, {BODY})
    FROM search_index CROSS JOIN search_documents AS d ON d.id = search_index.rowid
    WHERE search_index MATCH ?
"""
_FIRST = f"SELECT rowid FROM search_index WHERE search_index MATCH ? ORDER BY rowid LIMIT {CANDIDATES}"
_DOCUMENTS = """
    SELECT d.id, d.kind, d.table_name, d.row_id, s.name, d.code, d.title, d.names, d.body
    FROM search_documents AS d LEFT JOIN sectors AS s ON s.id = d.sector_id
    WHERE d.id IN (SELECT value FROM json_each(?))
"""
_TOTAL = "SELECT count(*) FROM search_index WHERE search_index MATCH ?"
_EXISTS = "SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT 1"
# A page asks once for its rows and once for what it says of them; more are kept only as long as both may come.
_REMEMBERED = 8


class Result(NamedTuple):
    """One document found; in the snippet, what was found stands between « and »."""

    kind: str
    id: str
    title: str
    snippet: str
    table: str
    sector: str | None
    code: str | None


class Results(NamedTuple):
    """What was found. `notes` say in Japanese what was searched besides the words typed.

    Where nothing is found, `spellings` are near words to search instead and `themes` measures and goals like them.
    """

    results: list[Result]
    total: int
    notes: list[str]
    spellings: Sequence[str] = ()
    themes: Sequence[Suggestion] = ()


_Hit = tuple[int, int, float, int, int]  # level, whether a repeat, score, position, id


def search(execute: Execute, query: str) -> Results:
    """The best MOST results in a database. What was asked last is remembered."""
    lexicon = load_lexicon(execute)
    found: Results | None = lexicon.answers.get(query)
    if found is None:
        found = _search(execute, query, lexicon)
        if len(lexicon.answers) >= _REMEMBERED:
            lexicon.answers.clear()
        lexicon.answers[query] = found
    return found


def plan_in(execute: Execute, query: str) -> Plan:
    """The plan of a query for a database."""
    return plan_query(query, load_lexicon(execute), lambda match: any(True for _ in execute(_EXISTS, (match,))))


def _search(execute: Execute, query: str, lexicon: Lexicon) -> Results:
    plan = plan_in(execute, query)
    if not plan.levels:
        return Results([], 0, plan.notes, near_spellings(query, lexicon), near_themes(execute, query))
    ids = [hit[-1] for hit in _best(execute, plan.levels)[:MOST]]
    needles = needles_of(plan.ways)
    rows = {id_: _result(row, needles) for id_, *row in execute(_DOCUMENTS, (str(ids),))}
    total = next(iter(execute(_TOTAL, (plan.match,))))[0]
    return Results([rows[id_] for id_ in ids], total, plan.notes)


def _best(execute: Execute, levels: list[str]) -> list[_Hit]:
    """The best hits, at least MOST of them if there are so many: by level, then originals first, then by bm25.

    Where CANDIDATES or more are equally good, the order is that of their numbers instead (measures first, short titles
    first), so that the time does not grow with the number of plans.
    """
    hits: dict[int, _Hit] = {}
    for level, match in enumerate(levels):
        found: list[_Hit] = [(level, 0, 0.0, 0, id_) for (id_,) in execute(_FIRST, (match,))]
        if 0 < len(found) < CANDIDATES:  # else too many to compare: as they are numbered
            found = [
                (level, is_repeat, round(bm25 * _WEIGHTS.get(kind, 1.0), 6), position, id_)
                for id_, kind, is_repeat, position, bm25 in execute(_HITS, (match,))
            ]
        for hit in found:
            hits.setdefault(hit[-1], hit)
        if len(hits) >= MOST:
            break
    return sorted(hits.values())


def _result(row: Sequence[Any], needles: Needles) -> Result:
    kind, table, id_, sector, code, title, names, body = row
    if kind == "passage":  # its heading says little without what it is a passage of
        title, names = f"{names}（{title}）", ""
    snippet = cut_out(body, needles)
    if names and "«" not in snippet:
        named = cut_out(names, needles)
        if not body or "«" in named:
            snippet = _NAMES.get(kind, "") + named
    return Result(kind, id_, title, snippet, table, sector, code)
