"""Names of bodies in somebody's spreadsheet matched with the organizations of the plans.

Follows the Reconciliation Service API 0.2 of the W3C Entity Reconciliation Community Group, which OpenRefine speaks.
Candidates have the name or alias, or pairs of characters in common with them, by the index of the search; scores run from 0
to 100.
"""

import json
import re
import unicodedata
from difflib import SequenceMatcher
from typing import Any

from keikaku.files.beside import read_statements
from keikaku.search import normalise
from keikaku.search.index import kind_token
from keikaku.search.lexicon import Execute
from keikaku.search.text import index_text, phrase

TABLE = "organizations"
MOST_QUERIES, MOST_CANDIDATES = 100, 25
MOST_LIKE = 50  # organizations with the most in common that are compared
MOST_LENGTH = 200  # characters of a name
EXACT, SAME_KEY, NEAR, LEAST = 100.0, 95.0, 90.0, 40.0
_CANDIDATES = 5  # unless a query asks for another number
_FORMS = re.compile(
    r"\((?:株|有|一社|公社|社|一財|公財|財|福|特非|同|資)\)|株式会社|有限会社|合同会社|合資会社|特定非営利活動法人|npo法人|(?:一般|公益)?(?:社団|財団)法人|社会福祉法人|学校法人"
)
_REST = re.compile(r"[\W_]+")
_SQL = read_statements(__file__)
_NEEDS_TEXT = 'どの問い合わせにも、文字列の "query" が要ります。'


class WrongQueries(ValueError):
    """What a client sent is not a batch of queries; the message says in Japanese what would be right."""


def read_queries(text: str) -> dict[str, dict[str, Any]]:
    """The batch of queries by key, some with properties alone, which find nothing here; raises WrongQueries."""
    try:
        queries = json.loads(text)
        json.dumps(queries, ensure_ascii=False).encode("utf-8")  # fails for half a character, such as "\ud800"
    except (ValueError, RecursionError) as error:
        raise WrongQueries("queries を JSON として読み取れません。") from error
    if not isinstance(queries, dict) or len(queries) > MOST_QUERIES:
        raise WrongQueries(f"queries は、{MOST_QUERIES}件までの問い合わせに名前を付けたオブジェクトです。")
    for query in queries.values():
        if not isinstance(query, dict):
            raise WrongQueries(_NEEDS_TEXT)
        if not isinstance(query.get("query", "" if query.get("properties") else None), str):
            raise WrongQueries(_NEEDS_TEXT)
    return queries


def reconcile(execute: Execute, query: dict[str, Any], label: str) -> dict[str, Any]:
    """The candidates for one query, best first, as {"result": [...]}. Unknown properties and types do not find more."""
    limit = query.get("limit")
    limit = limit if isinstance(limit, int) and 0 < limit <= MOST_CANDIDATES else _CANDIDATES
    wanted = query.get("type")
    types = wanted if isinstance(wanted, list) else [wanted] if wanted else []
    name = query.get("query", "").strip()[:MOST_LENGTH]
    if not name or (types and TABLE not in types):
        return {"result": []}
    found = _rank(execute, name, _find_plan(query))[:limit]
    best, exact = ([c for c in found if c["score"] >= least] for least in (SAME_KEY, EXACT))
    sure = best if len(best) == 1 else exact if len(exact) == 1 else []
    kind = [{"id": TABLE, "name": label}]
    return {"result": [{**candidate, "match": candidate in sure, "type": kind} for candidate in found]}


def suggest_organizations(execute: Execute, prefix: str, label: str, start: int = 0) -> dict[str, Any]:
    """What a person who types may mean, for the choice of an organization by hand, without the first `start`."""
    found = _rank(execute, prefix.strip()[:MOST_LENGTH], "", least=0.0) if prefix.strip() else []
    kind = [{"id": TABLE, "name": label}]
    named = ({key: c[key] for key in ("id", "name", "description")} for c in found[start : start + MOST_CANDIDATES])
    return {"result": [{**candidate, "notable": kind} for candidate in named]}


def _rank(execute: Execute, name: str, plan: str, least: float = LEAST) -> list[dict[str, Any]]:
    """The candidates with this score at least, best first."""
    ids = [row[0] for row in execute(_SQL["named"], (name, MOST_CANDIDATES))]
    key = _key(name)
    tokens = index_text(key).split()
    if pairs := phrase(key) if len(tokens) == 1 else " OR ".join(f'"{token}"' for token in tokens):
        ids += [
            row[0]
            for row in execute(_SQL["like"], (f'({pairs}) AND names : "{kind_token("organization")}"', MOST_LIKE))
        ]
    candidates = []
    for id_, title, place, names in execute(_SQL["organizations"], (json.dumps(ids), plan, plan)):
        score, by = max((_compare(name, key, known), known) for known in {title, *json.loads(names)})
        if score >= least:
            known = place if by == title else f"{place}（別名：{by}）"
            candidates.append({"id": id_, "name": title, "description": known, "score": score})
    return sorted(candidates, key=lambda c: (-c["score"], c["id"]))


def _compare(name: str, key: str, known: str) -> float:
    if name == known:
        return EXACT
    other = _key(known)
    if key == other:
        return SAME_KEY
    return round(NEAR * SequenceMatcher(None, key, other, autojunk=False).ratio(), 1)


def _key(name: str) -> str:
    """A name without legal form, spaces and signs, in one width and case."""
    plain = normalise(_FORMS.sub("", unicodedata.normalize("NFKC", name)))
    return _REST.sub("", plain) or normalise(name)


def _find_plan(query: dict[str, Any]) -> str:
    """The value of the property `plan`: a plan's id or title, or a municipality's name or code; "" for none."""
    properties = query.get("properties")
    for known in properties if isinstance(properties, list) else []:
        if isinstance(known, dict) and known.get("pid") == "plan" and isinstance(known.get("v"), str):
            return str(known["v"])
    return ""
