"""What an SQL statement says, and what SQLite says of a wrong one, in words for people who do not write SQL.

Guarantees: a sentence for every message, a general one for those not listed. Does not: parse SQL; the words of a
statement are found by their spelling, outside its strings, quoted names and comments.
"""

import re
from typing import NamedTuple


class Complaint(NamedTuple):
    """What is wrong with a statement, and what to do about it."""

    sentence: str
    hint: str


_NOT_WORDS = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|$)|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\[[^\]]*(?:\]|$)|`[^`]*`", re.DOTALL
)
_WORDS = {
    "with": "先に名前を付けた途中の表をつくる",
    "recursive": "自分自身を使ってくり返し求める",
    "select": "取り出す列",
    "distinct": "同じ行は一つにまとめる",
    "from": "もとになる表",
    "join": "別の表をつなぐ",
    "left join": "別の表をつなぐ（相手がない行も残す）",
    "where": "行をえらぶ条件",
    "group by": "同じ値ごとにまとめる",
    "having": "まとめた後でえらぶ条件",
    "order by": "並べる順",
    "desc": "大きい順",
    "limit": "取り出す行の数の上限",
    "offset": "先頭から飛ばす行の数",
    "union": "二つの結果を合わせる（重なりは除く）",
    "union all": "二つの結果をそのまま合わせる",
    "case": "場合に分けて値を決める",
    "exists": "あてはまる行が一つでもあるか",
    "is null": "空である",
    "is not null": "空でない",
    "like": "文字の形が合う（%は何文字でも）",
    "in": "どれかにあてはまる",
    "between": "二つの値の間にある",
    "count": "数を数える",
    "sum": "合計する",
    "max": "最も大きい値",
    "min": "最も小さい値",
    "group_concat": "文字をつなげて一つにする",
    "coalesce": "空でない最初の値",
    "search_match": "検索の言葉を全文検索の式にする",
    "highlight": "検索の言葉が当たった所を « » で示す",
    "highlight_snippet": "当たった所のまわりを短く切り出し、« » で示す",
    "search_key": "全角・半角や大文字・小文字の違いをならす",
}
_COMPLAINTS = (
    (r"no such table: (?:\w+\.)?(.+)", "「{}」という表はありません。", "表の名前を、データの一覧と見比べてください。"),
    (r"no such column: (.+)", "「{}」という列はありません。", "列の名前は、表のページの「列の説明」にあります。文字は '…' で囲みます。"),
    (r"no such function: (.+)", "「{}」という関数はありません。", "SQLite の関数の名前かどうかを確かめてください。"),
    (r"ambiguous column name: (.+)", "「{}」という列が、つないだ表のどちらにもあります。", "表の名前.列の名前 のように、どちらの列かを書いてください。"),
    (r'near "(.*)": syntax error', "「{}」の近くの書き方がちがいます。", "その前後の、カンマ、かっこ、言葉の順番を見直してください。"),
    (r"incomplete input", "文が途中で終わっています。", "かっこや引用符が閉じているか、続きがないかを確かめてください。"),
    (r'unrecognized token: "(.*)"', "「{}」は SQL の言葉として読めません。", "全角の記号や、閉じていない引用符がないかを確かめてください。"),
    (r"wrong number of arguments to function (.+)\(\)", "関数「{}」に渡す値の数がちがいます。", "その関数が受け取る値の数を確かめてください。"),
    (r"misuse of aggregate.*", "数えたり合計したりする関数を、使えない所で使っています。", "条件に使うときは、WHERE でなく HAVING に書きます。"),
    (r"(?s)You did not supply a value for binding.*|.*[Bb]inding.*", "SQL の中の「:名前」に入れる値がありません。", "値を入れる欄に記入するか、「:名前」を値に書きかえてください。"),
    (r"Statement must be a SELECT", "ここで実行できるのは、読み出すだけの文です。", "文を SELECT（または WITH）で始めてください。"),
    (r"Statement contained a disallowed PRAGMA.*", "その PRAGMA は使えません。", "表の列を調べるには SELECT * FROM pragma_table_info('表の名前') と書きます。"),
    (r"You can only execute one statement at a time\.?", "一度に実行できる文は一つです。", "セミコロン（;）の後の文を消してください。"),
    (r"not authorized.*|authorization denied|.*prohibited.*|.*may not be modified", "このサイトでは許されていない操作です。", "読み出すだけの SELECT に書きかえてください。"),
    (r"string or blob too big|too many .*|Expression tree is too large.*", "文や値が大きすぎます。", "もっと小さい文に分けるか、LIMIT を付けてください。"),
    (r"interrupted", "時間がかかりすぎたので、途中で止めました。", "条件や LIMIT を付けて、調べる行を減らしてください。"),
)  # fmt: skip
GENERAL = Complaint("このSQLは実行できませんでした。", "SQLite のメッセージを手がかりに、文を見直してください。")


def explain_words(sql: str) -> list[tuple[str, str]]:
    """The words of SQL that a statement uses, in the order in which they first appear, each with its meaning."""
    bare = " ".join(_NOT_WORDS.sub(" ", sql).lower().split())
    found = {}
    for word in sorted(_WORDS, key=len, reverse=True):
        if match := re.search(rf"(?<![\w:]){word}(?!\w)", bare):
            found[word] = match.start()
            bare = re.sub(rf"(?<![\w:]){word}(?!\w)", lambda part: " " * len(part.group()), bare)
    return [(word.upper(), _WORDS[word]) for word in sorted(found, key=found.__getitem__)]


def explain_complaint(message: str) -> Complaint:
    """A message of SQLite or Datasette about a statement, said in Japanese."""
    for pattern, sentence, hint in _COMPLAINTS:
        if match := re.fullmatch(pattern, message.strip()):
            return Complaint(sentence.format(*match.groups()), hint)
    return GENERAL
