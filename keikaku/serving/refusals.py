"""What the site says when it cannot give what was asked for: a title, a sentence, and what to do, in Japanese.

Guarantees: words for every status and every message of Datasette's own; never a traceback or a path of the server.
Does not: decide the status; messages of SQLite are said by keikaku.serving.sql_help.
"""

import json
import re
from typing import NamedTuple


class Refusal(NamedTuple):
    """What a visitor reads; hint may be empty."""

    title: str
    sentence: str
    hint: str


_BY_STATUS = {
    400: Refusal("この指定では表示できません", "アドレスの中の条件を読み取れませんでした。", "条件を外すか、書き直してください。"),
    403: Refusal("このページは公開していません", "ここにあるものは、どなたにもお見せしていません。", ""),
    404: Refusal("ページが見つかりません", "このアドレスのページはありません。", "アドレスの書きまちがいがないか、確かめてください。"),
    405: Refusal("この方法では受け付けていません", "このサイトは読むためのもので、書き込みや送信は受け付けていません。", "アドレスをそのまま開いてください（GET）。"),
    414: Refusal("アドレスが長すぎます", "アドレスの中の条件が多すぎるか、長すぎます。", "条件を減らすか、短くしてください。"),
    500: Refusal("うまく表示できませんでした", "サイトの側でまちがいが起きました。あなたの操作のせいではありません。", "しばらくしてから、もう一度開いてください。"),
}  # fmt: skip
_BY_MESSAGE = (
    (r"_size must be a positive integer", "1ページの行数（_size）は、0以上の整数か max で書きます。"),
    (r"_size must be <= (.+)", "1ページの行数（_size）は、{}までです。"),
    (r"Cannot sort table by (.+)", "「{}」という列では並べられません。"),
    (r"Cannot sort more than (.+) rows", "並べかえられるのは、{}行までの結果です。SQL の ORDER BY で並べてください。"),
    (r"_next must be the value of next in the page before", "続きの位置（_next）は、前のページの next に書かれた値です。"),
    (r"Cannot use _sort and _sort_desc at the same time", "小さい順（_sort）と大きい順（_sort_desc）は、どちらか一つにしてください。"),
    (r"_(?:no)?col=(.+) - invalid columns", "「{}」という列は選べません。"),
    (r"Invalid _through.*", "ほかの表を通した条件（_through）を読み取れません。"),
    (r"CSV streaming is disabled", "すべての行のCSVは出せません。"),
    (r"_next not allowed for CSV streaming", "すべての行のCSV（_stream）では、続きの位置（_next）を指定できません。"),
    (r"Cannot search by that column", "その列は検索できません。"),
    (r"hash must be 16 to 64 hexadecimal digits", "ハッシュ（hash）は、ページに出ている16〜64桁の英数字（0〜9、a〜f）で書きます。"),
    (r"of must be the address of a page of data", "アドレス（of）は、このサイトの表・問い合わせ・記録のページのものを書きます。"),
    (r"of answers with status \d+", "アドレス（of）のページを開けません。書きまちがいがないか、確かめてください。"),
    (r"of has too many rows", "アドレス（of）の答えは行が多すぎて、確かめられません。"),
    (r"_(?:facet|where)= is not allowed", "その条件は使えません。"),
)  # fmt: skip
_BY_ERROR = {
    OverflowError: "数が大きすぎて読み取れません。",
    KeyError: "必要な指定が足りません。",
    IndexError: "指定の書き方を読み取れません。",
    ValueError: "数や一覧を書く所の書き方を読み取れません。",
}
TOO_SLOW = Refusal(
    "時間がかかりすぎました",
    "調べるのに時間がかかりすぎたので、途中で止めました。",
    "条件や LIMIT を付けて、調べる行を減らしてください。",
)
BUSY = Refusal(
    "いま混み合っています",
    "SQLを実行する人や、たくさんの行を取り出す人が多いため、順番が来ませんでした。",
    "少し待ってから、もう一度開いてください。ほかのページは、いつもどおり見られます。",
)
WRONG_SQL = Refusal("SQLを実行できません", "", "")
NO_SQL = Refusal(
    "SQLがありません", "実行するSQLが書かれていません。", "アドレスに ?sql= を付けて、SQLを書いてください。"
)
UNKNOWN_FORMAT = Refusal("その形式はありません", "「.{}」という形式では出していません。", "形式を付けないアドレスを開くと、使える形式が並んでいます。")  # fmt: skip
UNKNOWN_TABLE = Refusal("その表はありません", "「{}」という表も問い合わせもありません。", "名前の書きまちがいがないか、確かめてください。")  # fmt: skip
UNKNOWN_ROW = Refusal("その行はありません", "「{}」という行はありません。", "表から探すか、言葉で検索してください。")
WITHDRAWN = Refusal("この記録は取り下げました", "「{name}」（{id}）は、{date}に取り下げました。理由：{reason}", "このIDを、ほかの記録に使うことはありません。")  # fmt: skip
UNKNOWN_COLUMN = Refusal("その列はありません", "「{}」という列がないので、条件として使えません。", "列の名前は、表のページの「列の説明」にあります。")  # fmt: skip
UNREADABLE_YEAR = Refusal(
    "年度を読み取れません",
    "「{}」を、一つの年度として読み取れませんでした。",
    "令和6年度、令和元年度、R6、H31、2024年度、2024、FY2024、西暦2024年 のように書いてください。年だけなら、その年の4月に始まる年度と読みます。",
)
TOO_MANY_WORDS = Refusal(
    "言葉が多すぎます", "一度に探せる言葉は、30までです。", "探す言葉を減らしてください。文のままより、大事な言葉をいくつか選ぶほうがよく見つかります。"
)  # fmt: skip
UNKNOWN_OPERATOR = Refusal("その比べ方はありません", "「{}」という比べ方がないので、条件として使えません。", "比べ方は、表のページの「条件を組み立てる」から選べます。")  # fmt: skip


def refuse_status(status: int) -> Refusal:
    """The words for a status of HTTP."""
    return _BY_STATUS.get(status) or _BY_STATUS[400 if status < 500 else 500]


def refuse_message(status: int, message: str) -> Refusal:
    """The words for a message of Datasette."""
    for pattern, sentence in _BY_MESSAGE:
        if match := re.fullmatch(pattern, message.strip()):
            return refuse_status(status)._replace(sentence=sentence.format(*match.groups()))
    return refuse_status(status)


def write_last_resort(path: str) -> tuple[str, str]:
    """Body and media type for when nothing else could answer: words for 500 in the format asked for, from no template."""
    title, sentence, hint = _BY_STATUS[500]
    if path.endswith((".json", ".jsonld")):
        words = {"ok": False, "status": 500, "title": title, "error": sentence, "hint": hint}
        return json.dumps(words, ensure_ascii=False), "application/json; charset=utf-8"
    page = (
        f'<!DOCTYPE html>\n<html lang="ja"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{sentence}{hint}</p></body></html>\n"
    )
    return page, "text/html; charset=utf-8"


def refuse_error(error: Exception) -> Refusal:
    """The words for a mistake in an address that Datasette noticed only by failing."""
    for kind, sentence in _BY_ERROR.items():
        if isinstance(error, kind):
            return refuse_status(400)._replace(sentence=sentence)
    return refuse_status(400)
