"""Japanese full-text search on SQLite's built-in tokenizer: one function for what is indexed and what is asked.

Text is normalised (NFKC, lower case) and cut into runs. A run of digits is one token; any other run of letters becomes
its overlapping pairs of characters, the last character alone at its end: 学校給食 -> 学校 校給 給食 食. A query is cut
the same way into one phrase a word, whose last character may begin a longer pair, so that words of one and two
characters are found anywhere. Nothing of a query reaches FTS5 as syntax.
"""

import re
import unicodedata

_RUN = re.compile(r"[0-9]+|[^\W\d_]+|[^\W_]", re.UNICODE)
_SEPARATED_DIGITS = re.compile(r"(?<=[0-9]),(?=[0-9]{3}(?![0-9]))")
TOKENIZE = "unicode61 remove_diacritics 0 categories 'L* M* N* S* Co'"
NOTHING = '""'


def normalise(text: str) -> str:
    """The search key of a text: NFKC, lower case, thousands separators dropped. Never stored as text."""
    return _SEPARATED_DIGITS.sub("", unicodedata.normalize("NFKC", text).casefold())


def index_text(text: str) -> str:
    """The tokens of a text, separated by spaces, as they are written into the index."""
    return " ".join(token for run in _runs(text) for token in _tokens(run))


def match_expression(query: str) -> str:
    """The FTS5 MATCH expression that finds every word of a query; one that finds nothing if it has no word."""
    phrases = [phrase for word in query.split() if (phrase := _phrase(word))]
    return " AND ".join(phrases) or NOTHING


def _runs(text: str) -> list[str]:
    return _RUN.findall(normalise(text))


def _tokens(run: str) -> list[str]:
    if run[0].isdecimal():
        return [run]
    return [run[i : i + 2] for i in range(len(run))]


def _phrase(word: str) -> str:
    runs = _runs(word)
    if not runs:
        return ""
    tokens = [token for run in runs for token in _tokens(run)]
    if runs[-1][0].isdecimal():
        return f'"{" ".join(tokens)}"'
    if len(runs[-1]) > 1:
        tokens.pop()
        return f'"{" ".join(tokens)}"'
    return f'"{" ".join(tokens)}" *'
