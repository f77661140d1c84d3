"""A short piece of a text around what a query asks for, with the words found between « and ».

Guarantees: the piece is the original text, only white space is drawn together; matching goes by the search key
(keikaku.search.normalise), so ＳＮＳ finds SNS and 10000 finds 10,000. Does not: know why the index matched; where no
word of the query stands in the text, the piece is its beginning.
"""

import re

from keikaku.search import normalise

LENGTH = 60
LEAD = 20
# What has one search key together: a number with its separators, a character with the marks that belong to it.
_UNIT = re.compile(r"\d+(?:[,，]\d{3})*|.[\u0300-\u036f\u3099\u309a\uff9e\uff9f]*", re.DOTALL)


def highlight_snippet(text: str | None, query: str | None) -> str:
    """About 60 characters of `text` around the first hit of `query`, every hit marked «so», … where text is cut off."""
    text = " ".join((text or "").split())
    hits = _find_hits(text, normalise(query or ""))
    start = max(0, hits[0][0] - LEAD) if hits else 0
    end = min(len(text), max(start + LENGTH, hits[0][1] if hits else 0))
    start = max(0, min(start, end - LENGTH))
    marked = "".join(_marked(text, [hit for hit in hits if start <= hit[0] and hit[1] <= end], start, end))
    return f"{'…' if start else ''}{marked}{'…' if end < len(text) else ''}"


def _marked(text: str, hits: list[tuple[int, int]], start: int, end: int) -> list[str]:
    parts = []
    for hit_start, hit_end in hits:
        parts += [text[start:hit_start], "«", text[hit_start:hit_end], "»"]
        start = hit_end
    return [*parts, text[start:end]]


def _find_hits(text: str, query: str) -> list[tuple[int, int]]:
    """Where the words of a normalised query stand in `text`, or else their letters and digits; apart and in order."""
    key, places = _search_key(text)
    for words in (query.split(), re.findall(r"[^\W_]+", query)):
        if words and (hits := [(places[m.start()][0], places[m.end() - 1][1]) for m in _pattern(words).finditer(key)]):
            return _joined(hits)
    return []


def _pattern(words: list[str]) -> re.Pattern[str]:
    """Any of the words, the longest first."""
    return re.compile("|".join(_word_pattern(word) for word in sorted(set(words), key=len, reverse=True)))


def _word_pattern(word: str) -> str:
    """A number is never found within a longer one."""
    before = "(?<![0-9])" if word[0].isdecimal() else ""
    after = "(?![0-9])" if word[-1].isdecimal() else ""
    return before + re.escape(word) + after


def _search_key(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The search key of `text`, and for each of its characters the piece of `text` that it comes from."""
    key, places = [], []
    for unit in _UNIT.finditer(text):
        part = normalise(unit.group())
        key.append(part)
        places += [unit.span()] * len(part)
    return "".join(key), places


def _joined(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Hits without those that begin inside the one before (two characters of the key may share one of the text)."""
    apart = hits[:1]
    for hit in hits[1:]:
        if hit[0] >= apart[-1][1]:
            apart.append(hit)
    return apart
