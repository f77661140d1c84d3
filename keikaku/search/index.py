"""The full-text index: documents -> one FTS5 table without content, under a tokenizer that every SQLite has."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from keikaku.search.text import TOKENIZE, index_text
from keikaku.search.tokens import mentioned_years

Row = dict[str, Any]


def write_index(
    execute: Callable[[str], Any], execute_many: Callable[[str, Iterable[Any]], Any], rows: list[Row]
) -> None:
    """Create search_index and fill it with documents as build_documents makes them."""
    columns = "title, names, body"
    execute(f"CREATE VIRTUAL TABLE search_index USING fts5 ({columns}, content = '', tokenize = \"{TOKENIZE}\")")
    execute_many(f"INSERT INTO search_index (rowid, {columns}) VALUES (?, ?, ?, ?)", map(_entry, rows))
    execute("INSERT INTO search_index (search_index) VALUES ('optimize')")


def _entry(row: Row) -> tuple[int, str, str, str]:
    names = " ".join([_tokens(row["names"]), *sorted(set(row["tokens"]))])
    body = " ".join([_tokens(row["body"]), *mentioned_years(f"{row['title']}\n{row['body']}")])
    return row["id"], _tokens(row["title"]), names, body


_tokens = lru_cache(maxsize=1 << 16)(index_text)
