"""A query -> FTS5 expressions, the best hits first, and in Japanese what was searched besides what was typed."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import NamedTuple

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.search.expand import Exists, Term, Way, expand
from keikaku.search.index import named, whole_token
from keikaku.search.lexicon import Lexicon
from keikaku.search.query import MAX_WORDS, Word, count_words, read_query
from keikaku.search.text import NOTHING, phrase, runs

MAX_COMBINED = 5


class Plan(NamedTuple):
    """What a query asks for. `levels` are expressions, each finding less good hits than the one before."""

    levels: list[str]
    notes: list[str]
    ways: list[Way]

    @property
    def match(self) -> str:
        """The expression that finds every hit."""
        return self.levels[-1] if self.levels else NOTHING


def plan_query(text: str, lexicon: Lexicon, exists: Exists) -> Plan:
    """Plan a query; one without a word, or whose words stand nowhere, has no levels."""
    if count_words(text) > MAX_WORDS:
        return Plan([], [f"一度に探せる言葉は、{MAX_WORDS}までです。"], [])
    words = read_query(text, lexicon.prefixes)
    asked = [word for word in words if not word.excluded]
    if not asked:
        return Plan([], ["除く言葉だけでは探せません。探す言葉も入れてください。"] if words else [], [])
    unwanted = [match for word in words if word.excluded and (match := phrase(word.key))]
    terms = [expand(word, lexicon, exists, alone=len(asked) == 1) for word in asked]
    found = [term for term in terms if term.ways()]
    notes = [note for term in found for note in _tell(term)]
    if len(found) == len(terms) and exists(_excluding(_all(found, 3), unwanted)):
        levels = [_whole(asked, found), *(_all(found, level, title) for level in (1, 2, 3) for title in (True, False))]
    else:
        levels = list(_any(found))
        notes += [_tell_missing(terms)] if found else []
    levels = [_excluding(level, unwanted) for level in dict.fromkeys(levels) if level]
    return Plan(levels, notes, [way for term in terms for way in term.ways()])


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


def _excluding(match: str, unwanted: list[str]) -> str:
    return f"({match}) NOT {_or(unwanted)}" if unwanted else match


def _tell_missing(terms: list[Term]) -> str:
    missing = "".join(f"「{term.word.text}」" for term in terms if not term.ways())
    if missing and len(terms) > 1:
        return f"{missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。"
    return "すべての言葉を含むものはないので、どれかを含むものを並べました。"


def _tell(term: Term) -> list[str]:
    """What was searched besides a word, in sentences."""
    word, told = term.word, []
    if word.years:
        years = "、".join(f"{format_fiscal_year(year)}（{year}年度）" for year in word.years)
        return [f"「{word.text}」は、{years}に期限のあるものや行われるものを探しました。"]
    others = [way.text for way in term.variants if not way.begins and runs(way.text) != runs(word.key)]
    if variants := _quoted([text for text in others if text[-1] not in "んっ"] or others):
        told.append(f"は{variants}{'も' if term.literal else 'として'}探しました。")
    if term.parts:
        told.append(f"はないので、{_quoted(term.parts)}で探しました。")
    elif synonyms := _quoted(way.text for way in term.synonyms):
        told.append(f"は{synonyms}も探しました。")
    if term.is_place:
        told.append("の計画の中から探しました。")
    return [f"「{word.text}」{sentence}" for sentence in told]


def _quoted(texts: Iterable[str]) -> str:
    return "".join(f"「{text}」" for text in dict.fromkeys(texts))
