"""What each word of a query is: a thing to find, a list that is asked for, a place to search in, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from keikaku.search.expand import Exists, Term, expand, take_apart
from keikaku.search.kana import is_kana
from keikaku.search.lexicon import Lexicon
from keikaku.search.query import Word, read_query
from keikaku.search.questions import QUESTION_OF, SAYS_NOTHING, Question, cut, cut_end
from keikaku.search.text import normalise

_DEEPEST = 8  # parts of parts of a word


@dataclass
class Reading:
    """`terms` are searched, within `places`, whose documents have one of some tokens; `left` is left out. `cities` are ids.

    `questions` stand by the words that ask them, the `parts` of a word by the word.
    """

    lexicon: Lexicon
    exists: Exists
    terms: list[Term] = field(default_factory=list)
    questions: dict[str, Question] = field(default_factory=dict)
    places: dict[str, set[str]] = field(default_factory=dict)
    cities: set[str] = field(default_factory=set)
    left: list[str] = field(default_factory=list)
    parts: dict[str, list[Term]] = field(default_factory=dict)

    @property
    def names_a_city(self) -> bool:
        """Whether one stands there in full: 昭島市, not 昭島."""
        return any(normalise(place) in self.lexicon.cities and place[-1] in "市区町村" for place in self.places)

    def forget_places(self) -> None:
        """Search their names as words."""
        self.terms += [expand(Word(text, normalise(text)), self.lexicon, self.exists) for text in self.places]
        self.places = {}

    def take(self, word: Word, whole: str = "", depth: int = 0) -> None:
        """Sort a word in, or the parts of one that stands nowhere; `whole` is the word of the query that it is part of."""
        is_plain = not (word.exact or word.years or word.code)
        if is_plain and word.key in self.lexicon.questions:
            self.questions[word.text] = self.lexicon.questions[word.key]
        elif is_plain and word.key in self.lexicon.places:
            self.places[word.text] = self.lexicon.places[word.key]
            self.cities |= self.lexicon.cities.get(word.key, set())
        elif is_plain and (word.key in SAYS_NOTHING or self._asks_in_vain(word)):
            self.left += [] if whole else [word.text]
        elif not (is_plain and depth < _DEEPEST and self._take_parts(word, whole, depth)):
            self._search(self._expand(word), whole)

    def _take_parts(self, word: Word, whole: str, depth: int) -> bool:
        """Whether it had to be cut: a part of a word first at its ends (農業の), a word of the query if it stands nowhere."""
        is_word = word.key in self.lexicon.by_key or (is_kana(word.key) and self.lexicon.read_as(word.key))  # こども
        parts = [ended] if whole and not is_word and (ended := cut_end(word.key)) and self._is_known(ended) else []
        if not parts and not self._expand(word).ways():
            parts = cut(word.key, self.lexicon.places)
        for found in (found for part in parts for found in read_query(part, self.lexicon.prefixes)):
            self.take(found, whole or word.text, depth + 1)
        return bool(parts)

    def _asks_in_vain(self, word: Word) -> bool:
        """Whether it asks for a list of which there is no row, and stands nowhere."""
        return word.key in QUESTION_OF and not self._expand(word).ways()

    def _is_known(self, key: str) -> bool:
        names = (self.lexicon.questions, self.lexicon.places, SAYS_NOTHING)
        words = read_query(key, self.lexicon.prefixes)
        return any(key in known for known in names) or any(self._expand(word).ways() for word in words)

    def _expand(self, word: Word) -> Term:
        return expand(word, self.lexicon, self.exists)

    def _search(self, term: Term, whole: str) -> None:
        if not term.ways() and not term.word.exact:
            take_apart(term, self.lexicon, self.exists)
        self.terms.append(term)
        if whole:
            self.parts.setdefault(whole, []).append(term)


def read(words: Sequence[Word], lexicon: Lexicon, exists: Exists) -> Reading:
    """A query of nothing but questions, places and the like is searched for these words themselves."""
    reading = Reading(lexicon, exists)
    for word in words:
        reading.take(word)
    for whole, terms in reading.parts.items():
        if not all(term.ways() for term in terms):  # then its other parts are not what is asked for
            reading.terms = [term for term in reading.terms if term not in terms]
            reading.terms.append(Term(Word(whole, normalise(whole))))
    if not reading.terms:
        texts = reading.questions or reading.left
        reading.terms = [expand(Word(text, normalise(text)), lexicon, exists) for text in texts]
        if not texts:
            reading.forget_places()
    return reading
