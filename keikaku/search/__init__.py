"""Japanese search on SQLite: the index and its dictionary at build time, queries and their results at any time."""

from keikaku.search.text import NOTHING, TOKENIZE, index_text, match_expression, normalise

__all__ = ["NOTHING", "TOKENIZE", "index_text", "match_expression", "normalise"]
