"""State and trend of a target: reasoned cases, and laws over generated figures."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keikaku.files.beside import read_data
from keikaku.plan.verdicts import (
    Figure,
    Indicator,
    Verdict,
    current_targets,
    direction_of,
    judge,
    trend,
)

THIS_YEAR = 2026
COUNT, MORE, FEWER = Indicator("quantity"), Indicator("quantity", "up"), Indicator("quantity", "down")


def target(value=None, year=2025, **others):
    return Figure("target", year, value, **others)


def result(value=None, year=2025, **others):
    return Figure("result", year, value, **others)


def baseline(value, year=2019, **others):
    return Figure("baseline", year, value, **others)


def says(verdict):
    return f"not_judgeable {verdict.missing}" if verdict.missing else verdict.state


CASES = read_data(__file__, "verdicts.yml")


def figure(told):
    """A figure of a case: its role with its value, and what is not as usual."""
    role, value = next(iter(told.items()))
    others = {key: said for key, said in told.items() if key not in (role, "year")}
    return Figure(role, told.get("year", 2019 if role == "baseline" else 2025), value, **others)


def read(indicator, aim, others):
    """The indicator of a case, its target if it has one, and all figures."""
    aims = [figure(aim)] if aim else []
    return Indicator(**{"kind": "quantity", **indicator}), aims[0] if aims else None, [*aims, *map(figure, others)]


@pytest.mark.parametrize("case", CASES["states"].values(), ids=CASES["states"])
def test_the_state_of_a_target(case):
    *told, state = case
    assert says(judge(*read(*told), THIS_YEAR)) == state


def test_a_verdict_names_who_judged_and_what():
    figures = [target(40), result(39, status="met"), result(99, 2024)]
    assert judge(MORE, figures[0], figures, THIS_YEAR) == Verdict("below", None, "number")
    figures = [target(40), result(status="met")]
    assert judge(MORE, figures[0], figures, THIS_YEAR) == Verdict("met", None, "publisher")


def test_a_revised_target_takes_the_place_of_all_before_it():
    first, revised = [target(90, 2024), target(92, 2025)], [target(80, 2026, edition=2), target(70, edition=2)]
    assert current_targets([*first, *revised, result(1)]) == revised[::-1]


@pytest.mark.parametrize("case", CASES["trends"].values(), ids=CASES["trends"])
def test_the_trend_of_a_target(case):
    *told, expected = case
    assert trend(*read(*told), THIS_YEAR) == expected


RANK = {"met": 2, "not_judgeable": 1, "below": 0}
numbers = st.integers(-1000, 1000) | st.decimals(-1000, 1000, places=1).map(float)
amounts = st.integers(0, 1000) | st.decimals(0, 1000, places=1).map(float)
indicators = st.builds(
    Indicator,
    st.sampled_from(["quantity", "milestone", "continue", "activity", "cost", "record"]),
    st.sampled_from([None, "up", "down", "keep"]),
    st.sampled_from([None, "point", "total", "mean"]),
    st.sampled_from([None, "year", "event"]),
)
figures_of = lambda role: st.builds(  # noqa: E731
    Figure,
    st.just(role),
    st.none() | st.integers(2017, 2030),
    st.none() | numbers,
    st.none() | numbers,
    st.none() | st.integers(2017, 2020),
    st.sampled_from(["fiscal", "calendar"]),
    st.sampled_from([None, ">=", "<=", ">", "<"]) if role == "target" else st.none(),
    st.booleans(),
    st.sampled_from([None, "met", "partly_met", "not_met", "not_implemented"]) if role == "result" else st.none(),
    st.sampled_from([1, 2]),
)
targets = figures_of("target")
others = st.lists(st.one_of(*map(figures_of, ["baseline", "target", "result", "estimate"])), max_size=6)


@given(indicators, targets, others, st.randoms())
def test_order_never_matters(indicator, aim, figures, random):
    shuffled = random.sample(figures, len(figures))
    assert judge(indicator, aim, figures, THIS_YEAR) == judge(indicator, aim, shuffled, THIS_YEAR)
    assert trend(indicator, aim, figures, THIS_YEAR) == trend(indicator, aim, shuffled, THIS_YEAR)


@given(indicators, targets, others)
def test_silence_is_never_met_or_below(indicator, aim, figures):
    silent = [figure for figure in figures if figure.role != "result"]
    assert judge(indicator, aim, silent, THIS_YEAR).state not in {"met", "partly_met", "below", "published"}
    assert trend(indicator, aim, silent, THIS_YEAR) == "unknown"


@given(indicators, targets, others)
def test_not_judgeable_names_a_field_and_nothing_else_does(indicator, aim, figures):
    verdict = judge(indicator, aim, figures, THIS_YEAR)
    assert (verdict.state == "not_judgeable") == bool(verdict.missing)


@given(indicators, targets.filter(lambda aim: aim.last_year is not None), others)
def test_an_interim_figure_judges_nothing_but_a_milestone_that_is_done(indicator, aim, figures):
    interim = [f for f in figures if f.role != "result" or (f.last_year is not None and f.last_year < aim.last_year)]
    state = judge(indicator, aim, interim, THIS_YEAR).state
    assert state in {"ahead", "due", "overdue_unreported"} or (state == "met" and indicator.kind == "milestone")


@given(st.sampled_from(["up", "down"]), targets, numbers, numbers, others)
def test_a_worse_figure_never_gives_a_better_state(direction, aim, one, other, figures):
    indicator, year = Indicator("quantity", direction), aim.last_year or 2025
    rest = [figure for figure in figures if figure.role != "result"]
    worse, better = sorted([one, other], reverse=direction == "down")
    states = [judge(indicator, aim, [*rest, result(value, year)], 2040).state for value in (worse, better)]
    assert RANK[states[0]] <= RANK[states[1]]


@given(numbers, numbers, numbers | st.none())
def test_a_result_worse_than_a_decreasing_target_is_never_met(aim, value, start):
    assume(value > aim)
    falling = [baseline(start)] if start is not None and start > aim else []
    ways = [(FEWER, target(aim)), (COUNT, target(aim, comparator="<=")), (COUNT, target(aim))]
    for indicator, figure in ways if falling else ways[:2]:
        assert judge(indicator, figure, [figure, *falling, result(value)], THIS_YEAR).state == "below"


@given(indicators, targets, others, st.sampled_from([1000, 10, 12]))
def test_the_unit_of_the_figures_changes_nothing(indicator, aim, figures, factor):
    def scaled(figure):
        grown = {name: getattr(figure, name) for name in ("value", "value_to")}
        return replace(figure, **{k: None if v is None else Fraction(str(v)) * factor for k, v in grown.items()})

    before = judge(indicator, aim, [aim, *figures], THIS_YEAR)
    after = judge(indicator, scaled(aim), [scaled(f) for f in (aim, *figures)], THIS_YEAR)
    assert says(before) == says(after)
    assert direction_of(indicator, aim, figures) == direction_of(indicator, scaled(aim), map(scaled, figures))


@given(amounts.filter(bool), amounts)
def test_a_target_of_zero_is_met_by_zero_alone(value, start):
    for figures in ([result(value)], [baseline(start + value), result(value)]):
        assert judge(COUNT, target(0), figures, THIS_YEAR).state == "below"
    assert judge(COUNT, target(0), [result(0)], THIS_YEAR).state == "met"
