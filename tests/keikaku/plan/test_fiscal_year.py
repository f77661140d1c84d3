"""The reading and writing of Japanese fiscal years, as tables of cases and as laws over all years."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.files.beside import read_data
from keikaku.plan.fiscal_year import (
    ends_on,
    find_fiscal_years,
    fiscal_year_of,
    format_fiscal_year,
    half_width,
    read_fiscal_year,
    read_fiscal_years,
    short_fiscal_year,
    starts_on,
)

CASES = read_data(__file__, "fiscal_year.yml")

YEARS = range(1926, 2101)
FULL_WIDTH = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {" ": "\N{IDEOGRAPHIC SPACE}"})

years = st.sampled_from(YEARS)
near_years = st.lists(st.sampled_from([*"令和平成昭元年度RHS0129６・、～~- 　月末間目", "2024"]), max_size=12).map(
    "".join
)


FORMS = CASES["forms"]


@pytest.mark.parametrize(("text", "year"), [(text, year) for year, texts in FORMS.items() for text in texts])
def test_reads_a_fiscal_year(text, year):
    assert read_fiscal_year(text) == year


@pytest.mark.parametrize("text", CASES["refuses what is not one fiscal year and says why"])
def test_refuses_what_is_not_one_fiscal_year_and_says_why(text):
    with pytest.raises(ValueError, match=r"^[^\n]*: [^\n]+\.$|names \d+ fiscal years") as error:
        read_fiscal_year(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(("text", "expected"), CASES["an error says what would be right"])
def test_an_error_says_what_would_be_right(text, expected):
    with pytest.raises(ValueError, match=expected):
        read_fiscal_year(text)


@pytest.mark.parametrize(("text", "expected"), CASES["reads lists and ranges"])
def test_reads_lists_and_ranges(text, expected):
    assert list(read_fiscal_years(text)) == expected


@pytest.mark.parametrize(
    "text", ["令和3～元年度", "令和5年度～平成30年度", "令和3・年度", "2024・5年度", "2024～26年度", "平成30～32年度"]
)
def test_refuses_ranges_that_run_backwards_or_lack_a_year(text):
    with pytest.raises(ValueError, match=text):
        read_fiscal_years(text)


def test_writes_a_fiscal_year():
    written = [(format_fiscal_year(year), short_fiscal_year(year)) for year in (2024, 2019, 2018, 1989, 1988)]
    assert written == [
        ("令和6年度", "R6"), ("令和元年度", "R1"), ("平成30年度", "H30"), ("平成元年度", "H1"), ("昭和63年度", "S63"),
    ]  # fmt: skip


def test_reading_is_the_inverse_of_writing():
    for write in (format_fiscal_year, short_fiscal_year, "{}年度".format):
        assert [read_fiscal_year(write(year)) for year in YEARS] == list(YEARS)


@pytest.mark.parametrize("year", [1925, 2118, 0, -1])
def test_refuses_to_write_years_without_a_name(year):
    for write in (format_fiscal_year, short_fiscal_year):
        with pytest.raises(ValueError, match=rf"^{year} is not a fiscal year"):
            write(year)


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2024, 3, 31), 2023), (date(2024, 4, 1), 2024), (date(2024, 12, 31), 2024), (date(2025, 1, 1), 2024)],
)
def test_a_day_belongs_to_the_fiscal_year_that_began_in_april(day, year):
    assert fiscal_year_of(day) == year


@given(years)
def test_fiscal_years_follow_each_other_without_a_gap(year):
    assert fiscal_year_of(starts_on(year)) == fiscal_year_of(ends_on(year)) == year
    assert ends_on(year) + timedelta(days=1) == starts_on(year + 1)


@pytest.mark.parametrize(("text", "found"), CASES["finds fiscal years in running text"])
def test_finds_fiscal_years_in_running_text(text, found):
    assert [[text[start:end], year] for start, end, year in find_fiscal_years(text)] == found


@given(st.text(alphabet="あ水Ａ、 ", max_size=5), years, st.text(alphabet="あ水、 ", max_size=5))
def test_finds_a_written_year_where_it_stands(before, year, after):
    printed = format_fiscal_year(year)
    found = (len(before), len(before + printed), year)
    assert find_fiscal_years(before + printed + after) == [found]


@given(st.one_of(near_years, st.text()))
def test_what_is_found_can_be_read_and_nothing_overlaps(text):
    end_before = 0
    for start, end, year in find_fiscal_years(text):
        assert end_before <= start < end
        assert text[start:end].strip() == text[start:end]
        assert read_fiscal_year(format_fiscal_year(year)) == year
        end_before = end


@given(st.one_of(near_years, st.text(), st.integers()))
def test_reading_any_text_gives_years_or_a_value_error(text):
    try:
        found = read_fiscal_years(text)
    except ValueError:
        return
    assert found
    assert all(1926 <= year <= 2117 for year in found)


@given(years, st.sampled_from([format_fiscal_year, short_fiscal_year, str]))
def test_width_makes_no_difference(year, write):
    assert read_fiscal_year(write(year).translate(FULL_WIDTH)) == year


@given(st.text())
def test_half_width_keeps_every_position(text):
    assert len(half_width(text)) == len(text)
    assert half_width(half_width(text)) == half_width(text)
