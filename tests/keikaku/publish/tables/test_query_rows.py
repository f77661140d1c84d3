"""Rows of a query: names in place of ids, order, axes of a chart."""

import pytest
from markupsafe import Markup

from keikaku.publish.tables.query_rows import (
    Cell,
    build_cells,
    choose_axes,
    find_empty,
    find_ids,
    is_id_column,
    link_names,
    sort_rows,
    title_place,
)

COLUMNS = ["分野", "施策", "後期の施策", "評価ID", "ID"]
ROWS = [("工業", "見学", "見学の充実", "e-1", "m-1"), ("商業", "催し", None, "e-2", None)]
FOUND = {"e-1": ("/e/1", "見学"), "e-2": ("/e/2", "催し"), "m-1": ("/m/1", "見学の充実")}


@pytest.mark.parametrize(
    ("column", "wanted"), [("ID", True), ("評価ID", True), ("id", True), ("a_id", True), ("幅", False)]
)
def test_columns_of_ids_are_known_by_their_names(column, wanted):
    assert is_id_column(column) is wanted


def test_ids_are_asked_for_once():
    assert find_ids(COLUMNS, [*ROWS, *ROWS]) == ["e-1", "m-1", "e-2"]


def test_a_name_links_to_the_row_of_its_id():
    links, named = link_names(COLUMNS, ROWS, FOUND)
    assert links == [{"施策": "/e/1", "後期の施策": "/m/1"}, {"施策": "/e/2"}]
    assert named == {"評価ID", "ID"}


def test_ids_that_have_no_name_in_their_row_stay():
    _, named = link_names(COLUMNS, [*ROWS, ("農業", "畑", None, "e-3", None)], FOUND)
    assert named == {"ID"}


def test_cells_show_links_in_place_of_ids_and_escape_what_they_link():
    rows = [("<b>", "e-1")]
    cells = build_cells(["施策", "ID"], rows, rows, {"e-1": ("/e?a=1&b=2", "<b>")})
    assert [cell.column for cell in cells[0]] == ["施策"]
    assert cells[0][0].shown == Markup('<a href="/e?a=1&amp;b=2">&lt;b&gt;</a>')


def test_without_names_every_column_stays():
    assert [cell.column for cell in build_cells(COLUMNS, ROWS, ROWS, None)[0]] == COLUMNS


@pytest.mark.parametrize(("descending", "order"), [(False, [1, 2, "あ", None]), (True, ["あ", 2, 1, None])])
def test_rows_are_sorted_with_empty_ones_last(descending, order):
    table = [[Cell("数", value, value)] for value in (2, None, "あ", 1)]
    assert [row[0].value for row in sort_rows(table, "数", descending)] == order
    assert sort_rows(table, "ほか", descending) == table
    assert sort_rows([], "数", descending) == []


def test_the_linked_name_heads_its_row():
    link = Markup('<a href="/x">x</a>')
    assert title_place([Cell("ID", "x", link), Cell("分野", "y", "y"), Cell("施策", "x", link)]) == 2
    assert title_place([Cell("a", 1, "1")]) == 0


def test_empty_columns_are_found():
    assert find_empty(["a", "b"], [(None, 1), ("", None)]) == {"a"}


@pytest.mark.parametrize(
    ("columns", "rows", "axes"),
    [
        (["団体", "件数"], [("商工会", 3), ("市", 4)], ("団体", "件数")),
        (["分野", "施策", "件数"], [("工業", "a", 3), ("工業", "b", 4)], ("施策", "件数")),
        (["団体", "番号", "number"], [("商工会", "工-1", 3)], None),
        (["件数"], [(3,)], None),
        (["団体", "件数"], [("a、b", 3)], None),
        (["団体", "件数"], [], None),
    ],
)
def test_a_chart_begins_with_a_name_and_a_quantity(columns, rows, axes):
    assert choose_axes(columns, rows) == axes
