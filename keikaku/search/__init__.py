"""Japanese search on SQLite: the index and its words at build time, queries and their results at any time.

text, variants, numerals, kana   one form for what is indexed and what is asked
tokens, index             documents -> search_index
readings, synonyms        the dictionary and data/ -> search_words, search_synonyms (build only)
lexicon, query            what a database knows of words; what a person typed
expand, plan, results     a query -> everything that is searched -> what is found, best first
snippet, suggest          what is shown of it; what else might be meant
"""

from keikaku.search.results import Result, Results, plan_in, search
from keikaku.search.suggest import Suggestion, suggest
from keikaku.search.text import normalise

__all__ = ["Result", "Results", "Suggestion", "normalise", "plan_in", "search", "suggest"]
