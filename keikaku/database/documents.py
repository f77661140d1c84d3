"""Rows of a municipality in the working database -> what search finds: one document for each searchable row.

A document has a title, names (the organizations it names, what it is also called) and a body. Its entry in the index has
besides tokens that no text can make, for what is exact: its code, its titles and names as wholes, the fiscal years in
which something is due or happens, its kind, and where it belongs: municipality, plan, theme.
"""

import json

from sqlite_utils import Database

from keikaku.database.working import CITY
from keikaku.files.beside import read_statements
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.schema.codes import CODES
from keikaku.search.index import belonging, index_entry, whole_token, year_token
from keikaku.search.text import index_text
from keikaku.search.words import count_words

_SQL = read_statements(__file__)
# Kind -> its word, in the order in which kinds are numbered and shown.
KINDS = {
    "measure": "施策",
    "goal": "目標",
    "organization": "団体",
    "evaluation": "評価",
    "event": "年表の項目",
    "passage": "文書の文",
}


def add_documents(working: Database, city: str) -> None:
    """Add the documents of a municipality (columns of search_documents but the number, and entries in the index) and their words."""
    working.register_function(format_fiscal_year, deterministic=True)
    outcomes = json.dumps({code: word for code, (word, _) in CODES["evaluations", "outcome"].items()})
    asked = {"city": city, "kinds": " ".join(KINDS), "outcomes": outcomes}
    tokens_of = {plan["id"]: belonging(plan) for plan in working.query(_SQL["plans"], asked)}
    every = [token for tokens in tokens_of.values() for token in tokens]
    documents = list(working.query(_SQL["documents"], asked))
    for document in documents:  # an organization belongs to all plans of its municipality
        marks, wholes, years = ((document.pop(key) or "").splitlines() for key in ("marks", "wholes", "years"))
        exact = [*map(index_text, marks), *map(whole_token, wholes), *map(year_token, map(int, years))]
        where = every if document["kind"] == "organization" else tokens_of[document["plan_id"]]
        document |= index_entry(document, [*exact, *where])
    words = count_words(documents, working.execute(_SQL["ruby"], asked))
    for table, rows in (("search_documents", documents), ("words", words)):
        working.table(table).insert_all({CITY: city, **row} for row in rows)
