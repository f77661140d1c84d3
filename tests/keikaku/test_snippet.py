"""A piece of text around what was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.snippet import LENGTH, highlight_snippet


@pytest.mark.parametrize(
    ("text", "query", "snippet"),
    [
        ("学校給食で使う", "給食", "学校«給食»で使う"),
        ("SNSで発信", "ｓｎｓ", "«SNS»で発信"),
        ("ｶﾞｲﾄﾞが案内", "ガイド", "«ｶﾞｲﾄﾞ»が案内"),
        ("毎年 10,000kgを使用", "10000kg", "毎年 «10,000kg»を使用"),
        ("令和10年度と1年目", "1", "令和10年度と«1»年目"),
        ("㈱昭島", "株", "«㈱»昭島"),
        ("農業と商業", "商業 農業", "«農業»と«商業»"),
        ("工-3 みえる化", "工-3", "«工-3» みえる化"),
        ("工業の第3回", "工・3", "«工»業の第«3»回"),
        ("一行目\n二行目", "ない", "一行目 二行目"),
        ("あるだけ", "", "あるだけ"),
        (None, None, ""),
    ],
)
def test_hits_are_marked(text: str | None, query: str | None, snippet: str) -> None:
    assert highlight_snippet(text, query) == snippet


def test_long_text_is_cut_around_the_first_hit() -> None:
    snippet = highlight_snippet("あ" * 100 + "給食" + "い" * 100, "給食")
    assert snippet.startswith("…あ")
    assert snippet.endswith("い…")
    assert "«給食»" in snippet
    assert len(snippet) == LENGTH + len("……«»")


@given(st.text(), st.text(max_size=20))
def test_marks_apart_the_snippet_is_a_piece_of_the_text(text: str, query: str) -> None:
    text = text.translate(dict.fromkeys(map(ord, "«»…")))
    snippet = highlight_snippet(text, query).translate(dict.fromkeys(map(ord, "«»…")))
    assert snippet in " ".join(text.split())
