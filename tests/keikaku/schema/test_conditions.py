"""Headings, words for codes and names of comparisons."""

import pytest
from datasette.filters import Filters

from keikaku.schema.codes import CODES
from keikaku.schema.conditions import OPERATORS, find_redundant, find_terms, find_word, split_help, split_selection


@pytest.mark.parametrize(
    ("text", "heading", "explanation"),
    [
        ("期限：いつまでか。", "期限", "いつまでか。"), ("期限：年度：西暦", "期限", "年度：西暦"),
        ("期限", "期限", ""), ("", "due", ""), (None, "due", ""),
    ],
)  # fmt: skip
def test_the_heading_stands_before_the_colon(text, heading, explanation):
    assert split_help(text, "due") == (heading, explanation)


def test_every_comparison_of_datasette_has_a_name_and_a_sentence():
    assert {key for key, _, _ in Filters([]).lookups()} == set(OPERATORS)
    assert all("{column}" in operator.sentence for operator in OPERATORS.values())


def test_every_code_of_the_vocabulary_has_its_word():
    for (table, column), terms in CODES.items():
        assert find_terms(table, column) == terms


@pytest.mark.parametrize(
    ("table", "column", "value", "word"),
    [
        ("evaluations", "outcome", "not_met", "未達成"), ("targets", "kind", "quantity", "数値"),
        ("targets", "result_status", "met", "達成"), ("comparisons", "basis", "year", "一年あたり"),
        ("comparisons", "state", "unreported", "実績の記録なし"), ("measure_overview", "outcome", "met", "達成"),
        ("organization_overview", "kind", "department", "部署"), ("measures", "is_new", 1, "はい"),
        ("measures", "is_new", 0, "いいえ"), ("measures", "code", "met", None),
        ("evaluations", "outcome", "unknown", None), ("evaluations", "outcome", None, None),
    ],
)  # fmt: skip
def test_tables_and_views_say_codes_in_words(table, column, value, word):
    assert find_word(table, column, value) == word


@pytest.mark.parametrize(
    ("key", "selection"),
    [("code", ("code", "exact")), ("code__not", ("code", "not")), ("a__b__in", ("a__b", "in")), ("__x", ("", "x"))],
)
def test_a_condition_has_a_column_and_a_comparison(key, selection):
    assert split_selection(key) == selection


def test_what_another_column_says_in_words_may_be_left_out():
    columns = ["plan_id", "sector_id", "sector", "kind", "kind_label", "measure_id", "municipality", "theme"]
    assert find_redundant(columns, one_plan=False) == {"sector_id", "kind"}
    assert find_redundant(columns, one_plan=True) == {"plan_id", "sector_id", "kind", "municipality", "theme"}
