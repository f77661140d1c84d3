"""The full-text index: documents -> one FTS5 table without content, under a tokenizer that every SQLite has."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from keikaku.search.text import TOKENIZE, index_text
from keikaku.search.tokens import mentioned_years

Row = dict[str, Any]

CREATE_INDEX = f"""
    CREATE VIRTUAL TABLE search_index USING fts5 (title, names, body, content = '', tokenize = "{TOKENIZE}")
"""


def index_entry(document: Row, tokens: Iterable[str]) -> Row:
    """What the index has of a document, each text as its tokens; `tokens` are those that no text can make."""
    years = mentioned_years(f"{document['title']}\n{document['body']}")
    return {
        "title_tokens": _tokens(document["title"]),
        "names_tokens": " ".join([_tokens(document["names"]), *sorted(set(tokens))]),
        "body_tokens": " ".join([_tokens(document["body"]), *years]),
    }


_tokens = lru_cache(maxsize=1 << 12)(index_text)
