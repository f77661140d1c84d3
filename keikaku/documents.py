"""Rows of the tables -> what search finds: one document for each searchable row.

A document's body holds what a person may remember of the row besides its title; names of organizations and goals come
from the rows it is linked to.
"""

from collections.abc import Iterator

from keikaku.rows import Row

Tables = dict[str, list[Row]]


def build_documents(tables: Tables) -> list[Row]:
    """The rows of search_documents, numbered from 1 in the order of kinds and rows."""
    documents = [
        *_measures(tables),
        *_goals(tables),
        *_organizations(tables),
        *_evaluations(tables),
        *_events(tables),
        *_passages(tables),
    ]
    return [{"id": i, **document} for i, document in enumerate(documents, 1)]


def _document(kind: str, table: str, row: Row, plan_id: str, title: str, body: list[str | None]) -> Row:
    return {
        "kind": kind,
        "table_name": table,
        "row_id": row["id"],
        "plan_id": plan_id,
        "sector_id": row.get("sector_id"),
        "code": row.get("code"),
        "is_repeat": int(row.get("repeat_of") is not None),
        "title": title,
        "body": "\n".join(text for text in body if text),
    }


def _joined(tables: Tables, table: str, key: str, column: str) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for row in tables.get(table, []):
        joined.setdefault(row[key], []).append(row[column])
    return {key: "、".join(values) for key, values in joined.items()}


def _measures(tables: Tables) -> Iterator[Row]:
    promoters = _joined(tables, "measure_organizations", "measure_id", "printed")
    labels = _joined(tables, "indicators", "measure_id", "label")
    for row in tables["measures"]:
        body = [row["summary"], row["schedule"], row["target"], labels[row["id"]], promoters[row["id"]]]
        yield _document("measure", "measures", row, row["plan_id"], row["name"], [row["code"], *body])


def _goals(tables: Tables) -> Iterator[Row]:
    plans = {row["id"]: row["plan_id"] for row in tables["sectors"]}
    for row in tables["goals"]:
        yield _document("goal", "goals", row, plans[row["sector_id"]], row["title"], [row["summary"]])


def _organizations(tables: Tables) -> Iterator[Row]:
    names = _joined(tables, "organization_names", "organization_id", "name")
    for row in tables["organizations"]:
        yield _document(
            "organization", "organizations", row, row["plan_id"], row["name"], [names[row["id"]], row["note"]]
        )


def _evaluations(tables: Tables) -> Iterator[Row]:
    for row in tables["evaluations"]:
        body = [row["summary"], row["evidence"], row["decision"]]
        yield _document("evaluation", "evaluations", row, row["plan_id"], row["name"], body)


def _events(tables: Tables) -> Iterator[Row]:
    labels = {row["fiscal_year"]: row["label"] for row in tables["fiscal_years"]}
    for row in tables["events"]:
        years = [labels[row["fiscal_year"]], labels.get(row["end_fiscal_year"])]
        yield _document("event", "events", row, row["plan_id"], row["title"], [row["printed"], *years])


def _passages(tables: Tables) -> Iterator[Row]:
    plan_of = {row["row_id"]: row["plan_id"] for kind in (_measures, _goals, _evaluations) for row in kind(tables)} | {
        row["id"]: row["id"] for row in tables["plans"]
    }
    for row in tables.get("report_passages", []):
        yield _document("passage", "report_passages", row, plan_of[row["row_id"]], row["heading"], [row["text"]])
