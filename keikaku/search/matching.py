"""A query -> FTS5 expressions, the best hits first, and in Japanese what was searched besides what was typed."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from keikaku.search.expand import Exists, Term, Way, expand
from keikaku.search.index import city_token, kind_token, named, plan_token, theme_token, whole_token
from keikaku.search.lexicon import Lexicon
from keikaku.search.query import MAX_WORDS, Word, count_words, read_query
from keikaku.search.reading import Reading, read
from keikaku.search.telling import tell_missing, tell_reading, tell_term
from keikaku.search.text import NOTHING, phrase, runs

MAX_COMBINED = 5
# Up to which kind of way a term is searched, and whether in titles alone: other spellings in a title are as near as the word.
_NEARNESS = ((2, True), (1, False), (2, False), (3, True), (3, False))


class Filters(NamedTuple):
    """What is searched in: ids of a municipality and a plan, a theme, a kind; "" for any."""

    municipality: str = ""
    plan: str = ""
    theme: str = ""
    kind: str = ""

    def limits(self) -> list[str]:
        """All but the kind, which is a range of documents."""
        asked = ((self.municipality, city_token), (self.plan, plan_token), (self.theme, theme_token))
        return [named(token(value)) for value, token in asked if value]


ANYWHERE = Filters()
LISTED = "measure"  # the kind that is shown where nothing is asked


class Plan(NamedTuple):
    """What a query asks for. `levels` are expressions, each finding less good hits than the one before."""

    levels: list[str]
    notes: list[str]
    ways: list[Way]
    reading: Reading | None = None

    @property
    def match(self) -> str:
        """The expression that finds every hit."""
        return self.levels[-1] if self.levels else NOTHING


def plan_list(filters: Filters) -> Plan:
    """What finds everything that the filters leave; all of a kind where there is no other."""
    kind = "".join(runs(filters.kind)) if filters.kind else LISTED
    return Plan([_and(filters.limits() or [named(kind_token(kind))])], [], [])


def plan_query(text: str, lexicon: Lexicon, exists: Exists, filters: Filters = ANYWHERE) -> Plan:
    """Plan a query; one without a word, or whose words stand nowhere, has no levels."""
    if count_words(text) > MAX_WORDS:
        return Plan([], [f"一度に探せる言葉は、{MAX_WORDS}までです。"], [])
    words = read_query(text, lexicon.prefixes)
    asked = [word for word in words if not word.excluded]
    if not asked:
        return Plan([], ["除く言葉だけでは探せません。探す言葉も入れてください。"] if words else [], [])
    unwanted = _or(match for word in words if word.excluded and (match := phrase(word.key)))
    reading, limits = _read_within(asked, lexicon, exists, filters.limits())

    def limited(match: str) -> str:
        return f"({_and([match, *limits])})" + (f" NOT {unwanted}" if unwanted else "")

    found = [term for term in reading.terms if term.ways()]
    notes = [*tell_reading(reading), *(note for term in found for note in tell_term(term))]
    if len(found) == len(reading.terms) and exists(limited(_all(found, 3))):
        asking = [expand(word, lexicon, exists) for word in asked if word.text in reading.questions]
        levels = [_whole(asked, found), _all([*found, *asking], 1, title=True) if asking else ""]
        levels += [_all(found, level, title) for level, title in _NEARNESS]
    else:
        levels = list(_any(found))
        notes += [tell_missing(reading.terms)] if found else []
    levels = [limited(level) for level in dict.fromkeys(levels) if level]
    return Plan(levels, notes, [way for term in reading.terms for way in term.ways()], reading)


def _read_within(
    asked: Sequence[Word], lexicon: Lexicon, exists: Exists, limits: list[str]
) -> tuple[Reading, list[str]]:
    """A query read by what stands where it is searched, and what limits it to there: the filters, and places that it names."""

    def reading_in(limits: list[str]) -> Reading:
        return read(asked, lexicon, (lambda match: exists(_and([match, *limits]))) if limits else exists)

    reading = reading_in(limits)
    if not (places := _within(reading, reading.exists)):
        return reading, limits
    again = reading_in([*limits, *places])
    return (again if again.places == reading.places else reading), [*limits, *places]


def _within(reading: Reading, exists: Exists) -> list[str]:
    """What limits a search to the places it names. Other than cities in full, those that have none of its words are words too."""
    limits = [named(*tokens) for tokens in reading.places.values()]
    if len(limits) > 1 and not exists(_and(limits)):
        limits = [_or(limits)]
    found = [term for term in reading.terms if term.ways()]
    if (
        limits
        and not reading.names_a_city
        and not (found and exists(_and([_or(_all([term], 3) for term in found), *limits])))
    ):
        reading.forget_places()
        return []
    return limits


def _whole(words: list[Word], terms: list[Term]) -> str:
    """What is named exactly by the whole query: a title, a name or a code."""
    codes = [way.match for way in terms[0].literal if way.whole] if len(terms) == 1 and words[0].code else []
    return _or([named(whole_token(" ".join(word.key for word in words))), *codes])


def _all(terms: Sequence[Term], level: int, title: bool = False) -> str:
    """All terms, by their ways up to a level; with `title`, each in the title unless it counts anywhere."""
    parts = []
    for term in terms:
        ways = term.ways(level)
        anywhere = [way.match for way in ways if way.whole or not title]
        in_title = _or(way.match for way in ways if title and not way.whole)
        parts.append(_or([*anywhere, f"{{title}} : {in_title}"] if in_title else anywhere))
    return " AND ".join(parts) if all(parts) else ""


def _any(terms: list[Term]) -> Iterable[str]:
    """As many terms as possible, then fewer, down to any one."""
    for size in range(len(terms), 0, -1) if len(terms) <= MAX_COMBINED else [1]:
        for level, title in ((1, True), (3, False)):
            yield _or(filter(None, (_all(group, level, title) for group in combinations(terms, size))))


def _or(matches: Iterable[str]) -> str:
    distinct = dict.fromkeys(matches)  # less what is already found in any column
    distinct = {match: None for match in distinct if match.removeprefix("names : ") not in distinct.keys() - {match}}
    return f"({' OR '.join(distinct)})" if distinct else ""


def _and(matches: Sequence[str]) -> str:
    return f"({' AND '.join(matches)})" if len(matches) > 1 else matches[0]
