"""State, trend and freshness of a target: reasoned cases, and laws over generated figures."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keikaku.plan.verdicts import (
    Figure,
    Freshness,
    Indicator,
    Verdict,
    current_targets,
    direction_of,
    freshness,
    judge,
    trend,
)

THIS_YEAR = 2026
COUNT, MORE, FEWER = Indicator("quantity"), Indicator("quantity", "up"), Indicator("quantity", "down")
TOTAL, MEAN = Indicator("quantity", "up", "total"), Indicator("quantity", "up", "mean")
YEARLY = Indicator("quantity", "up", per="year")


def target(value=None, year=2025, **others):
    return Figure("target", year, value, **others)


def result(value=None, year=2025, **others):
    return Figure("result", year, value, **others)


def baseline(value, year=2019, **others):
    return Figure("baseline", year, value, **others)


CORRECTED = [result(7500, publisher="b"), result(8100, publisher="b", edition=2)]


def says(verdict):
    return f"not_judgeable {verdict.missing}" if verdict.missing else verdict.state


# what is known, indicator, target, other figures -> the state in fiscal year 2026
STATES = {
    # direction by print, by the data's word, by the baseline, or none at all
    "at the number": (COUNT, target(5, comparator=">="), [result(5)], "met"),
    "one short": (COUNT, target(5, comparator=">="), [result(4)], "below"),
    "at a number to be passed": (COUNT, target(5, comparator=">"), [result(5)], "below"),
    "at the ceiling": (COUNT, target(5, comparator="<="), [result(5)], "met"),
    "over the ceiling": (COUNT, target(3052, comparator="<"), [result(3052)], "below"),
    "under the ceiling": (COUNT, target(3052, comparator="<"), [result(3051)], "met"),
    "people moving away, more than allowed": (FEWER, target(7631), [result(8297)], "below"),
    "a share of empty shops to be undercut": (FEWER, target(5), [result(8)], "below"),
    "a bare number, nobody knows which way": (COUNT, target(5), [result(8)], "not_judgeable direction"),
    "a bare number that is hit": (COUNT, target(5), [result(5)], "not_judgeable direction"),
    "crimes fall from the baseline": (COUNT, target(1800), [baseline(2025), result(1900)], "below"),
    "crimes fell enough": (COUNT, target(1800), [baseline(2025), result(1799)], "met"),
    "visitors rise from the baseline": (COUNT, target(50.0), [baseline(37.2), result(34.9)], "below"),
    "two baselines of one year": (COUNT, target(5), [baseline(1), baseline(9), result(6)], "not_judgeable direction"),
    "print against the data's word": (
        FEWER, target(5, comparator=">="), [result(6)], "not_judgeable direction"),
    # zero is a number
    "no accident was to happen, two did": (COUNT, target(0), [result(2)], "below"),
    "no accident was to happen, none did": (COUNT, target(0), [result(0)], "met"),
    "a balance of zero from a loss": (COUNT, target(0), [baseline(-300), result(-200)], "below"),
    "a balance of zero, losses known": (COUNT, target(0), [result(-200)], "not_judgeable direction"),
    # to be kept
    "kept": (COUNT, target(65), [baseline(65), result(65)], "met"),
    "not exactly kept": (COUNT, target(65), [baseline(65), result(64.9)], "not_judgeable comparator"),
    # numbers that are not one exact number
    "nearly about ten tonnes": (MORE, target(10000, approximate=True), [result(9850)], "not_judgeable approximate"),
    "more than about ten tonnes": (MORE, target(10000, approximate=True), [result(10001)], "met"),
    "a rounded result": (MORE, target(50000), [result(60000, approximate=True)], "not_judgeable approximate"),
    "within a range": (COUNT, target(5, value_to=10), [result(7)], "met"),
    "beside a range": (COUNT, target(5, value_to=10), [result(12)], "not_judgeable comparator"),
    "above a range, more is better": (MORE, target(5, value_to=10), [result(12)], "met"),
    "below a range, more is better": (MORE, target(5, value_to=10), [result(4)], "below"),
    "a result that spans the target": (MORE, target(5), [result(4, value_to=6)], "not_judgeable value_to"),
    "two publishers, one number reaches it": (MORE, target(9500), [result(9000), result(10000)], "not_judgeable publisher"),
    "two publishers, both reach it": (MORE, target(8000), [result(9000), result(10000)], "met"),
    "a corrected result": (MORE, target(8000), [result(9000), result(7000, edition=2)], "below"),
    "a correction by another": (MORE, target(8000), [result(7000, publisher="a"), *CORRECTED], "not_judgeable publisher"),
    "a correction by the same": (MORE, target(8000), [result(7000, publisher="b"), *CORRECTED], "met"),
    # years
    "not due yet, nothing known": (MORE, target(40, 2027), [], "ahead"),
    "not due yet, low so far": (MORE, target(40, 2027), [result(3)], "ahead"),
    "not due yet, reached so far": (MORE, target(40, 2027), [result(41)], "ahead"),
    "not due yet, the city calls it short": (MORE, target(40, 2027), [result(status="not_met")], "ahead"),
    "due this year": (MORE, target(40, 2026), [], "due"),
    "due this year, which is not over": (MORE, target(40, 2026), [result(3, 2026)], "due"),
    "overdue": (MORE, target(40), [], "overdue_unreported"),
    "overdue, an interim number only": (MORE, target(40), [result(3, 2024)], "overdue_unreported"),
    "overdue, an estimate only": (MORE, target(40), [Figure("estimate", 2025, 50)], "overdue_unreported"),
    "only a later year is known": (MORE, target(40, 2023), [result(50, 2024)], "not_judgeable last_year"),
    "a result of no year": (MORE, target(40), [result(50, None)], "not_judgeable last_year"),
    "a result of next year is not known yet": (MORE, target(40), [result(50, 2027)], "overdue_unreported"),
    "calendar year against fiscal year": (
        MORE, target(1270, calendar="calendar"), [result(1300)], "not_judgeable calendar"),
    "calendar years": (MORE, target(1270, calendar="calendar"), [result(1300, calendar="calendar")], "met"),
    # totals and means span years
    "the whole total": (TOTAL, target(120, first_year=2021), [result(130, first_year=2021)], "met"),
    "one year of a total": (TOTAL, target(120, first_year=2021), [result(20)], "not_judgeable first_year"),
    "a total so far": (TOTAL, target(120, 2026, first_year=2021), [result(20, 2024, first_year=2021)], "due"),
    "mean of other years": (
        MEAN, target(1890, first_year=2021), [result(1900, first_year=2022)], "not_judgeable first_year"),
    "a total says nothing of one year's baseline": (
        replace(TOTAL, direction=None), target(120, first_year=2021), [baseline(15), result(90, first_year=2021)],
        "not_judgeable direction"),
    # every year, every event
    "every year, the newest counts": (YEARLY, target(5, None), [result(9, 2023), result(4, 2024)], "below"),
    "every year, from the next on": (replace(YEARLY, since=2027), target(5, None), [], "ahead"),
    "every year, from this one on": (replace(YEARLY, since=2026), target(5, None), [], "due"),
    "every year, nothing known": (YEARLY, target(5, None), [], "unreported"),
    "every year, this one is not over": (YEARLY, target(5, None), [result(4, 2026)], "due"),
    "no year is printed, and this one is not over": (MORE, target(40, None), [result(3, 2026)], "not_judgeable last_year"),
    "every year, this one does not hide the last": (YEARLY, target(5, None), [result(4, 2026), result(6)], "met"),
    # no year is printed: the last year of the plan counts
    "before the plan ended": (replace(MORE, until=2025), target(40, None), [result(50, 2024)], "not_judgeable due_fiscal_year"),
    "when the plan ended": (replace(MORE, until=2025), target(40, None), [result(50), result(30, 2024)], "met"),
    "the plan goes on": (replace(MORE, until=2027), target(40, None), [result(50)], "not_judgeable due_fiscal_year"),
    "every year of a plan that goes on": (replace(YEARLY, until=2027), target(5, None), [result(4)], "below"),
    # words
    "go on": (Indicator("continue"), None, [], "ongoing"),
    "go on, done this year, which is not over": (Indicator("continue"), None, [result(None, 2026, status="met")], "ongoing"),
    "go on every year": (Indicator("continue", per="year"), None, [], "unreported"),
    "go on, stopped": (Indicator("continue"), None, [result(status="not_implemented")], "below"),
    "done, as far as one part goes": (Indicator("milestone"), target(), [result(status="met", part="一区")], "published"),
    "short, as far as one part goes": (Indicator("activity"), None, [result(status="not_met", part="一区")], "published"),
    "done in part": (Indicator("activity"), None, [result(status="partly_met")], "partly_met"),
    "done before it was due": (Indicator("milestone"), target(None, 2030), [result(None, 2024, status="met")], "met"),
    "not done before it was due": (
        Indicator("milestone"), target(None, 2030), [result(None, 2024, status="not_met")], "ahead"),
    "told late that it was not done": (
        Indicator("milestone"), target(None, 2023), [result(None, 2024, status="not_implemented")], "below"),
    "milestone of which nothing is known": (Indicator("milestone"), target(None, 2024), [], "overdue_unreported"),
    "a number about words": (Indicator("activity"), None, [result(30)], "published"),
    "a target in words for a number": (COUNT, target(None), [result(30)], "not_judgeable target"),
    # the publisher's word stands in only where no number can speak
    "the city says short, no number": (MORE, target(40), [result(status="not_met")], "below"),
    "the city says met, the number is short": (MORE, target(40), [result(39, status="met")], "below"),
    "the city says met, no direction": (COUNT, target(40), [result(39, status="met")], "not_judgeable direction"),
    # what is counted in part, and what only took place
    "the whole beside one day": (YEARLY, target(50, None), [result(8, part="前夜祭"), result(48)], "below"),
    "one day of two": (YEARLY, target(50, None), [result(60, part="本祭")], "not_judgeable part"),
    "both days, not added up": (
        YEARLY, target(50, None), [result(40, part="本祭"), result(20, part="前夜祭")], "not_judgeable part"),
    "held, nobody counted": (YEARLY, target(50, None), [result(status="implemented")], "not_judgeable value"),
    "cancelled": (YEARLY, target(50, None), [result(status="cancelled")], "not_judgeable value"),
    "held, which was all that was promised": (Indicator("continue"), None, [result(status="implemented")], "published"),
    "held in its year": (Indicator("milestone"), target(None, 2024), [result(None, 2024, status="implemented")], "published"),
    "held before its year": (
        Indicator("milestone"), target(None, 2024), [result(None, 2020, status="implemented")], "overdue_unreported"),
    # before the target held
    "short before it was set": (replace(YEARLY, since=2023), target(5, None), [result(3, 2022)], "unreported"),
    "short since it was set": (replace(YEARLY, since=2023), target(5, None), [result(3, 2023)], "below"),
    "done before it was set": (
        Indicator("milestone", since=2023), target(None, 2024), [result(None, 2022, status="met")], "overdue_unreported"),
    # no target
    "a record": (Indicator("record"), None, [result(30)], "published"),
    "a record without figures": (Indicator("record"), None, [], "unreported"),
}  # fmt: skip


@pytest.mark.parametrize(("indicator", "aim", "others", "state"), STATES.values(), ids=STATES)
def test_the_state_of_a_target(indicator, aim, others, state):
    figures = [aim, *others] if aim else others
    assert says(judge(indicator, aim, figures, THIS_YEAR)) == state


def test_a_verdict_names_who_judged_and_what():
    figures = [target(40), result(39, status="met"), result(99, 2024)]
    assert judge(MORE, figures[0], figures, THIS_YEAR) == Verdict("below", None, "number")
    figures = [target(40), result(status="met")]
    assert judge(MORE, figures[0], figures, THIS_YEAR) == Verdict("met", None, "publisher")


def test_a_revised_target_takes_the_place_of_all_before_it():
    first, revised = [target(90, 2024), target(92, 2025)], [target(80, 2026, edition=2), target(70, edition=2)]
    assert current_targets([*first, *revised, result(1)]) == revised[::-1]


TRENDS = {
    "towards the target": (COUNT, target(50), [baseline(37), result(38)], "better"),
    "away from it": (COUNT, target(50), [baseline(37), result(35)], "worse"),
    "fewer is better": (FEWER, target(5), [baseline(9), result(8)], "better"),
    "no change, whatever way": (COUNT, target(None), [baseline(9), result(9)], "same"),
    "no direction": (COUNT, target(5, None), [result(9), result(8, 2024)], "unknown"),
    "since the result before": (MORE, target(50), [result(9), result(8, 2023), result(10, 2021)], "better"),
    "since the baseline first": (MORE, target(50), [baseline(10), result(9), result(8, 2023)], "worse"),
    "one result alone": (MORE, target(50), [result(9)], "unknown"),
    "no result": (MORE, target(50), [baseline(9)], "unknown"),
    "half a year is no trend": (MORE, target(50), [baseline(9), result(1, 2026)], "unknown"),
    "a sum grows by itself": (
        TOTAL, target(50, first_year=2021), [result(9, 2022, first_year=2021), result(12, 2023, first_year=2021)],
        "unknown"),
    "rounded": (MORE, target(50), [baseline(9), result(10, approximate=True)], "unknown"),
    "without a target": (MORE, None, [baseline(9), result(10)], "better"),
}  # fmt: skip


@pytest.mark.parametrize(("indicator", "aim", "others", "expected"), TRENDS.values(), ids=TRENDS)
def test_the_trend_of_a_target(indicator, aim, others, expected):
    assert trend(indicator, aim, [aim, *others] if aim else others, THIS_YEAR) == expected


@pytest.mark.parametrize(
    ("years", "expected"),
    [
        ([], (None, None)),
        ([2025], (2025, 0)),
        ([2026, 2020], (2026, 0)),
        ([2022, 2021], (2022, 3)),
        ([2027], (None, None)),
    ],
)
def test_freshness_goes_by_the_year_of_the_newest_result(years, expected):
    assert freshness([baseline(1), *(result(1, year) for year in years)], THIS_YEAR) == Freshness(*expected)


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
    assert freshness(figures, THIS_YEAR) == freshness(shuffled, THIS_YEAR)


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
