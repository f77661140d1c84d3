"""What might be meant, by the database's own words: suggestions while someone types, others where nothing is found."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from keikaku.search.index import code_token, kind_token, named
from keikaku.search.kana import is_kana, romaji_to_kana, sound, to_hiragana
from keikaku.search.lexicon import Entry, Execute, Lexicon, beginning_with, load_lexicon, pairs_of
from keikaku.search.query import read_query
from keikaku.search.text import index_text, normalise, phrase

MAX_SPELLINGS = 5
MAX_THEMES = 5
_NEAR_ENOUGH = 0.55
_WORDS = 4
_CODE_END = re.compile(r"\s*[‐-―−ー-]$")
_HIRAGANA = re.compile("[ぁ-ん]+")
_UNFINISHED = re.compile(r"(?<=[ぁ-ゖー])[a-z]{1,3}$")

_TITLES = """
    SELECT d.table_name, d.row_id, d.title, coalesce(w.word, k.label), d.code
    FROM search_index JOIN search_documents AS d ON d.id = search_index.rowid JOIN search_kinds AS k ON k.kind = d.kind
    LEFT JOIN plan_words AS w ON w.plan_id = d.plan_id AND w.term = iif(d.table_name = 'indicators', 'target', d.kind)
    WHERE search_index MATCH ? AND d.is_repeat = 0 AND d.kind <> 'passage' ORDER BY search_index.rowid LIMIT ?
"""


class Suggestion(NamedTuple):
    """A word to search for (`path` is None), or a document to go to; `label` says which."""

    text: str
    label: str
    path: str | None = None


def suggest(execute: Execute, typed: str, limit: int = 8) -> list[Suggestion]:
    """What may be meant by what has been typed so far: measures by code, words, then titles, the shortest first."""
    lexicon = load_lexicon(execute)
    key = _UNFINISHED.sub("", normalise(typed[:60]).strip())
    if not key:
        return []
    if code := _code_match(typed, lexicon):
        measures = _titles(execute, code)
        return sorted(measures, key=lambda measure: (len(measure.label), measure.label))[:limit]
    words = _words(key, lexicon)[: 2 * _WORDS]
    found = {word: Suggestion(word, "言葉") for word in words[:_WORDS]}
    for text in (*([] if len(key) == 1 and _HIRAGANA.fullmatch(key) else [key]), *words):
        match = phrase(text, begins=True)
        for title in _titles(execute, f"{{title}} : {match}")[:limit] if match else ():
            found.setdefault(title.text, title)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def near_spellings(query: str, lexicon: Lexicon) -> list[str]:
    """Words of the database that are written or sound much like the words of a query, the nearest first."""
    words = [word for word in read_query(query, lexicon.prefixes) if not word.excluded]
    nearest = sorted((-score, surface) for word in words for surface, score in _near(word.key, lexicon))
    return list(dict.fromkeys(surface for _, surface in nearest))[:MAX_SPELLINGS]


def near_themes(execute: Execute, query: str) -> list[Suggestion]:
    """Measures and goals whose titles share most with a query."""
    pairs = {pair: None for pair in index_text(query).split() if len(pair) == 2 and not _HIRAGANA.fullmatch(pair)}
    if not pairs:
        return []
    titles = " OR ".join(f'"{pair}"' for pair in list(pairs)[:20])
    match = f"{{title}} : ({titles}) AND ({' OR '.join(named(kind_token(kind)) for kind in ('measure', 'goal'))})"
    themes = _titles(execute, match, 200)
    return sorted(themes, key=lambda theme: -len(pairs.keys() & index_text(theme.text).split()))[:MAX_THEMES]


def _code_match(typed: str, lexicon: Lexicon) -> str:
    """The expression for codes that begin as typed (工, 工-, 工-1), or ""."""
    letters = _CODE_END.sub("", normalise(typed).strip())
    words = read_query(typed, lexicon.prefixes)
    begun = [code_token(words[0].code)] if len(words) == 1 and words[0].code else []
    if letters in map(normalise, lexicon.prefixes):
        begun = [f"{code_token(letters)}{digit}" for digit in range(1, 10)] if typed.strip() != letters else []
    return " OR ".join(f"{named(token)} *" for token in begun)


def _titles(execute: Execute, match: str, limit: int = 60) -> list[Suggestion]:
    """Documents of any kind but passages, the shortest titles first."""
    rows = execute(_TITLES, (match, limit))
    found = [Suggestion(title, " ".join(filter(None, label)), f"{table}/{id_}") for table, id_, title, *label in rows]
    return sorted(found, key=lambda title: len(title.text))


def _words(key: str, lexicon: Lexicon) -> list[str]:
    """Words that begin as typed, by their letters or their reading; the most frequent first."""
    entries = {e.surface: e for found in beginning_with(lexicon.keys, key) for e in lexicon.by_key[found]}
    kana = to_hiragana(key) if is_kana(key) else None
    if re.fullmatch("[a-z']+", key):  # as much of a word in romaji as is whole
        begun = (romaji_to_kana(key[:end]) for end in range(len(key), max(1, len(key) - 3), -1))
        kana = next(filter(None, begun), None)
    if kana and len(sound(kana)) > 1:
        entries |= {e.surface: e for e in lexicon.read_from(kana) if e.documents}
    return [e.surface for e in sorted(entries.values(), key=lambda e: (-e.documents, len(e.key), e.key))]


def _near(key: str, lexicon: Lexicon) -> Iterator[tuple[str, float]]:
    """(word, nearness from 0 to 1) of words that stand in a key, share half of its pairs, or sound nearly the same."""
    for start in range(len(key)):
        for end in range(start + 2, len(key) + 1):
            for entry in lexicon.by_key.get(key[start:end], []):
                if entry.documents and key != entry.key:
                    yield entry.surface, 0.6 + 0.3 * len(entry.key) / len(key)
    yield from _sharing(key, lexicon.keys_with, lexicon.by_key)
    if kana := to_hiragana(key) if is_kana(key) else romaji_to_kana(key):
        yield from _sharing(sound(kana), lexicon.sounds_with, lexicon.by_sound)


def _sharing(key: str, known: dict[str, list[str]], entries: dict[str, list[Entry]]) -> Iterator[tuple[str, float]]:
    pairs = pairs_of(key)
    shared = Counter(other for pair in pairs for other in known.get(pair, []))
    for other, count in shared.items():
        nearness = 2 * count / (len(pairs) + len(pairs_of(other)))
        if nearness >= _NEAR_ENOUGH:
            yield from ((e.surface, nearness) for e in entries[other] if e.documents and len(e.key) > 1)
