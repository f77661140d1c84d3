"""What a query finds, best first: the one search of every page, of SQL and of JSON."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from keikaku.files.beside import read_statements
from keikaku.search.lexicon import Execute, Lexicon, load_lexicon
from keikaku.search.matching import ANYWHERE, Filters, Plan, plan_list, plan_query
from keikaku.search.reading import Reading
from keikaku.search.snippet import Needles, cut_out, needles_of
from keikaku.search.suggest import Suggestion, near_spellings, near_themes

MOST = 500  # results of one search
CANDIDATES = 400
_SQL = read_statements(__file__)
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
    plan: str


class Results(NamedTuple):
    """What was found. `counts` are by kind, whatever kind is asked for; `notes` say in Japanese what was searched.

    `links` are what pages are called that may answer, with their addresses, `columns` those of measure_overview that are asked
    for. Where nothing is found, `spellings` are near words to search instead and `themes` measures and goals like them.
    """

    results: list[Result]
    counts: dict[str, int]
    notes: list[str]
    links: Mapping[str, str] = MappingProxyType({})
    columns: Sequence[str] = ()
    spellings: Sequence[str] = ()
    themes: Sequence[Suggestion] = ()

    @property
    def total(self) -> int:
        return sum(self.counts.values())


_Hit = tuple[int, int, int, float, int, int]  # level, whether a repeat, kind, score, position, id


def search(execute: Execute, query: str, filters: Filters = ANYWHERE) -> Results:
    """The best MOST results in a database; for a query without a word, of all that is there. What was asked last is remembered."""
    lexicon = load_lexicon(execute)
    found: Results | None = lexicon.answers.get((query, filters))
    if found is None:
        found = _search(execute, query, filters, lexicon)
        if len(lexicon.answers) >= _REMEMBERED:
            lexicon.answers.clear()
        lexicon.answers[query, filters] = found
    return found


def plan_in(execute: Execute, query: str, filters: Filters = ANYWHERE) -> Plan:
    """The plan of a query for a database."""

    def exists(match: str) -> bool:
        return any(True for _ in execute(_SQL["exists"], (match,)))

    return plan_query(query, load_lexicon(execute), exists, filters)


def _search(execute: Execute, query: str, filters: Filters, lexicon: Lexicon) -> Results:
    plan = plan_in(execute, query, filters) if query.strip() else plan_list(filters)
    kinds = [tuple(row) for row in execute(_SQL["kinds"], (plan.match,))]
    asked = [(first, last) for kind, first, last, _ in kinds if filters.kind in ("", kind)]
    span = (min((first for first, _ in asked), default=0), max((last for _, last in asked), default=-1))
    ids = [hit[-1] for hit in _best(execute, plan, span)[:MOST]]
    needles = needles_of(plan.ways)
    rows = {id_: _result(row, needles) for id_, *row in execute(_SQL["documents"], (str(ids),))}
    results = [rows[id_] for id_ in ids]
    found = Results(results, {kind: count for kind, _, _, count in kinds if count}, plan.notes)
    if plan.reading:
        plans = {result.plan for result in results}
        found = found._replace(**_lead_on(execute, plan.reading, bool(filters.plan), plans))
    if found.counts:
        return found
    spellings = [*_elsewhere(execute, plan, filters), *near_spellings(query, lexicon)]
    return found._replace(spellings=list(dict.fromkeys(spellings)), themes=near_themes(execute, query))


def _elsewhere(execute: Execute, plan: Plan, filters: Filters) -> list[str]:
    """The query less its places, where only these have nothing of it."""
    rest = " ".join(term.word.text for term in plan.reading.terms) if plan.reading and plan.reading.places else ""
    return [rest] if rest and plan_in(execute, rest, filters).levels else []


def _lead_on(execute: Execute, reading: Reading, in_plan: bool, plans: set[str]) -> dict[str, Any]:
    """Where the answer may stand besides; a list of the site of the one municipality or plan that is searched, if it is one."""
    only = (reading.cities, plans) if reading.places or in_plan else (set(), set())
    codes = [term.missing_code for term in reading.terms if term.missing_code]
    questions = reading.questions.values()
    links = [(question.title, question.path_for(*only)) for question in questions]
    links += [
        (row[0], row[1]) for row in execute(_SQL["named"], (json.dumps(sorted(reading.cities)), json.dumps(codes)))
    ]
    return {"links": dict(links), "columns": [question.column for question in questions if question.column]}


def _best(execute: Execute, plan: Plan, span: tuple[int, int]) -> list[_Hit]:
    """The best hits, at least MOST of them if there are so many: by level, then originals first, by kind, by bm25 of words.

    Where CANDIDATES or more are equally good, the order is that of their numbers instead (measures first, short titles
    first), so that the time does not grow with the number of plans.
    """
    hits: dict[int, _Hit] = {}
    for level, match in enumerate(plan.levels):
        found = list(execute(_SQL["first"], (match, *span, CANDIDATES)))
        is_new = any(id_ not in hits for *_, id_ in found)
        if is_new and len(found) < CANDIDATES:  # else too many to compare: as they are numbered
            found = list(execute(_SQL["hits"], (match, *span)))
        for is_repeat, kind, bm25, position, id_ in found:
            hits.setdefault(id_, (level, is_repeat, kind, bm25 if plan.ways else 0, position, id_))
        if len(hits) >= MOST:
            break
    return sorted(hits.values())


def _result(row: Sequence[Any], needles: Needles) -> Result:
    kind, id_, title, table, sector, code, plan, body, names, called = row
    snippet = cut_out(body, needles)
    if names and "«" not in snippet:
        named = cut_out(names, needles)
        if not body or "«" in named:
            snippet = called + named
    return Result(kind, id_, title, snippet, table, sector, code, plan)
