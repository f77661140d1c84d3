"""Rows as pages show them: every kind of cell as a value, a text and an address."""

from typing import Any

import pytest

from keikaku.publish.tables.shown_rows import (
    Cell,
    collect_ids,
    find_empty,
    find_values,
    link_names,
    show_cells,
    show_rows,
    title_place,
)

COLUMNS = ["分野", "施策", "後期の施策", "評価ID", "ID"]
ROWS = [("工業", "見学", "見学の充実", "e-1", "m-1"), ("商業", "催し", None, "e-2", None)]
SAID = {"sector_id": ("工業", "/plans/sectors/s")}
FOUND = {"e-1": ("/e/1", "見学"), "e-2": ("/e/2", "催し"), "m-1": ("/m/1", "見学の充実")}

NAMED = [("見学", "/m/1", "", None), ("", None, "催し", "/m/2")]


def show(row: dict[str, Any], is_view: bool = True, links: dict[str, str] | None = None) -> list[tuple[Any, ...]]:
    table = "targets" if is_view else "measures"
    [cells] = show_rows(table, is_view, list(row), [row], [links or {}], FOUND, lambda name, _: SAID.get(name))
    return [(cell.text, cell.address, cell.kind) for cell in cells]


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("value", 12000, ("12,000", None, "number")),
        ("value", 12.5, ("12.5", None, "number")),
        ("value", None, ("", None, "")),
        ("due_fiscal_year", 2024, ("令和6年度", None, "number")),
        ("summary", "あ" * 41, ("あ" * 41, None, "long")),
        ("summary", "<script>", ("<script>", None, "")),
        ("is_new", 1, ("はい", None, "")),
        ("sector_id", {"value": "s", "label": "工業"}, ("工業", "/plans/sectors/s", "")),
        ("measure_id", "m-1", ("見学の充実", "/m/1", "")),
        ("id", "m-1", ("m-1", "/m/1", "")),
        ("source_url", "https://x.example/a?b=1", ("https://x.example/a?b=1", "https://x.example/a?b=1", "medium")),
        ("note", "https://x.example a", ("https://x.example a", None, "medium")),
    ],
)
def test_a_cell_is_a_text_and_perhaps_an_address(column: str, value: Any, shown: tuple[Any, ...]) -> None:
    assert show({column: value}) == [shown]


def test_a_row_of_a_table_does_not_link_its_own_id_but_its_name() -> None:
    assert show({"id": "m-1", "name": "見学"}, is_view=False, links={"name": "/m/1"}) == [
        ("m-1", None, ""),
        ("見学", "/m/1", ""),
    ]


def test_a_name_links_to_the_row_of_its_id() -> None:
    links, named = link_names(COLUMNS, ROWS, FOUND)
    assert links == [{"施策": "/e/1", "後期の施策": "/m/1"}, {"施策": "/e/2"}]
    assert named == {"評価ID", "ID"}
    _, named = link_names(COLUMNS, [*ROWS, ("農業", "畑", None, "e-3", None)], FOUND)
    assert named == {"ID"}


def test_ids_of_one_name_take_its_cells_in_turn() -> None:
    found = {"e-1": ("/e/1", "見学"), "m-1": ("/m/1", "見学")}
    both, alone = link_names(
        COLUMNS, [("農業", "見学", "見学", "e-1", "m-1"), ("農業", "見学", "見学", None, "m-1")], found
    )[0]
    assert both == {"施策": "/e/1", "後期の施策": "/m/1"}
    assert alone == {"施策": "/m/1", "後期の施策": "/m/1"}


def test_a_query_of_ours_folds_ids_into_names_and_a_visitors_own_keeps_them() -> None:
    folded = show_cells(COLUMNS, ROWS, ROWS, FOUND, fold_ids=True)
    assert [(cell.column, cell.address) for cell in folded[0]] == [
        ("分野", None),
        ("施策", "/e/1"),
        ("後期の施策", "/m/1"),
    ]
    assert title_place(folded) == 1
    kept = show_cells(COLUMNS, ROWS, ROWS, FOUND, fold_ids=False)
    assert [(cell.text, cell.address) for cell in kept[0]][3:] == [("見学", "/e/1"), ("m-1", "/m/1")]
    assert title_place(kept) == 0
    assert show_cells(["b"], [(b"x",)], [("<Binary>",)], {}, fold_ids=False) == [[Cell("b", b"x", "<Binary>")]]


def test_the_rows_of_a_table_are_named_by_one_column_that_says_something_in_each() -> None:
    rows = [[Cell("分野", "工業", "工業"), Cell("前", n, n, a), Cell("後", m, m, b)] for n, a, m, b in NAMED]
    assert [title_place(rows[:1]), title_place(rows[1:]), title_place(rows)] == [1, 2, 0]


def test_ids_are_asked_for_once() -> None:
    assert collect_ids([*ROWS, *ROWS, ("A-1", "a b", 5, "a" * 3, "plan")]) == ["e-1", "m-1", "e-2", "aaa", "plan"]


def test_empty_columns_and_codes_are_found() -> None:
    assert find_empty(["a", "b"], [(None, 1), ("", None)]) == {"a"}
    assert find_values(["a", "b"], [("met", 1), (None, 2), ("met", 3), ("due", 4)], "a") == ["met", "due"]
