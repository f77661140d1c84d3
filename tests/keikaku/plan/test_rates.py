"""Rates by named rules: a city's own printed figures to the digit, and refusals that say why."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.plan.rates import FORMULAS, rate
from keikaku.plan.verdicts import Figure, Indicator

ANY, MORE, FEWER = Indicator("quantity"), Indicator("quantity", "up"), Indicator("quantity", "down")
START, DUE, LATER = 2000, 2010, 2026


def rated(rule, indicator, aim, done, start=None, year=DUE, **others):
    goal = Figure("target", DUE, aim, **others)
    figures = [goal, *([] if done is None else [Figure("result", year, done)])]
    return rate(rule, indicator, goal, figures + ([] if start is None else [Figure("baseline", START, start)]), LATER)


# Four of the 52 indicators of the city's 政策指標50: values of 平成12 and 22年度, target, printed rate.
@pytest.mark.parametrize(
    ("start", "done", "aim", "printed"),
    [(37.2, 34.9, 50.0, "-18.0"), (34.0, 40.9, 50.0, "43.1"), (27.8, 54.0, 70.0, "62.1"), (36.8, 32.1, 70.0, "-14.2")],
)
def test_the_rule_baseline_gives_what_the_city_printed(start, done, aim, printed):
    assert rated("baseline", ANY, aim, done, start).percent == Decimal(printed)


@pytest.mark.parametrize(
    ("rule", "indicator", "aim", "done", "start", "year", "percent"),
    [
        ("ratio", MORE, 50, 40, None, DUE, "80.0"),
        ("ratio", ANY, 50, 60, 40, DUE, "120.0"),
        ("baseline", FEWER, 1800, 1900, 2000, DUE, "50.0"),  # a decrease has a way as well
        ("path", MORE, 100, 25, 0, 2005, "50.0"),  # half way in time, a quarter of the way
        ("path", MORE, 100, 25, 0, DUE, "25.0"),
        ("baseline", MORE, 1000, 0.5, 0, DUE, "0.1"),  # 0.05 % is rounded away from zero
    ],
)
def test_a_rule_that_fits(rule, indicator, aim, done, start, year, percent):
    assert rated(rule, indicator, aim, done, start, year).percent == Decimal(percent)


@pytest.mark.parametrize(
    ("rule", "indicator", "aim", "done", "start", "why"),
    [
        ("ratio", FEWER, 1800, 2106, None, "減らす目標"),  # or 17 % too many crimes are "117 % achieved"
        ("ratio", ANY, 65, 65, 65, "維持する目標"),
        ("ratio", ANY, 65, 70, None, "わからない"),
        ("ratio", MORE, 0, 5, None, "0以下"),
        ("baseline", ANY, 65, 70, 65, "維持"),
        ("baseline", MORE, 65, 70, None, "基準値がありません"),
        ("baseline", Indicator("quantity", "up", "total"), 65, 70, 60, "基準値がありません"),
        ("baseline", MORE, 65, 70, 80, "向き"),
        ("path", MORE, None, 70, 60, "一つの数"),
        ("path", MORE, 65, None, 60, "実績の記録が"),
    ],
)
def test_a_rule_that_does_not_fit_says_why(rule, indicator, aim, done, start, why):
    refused = rated(rule, indicator, aim, done, start)
    assert (refused.value, refused.percent) == (None, None)
    assert why in refused.refusal


@pytest.mark.parametrize(
    ("others", "why"),
    [({"approximate": True}, "一つの数"), ({"value_to": 70}, "一つの数"), ({"calendar": "calendar"}, "数え方")],
)
def test_figures_that_are_not_one_number_of_one_kind_have_no_rate(others, why):
    assert why in rated("ratio", MORE, 65, 70, **others).refusal


def test_a_path_needs_its_years_in_order():
    assert "順に" in rated("path", MORE, 65, 63, 60, year=START).refusal


def test_a_result_after_the_due_year_is_no_result_of_the_target():
    assert rated("ratio", MORE, 65, 70, year=DUE + 1).refusal.startswith("平成22年度までの")


numbers = st.integers(-1000, 1000)


@given(st.sampled_from(sorted(FORMULAS)), st.sampled_from([ANY, MORE, FEWER]), numbers, numbers, numbers)
def test_the_unit_changes_no_rate_and_every_refusal_has_a_reason(rule, indicator, aim, done, start):
    one = rated(rule, indicator, aim, done, start)
    assert one == rated(rule, indicator, *(Fraction(value, 8) for value in (aim, done, start)))
    assert (one.value is None) == bool(one.refusal)
