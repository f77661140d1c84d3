"""Events laid out as a table: whatever they are, its cells fill it without gap or overlap."""

from hypothesis import given
from hypothesis import strategies as st

from keikaku.publish.records.timeline import lay_out_events

YEARS = range(2017, 2027)
spans = st.tuples(st.integers(2010, 2030), st.integers(0, 12)).map(
    lambda pair: {"fiscal_year": pair[0], "end_fiscal_year": pair[0] + pair[1]}
)


def event(first, last=None):
    return {"fiscal_year": first, "end_fiscal_year": last or first}


def test_events_of_one_year_share_its_cell():
    column = lay_out_events([event(2018), event(2018)], YEARS)
    assert column.spans == 0
    assert [len(cell.events) for cell in column.cells[2018]] == [2]


def test_a_span_is_a_tall_cell_beside_the_years_it_covers():
    column = lay_out_events([event(2018, 2020), event(2019)], YEARS)
    assert column.spans == 1
    assert [(cell.rowspan, cell.colspan) for cell in column.cells[2018]] == [(1, 1), (3, 1)]
    assert [(cell.rowspan, cell.colspan) for cell in column.cells[2019]] == [(1, 1)]
    assert [(cell.rowspan, cell.colspan) for cell in column.cells[2021]] == [(1, 2)]


def test_spans_that_follow_each_other_stand_under_each_other():
    assert lay_out_events([event(2018, 2019), event(2020, 2021)], YEARS).spans == 1
    assert lay_out_events([event(2018, 2020), event(2020, 2021)], YEARS).spans == 2


@given(st.lists(spans, max_size=12))
def test_the_cells_fill_the_table_and_hold_every_event_once(events):
    column = lay_out_events(events, YEARS)
    above: list[tuple[int, int]] = []  # rows still to come and width of the tall cells that began before
    for year in YEARS:
        row = column.cells[year]
        assert sum(cell.colspan for cell in row) + sum(width for _, width in above) == 1 + column.spans
        above = [(left - 1, width) for left, width in [*above, *((c.rowspan, c.colspan) for c in row)] if left > 1]
    assert above == []
    placed = [id(e) for row in column.cells.values() for cell in row for e in cell.events]
    shown = [e for e in events if e["fiscal_year"] <= YEARS[-1] and e["end_fiscal_year"] >= YEARS[0]]
    assert sorted(placed) == sorted(map(id, shown))
