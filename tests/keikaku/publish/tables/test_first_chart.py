"""What a chart begins with, and the rows that it is drawn from."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keikaku.publish.tables.first_chart import choose_chart, prepare_rows


@pytest.mark.parametrize(
    ("columns", "rows", "expected"),
    [
        (["団体", "件数"], [("商工会", 3), ("市", 4)], ("団体", "件数", "", 2)),
        (["分野", "施策", "件数"], [("工業", "a", 3), ("工業", "b", 4)], ("施策", "件数", "", 2)),
        (["code", "name", "n"], [("1", "a、b", 3), ("2", "a、b", 4), ("3", "c", 5)], ("name", "n", "", 3)),
        (
            ["name", "value", "unit"],
            [("祭", 80000, "人"), ("社", 4, "社"), ("館", 5, "社")],
            ("name", "value", "社", 2),
        ),
        (["name", "value", "unit"], [("祭", 80000, "人"), ("社", 4, "社")], None),  # one of each unit
        (["name", "few", "many"], [("a", None, 1), ("b", 2, 2), ("c", None, None)], ("name", "many", "", 2)),
        (["団体", "番号", "number"], [("商工会", "工-1", 3), ("市", "工-2", 4)], None),
        (["name", "due_fiscal_year", "is_new", "has_unit", "change_id"], [("a", 1, 1, 1, 1), ("b", 2, 0, 1, 2)], None),
        (["件数"], [(3,), (4,)], None),
        (["団体", "件数"], [("a、b", 3), ("c、d", 4)], None),
        (["団体", "件数"], [("市", 3), ("市", 4)], None),
        (["団体", "件数"], [("商工会", 3)], None),
        (["団体", "件数"], [("商工会", None), ("市", None)], None),
        (["団体", "件数"], [], None),
        ([], [], None),
    ],
)
def test_a_chart_begins_with_one_quantity_in_one_unit_by_name(
    columns: list[str], rows: list[Any], expected: Any
) -> None:
    chart = choose_chart(columns, rows)
    assert (chart and (chart.name, chart.quantity, chart.unit, len(chart.rows))) == expected


@given(
    st.lists(st.tuples(st.sampled_from(["A", "あ", "Ω", "", "1", "学校"]), st.integers(-5, 5)), min_size=2, max_size=40)
)
def test_names_sorted_by_their_signs_stand_from_the_largest_to_the_smallest(rows: list[tuple[str, int]]) -> None:
    if chart := choose_chart(["outcome", "n"], rows):
        prepared = prepare_rows(
            chart, {"outcome": "判定", "n": "数"}, lambda _, value: "達成" if value == "A" else value
        )
        said = sorted(prepared, key=lambda row: row["判定"])
        assert [row["数"] for row in said] == sorted((n for _, n in rows), reverse=True)
        words = sorted(row["判定"].strip("\u200b\u200c") for row in said)
        assert words == sorted("達成" if name == "A" else name for name, _ in rows)
