"""Readings above words: only what a visitor reads is changed, and taking the readings away gives the page back."""

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.publish.records.ruby import annotate, keep_easy
from keikaku.views.words import READINGS_ASKED
from tests.keikaku.conftest import read_faults

READINGS = {"拝島": "はいじま", "拝島駅": "はいじまえき", "掘り起し": "ほりおこし"}
PIECES = [
    "拝島", "拝島駅", "<p>", "</p>", '<a href="/拝島" title="拝島">', "</a>", "<code>", "</code>", "<br>", "<!--拝島-->",
    "<svg>", "</svg>", "<textarea>", "</textarea>", "&amp;", "<", ">", '"', "'", " ", "駅", "<ruby>", "</ruby>",
]  # fmt: skip


def ruby(word: str) -> str:
    return f"<ruby>{word}<rp>（</rp><rt>{READINGS[word]}</rt><rp>）</rp></ruby>"


@pytest.mark.parametrize(
    ("html", "annotated"),
    [
        ("<p>拝島の資源の掘り起し</p>", f"<p>{ruby('拝島')}の資源の{ruby('掘り起し')}</p>"),
        ("拝島駅", ruby("拝島駅")),  # the longest word wins
        ("<code>拝島</code>拝島", f"<code>拝島</code>{ruby('拝島')}"),
    ],
)
def test_a_word_gets_its_reading(html: str, annotated: str) -> None:
    assert annotate(html, READINGS) == annotated
    assert annotate(html, {}) == html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="/拝島" title="拝島 > 駅">x</a>', "<!-- 拝島 -->", "<title>拝島</title>", "<script>'拝島'</script><style>拝島</style>",
        "<textarea>拝島 <b>拝島</b></textarea>", "<code>拝島</code><pre><b>拝島</b></pre>", "<svg><text>拝島</text></svg>",
        "<select><option>拝島</option></select>", ruby("拝島"), "<h1>商工会</h1>",
    ],
)  # fmt: skip
def test_what_is_no_text_stays_as_it_is(html: str) -> None:
    assert annotate(html, READINGS) == html


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_taking_the_readings_away_gives_the_page_back(html: str) -> None:
    unmarked = html.replace("<ruby>", "").replace("</ruby>", "")
    annotated = annotate(unmarked, READINGS)
    assert re.sub(r"</?ruby>|<rp>[（）]</rp>|<rt>[ぁ-ん]+</rt>", "", annotated) == unmarked


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="/plans">', '<a href="/plans?easy=1">'),
        ('<a class="x" href="/plans?a=1#top">', '<a class="x" href="/plans?a=1&amp;easy=1#top">'),
        ('<a href="?page=2">', '<a href="?page=2&amp;easy=1">'),
        (
            '<form action="/plans/search" method="get">',
            '<form action="/plans/search" method="get"><input type="hidden" name="easy" value="1">',
        ),
    ],
)
def test_links_and_forms_lead_on(before: str, after: str) -> None:
    assert keep_easy(before) == after


@pytest.mark.parametrize(
    "html",
    [
        '<a href="#main">', '<a href="https://example.com/">', '<a href="//example.com/">', '<a href="/plans.db">',
        '<a href="/plans/measures.csv?_size=max">', '<a href="/-/static/app.css">', '<a rel="alternate nofollow" href="/plans">',
        '<form method="post">', "</form></a>",
    ],
)  # fmt: skip
def test_files_and_other_sites_are_left(html: str) -> None:
    assert keep_easy(html) == html


@pytest.mark.parametrize(
    ("plan", "readings"),
    [
        ("a", {"日本橋": "にほんばし"}),
        ("b", {"日本橋": "にっぽんばし", "港": "みなと"}),
        (None, {"港": "みなと"}),  # a page of no plan leaves words that plans read differently
    ],
)
def test_a_page_reads_words_as_its_own_plan_does(plan: str | None, readings: dict[str, str]) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(
        "CREATE TABLE plans (id, municipality_id); CREATE TABLE ruby (municipality_id, word, reading)"
    )
    database.executemany("INSERT INTO plans VALUES (?, ?)", [("a", "A"), ("b", "B")])
    rows = [("A", "日本橋", "にほんばし"), ("B", "日本橋", "にっぽんばし"), ("B", "港", "みなと")]
    database.executemany("INSERT INTO ruby VALUES (?, ?, ?)", rows)
    assert dict(database.execute(READINGS_ASKED, {"plan": plan and f'"{plan}"'})) == readings


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("港: みなと\n神戸港: コウベコウ\n", []),
        ("港: みなと\n<b>: びい\n", ["ruby.yml:2:1: <b>: '<b>' は読みをつける言葉ではありません; 漢字"]),
        ("港: minato\n", ["ruby.yml:1:4: 港: 'minato' は読みではありません; ひらがな"]),
        ("- 港\n", ["ruby.yml:1:1: 記録になっていません"]),
        ("港: みなと\n港: みなと\n", ["ruby.yml:2:1: キー 港 が二つあります"]),
    ],
)
def test_a_wrong_line_of_the_file_is_named(text: str, faults: list[str], folder: Path) -> None:
    (folder / "ruby.yml").write_text(text, "utf-8")
    found = read_faults(folder)
    assert len(found) == len(faults), found
    assert all(line.startswith(begin) for line, begin in zip(found, faults, strict=True)), found
