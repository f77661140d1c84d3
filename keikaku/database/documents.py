"""Rows of a plan -> what search finds: one document for each searchable row.

A document has a title, names (the organizations it names, what it is also called) and a body. Its entry in the index has
besides tokens that no text can make, for what is exact: its code, its titles and names as wholes, the fiscal years in
which something is due or happens, its kind and plan.
"""

from collections.abc import Iterable, Iterator

from keikaku.database.rows import Row
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.schema.codes import OUTCOMES
from keikaku.search.index import code_token, index_entry, kind_token, plan_token, whole_token, year_token

Tables = dict[str, list[Row]]
Texts = Iterable[str | None]

# Kind -> its word, in the order in which kinds are numbered and shown.
KINDS = {
    "measure": "施策",
    "goal": "基本目標",
    "organization": "団体",
    "evaluation": "前期の評価",
    "event": "年表の項目",
    "passage": "報告書の文",
}


def build_documents(tables: Tables) -> list[Row]:
    """The documents of one plan: the columns of search_documents but its number, and their entries in the index.

    The order is that in which equals are shown where there are too many to compare: by kind, originals before repeats,
    short titles first. The documents of all plans are numbered in it.
    """
    sources = (_measures, _goals, _organizations, _evaluations, _events, _passages)
    documents = [document for source in sources for document in source(tables)]
    for document in documents:
        document |= index_entry(document, document.pop("tokens"))
    order = list(KINDS)
    return sorted(documents, key=lambda d: (order.index(d["kind"]), d["is_repeat"], len(d["title"])))


def _document(kind: str, table: str, row: Row, title: str, names: Texts, body: Texts, tokens: Iterable[str]) -> Row:
    return {
        "kind": kind,
        "table_name": table,
        "row_id": row["id"],
        "plan_id": row["plan_id"],
        "sector_id": row.get("sector_id"),
        "code": row.get("code"),
        "is_repeat": int(row.get("repeat_of") is not None),
        "position": row["position"],
        "title": title,
        "names": "、".join(text for text in names if text),
        "body": "\n".join(text for text in body if text),
        "tokens": [kind_token(kind), plan_token(row["plan_id"]), whole_token(title), *tokens],
    }


def _grouped(tables: Tables, table: str, key: str, column: str) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for row in tables.get(table, []):
        if row[column] is not None:
            grouped.setdefault(row[key], []).append(row[column])
    return grouped


def _measures(tables: Tables) -> Iterator[Row]:
    promoters = _grouped(tables, "measure_organizations", "measure_id", "printed")
    labels = _grouped(tables, "indicators", "measure_id", "label")
    due = _grouped(tables, "indicators", "measure_id", "due_fiscal_year")
    for row in tables["measures"]:
        body = [row["summary"], row["schedule"], row["target"], "、".join(labels[row["id"]])]
        tokens = [code_token(row["code"]), *(year_token(int(year)) for year in due.get(row["id"], []))]
        yield _document("measure", "measures", row, row["name"], promoters[row["id"]], body, tokens)


def _goals(tables: Tables) -> Iterator[Row]:
    plans = {row["id"]: row["plan_id"] for row in tables["sectors"]}
    for row in tables["goals"]:
        placed = row | {"plan_id": plans[row["sector_id"]]}
        yield _document("goal", "goals", placed, row["title"], [], [row["summary"]], [])


def _organizations(tables: Tables) -> Iterator[Row]:
    known = _grouped(tables, "organization_names", "organization_id", "name")
    for position, row in enumerate(tables["organizations"], 1):
        names = [name for name in known[row["id"]] if name != row["name"]]
        placed = row | {"position": position}
        tokens = [whole_token(name) for name in names]
        yield _document("organization", "organizations", placed, row["name"], names, [row["note"]], tokens)


def _evaluations(tables: Tables) -> Iterator[Row]:
    for row in tables["evaluations"]:
        names = [row["decision"], OUTCOMES[row["outcome"]][0]]
        yield _document("evaluation", "evaluations", row, row["name"], names, [row["summary"], row["evidence"]], [])


def _events(tables: Tables) -> Iterator[Row]:
    for row in tables["events"]:
        first, last = row["fiscal_year"], row["end_fiscal_year"] or row["fiscal_year"]
        span = "〜".join(map(format_fiscal_year, dict.fromkeys((first, last))))
        printed = row["printed"] if row["printed"] != row["title"] else None
        tokens = [year_token(year) for year in range(first, last + 1)]
        yield _document("event", "events", row, row["title"], [span], [printed], tokens)


def _passages(tables: Tables) -> Iterator[Row]:
    plans = {row["id"]: row["plan_id"] for row in tables["sectors"]}
    owners = {
        row["id"]: {
            "plan_id": plans.get(row.get("sector_id")) or row.get("plan_id") or row["id"],
            "sector_id": row.get("sector_id"),
            "name": row.get("name") or row["title"],
        }
        for table in ("plans", "goals", "measures", "evaluations")
        for row in tables[table]
    }
    for position, row in enumerate(tables.get("report_passages", []), 1):
        placed = row | owners[row["row_id"]] | {"position": position}
        yield _document("passage", "report_passages", placed, row["heading"], [placed["name"]], [row["text"]], [])
