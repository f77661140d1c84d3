"""A query -> FTS5 expressions, the best hits first, and in Japanese what was searched besides what was typed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.search.expand import Term, Way, expand
from keikaku.search.kana import is_kana
from keikaku.search.lexicon import Lexicon
from keikaku.search.query import MAX_WORDS, Word, count_words, read_query
from keikaku.search.text import NOTHING, phrase, runs
from keikaku.search.index import plan_token, whole_token

MAX_COMBINED = 5
MAX_PLACES = 50
NEAR = 12  # tokens between the parts of a word
Exists = Callable[[str], bool]


@dataclass
class Plan:
    """What a query asks for. `levels` are expressions, each finding less good hits than the one before."""

    terms: list[Term] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    levels: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def match(self) -> str:
        """The expression that finds every hit."""
        return self.levels[-1] if self.levels else NOTHING

    @property
    def ways(self) -> list[Way]:
        return [way for term in self.terms for way in term.ways]


def plan_query(text: str, lexicon: Lexicon, exists: Exists) -> Plan:
    """Plan a query; one without a word, or whose words stand nowhere, has no levels."""
    if count_words(text) > MAX_WORDS:
        return Plan(notes=[f"一度に探せる言葉は、{MAX_WORDS}までです。"])
    words = read_query(text, lexicon.prefixes)
    plan = Plan(excluded=[match for word in words if word.excluded and (match := phrase(word.key))])
    asked = [word for word in words if not word.excluded]
    plan.terms = [_add_place(expand(word, lexicon, exists), lexicon, len(asked)) for word in asked]
    for term in plan.terms:
        if not term.ways and not term.word.exact:
            _split(term, lexicon, exists)
    found = [term for term in plan.terms if term.ways]
    if not asked:
        plan.notes += ["除く言葉だけでは探せません。探す言葉も入れてください。"] if words else []
    elif found and len(found) == len(plan.terms) and _has_hits(found, plan.excluded, exists):
        plan.levels = [
            *_whole(asked, found),
            *_distinct([_all(found, i, title) for i in (1, 2, 3) for title in (True, False)]),
        ]
    elif found:
        plan.levels = _distinct(_any(found))
        plan.notes.append(_tell_missing(plan.terms))
    plan.levels = [_excluding(level, plan.excluded) for level in plan.levels if level]
    plan.notes = [note for term in found for note in _tell(term)] + plan.notes
    return plan


def _has_hits(terms: list[Term], excluded: list[str], exists: Exists) -> bool:
    return (len(terms) == 1 and not excluded) or exists(_excluding(_all(terms, 3), excluded))


def _add_place(term: Term, lexicon: Lexicon, words: int) -> Term:
    """Beside other words, the name of a municipality asks for its plan, wherever the name itself may stand."""
    plans = lexicon.places.get(term.word.key, []) if words > 1 and not term.word.exact else []
    for plan_id in plans[:MAX_PLACES]:
        term.literal.append(Way(term.word.text, f'names : "{plan_token(plan_id)}"', whole=True))
    return term


def _split(term: Term, lexicon: Lexicon, exists: Exists) -> None:
    """Search a word that stands nowhere as the words it is made of: 給食野菜 as 給食 near 野菜."""
    parts = _parts(term.word.key, lexicon)
    phrases = [phrase(part) for part in parts]
    match = f"NEAR({' '.join(phrases)}, {NEAR})" if len(parts) == 2 else f"({' AND '.join(phrases)})"
    if parts and exists(match):
        term.is_split = True
        term.synonyms = [Way("・".join(parts), match)]


def _parts(key: str, lexicon: Lexicon) -> list[str]:
    """The known words that make up a key, the longest first, hiragana between them left out; none if some is unknown."""
    if is_kana(key):
        return []
    parts, start = [], 0
    while start < len(key):
        ends = range(len(key), start + 1, -1)
        end = next((end for end in ends if _is_part(key[start:end], lexicon)), None)
        if end:
            parts.append(key[start:end])
        elif not "ぁ" <= key[start] <= "ん":
            return []
        start = end or start + 1
    return parts


def _is_part(piece: str, lexicon: Lexicon) -> bool:
    """Whether a piece is a word of documents by itself; short verbs (取り) are not."""
    return any(e.documents and (e.lemma == e.key or len(piece) > 2) for e in lexicon.by_key.get(piece, []))


def _whole(words: list[Word], terms: list[Term]) -> list[str]:
    """What is named exactly by the whole query: a title, a name or a code."""
    exact = [f'names : "{whole_token(" ".join(word.key for word in words))}"']
    codes = [way.match for term in terms if term.word.code for way in term.literal if way.whole]
    return [_or(exact + (codes if len(terms) == 1 else []))]


def _all(terms: list[Term], level: int, title: bool = False) -> str:
    """All terms, by their first `level` lists of ways; with `title`, each in the title unless it counts anywhere."""
    parts = []
    for term in terms:
        ways = [way for ways in (term.literal, term.variants, term.synonyms)[:level] for way in ways]
        if not ways:
            return ""
        parts.append(_in_title(ways) if title else _or(way.match for way in ways))
    return " AND ".join(parts)


def _in_title(ways: list[Way]) -> str:
    whole = [way.match for way in ways if way.whole]
    other = [way.match for way in ways if not way.whole]
    return _or([*whole, f"{{title}} : {_or(other)}"] if other else whole)


def _any(terms: list[Term]) -> list[str]:
    """As many terms as possible, then fewer, down to any one."""
    levels = []
    sizes = range(len(terms), 0, -1) if len(terms) <= MAX_COMBINED else [1]
    for size in sizes:
        groups = list(combinations(terms, size))
        levels += [
            _or(filter(None, (_all(list(group), level, title) for group in groups)))
            for level, title in ((1, True), (3, False))
        ]
    return levels


def _or(matches: Iterable[str]) -> str:
    distinct = dict.fromkeys(matches)  # less what is already found in any column
    distinct = {match: None for match in distinct if match.removeprefix("names : ") not in distinct.keys() - {match}}
    return f"({' OR '.join(distinct)})" if distinct else ""


def _excluding(match: str, excluded: list[str]) -> str:
    return f"({match}) NOT {_or(excluded)}" if match and excluded else match


def _distinct(levels: list[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, levels)))


def _tell_missing(terms: list[Term]) -> str:
    missing = "".join(f"「{term.word.text}」" for term in terms if not term.ways)
    if missing and len(terms) > 1:
        return f"{missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。"
    return "すべての言葉を含むものはないので、どれかを含むものを並べました。"


def _tell(term: Term) -> list[str]:
    """What was searched besides a word, in sentences."""
    word = term.word
    if word.years:
        years = "、".join(f"{format_fiscal_year(year)}（{year}年度）" for year in word.years)
        return [f"「{word.text}」は、{years}に期限のあるものや行われるものを探しました。"]
    notes = []
    told = [way.text for way in term.variants if not way.begins and runs(way.text) != runs(word.key)]
    variants = _quoted([text for text in told if text[-1] not in "んっ"] or told)
    if variants and not term.literal:
        notes.append(f"「{word.text}」は{variants}として探しました。")
    elif variants:
        notes.append(f"「{word.text}」は{variants}も探しました。")
    if term.is_split:
        parts = _quoted(term.synonyms[0].text.split("・"))
        notes.append(f"「{word.text}」はないので、{parts}で探しました。")
    elif others := _quoted(way.text for way in term.synonyms):
        notes.append(f"「{word.text}」は{others}も探しました。")
    if any(way.match.startswith('names : "0p') for way in term.literal):
        notes.append(f"「{word.text}」の計画の中から探しました。")
    return notes


def _quoted(texts: Iterable[str]) -> str:
    return "".join(f"「{text}」" for text in dict.fromkeys(texts))
