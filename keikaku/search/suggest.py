"""What might be meant: suggestions while someone types, near spellings and themes where nothing is found.

All of it comes from the words and titles of the database itself.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from keikaku.search.index import code_token, kind_token
from keikaku.search.kana import is_kana, romaji_to_kana, sound, to_hiragana
from keikaku.search.lexicon import Entry, Execute, Lexicon, beginning_with, load_lexicon, pairs_of
from keikaku.search.query import read_query
from keikaku.search.text import index_text, normalise, phrase

MAX_SPELLINGS = 5
MAX_THEMES = 5
_NEAR_ENOUGH = 0.55
_LOOKED_AT = 60
_WORDS = 4
_CODE_END = re.compile(r"\s*[‐-―−ー-]$")
_UNFINISHED = re.compile(r"(?<=[ぁ-ゖー])[a-z]{1,3}$")

_TITLES = """
    SELECT d.table_name, d.row_id, d.title, k.label, d.code
    FROM search_index JOIN search_documents AS d ON d.id = search_index.rowid JOIN search_kinds AS k ON k.kind = d.kind
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
        measures = _titles(execute, code, _LOOKED_AT)
        return sorted(measures, key=lambda measure: (len(measure.label), measure.label))[:limit]
    words = list(islice(_words(key, lexicon), 2 * _WORDS))
    found = {word: Suggestion(word, "言葉") for word in words[:_WORDS]}
    for text in (*([] if len(key) == 1 and _is_hiragana(key) else [key]), *words):
        match = phrase(text, begins=True)
        for title in _titles(execute, f"{{title}} : {match}", _LOOKED_AT)[:limit] if match else ():
            found.setdefault(title.text, title)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def near_spellings(query: str, lexicon: Lexicon) -> list[str]:
    """Words of the database that are written or sound much like the words of a query, the nearest first."""
    scores: dict[str, float] = {}
    for word in read_query(query, lexicon.prefixes):
        if not word.excluded:
            for surface, score in _near(word.key, lexicon):
                scores[surface] = max(scores.get(surface, 0.0), score)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [surface for surface, _ in best[:MAX_SPELLINGS]]


def near_themes(execute: Execute, query: str) -> list[Suggestion]:
    """Measures and goals whose titles share most with a query."""
    pairs = {pair: None for pair in index_text(query).split() if len(pair) == 2 and not _is_hiragana(pair)}
    if not pairs:
        return []
    titles = " OR ".join(f'"{pair}"' for pair in list(pairs)[:20])
    kinds = _or(f'"{kind_token(kind)}"' for kind in ("measure", "goal"))
    themes = _titles(execute, f"{{title}} : ({titles}) AND {kinds}", 200)
    return sorted(themes, key=lambda theme: -len(pairs.keys() & index_text(theme.text).split()))[:MAX_THEMES]


def _code_match(typed: str, lexicon: Lexicon) -> str:
    """The expression for codes that begin as typed (工, 工-, 工-1), or ""."""
    letters = _CODE_END.sub("", normalise(typed).strip())
    if letters in {normalise(prefix) for prefix in lexicon.prefixes}:
        return _or(f'"{code_token(letters)}{digit}" *' for digit in range(1, 10)) if typed.strip() != letters else ""
    words = read_query(typed, lexicon.prefixes)
    return _or([f'"{code_token(words[0].code)}" *']) if len(words) == 1 and words[0].code else ""


def _or(phrases: Iterable[str]) -> str:
    return f"names : ({' OR '.join(phrases)})"


def _titles(execute: Execute, match: str, limit: int) -> list[Suggestion]:
    """Documents of any kind but passages, the shortest titles first."""
    rows = execute(_TITLES, (match, limit))
    found = [Suggestion(title, " ".join(filter(None, label)), f"{table}/{id_}") for table, id_, title, *label in rows]
    return sorted(found, key=lambda title: len(title.text))


def _words(key: str, lexicon: Lexicon) -> Iterator[str]:
    """Words that begin as typed, by their letters or their reading; the most frequent first."""
    entries = {e.surface: e for found in beginning_with(lexicon.keys, key) for e in lexicon.by_key[found]}
    kana = to_hiragana(key) if is_kana(key) else _begun_romaji(key) if re.fullmatch("[a-z']+", key) else None
    if kana and len(sound(kana)) > 1:
        entries |= {e.surface: e for e in lexicon.read_from(kana) if e.documents and _reads(e, kana)}
    yield from (e.surface for e in sorted(entries.values(), key=lambda e: (-e.documents, len(e.key), e.key)))


def _reads(entry: Entry, kana: str) -> bool:
    return entry.reading.startswith(kana) or sound(entry.reading).startswith(sound(kana))


def _begun_romaji(key: str) -> str | None:
    """The kana of as much of a word in romaji as is whole."""
    wholes = (romaji_to_kana(key[:end]) for end in range(len(key), max(1, len(key) - 3), -1))
    return next((kana for kana in wholes if kana), None)


def _near(key: str, lexicon: Lexicon) -> Iterator[tuple[str, float]]:
    """(word, nearness from 0 to 1) of words that stand in a key, share half of its pairs, or sound nearly the same."""
    for start in range(len(key)):
        for end in range(start + 2, len(key) + 1):
            for entry in lexicon.by_key.get(key[start:end], []):
                if entry.documents and key != entry.key:
                    yield entry.surface, 0.6 + 0.3 * len(entry.key) / len(key)
    yield from _sharing(key, lexicon.keys_with, lambda found: lexicon.by_key[found])
    kana = to_hiragana(key) if is_kana(key) else romaji_to_kana(key)
    if kana:
        yield from _sharing(sound(kana), lexicon.sounds_with, lambda found: lexicon.by_sound[found])


def _sharing(
    key: str, known: dict[str, list[str]], entries: Callable[[str], list[Entry]]
) -> Iterator[tuple[str, float]]:
    pairs = pairs_of(key)
    shared = Counter(other for pair in pairs for other in known.get(pair, []))
    for other, count in shared.items():
        nearness = 2 * count / (len(pairs) + len(pairs_of(other)))
        if nearness >= _NEAR_ENOUGH:
            yield from ((e.surface, nearness) for e in entries(other) if e.documents and len(e.key) > 1)


def _is_hiragana(pair: str) -> bool:
    return all("ぁ" <= character <= "ん" for character in pair)
