"""What is said of a request that cannot be met, of a wrong statement, and of the words of SQL."""

import inspect
import json
import re
import sqlite3

import pytest
from datasette import filters
from datasette.views import base, table
from hypothesis import given
from hypothesis import strategies as st

from keikaku.serving.refusals import WRONG_SQL, explain_complaint, explain_words, say, say_error, say_message

JAPANESE = re.compile(r"[ぁ-ん]")
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
    "select * from f where f match '(a'": "全文検索（MATCH）の言葉",
    "select * from f where f match '\"a'": "全文検索（MATCH）の言葉",
    "select 1; select 2": "一度に実行できる文は一つ",
}


@pytest.mark.parametrize("status", [400, 403, 404, 405, 410, 418, 500, 503])
def test_every_status_has_words(status):
    assert JAPANESE.search(say(status).title) and JAPANESE.search(say(status).sentence)


def test_every_message_that_datasette_has_for_tables_is_known():
    source = "".join(inspect.getsource(module) for module in (base, table, filters))
    messages = re.findall(r'(?:BadRequest|DatasetteError)\(\s*f?"([^"]+)"', source)
    written = [re.sub(r"\{[^}]*\}", "x", message) for message in messages]
    assert len(written) > 7
    assert [m for m in written if say_message(400, m).sentence == say(400).sentence] == []
    assert say_message(400, "_col=a, b - invalid columns").sentence == "「a, b」という列は選べません。"


def test_a_failure_is_said_without_its_own_words():
    with pytest.raises(json.JSONDecodeError) as failed:
        json.loads("{")
    assert JAPANESE.search(say_error(failed.value).sentence)
    assert "Expecting" not in say_error(failed.value).sentence
    assert say_error(OverflowError("big")).sentence == "数が大きすぎて読み取れません。"


@pytest.mark.parametrize(("sql", "sentence"), WRONG.items())
def test_what_sqlite_says_of_a_wrong_statement_is_explained(sql, sentence):
    connection = sqlite3.connect(":memory:")
    connection.execute("create table t (a)")
    connection.execute("create virtual table f using fts5 (a)")
    with pytest.raises(sqlite3.Error) as complaint:
        connection.execute(sql).fetchall()
    connection.close()
    assert sentence in explain_complaint(str(complaint.value)).sentence


@given(st.text())
def test_any_message_has_a_sentence_and_a_hint(message):
    assert all(explain_complaint(message))
    assert explain_complaint("the moon is full") == WRONG_SQL


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
