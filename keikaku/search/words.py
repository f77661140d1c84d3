"""Rows of search_words, by the dictionary SudachiPy, and of search_synonyms: needed to build, never to serve.

A word is kept whole and in its parts (農業協同組合; 農業, 協同, 組合), each with its reading and the form that the
dictionary knows all its spellings by (まつり, 祭り -> 祭). Grammar, numbers and what kana alone tells are left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from sudachipy import Dictionary, SplitMode

from keikaku.search.kana import has_kanji, to_hiragana
from keikaku.search.text import normalise

Row = dict[str, Any]
Group = tuple[list[str], list[str]]

MAX_NAMES = 12
MAX_OWNERS = 20

_GRAMMAR = {"助詞", "助動詞", "補助記号", "記号", "空白", "接続詞", "代名詞", "連体詞"}
_LATIN = re.compile(r"[A-Za-z][A-Za-z&.+-]+")
_KATAKANA = re.compile(r"[ァ-ヺ]")
_MAX_INPUT = 8000  # characters; the dictionary refuses more than 49,149 bytes


class Word(NamedTuple):
    surface: str
    reading: str
    lemma: str | None


def count_words(documents: list[Row], ruby: Iterable[tuple[str, str]]) -> list[Row]:
    """surface, reading, lemma and documents (how many have it) of every word of documents, and of `ruby` in none."""
    counts: Counter[Word] = Counter()
    # What the dictionary says of a word depends on what it has read before, so each plan asks it anew, once a word.
    known: dict[tuple[str, int], list[Word]] = {}
    words_of = cache(lambda text: set(_words(text, known)))
    for document in documents:
        texts = (document["title"], document["names"], *document["body"].split("\n"))
        counts.update({word for text in texts for word in words_of(text)})
    for surface, reading in ruby:
        counts[Word(surface, to_hiragana(reading), None)] += 0
    return [{**word._asdict(), "documents": count} for word, count in counts.items()]


def read_names(names: Iterable[str]) -> list[Row]:
    """As count_words: names as wholes, which stand in no document; none without kanji, which needs no reading."""
    words = []
    for name in names:
        morphemes = _tokenizer().tokenize(name[:_MAX_INPUT])
        if has_kanji(name):
            lemma = morphemes[0].normalized_form() if len(morphemes) == 1 else name
            reading = to_hiragana("".join(morpheme.reading_form() for morpheme in morphemes))
            words.append(Word(name, reading, lemma if lemma != name else None))
    return [{**word._asdict(), "documents": 0} for word in words]


@cache
def _tokenizer() -> Any:
    return Dictionary(dict="core").tokenizer(mode=SplitMode.C)


def _words(text: str, known: dict[tuple[str, int], list[Word]]) -> Iterator[Word]:
    for start in range(0, len(text), _MAX_INPUT):
        for morpheme in _tokenizer().tokenize(text[start : start + _MAX_INPUT]):
            key = (morpheme.surface(), morpheme.part_of_speech_id())
            if key not in known:
                parts = [morpheme, *morpheme.split(SplitMode.A)]
                known[key] = [word for part in parts if (word := _word(part))]
            yield from known[key]


def _word(morpheme: Any) -> Word | None:
    surface, kind = morpheme.surface(), morpheme.part_of_speech()
    if kind[0] in _GRAMMAR or kind[1] == "数詞" or any(c.isdecimal() for c in normalise(surface)):
        return None
    lemma = morpheme.normalized_form()
    if _LATIN.fullmatch(surface):
        return Word(surface, "", None)
    hidden = len(surface) > 2 and has_kanji(lemma)  # まつり, that others may write 祭り
    if not (has_kanji(surface) or _KATAKANA.search(surface) or hidden):
        return None
    reading = to_hiragana(morpheme.reading_form())
    return Word(surface, reading, lemma if lemma != surface else None)


def build_groups(groups: Iterable[Group], organization_names: Iterable[tuple[str, str]]) -> list[Row]:
    """Rows for (words, also) of each group, then for the names of each organization: pairs of its id and a name.

    Groups that are the same in several plans become one. A name that many organizations share (農協) does not find the
    names that only one of them has, but these find it.
    """
    distinct = dict.fromkeys((tuple(words), tuple(also)) for words, also in groups)
    named = dict.fromkeys(_names(organization_names))
    return [
        {"group_id": number, "word": word, "role": role}
        for number, (words, also) in enumerate({**distinct, **named}, 1)
        for role, part in (("word", words), ("also", also))
        for word in part
    ]


def _names(organization_names: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(words, also) of each organization that has several names, those of one character (市) left out."""
    names: dict[str, list[str]] = {}
    for organization_id, name in organization_names:
        if len(name) > 1:
            names.setdefault(organization_id, []).append(name)
    owners = Counter(name for group in names.values() for name in group)
    for group in names.values():
        shared = sorted(name for name in group if owners[name] > MAX_OWNERS)[:MAX_NAMES]
        own = sorted(set(group) - set(shared))[:MAX_NAMES]
        if len(shared) > 1:
            yield tuple(shared), ()
        if len(own) > 1 or (own and shared):
            yield tuple(own), tuple(shared)
