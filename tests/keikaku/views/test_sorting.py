"""The order of the rows of a query."""

import pytest
from datasette.utils.asgi import BadRequest

from keikaku.views.table_page import sort_rows

VALUES = [(2,), (None,), ("共-10",), (1.5,), (b"x",), ("共-2",), ("あ",), ("共-02",)]
UPWARDS = [(1.5,), (2,), ("あ",), ("共-2",), ("共-02",), ("共-10",), (b"x",)]


def test_numbers_stand_before_texts_numbers_in_texts_by_their_value_and_empty_cells_last() -> None:
    assert sort_rows(["数"], VALUES, {"_sort": "数"}) == [*UPWARDS, (None,)]
    downwards = [(b"x",), ("共-10",), ("共-2",), ("共-02",), ("あ",), (2,), (1.5,), (None,)]
    assert sort_rows(["数"], VALUES, {"_sort_desc": "数"}) == downwards
    assert sort_rows(["数"], VALUES, {}) == VALUES
    assert sort_rows(["数"], [], {"_sort": "数"}) == []


def test_numbers_in_texts_may_be_of_any_length() -> None:
    long = [("9" * 5000,), ("8" * 5001,), ("9" * 4999,)]
    assert sort_rows(["a"], long, {"_sort": "a"}) == [long[2], long[0], long[1]]


@pytest.mark.parametrize(("column", "all_there"), [("ほか", True), ("数", False)])
def test_what_cannot_be_sorted_is_refused(column: str, all_there: bool) -> None:
    with pytest.raises(BadRequest):
        sort_rows(["数"], VALUES, {"_sort": column}, all_there)
