"""What a query finds, best first, with counts by kind and sector: the one search of every page, of SQL and of JSON.

The order: an exact code, title or name; the words in the title; anywhere; in other spellings and readings; by synonyms.
Within one of these bm25 decides, originals first and measures a little before other kinds. Where CANDIDATES documents
or more are equally good, the order is that of their numbers instead (measures first, short titles first), so that the
time does not grow with the number of plans.
"""

import json
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from keikaku.search.lexicon import Execute, Kind, Lexicon, load_lexicon
from keikaku.search.plan import Plan, plan_query
from keikaku.search.snippet import Needles, Parts, as_html, cut_out, mark, needles_of
from keikaku.search.suggest import Suggestion, near_spellings, near_themes
from keikaku.search.text import NOTHING
from keikaku.search.tokens import plan_token, sector_token

CANDIDATES = 400
TITLE, NAMES, BODY = 10.0, 4.0, 1.0  # weights of the columns for bm25
_WEIGHTS = {"measure": 1.3, "goal": 1.1, "organization": 1.2, "event": 0.9, "passage": 0.5}
_NAMES = {"measure": "推進：", "organization": "別名：", "evaluation": "前期：", "event": "年度："}

# CROSS JOIN: asked the other way round, the index would be searched once for each document.
_HITS = f"""
    SELECT d.id, d.kind, d.is_repeat, d.position, bm25(search_index, {TITLE}, {NAMES}, {BODY})
    FROM search_index CROSS JOIN search_documents AS d ON d.id = search_index.rowid
    WHERE search_index MATCH ? AND search_index.rowid BETWEEN ? AND ?
"""
_FIRST = f"""
    SELECT rowid FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid LIMIT {CANDIDATES}
"""
_DOCUMENTS = """
    SELECT d.id, d.kind, d.table_name, d.row_id, d.plan_id, s.name, d.code, d.is_repeat, d.title, d.names, d.body
    FROM search_documents AS d LEFT JOIN sectors AS s ON s.id = d.sector_id
    WHERE d.id IN (SELECT value FROM json_each(?))
"""
# One value for all numbers: rows are what takes time where a word stands in a hundred thousand documents.
_IDS = "SELECT json_group_array(rowid) FROM search_index WHERE search_index MATCH ?"
_EXISTS = "SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT 1"

Ids = list[int]


@dataclass(frozen=True)
class Result:
    """One document found; title and snippet come plain and, for a page, in parts with what was found marked."""

    kind: str
    id: str
    title: str
    table: str
    plan_id: str
    sector: str | None
    code: str | None
    is_repeat: bool
    title_parts: Parts
    snippet_parts: Parts

    @property
    def path(self) -> str:
        """Address of the row, relative to the database's."""
        return f"{self.table}/{self.id}"

    @property
    def snippet(self) -> str:
        return as_html(self.snippet_parts)


class Count(NamedTuple):
    """A kind or sector with its word and the number of documents found in it."""

    name: str
    label: str
    documents: int


@dataclass
class Results:
    """One page of what was found. `notes` say in Japanese what was searched besides the words typed.

    Where nothing is found, `spellings` are near words to search instead and `themes` measures and goals like them.
    """

    query: str
    results: list[Result] = field(default_factory=list)
    total: int = 0
    kinds: list[Count] = field(default_factory=list)
    sectors: list[Count] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    spellings: list[str] = field(default_factory=list)
    themes: list[Suggestion] = field(default_factory=list)
    match: str = NOTHING


class _Hit(NamedTuple):
    level: int
    is_repeat: int
    score: float
    position: int
    id: int


def search(
    execute: Execute,
    query: str,
    kind: str | None = None,
    sector: str | None = None,
    limit: int = 50,
    offset: int = 0,
) -> Results:
    """Search a database; `sector` is a name such as 工業 or a sector's id. An unknown kind or sector finds nothing."""
    lexicon = load_lexicon(execute)
    plan = plan_query(query, lexicon, exists_in(execute))
    found = Results(query, notes=plan.notes, match=plan.match)
    if not plan.levels:
        found.spellings, found.themes = near_spellings(query, lexicon), near_themes(execute, query)
        return found
    within = _sector_filter(execute, sector)
    kinds = [known for known in lexicon.kinds if kind in (None, "", known.kind)]
    hits = _best(execute, [_filtered(level, within) for level in plan.levels], kinds, offset + limit)
    needles = needles_of(plan.ways)
    found.results = _read(execute, [hit.id for hit in hits[offset : offset + limit]], needles)
    ids = _ids(execute, plan.match)
    _count(found, ids, _ids(execute, _filtered(plan.match, within)) if within else ids, lexicon, kinds)
    return found


def exists_in(execute: Execute) -> Callable[[str], bool]:
    """A function that tells whether an FTS5 expression finds anything."""
    return lambda match: any(True for _ in execute(_EXISTS, (match,)))


def plan_in(execute: Execute, query: str) -> Plan:
    """The plan of a query for a database."""
    return plan_query(query, load_lexicon(execute), exists_in(execute))


def _best(execute: Execute, levels: list[str], kinds: list[Kind], wanted: int) -> list[_Hit]:
    """The best hits, at least `wanted` of them if there are so many."""
    if not kinds:
        return []
    bounds = kinds[0].first_id, kinds[-1].last_id
    hits: dict[int, _Hit] = {}
    for level, match in enumerate(levels):
        first = [row[0] for row in execute(_FIRST, (match, *bounds))]
        if len(first) == CANDIDATES:  # too many to compare: as they are numbered
            found = [_Hit(level, 0, 0.0, 0, id_) for id_ in first]
        else:
            found = _compared(execute, level, match, bounds) if first else []
        for hit in found:
            hits.setdefault(hit.id, hit)
        if len(hits) >= wanted:
            break
    return sorted(hits.values())


def _compared(execute: Execute, level: int, match: str, bounds: tuple[int, int]) -> list[_Hit]:
    rows = execute(_HITS, (match, *bounds))
    return [_Hit(level, r, round(bm25 * _WEIGHTS.get(kind, 1.0), 6), place, id_) for id_, kind, r, place, bm25 in rows]


def _read(execute: Execute, ids: list[int], needles: Needles) -> list[Result]:
    rows = {row[0]: row for row in execute(_DOCUMENTS, (str(ids),))}
    return [_result(rows[id_], needles) for id_ in ids]


def _result(row: Sequence[Any], needles: Needles) -> Result:
    _, kind, table, id_, plan_id, sector, code, is_repeat, title, names, body = row
    if kind == "passage":  # its heading says little without what it is a passage of
        title, names = f"{names}（{title}）", ""
    marked = cut_out(body, needles)
    if names and not any(found for _, found in marked):
        named = cut_out(names, needles)
        if not body or any(found for _, found in named):
            marked = [(_NAMES.get(kind, ""), False), *named]
    return Result(kind, id_, title, table, plan_id, sector, code, bool(is_repeat), mark(title, needles), marked)


def _filtered(match: str, within: str) -> str:
    return f"({match}) AND {within}" if within else match


def _sector_filter(execute: Execute, sector: str | None) -> str:
    """The expression for a sector's name or id; "" for none."""
    if not sector:
        return ""
    for name, plan_id in execute("SELECT name, plan_id FROM sectors WHERE id = ?", (sector,)):
        return f'names : "{sector_token(name)}" AND names : "{plan_token(plan_id)}"'
    return f'names : "{sector_token(sector)}"'


def _count(found: Results, ids: Ids, within: Ids, lexicon: Lexicon, kinds: list[Kind]) -> None:
    """Count by kind what stands in the sector asked for, and by sector what is of the kinds; leave out what is none.

    `ids` are those of all documents found, `within` those in the sector.
    """
    for known in lexicon.kinds:
        if number := bisect_right(within, known.last_id) - bisect_left(within, known.first_id):
            found.kinds.append(Count(known.kind, known.label, number))
            found.total += number if known in kinds else 0
    chosen = ids[bisect_left(ids, kinds[0].first_id) : bisect_right(ids, kinds[-1].last_id)] if kinds else []
    numbers = Counter(map(lexicon.sector_of.__getitem__, chosen))
    found.sectors = [Count(name, name, numbers[i]) for i, name in enumerate(lexicon.sectors, 1) if numbers[i]]


def _ids(execute: Execute, match: str) -> Ids:
    """The numbers of all documents found, sorted."""
    return sorted(json.loads(next(iter(execute(_IDS, (match,))))[0]))
