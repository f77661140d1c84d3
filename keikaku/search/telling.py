"""What a search made of a query, in Japanese sentences for its page."""

from collections.abc import Iterable, Sequence

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.search.expand import Term
from keikaku.search.reading import Reading
from keikaku.search.text import normalise, runs


def tell_reading(reading: Reading) -> list[str]:
    """Which words were taken apart, taken for a place or a question, or left out; nothing of those that are searched."""
    searched = {term.word.text for term in reading.terms}
    told = [
        f"「{whole}」は{_quoted(term.word.text for term in terms)}で探しました。"
        for whole, terms in reading.parts.items()
        if all(term.ways() for term in terms)
    ]
    for place in reading.places:
        told.append(f"「{place}」{'の計画' if normalise(place) in reading.lexicon.cities else ''}の中から探しました。")
    for text, question in reading.questions.items():
        if text not in searched:
            told.append(f"「{text}」は、{question.reads}をたずねる言葉として読みました。")
    told += [f"「{term.missing_code}」という番号はありません。" for term in reading.terms if term.missing_code]
    left = [text for text in reading.left if text not in searched]
    return told + ([f"{_quoted(left)}は除いて探しました。"] if left else [])


def tell_missing(terms: Sequence[Term]) -> str:
    missing = "".join(f"「{term.word.text}」" for term in terms if not term.ways())
    if missing and len(terms) > 1:
        return f"{missing}を含むものはないので、ほかの言葉のどれかを含むものを並べました。"
    return "すべての言葉を含むものはないので、どれかを含むものを並べました。"


def tell_term(term: Term) -> list[str]:
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
    return [f"「{word.text}」{sentence}" for sentence in told]


def _quoted(texts: Iterable[str]) -> str:
    return "".join(f"「{text}」" for text in dict.fromkeys(texts))
