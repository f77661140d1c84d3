"""A word -> every way in which it is searched: as typed, in other spellings and readings, and by words that mean the same.

A way that finds nothing is dropped, so what is told of a query is what really happened.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, product

from keikaku.plan.fiscal_year import format_fiscal_year, short_fiscal_year
from keikaku.search.kana import has_kanji, is_kana, romaji_to_kana, to_hiragana, to_katakana
from keikaku.search.lexicon import Entry, Lexicon, kanji_of
from keikaku.search.query import Word
from keikaku.search.text import normalise, phrase
from keikaku.search.tokens import code_token, year_token

MAX_VARIANTS = 12
MAX_SYNONYMS = 16
MAX_SPELLINGS = 40
MAX_TRIED = 60
_LONGEST = 40  # characters of a word that is looked up in other spellings
_PIECE = 10
_PARTICLES = ("から", "まで", "より", "した", "する", "など", *"のとやをにへがはもで")
_ROMAJI = re.compile(r"[a-zāīūēōâîûêô'-]{3,}")
_PARTS = re.compile(r"[ぁ-ヺー]+|[^ぁ-ヺー]")
MAX_REMEMBERED = 20_000
_PREFIX = re.compile(r"^(?:お|ご|御)(?=..)")


@dataclass(frozen=True)
class Way:
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
    is_split: bool = False

    @property
    def ways(self) -> list[Way]:
        return [*self.literal, *self.variants, *self.synonyms]


def expand(word: Word, lexicon: Lexicon, exists: Callable[[str], bool]) -> Term:
    """All ways to search a word; `exists` tells whether an FTS5 expression finds anything."""
    if word.years:
        return _expand_years(word, exists)
    term = Term(word, _existing([_way(word.key)], exists, 1))
    if word.code:
        token = Way(word.code, f'names : "{code_token(word.code)}"', whole=True)
        term.literal[:0] = _existing([token], exists, 1)
    if word.exact:
        return term
    spellings = list(islice(_spellings(word.key[:_LONGEST], lexicon, bool(term.literal)), MAX_SPELLINGS))
    variants = [_way(key) for key in dict.fromkeys(spellings)]
    if re.fullmatch(r"[a-z]{3,}", word.key):
        variants.insert(0, Way(word.key, phrase(word.key, begins=True), begins=True))
    term.variants = _existing(_new(variants, word.key), exists, MAX_VARIANTS)
    others = map(_way, _synonyms(word.key[:_LONGEST], list(dict.fromkeys(spellings)), lexicon))
    term.synonyms = _existing(_new(others, word.key, *(way.text for way in term.variants)), exists, MAX_SYNONYMS)
    return term


def _way(key: str) -> Way:
    return Way(key, phrase(key))


def _existing(ways: Iterable[Way], exists: Callable[[str], bool], most: int) -> list[Way]:
    tried = islice((way for way in ways if way.match), MAX_TRIED)
    return list(islice((way for way in tried if exists(way.match)), most))


def _new(ways: Iterable[Way], *known: str) -> Iterator[Way]:
    """Ways that find something of their own: none that holds a word already searched."""
    seen = list(known)
    for way in ways:
        if way.begins or not any(text in way.text for text in seen):
            yield way


def _expand_years(word: Word, exists: Callable[[str], bool]) -> Term:
    """What is due or happens in a fiscal year, then where it is named; the same however the year is written."""
    term = Term(word)
    for year in word.years:
        token = year_token(year)
        due = Way(format_fiscal_year(year), f'names : "{token}"', whole=True)
        term.literal += _existing([due], exists, 1)
        texts = (format_fiscal_year(year).removesuffix("度"), short_fiscal_year(year), str(year))
        named = [Way(format_fiscal_year(year), f'"{token}"'), *(_way(normalise(text)) for text in texts)]
        term.variants += _existing(named, exists, len(named))
    return term


def _spellings(key: str, lexicon: Lexicon, found: bool) -> Iterator[str]:
    """Other ways to write a word, the nearest first; with repetitions. `found`: it is found as typed."""
    if re.search(r"[ァ-ヺ]", key):
        yield to_hiragana(key)
        yield from (key.rstrip("ー"),) if key.endswith("ー") else ()
    kana = to_hiragana(key) if is_kana(key) else romaji_to_kana(key) if _ROMAJI.fullmatch(key) else None
    if kana:
        yield from (kana, to_katakana(kana))
        written = list(dict.fromkeys(_written(kana, lexicon, found)))
        yield from written
        for other in written[:4]:
            yield from _respelt(other, lexicon)
        if _PREFIX.match(kana):
            yield from _written(_PREFIX.sub("", kana), lexicon, found=True)
        return
    once = list(dict.fromkeys(_respelt(key, lexicon)))
    yield from once
    for other in once[:6]:
        yield from _respelt(other, lexicon)
    if _PREFIX.match(key):
        yield _PREFIX.sub("", key)
        yield from _respelt(_PREFIX.sub("", key), lexicon)


def _written(kana: str, lexicon: Lexicon, found: bool) -> Iterator[str]:
    """The words that are read as a word in kana, put together from as few as possible; else those that begin so."""
    paths = _segment(kana, lexicon)
    for path in paths:
        yield from islice(("".join(parts) for parts in product(*path)), MAX_VARIANTS)
    whole = lexicon.read_as(kana)
    for key in {entry.lemma: None for entry in whole}:
        yield from (entry.key for entry in lexicon.by_lemma.get(key, []))
    if not paths and not found and len(kana) > 1:
        begun = sorted(lexicon.read_from(kana), key=lambda entry: (-entry.documents, entry.key))
        yield from (entry.key for entry in begun[:8] if entry.reading.startswith(kana))


def _segment(kana: str, lexicon: Lexicon) -> list[list[list[str]]]:
    """The shortest ways to cut a reading into readings of words: for each, the words of each part."""
    best: list[int] = [0] * (len(kana) + 1)
    parts: dict[int, list[tuple[int, list[str]]]] = {}
    for start in range(len(kana) - 1, -1, -1):
        found = [(end, words) for end in range(start + 1, len(kana) + 1) if (words := _part(kana[start:end], lexicon))]
        costs = [(best[end] + 1, end, words) for end, words in found if end == len(kana) or best[end]]
        best[start] = min((cost for cost, _, _ in costs), default=0)
        parts[start] = [(end, words) for cost, end, words in costs if cost == best[start]]
    return list(islice(_paths(0, len(kana), parts), 4)) if best[0] else []


def _part(kana: str, lexicon: Lexicon) -> list[str]:
    entries = sorted(lexicon.read_as(kana), key=lambda entry: (-entry.documents, entry.key))
    words = list(dict.fromkeys(entry.key for entry in entries))[:6]
    return words or ([kana] if kana in _PARTICLES else [])


def _paths(start: int, length: int, parts: dict[int, list[tuple[int, list[str]]]]) -> Iterator[list[list[str]]]:
    if start == length:
        yield []
        return
    for end, words in parts[start]:
        yield from ([words, *rest] for rest in _paths(end, length, parts))


def _respelt(key: str, lexicon: Lexicon) -> Iterator[str]:
    """A word with one of its parts in another spelling: 取り組み -> 取組, 観光まっぷ -> 観光マップ."""
    for start in range(len(key)):
        for end in range(min(len(key), start + _PIECE), start, -1):
            for other in dict.fromkeys(_siblings(key[start:end], lexicon, whole=end - start == len(key))):
                yield key[:start] + other + key[end:]


def _siblings(piece: str, lexicon: Lexicon, *, whole: bool) -> list[str]:
    """Spellings of the same word: by its common form, its kanji with other kana, or its reading."""
    known = lexicon.siblings.get((piece, whole))
    if known is None:
        if len(lexicon.siblings) > MAX_REMEMBERED:
            lexicon.siblings.clear()
        found = dict.fromkeys(_find_siblings(piece, lexicon, whole=whole))
        known = lexicon.siblings[piece, whole] = [key for key in found if key != piece]
    return known


def _find_siblings(piece: str, lexicon: Lexicon, *, whole: bool) -> Iterator[str]:
    lemmas = {entry.lemma: None for entry in lexicon.by_key.get(piece, [])} | {piece: None}
    for lemma in lemmas:
        yield from (entry.key for entry in lexicon.by_lemma.get(lemma, []))
    if is_kana(piece):
        if len(piece) > 2 and not whole:
            yield from (e.key for e in lexicon.read_as(to_hiragana(piece)) if e.reading == to_hiragana(piece))
    elif has_kanji(piece):
        yield from (entry.key for entry in _same_kanji(piece, lexicon, whole=whole))


def _same_kanji(piece: str, lexicon: Lexicon, *, whole: bool) -> Iterable[Entry]:
    if kanji_of(piece) == piece:
        return [] if whole and len(piece) == 1 else lexicon.by_kanji.get(piece, [])
    parts = _PARTS.findall(piece)
    kanji = [part for part in parts if not is_kana(part)]
    candidates: Iterable[Entry] = lexicon.by_first.get(piece[0], [])
    if is_kana(piece[0]):
        candidates = lexicon.read_from(to_hiragana(parts[0])) if len(parts[0]) > 1 else ()
    if is_kana(parts[-1]):
        last = to_hiragana(parts[-1])
        candidates = (entry for entry in candidates if entry.reading.endswith(last))
    candidates = [entry for entry in candidates if _holds(entry.key, kanji) or _holds(entry.lemma, kanji)]
    if not candidates:
        return []
    heard = re.compile("".join(to_hiragana(part) if is_kana(part) else ".+" for part in parts))
    return [entry for entry in candidates if heard.fullmatch(entry.reading)]


def _holds(spelling: str, kanji: Iterable[str]) -> bool:
    """Whether the kanji stand in a spelling in this order."""
    rest = iter(spelling)
    return all(character in rest for character in kanji)


def _synonyms(key: str, spellings: list[str], lexicon: Lexicon) -> Iterator[str]:
    """Words that mean the same as a word, or as a part of it put in its place, each in all its spellings."""
    for start in range(len(key)):
        for end in range(len(key), start, -1):
            for other in _meaning(key[start:end], lexicon):
                yield key[:start] + other + key[end:]
    for spelling in spellings:
        yield from _meaning(spelling, lexicon)


def _meaning(key: str, lexicon: Lexicon) -> Iterator[str]:
    for other, _ in lexicon.synonyms(key):
        yield other
        yield from _siblings(other, lexicon, whole=True)
