"""Rows of a municipality -> what search finds: one document for each searchable row.

A document has a title, names (the organizations it names, what it is also called) and a body. Its entry in the index has
besides tokens that no text can make, for what is exact: its code, its titles and names as wholes, the fiscal years in
which something is due or happens, its kind, and where it belongs: municipality, plan, theme.
"""

from collections.abc import Iterable, Iterator

from keikaku.database.rows import Row
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.schema.conditions import find_word
from keikaku.search import index
from keikaku.search.index import code_token, index_entry, whole_token, year_token
from keikaku.search.text import index_text

Tables = dict[str, list[Row]]
Texts = Iterable[str | None]

# Kind -> its word, in the order in which kinds are numbered and shown.
KINDS = {
    "measure": "施策",
    "goal": "目標",
    "organization": "団体",
    "evaluation": "評価",
    "event": "年表の項目",
    "passage": "文書の文",
}


def build_documents(tables: Tables) -> list[Row]:
    """The documents of one municipality: the columns of search_documents but its number, and their entries in the index.

    The order is that in which equals are shown where there are too many to compare: by kind, originals before repeats,
    short titles first. The documents of all plans are numbered in it.
    """
    sources = (_measures, _goals, _indicators, _organizations, _evaluations, _events, _passages)
    documents = [document for source in sources for document in source(tables)]
    tokens_of = belonging(tables)
    every = [token for tokens in tokens_of.values() for token in tokens]
    for document in documents:  # an organization belongs to all plans of its municipality
        where = every if document["kind"] == "organization" else tokens_of[document["plan_id"]]
        document |= index_entry(document, [*document.pop("tokens"), *where])
    order = list(KINDS)
    return sorted(documents, key=lambda d: (order.index(d["kind"]), d["is_repeat"], len(d["title"])))


def belonging(tables: Tables) -> dict[str, list[str]]:
    """Plan -> the tokens by which a search is narrowed to it."""
    cities = {row["id"]: row["name"] for row in tables["municipalities"]}
    return {
        row["id"]: [
            index.plan_token(row["id"]),
            index.city_token(row["municipality_id"]),
            index.series_token(row["title"], cities[row["municipality_id"]]),
            *([index.theme_token(row["theme"])] if row["theme"] else []),
        ]
        for row in tables["plans"]
    }


def _document(kind: str, table: str, row: Row, title: str, names: Texts, body: Texts, tokens: Iterable[str]) -> Row:
    code = [code_token(row["code"])] if row.get("code") else []
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
        "tokens": [index.kind_token(kind), whole_token(title), *code, *tokens],
    }


def _grouped(tables: Tables, table: str, key: str, column: str) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for row in tables.get(table, []):
        if row[column] is not None:
            grouped.setdefault(row[key], []).append(row[column])
    return grouped


def _due_years(tables: Tables) -> dict[str, list[int]]:
    """Indicator -> the years in which its targets are due."""
    due: dict[str, list[int]] = {}
    for row in tables["figures"]:
        if row["role"] == "target" and row["last_year"] is not None:
            due.setdefault(row["indicator_id"], []).append(row["last_year"])
    return due


def _targets(tables: Tables) -> tuple[dict[str, list[str]], dict[str, list[int]]]:
    """What indicators count, and the years in which their targets are due, by the id of what they stand at."""
    indicators = {row["id"]: row for row in tables["indicators"]}
    due = _due_years(tables)
    labels: dict[str, list[str]] = {}
    years: dict[str, list[int]] = {}
    # Costs last: where everything has one, they say least.
    for link in sorted(tables["indicator_links"], key=lambda link: indicators[link["indicator_id"]]["kind"] == "cost"):
        indicator = indicators[link["indicator_id"]]
        texts = [indicator["label"], indicator["member"], indicator["code"]]
        labels.setdefault(link["row_id"], []).extend(text for text in texts if text)
        years.setdefault(link["row_id"], []).extend(due.get(indicator["id"], []))
    return labels, years


def _measures(tables: Tables) -> Iterator[Row]:
    promoters = _grouped(tables, "measure_organizations", "measure_id", "printed")
    marks = _grouped(tables, "measure_marks", "measure_id", "mark")
    labels, due = _targets(tables)
    for row in tables["measures"]:
        id_ = row["id"]
        body = [row["summary"], row["schedule"], row["target"], "、".join(labels.get(id_, []))]
        marked = [index_text(mark) for mark in ["新規"] * bool(row["is_new"]) + marks.get(id_, [])]
        tokens = [*marked, *map(year_token, due.get(id_, []))]
        yield _document("measure", "measures", row, row["name"], promoters.get(id_, []), body, tokens)


def _goals(tables: Tables) -> Iterator[Row]:
    labels, due = _targets(tables)
    for row in tables["goals"]:
        body = [row["summary"], "、".join(labels.get(row["id"], []))]
        years = map(year_token, due.get(row["id"], []))
        yield _document("goal", "goals", row, row["title"], [row["level"]], body, years)


def _indicators(tables: Tables) -> Iterator[Row]:
    """Those of a whole plan or sector; all others are found with the measure or goal at which they stand."""
    bodies = _grouped(tables, "indicator_organizations", "indicator_id", "printed")
    places = {link["indicator_id"]: link for link in tables["indicator_links"]}
    due = _due_years(tables)
    for row in tables["indicators"]:
        place = places[row["id"]]
        if place["table_name"] in ("plans", "sectors"):
            placed = row | {"sector_id": place["row_id"] if place["table_name"] == "sectors" else None}
            years = map(year_token, due.get(row["id"], []))
            named = bodies.get(row["id"], [])
            yield _document("goal", "indicators", placed, row["label"], named, [row["member"], row["printed"]], years)


def _organizations(tables: Tables) -> Iterator[Row]:
    """They belong to all plans of their municipality, and stand under the first of them."""
    known = _grouped(tables, "organization_names", "organization_id", "name")
    plan_id = min(row["id"] for row in tables["plans"])
    for position, row in enumerate(tables["organizations"], 1):
        names = [name for name in known[row["id"]] if name != row["name"]]
        placed = row | {"position": position, "plan_id": plan_id}
        wholes = map(whole_token, names)
        yield _document("organization", "organizations", placed, row["name"], names, [row["note"]], wholes)


def _evaluations(tables: Tables) -> Iterator[Row]:
    for row in tables["evaluations"]:
        names = [row["decision"], row["grade"], find_word("evaluations", "outcome", row["outcome"])]
        yield _document("evaluation", "evaluations", row, row["name"], names, [row["summary"], row["evidence"]], [])


def _events(tables: Tables) -> Iterator[Row]:
    for row in tables["events"]:
        first, last = row["fiscal_year"], row["end_fiscal_year"] or row["fiscal_year"]
        span = "〜".join(map(format_fiscal_year, dict.fromkeys((first, last))))
        printed = row["printed"] if row["printed"] != row["title"] else None
        tokens = [year_token(year) for year in range(first, last + 1)]
        yield _document("event", "events", row, row["title"], [span], [printed], tokens)


def _passages(tables: Tables) -> Iterator[Row]:
    owners = {
        row["id"]: {
            "plan_id": row.get("plan_id") or row["id"],
            "sector_id": row.get("sector_id"),
            "name": row.get("name") or row["title"],
        }
        for table in ("plans", "goals", "measures", "evaluations")
        for row in tables[table]
    }
    for position, row in enumerate(tables.get("report_passages", []), 1):
        placed = row | owners[row["row_id"]] | {"position": position}
        yield _document("passage", "report_passages", placed, row["heading"], [placed["name"]], [row["text"]], [])
