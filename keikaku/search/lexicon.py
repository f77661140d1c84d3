"""The words of a database in memory: how each is written, read and replaced.

Loaded once for each file from search_words and search_synonyms; it answers without the dictionary that the build used.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise, takewhile
from pathlib import Path
from sqlite3 import DatabaseError
from threading import Lock
from typing import Any, NamedTuple

from keikaku.search.index import city_token, plan_token, series_token
from keikaku.search.kana import has_kanji, is_kana, sound, to_hiragana
from keikaku.search.questions import QUESTION_OF, QUESTIONS
from keikaku.search.text import normalise

Execute = Callable[[str, Sequence[Any]], Iterable[Sequence[Any]]]

_HIRAGANA = re.compile(r"[ぁ-ゖ]+")
_SEVERAL_WORDS = re.compile(r"[をがはのにでと]")
_PARTS = re.compile(r"[ぁ-ヺー]+|[^ぁ-ヺー]")
_PLACE = re.compile(r"(?<=..)[市区町村]$")
_WORDS = "SELECT surface, reading, lemma, documents FROM search_words"
_SYNONYMS = "SELECT group_id, word, role FROM search_synonyms ORDER BY group_id, word"
_PLANS = """
    SELECT p.id, p.title, c.id, c.name, c.label FROM plans AS p JOIN municipalities AS c ON c.id = p.municipality_id ORDER BY p.id
"""
_PREFIXES = "SELECT prefix FROM sectors WHERE prefix IS NOT NULL ORDER BY position, rowid"
_KEPT = 4
_MAX_GROUPS = 20


class Entry(NamedTuple):
    """A word: its key, as written, its reading in hiragana, the common form's key, how many documents have it."""

    key: str
    surface: str
    reading: str
    lemma: str
    documents: int


class Lexicon:
    """Words by key, sound, common form and kanji; groups of synonyms.

    Also what queries may name: prefixes of codes, lists of the site, municipalities and plans.
    """

    def __init__(self, execute: Execute) -> None:
        self.siblings = lru_cache(maxsize=20_000)(self._siblings)
        self.answers: dict[object, Any] = {}  # found last, by results.py
        self.by_key: dict[str, list[Entry]] = defaultdict(list)
        self.by_sound: dict[str, list[Entry]] = defaultdict(list)
        self.by_lemma: dict[str, list[Entry]] = defaultdict(list)
        self.by_kanji: dict[str, list[Entry]] = defaultdict(list)
        self.by_first: dict[str, list[Entry]] = defaultdict(list)
        for surface, reading, lemma, documents in execute(_WORDS, ()):
            key = normalise(surface)
            entry = Entry(key, surface, reading, normalise(lemma) if lemma else key, documents)
            self.by_key[key].append(entry)
            self.by_lemma[entry.lemma].append(entry)
            if reading:
                self.by_sound[sound(reading)].append(entry)
            for spelling in {key, entry.lemma}:
                if has_kanji(spelling) and not _SEVERAL_WORDS.search(spelling):
                    self.by_kanji[_HIRAGANA.sub("", spelling)].append(entry)
                    self.by_first[spelling[0]].append(entry)
        self.sounds = sorted(self.by_sound)
        self.keys = sorted(key for key, entries in self.by_key.items() if any(e.documents for e in entries))
        self._groups: dict[int, list[str]] = defaultdict(list)
        self._groups_of: dict[str, list[int]] = defaultdict(list)
        for group, word, role in execute(_SYNONYMS, ()):
            self._groups[group].append(normalise(word))
            if role == "word":
                self._groups_of[normalise(word)].append(group)
        self.prefixes = list(dict.fromkeys(prefix for (prefix,) in execute(_PREFIXES, ())))
        answered = {question.reads for question in QUESTIONS if question.is_answered(execute)}
        self.questions = {word: question for word, question in QUESTION_OF.items() if question.reads in answered}
        self.places: dict[str, set[str]] = defaultdict(set)  # name of a municipality or plan -> tokens of its documents
        self.cities: dict[str, set[str]] = defaultdict(set)  # name of a municipality -> ids
        for plan_id, title, city_id, city, label in execute(_PLANS, ()):
            name = normalise(city)
            for place in {name, normalise(label), _PLACE.sub("", name)}:
                self.cities[place].add(city_id)
                self.places[place].add(city_token(city_id))
            self.places[normalise(title)].add(plan_token(plan_id))
            if normalise(title) != name and normalise(title).startswith(name):
                self.places[normalise(title).removeprefix(name)].add(series_token(title, city))

    @cached_property
    def keys_with(self) -> dict[str, list[str]]:
        """Pair of characters -> keys of words of documents that have it."""
        return _inverted(self.keys)

    @cached_property
    def sounds_with(self) -> dict[str, list[str]]:
        """Pair of letters -> sounds that have it."""
        return _inverted(self.sounds)

    def read_as(self, kana: str) -> list[Entry]:
        """Words read exactly so, or else those that sound so (long vowels aside)."""
        entries = self.by_sound.get(sound(kana), [])
        return [e for e in entries if e.reading == kana] or entries

    def read_from(self, kana: str) -> Iterator[Entry]:
        """Words whose reading begins so."""
        begin = sound(kana)
        for heard in beginning_with(self.sounds, begin) if begin else ():
            yield from self.by_sound[heard]

    def synonyms(self, key: str) -> list[str]:
        """The keys of every other word of the groups that a word is in."""
        groups = self._groups_of.get(key, [])[:_MAX_GROUPS]
        return list(dict.fromkeys(other for group in groups for other in self._groups[group] if other != key))

    def _siblings(self, piece: str, whole: bool) -> list[str]:
        """Other spellings of a word or, if not `whole`, of a part of one: by its common form, its kanji, or its reading."""
        found = [e for entry in self.by_key.get(piece, []) for e in self.by_lemma[entry.lemma]]
        found += self.by_lemma.get(piece, [])
        if is_kana(piece):
            heard = to_hiragana(piece)
            found += [e for e in self.read_as(heard) if e.reading == heard and len(piece) > 2 and not whole]
        elif not _HIRAGANA.search(piece):
            found += self.by_kanji.get(piece, []) if len(piece) > 1 or not whole else []
        elif has_kanji(piece):
            found += self._same_kanji(piece)
        return list(dict.fromkeys(entry.key for entry in found if entry.key != piece))

    def _same_kanji(self, piece: str) -> Iterator[Entry]:
        """Words with the kanji of a piece in its order, read as its kana say."""
        parts = _PARTS.findall(piece)
        kanji = re.compile(".*".join(re.escape(part) for part in parts if not is_kana(part)))
        heard = re.compile("".join(to_hiragana(part) if is_kana(part) else ".+" for part in parts))
        candidates: Iterable[Entry] = self.by_first.get(piece[0], [])
        if is_kana(piece[0]):
            candidates = self.read_from(to_hiragana(parts[0])) if len(parts[0]) > 1 else ()
        for entry in candidates:
            if (kanji.search(entry.key) or kanji.search(entry.lemma)) and heard.fullmatch(entry.reading):
                yield entry


def pairs_of(key: str) -> set[str]:
    """The pairs of characters of a key, its ends included."""
    return {first + second for first, second in pairwise(f"^{key}$")}


def _inverted(keys: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for key in keys:
        for pair in pairs_of(key):
            found[pair].append(key)
    return found


def beginning_with(ordered: list[str], begin: str) -> Iterator[str]:
    """The texts of a sorted list that begin so."""
    following = (ordered[i] for i in range(bisect_left(ordered, begin), len(ordered)))
    return takewhile(lambda text: text.startswith(begin), following)


def load_lexicon(execute: Execute) -> Lexicon:
    """The lexicon of a database: read once for each file, again where the file has changed."""
    version = _version_of(execute)
    if version in _loaded:
        return _loaded[version]
    lexicon = Lexicon(execute)
    if version:
        with _lock:
            _loaded[version] = lexicon
            for old in list(_loaded)[:-_KEPT]:
                del _loaded[old]
    return lexicon


def _version_of(execute: Execute) -> tuple[str, int, int, int] | None:
    """What tells one state of a file from another; None for a database in memory."""
    try:
        name = next((row[2] for row in execute("PRAGMA database_list", ()) if row[1] == "main"), "")
        stat = Path(name).stat() if name else None
    except DatabaseError:  # a guarded connection does not tell files; the process has it for one that never changes
        return ("", 0, 0, 0)
    except OSError:
        return None
    return (name, stat.st_ino, stat.st_mtime_ns, stat.st_size) if stat else None


_loaded: dict[object, Lexicon] = {}
_lock = Lock()
