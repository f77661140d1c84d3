"""A word -> every way in which it is searched: as typed, in other spellings and readings, and by words that mean the same.

A way that finds nothing is dropped, so what is told of a query is what really happened.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product
from typing import NamedTuple

from keikaku.plan.fiscal_year import format_fiscal_year, short_fiscal_year
from keikaku.search.index import code_token, named, year_token
from keikaku.search.kana import is_kana, romaji_to_kana, to_hiragana, to_katakana
from keikaku.search.lexicon import Entry, Lexicon
from keikaku.search.query import Word
from keikaku.search.text import normalise, phrase

Exists = Callable[[str], bool]

MAX_VARIANTS = 12
MAX_SYNONYMS = 16
MAX_SPELLINGS = 40
MAX_TRIED = 60
NEAR = 12  # tokens between the parts of a word
_LONGEST = 40  # characters of a word that is looked up in other spellings
_PIECE = 10
_PARTICLES = ("から", "まで", "より", "した", "する", "など", *"のとやをにへがはもで")
_ROMAJI = re.compile(r"[a-zāīūēōâîûêô'-]{3,}")
_PREFIX = re.compile(r"^(?:お|ご|御)(?=..)")


class Way(NamedTuple):
    """One thing that is searched: its words and the FTS5 expression; `whole`: it counts wherever it stands."""

    text: str
    match: str
    whole: bool = False
    begins: bool = False


@dataclass
class Term:
    """A word of a query with the ways to search it, the best first."""

    word: Word
    literal: list[Way] = field(default_factory=list)
    variants: list[Way] = field(default_factory=list)
    synonyms: list[Way] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)  # a word that stands nowhere is searched as those it is made of

    @property
    def missing_code(self) -> str | None:
        """The code that it asks for, where nothing has it."""
        return None if any(way.whole for way in self.literal) else self.word.code

    def ways(self, level: int = 3) -> list[Way]:
        """What is searched as typed, from level 2 in variants too, from 3 by synonyms."""
        return [way for ways in (self.literal, self.variants, self.synonyms)[:level] for way in ways]


def expand(word: Word, lexicon: Lexicon, exists: Exists) -> Term:
    """All ways to search a word; `exists` tells whether an FTS5 expression finds anything."""
    if word.years:
        return _expand_years(word, exists)
    codes = [Way(word.code, named(code_token(word.code)), whole=True)] if word.code else []
    term = Term(word, _existing([*codes, _way(word.key)], exists, 2))
    if word.exact:
        return term
    key = word.key[:_LONGEST]
    spellings = list(dict.fromkeys(islice(_spellings(key, lexicon, bool(term.literal)), MAX_SPELLINGS)))
    begun = [Way(word.key, phrase(word.key, begins=True), begins=True)] if re.fullmatch(r"[a-z]{3,}", word.key) else []
    term.variants = _existing([*begun, *map(_way, spellings)], exists, MAX_VARIANTS, [word.key])
    known = [word.key, *(way.text for way in term.variants)]
    term.synonyms = _existing(map(_way, _synonyms(key, spellings, lexicon)), exists, MAX_SYNONYMS, known)
    return term


def take_apart(term: Term, lexicon: Lexicon, exists: Exists) -> None:
    """Search a word that stands nowhere as the words that it is made of."""
    if parts := _split(term.word.key, lexicon):
        phrases = [phrase(part) for part in parts]
        match = f"NEAR({' '.join(phrases)}, {NEAR})" if len(parts) == 2 else f"({' AND '.join(phrases)})"
        term.synonyms = _existing([Way("・".join(parts), match)], exists, 1)
        term.parts = parts


def _expand_years(word: Word, exists: Exists) -> Term:
    """What is due or happens in a fiscal year, then where it is named; the same however the year is written."""
    term = Term(word)
    for year in word.years:
        printed, token = format_fiscal_year(year), year_token(year)
        texts = (printed.removesuffix("度"), short_fiscal_year(year), str(year))
        term.literal += _existing([Way(printed, named(token), whole=True)], exists, 1)
        term.variants += _existing([Way(printed, f'"{token}"'), *(_way(normalise(text)) for text in texts)], exists, 4)
    return term


def _way(key: str) -> Way:
    return Way(key, phrase(key))


def _existing(ways: Iterable[Way], exists: Exists, most: int, known: Collection[str] = ()) -> list[Way]:
    """The first ways that find something of their own: none that holds a word already `known`."""
    new = (way for way in ways if way.match and (way.begins or not any(text in way.text for text in known)))
    return list(islice((way for way in islice(new, MAX_TRIED) if exists(way.match)), most))


def _split(key: str, lexicon: Lexicon) -> list[str]:
    """The words of documents that make up a key, the longest first, hiragana between them left out; none if some is unknown.

    Short verbs (取り) are no words by themselves.
    """
    parts, start = [], len(key) if is_kana(key) else 0
    while start < len(key):
        for end in range(len(key), start + 1, -1):
            known = lexicon.by_key.get(key[start:end], [])
            if any(e.documents and (e.lemma == e.key or end - start > 2) for e in known):
                parts.append(key[start:end])
                start = end
                break
        else:
            if not "ぁ" <= key[start] <= "ん":
                return []
            start += 1
    return parts


def _spellings(key: str, lexicon: Lexicon, found: bool) -> Iterator[str]:
    """Other ways to write a word, the nearest first; with repetitions. `found`: it is found as typed."""
    if re.search(r"[ァ-ヺ]", key):
        yield to_hiragana(key)
        yield from (key.rstrip("ー"),) if key.endswith("ー") else ()
    kana = to_hiragana(key) if is_kana(key) else romaji_to_kana(key) if _ROMAJI.fullmatch(key) else None
    if kana:
        yield from (kana, to_katakana(kana))
        written = list(dict.fromkeys(_written(kana, lexicon, found)))
        nearest = written[:4]
    else:
        written = list(dict.fromkeys(_respelt(key, lexicon)))
        nearest = written[:6]
    yield from written
    for other in nearest:
        yield from _respelt(other, lexicon)
    plain = _PREFIX.sub("", kana or key)
    if plain != (kana or key):
        yield from _written(plain, lexicon, found=True) if kana else (plain, *_respelt(plain, lexicon))


def _written(kana: str, lexicon: Lexicon, found: bool) -> Iterator[str]:
    """The words that are read as a word in kana, put together from as few as possible; else those that begin so."""
    cuts = _segment(kana, lexicon)
    for parts in cuts:
        yield from islice(map("".join, product(*parts)), MAX_VARIANTS)
    for lemma in dict.fromkeys(entry.lemma for entry in lexicon.read_as(kana)):
        yield from (entry.key for entry in lexicon.by_lemma[lemma])
    if not cuts and not found and len(kana) > 1:
        begun = sorted(lexicon.read_from(kana), key=_rank)[:8]
        yield from (entry.key for entry in begun if entry.reading.startswith(kana))


def _rank(entry: Entry) -> tuple[int, str]:
    return -entry.documents, entry.key


def _segment(kana: str, lexicon: Lexicon) -> list[list[list[str]]]:
    """The shortest ways to cut a reading into readings of words: for each, the words of each part."""
    ways: dict[int, list[list[list[str]]]] = {len(kana): [[]]}  # from each place to the end
    for start in reversed(range(len(kana))):
        found = []
        for end in (end for end in range(start + 1, len(kana) + 1) if end in ways):
            part = kana[start:end]
            words = list(dict.fromkeys(entry.key for entry in sorted(lexicon.read_as(part), key=_rank)))[:6]
            if words or part in _PARTICLES:
                found += [[words or [part], *rest] for rest in ways[end]]
        if found:
            ways[start] = [way for way in found if len(way) == min(map(len, found))][:4]
    return ways.get(0, [])


def _replaced(key: str, longest: int, others: Callable[[str], Iterable[str]]) -> Iterator[str]:
    """A word with one of its parts replaced by others, parts further left and longer ones first."""
    for start in range(len(key)):
        for end in range(min(len(key), start + longest), start, -1):
            yield from (key[:start] + other + key[end:] for other in others(key[start:end]))


def _respelt(key: str, lexicon: Lexicon) -> Iterator[str]:
    """A word with one of its parts in another spelling: 取り組み -> 取組, 観光まっぷ -> 観光マップ."""
    return _replaced(key, _PIECE, lambda piece: lexicon.siblings(piece, piece == key))


def _synonyms(key: str, spellings: list[str], lexicon: Lexicon) -> Iterator[str]:
    """Words that mean the same as a word, or as a part of it put in its place, each in all its spellings."""
    yield from _replaced(key, len(key), lambda piece: _meaning(piece, lexicon))
    for spelling in spellings:
        yield from _meaning(spelling, lexicon)


def _meaning(key: str, lexicon: Lexicon) -> Iterator[str]:
    for other in lexicon.synonyms(key):
        yield from (other, *lexicon.siblings(other, True))
