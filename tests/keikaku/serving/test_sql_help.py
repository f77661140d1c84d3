"""SQL and SQLite's complaints about it, said in Japanese."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.serving.sql_help import GENERAL, explain_complaint, explain_words

WRONG = {
    "select * from nonesuch": "「nonesuch」という表",
    "select nonesuch from t": "「nonesuch」という列",
    "select nonesuch()": "「nonesuch」という関数",
    "select a from t, t as u": "「a」という列が、つないだ表のどちらにも",
    "select from t": "「from」の近く",
    "select * from t where": "途中で終わって",
    "select 'a": "SQL の言葉として読めません",
    "select abs()": "関数「abs」に渡す値の数",
    "select a from t where count(*) > 1": "数えたり合計したりする関数",
    "select :a": "値がありません",
    "select 1; select 2": "一度に実行できる文は一つ",
}


@pytest.mark.parametrize(("sql", "sentence"), WRONG.items())
def test_what_sqlite_says_of_a_wrong_statement_is_explained(sql, sentence):
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (a)")
    with pytest.raises(sqlite3.Error) as complaint:
        connection.execute(sql)
    connection.close()
    assert sentence in explain_complaint(str(complaint.value)).sentence


@given(st.text())
def test_any_message_has_a_sentence_and_a_hint(message):
    complaint = explain_complaint(message)
    assert complaint.sentence
    assert complaint.hint


def test_an_unknown_message_has_a_general_sentence():
    assert explain_complaint("the moon is full") == GENERAL


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("select a from t", ["SELECT", "FROM"]),
        ("SELECT a FROM t LEFT  JOIN u ORDER\nBY a", ["SELECT", "FROM", "LEFT JOIN", "ORDER BY"]),
        ("select 'where' as \"limit\", [desc] -- join\nfrom t /* union */", ["SELECT", "FROM"]),
        ("select :where, where_ from t", ["SELECT", "FROM"]),
        ("select a where a is not null union all select b", ["SELECT", "WHERE", "IS NOT NULL", "UNION ALL"]),
    ],
)
def test_the_words_of_a_statement_stand_in_its_order(sql, words):
    assert [word for word, _ in explain_words(sql)] == words
