"""Fields of a query's form."""

import sqlite3

import pytest

from keikaku.publish.tables.query_forms import PARAMETERS, build_choices, find_parameter

YEARS = [(2023, "令和5年度", ""), (2024, "令和6年度", "")]
NAMES = [("商工会", "商工会", "団体"), ("銀行", "銀行", "金融機関")]


def chosen(choices):
    return [choice.value for choice in choices if choice.chosen]


@pytest.mark.parametrize("name", [name for name, parameter in PARAMETERS.items() if parameter.choices])
def test_every_list_is_filled_from_the_data(database: sqlite3.Connection, name):
    rows = [tuple(row) for row in database.execute(PARAMETERS[name].choices, {"plan": "", "municipality": ""})]
    assert bool(rows) == (name != "indicator")  # of several municipalities
    assert all(len(row) == 3 for row in rows)
    assert len({row[0] for row in rows}) == len(rows)
    assert PARAMETERS[name].empty


@pytest.mark.parametrize("written", ["2024", "令和6年度", "R6", "２０２４"])
def test_a_year_is_chosen_however_it_is_written(written):
    assert chosen(build_choices("fiscal_year", written, YEARS)) == ["2024"]


def test_nothing_is_chosen_where_nothing_is_asked():
    assert chosen(build_choices("organization", "", NAMES)) == []


@pytest.mark.parametrize(("name", "value"), [("organization", "農協"), ("fiscal_year", "いつか"), ("goal", "2")])
def test_a_value_that_the_data_does_not_know_stays_chosen(name, value):
    choices = build_choices(name, value, NAMES)
    assert (choices[0].value, chosen(choices)) == (value, [value])


def test_an_unknown_parameter_is_asked_for_under_its_own_name():
    parameter = find_parameter("colour")
    assert (parameter.label, parameter.choices) == ("colour", "")
