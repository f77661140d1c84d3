"""Rows of tables and views as HTML: every kind of cell, and nothing that is not escaped."""

from typing import Any

from markupsafe import Markup

from keikaku.publish.tables.table_rows import RowStyle, find_codes, find_own_address, write_rows

HEADINGS = {"name": "施策", "code": "番号", "value": "数値", "due_fiscal_year": "期限", "summary": "概要", "id": "ID"}


def style(**other: Any) -> RowStyle:
    usual: dict[str, Any] = {
        "table": "targets",
        "is_view": True,
        "headings": HEADINGS,
        "name_column": "name",
        "ids": ["id"],
        "chips": {},
        "title_table": lambda table: f"表{table}",
        "title_column": lambda table, column: f"{table}の{column}",
        "names_places": False,
    }
    return RowStyle(**{**usual, **other})


def cells(**values: Any) -> list[dict[str, Any]]:
    return [{"column": column, "raw": value, "value": value} for column, value in values.items()]


def write(row: list[dict[str, Any]], links: dict[str, str] | None = None, **other: Any) -> str:
    return str(
        write_rows(
            style(headings={c["column"]: HEADINGS.get(c["column"], "<見出し>") for c in row}, **other),
            [row],
            [links or {}],
        )
    )


def test_a_row_begins_with_its_linked_name_and_its_id_is_code() -> None:
    row = cells(name="給食", id="akishima-nogyo-4")
    assert write(row, {"name": "/plans/measures/akishima-nogyo-4"}) == (
        '<tr><th scope="row"><a href="/plans/measures/akishima-nogyo-4">給食</a></th>'
        '<td data-label="ID"><code>akishima-nogyo-4</code></td></tr>'
    )


def test_numbers_have_commas_years_eras_and_long_texts_room() -> None:
    row = cells(value=12000, summary="あ" * 41)
    row.append({"column": "due_fiscal_year", "raw": 2024, "value": "2024"})
    assert write(row) == (
        '<tr><td class="number" data-label="数値">12,000</td>'
        f'<td class="long" data-label="概要">{"あ" * 41}</td>'
        '<td class="number" data-label="期限">令和6年度</td></tr>'
    )
    assert "12.5" in write(cells(value=12.5))


def test_empty_cells_are_empty_and_codes_have_words_or_signs() -> None:
    assert write(cells(value=None)) == '<tr><td data-label="数値"></td></tr>'
    assert ">はい<" in write(cells(is_new=1))
    assert write(cells(state="due"), chips={("state", "due"): "<b>今</b>"}).endswith("><b>今</b></td></tr>")


def test_what_stands_in_the_data_is_escaped() -> None:
    bad = '<script>"&'
    row = cells(name=bad, code=bad, id=bad, other=bad)
    written = write(row, {"name": bad, "code": bad})
    assert "<script" not in written
    assert '"&"' not in written
    assert written.count("&lt;script&gt;&#34;&amp;") == 6


def test_a_linked_row_is_shown_without_the_id_that_datasette_adds() -> None:
    link = Markup('<a href="/plans/sectors/s">工業</a>&nbsp;<em>s</em>')
    assert write([{"column": "sector_id", "raw": "s", "value": link}]).endswith(
        '><a href="/plans/sectors/s">工業</a></td></tr>'
    )


def test_a_table_without_names_has_a_link_to_each_row() -> None:
    row = [{"column": "Link", "raw": "1,2", "value": Markup('<a href="/plans/t/1~2C2">1,2</a>')}, *cells(value=1)]
    own = find_own_address(row[0])
    assert own == "/plans/t/1~2C2"
    written = str(write_rows(style(headings={"value": "数値"}, name_column=None), [row], [{"": own}]))
    assert '<a class="tap" href="/plans/t/1~2C2">開く<span class="visually-hidden">（1,2）</span></a>' in written


def test_places_of_corrections_are_named() -> None:
    row = cells(table_name="events", column_name="title", code="工-1")
    written = write(row, names_places=True)
    assert ">表events<" in written
    assert ">eventsのtitle<" in written
    assert "<code>工-1</code>" in written


def test_codes_are_found_once() -> None:
    rows = [cells(state="due"), cells(state="met"), cells(state=None), cells(state="due")]
    assert find_codes(rows, "state") == ["due", "met"]
    assert find_own_address(None) is None
