"""The search key of a text, its tokens and the phrases that find them."""

import sqlite3
from contextlib import closing
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keikaku.files.beside import read_data
from keikaku.search.kana import romaji_to_kana, sound
from keikaku.search.text import EDITS, TOKENIZE, find_places, index_text, needle, normalise, phrase, runs

CASES = read_data(__file__, "text.yml")

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
# Letters that nothing around them changes: no numerals, no signs that join others.
JAPANESE = st.text("学校給食地場野菜農業観光祭まつりのをセミナーPRsns水。、・（）「」 ", min_size=1, max_size=40)


def finds(text: str, query: str) -> bool:
    """Whether SQLite's own tokenizer and FTS5 find a phrase in an indexed text."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE i USING fts5 (t, content = '', tokenize = \"{TOKENIZE}\")")
        connection.execute("INSERT INTO i (rowid, t) VALUES (1, ?)", (index_text(text),))
        return bool(connection.execute("SELECT 1 FROM i WHERE i MATCH ?", (phrase(query) or '""',)).fetchall())


@pytest.mark.parametrize(("text", "key"), CASES["spellings of the same have one key"])
def test_spellings_of_the_same_have_one_key(text: str, key: str) -> None:
    assert normalise(text) == key


@pytest.mark.parametrize(
    "word",
    ["一定", "一部", "十分", "一般", "数十人", "数百万円", "八百屋", "千葉", "万一", "一緒", "三者", "第一", "一体", "一つ", "二三", "千代田"],
)  # fmt: skip
def test_words_that_only_look_like_numbers_stay(word: str) -> None:
    assert normalise(word) == word


def test_no_edit_is_left_out_where_there_is_something_to_change() -> None:
    parts = ["1", "000", ",", "二", "〇二四", "千", "万", "元", "年", "令和", "人", "箇", "所", "ケ", "山", "セ", "-"]
    texts = ["".join(text) for text in product(parts, repeat=4)]
    for pattern, _, needed in EDITS:
        changed = [text for text in texts if pattern.search(text)]
        assert changed
        assert [text for text in changed if not needed.search(text)] == []


def test_text_is_cut_into_pairs_words_and_numbers() -> None:
    assert index_text("学校給食") == "学校 校給 給食 食"
    assert index_text("SNSを活用（40人以上）") == "sns を活 活用 用 40 人 人以 以上 上"
    assert phrase("給食") == '"給食"'
    assert phrase("水") == '"水" *'
    assert phrase("40人") == '"40 人"'
    assert phrase("工-1") == '"工 1"'
    assert phrase("ロケーシ", begins=True) == phrase("ロケーシ")
    assert phrase("semi", begins=True) == '"semi" *'
    assert phrase("「」 *") == ""


@pytest.mark.parametrize(("text", "query", "found"), CASES["phrases find words and whole numbers"])
def test_phrases_find_words_and_whole_numbers(text: str, query: str, found: bool) -> None:
    assert finds(text, query) is found


@given(JAPANESE, st.data())
def test_every_part_of_a_run_is_found(text: str, data: st.DataObject) -> None:
    letters = [run for run in runs(text) if not run.isascii()]
    if not letters:
        return
    run = data.draw(st.sampled_from(letters))
    start = data.draw(st.integers(0, len(run) - 1))
    end = data.draw(st.integers(start + 1, len(run)))
    assert finds(text, run[start:end]), (text, run[start:end])
    assert needle(run[start:end]).search(normalise(text))


@given(ANYTHING)
@example("İ\u0307ﾞ㎢ΐ")
def test_any_text_has_a_key_and_a_phrase_that_is_no_syntax(text: str) -> None:
    expression = phrase(text)
    assert expression.count('"') in (0, 2)
    key = normalise(text)
    places = find_places(text, key)
    if places is not None:
        assert len(key) == len(places)
        assert all(0 <= start <= end <= len(text) for start, end in places)
        assert places == sorted(places)


@given(ANYTHING)
def test_what_is_indexed_can_be_asked_for(text: str) -> None:
    encodable = text.encode("utf-8", "ignore").decode()
    if phrase(encodable):
        finds(encodable, encodable)


@pytest.mark.parametrize(("one", "other"), CASES["romaji and kana meet in one sound"])
def test_romaji_and_kana_meet_in_one_sound(one: str, other: str) -> None:
    kana = romaji_to_kana(normalise(one))
    assert kana is not None
    assert sound(kana) == sound(other)


@pytest.mark.parametrize("word", ["pr", "sns", "dx", "map", "x1", "日本"])
def test_what_is_no_romaji_is_not_read_as_such(word: str) -> None:
    assert romaji_to_kana(word) is None
