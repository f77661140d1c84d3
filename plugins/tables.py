"""What pages of tables and queries may use: headings, words for codes, labels for ids, forms, addresses, charts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import await_me_maybe, path_with_replaced_args
from datasette.utils.asgi import Request
from jinja2 import Environment
from markupsafe import Markup, escape

from keikaku.publish.records.sankey import draw_sankey
from keikaku.publish.tables.query_forms import Choice, Parameter, build_choices, find_parameter
from keikaku.publish.tables.query_rows import (
    Cell,
    Links,
    build_cells,
    choose_axes,
    find_empty,
    find_ids,
    link_names,
    sort_rows,
    title_place,
)
from keikaku.publish.tables.table_rows import RowStyle, find_codes, find_own_address, write_rows
from keikaku.schema.columns import OPERATORS, find_redundant, find_terms, find_word, split_help
from keikaku.serving.sql_help import explain_complaint, explain_words

# As many choices are listed; of more, a visitor writes one.
MOST_CHOICES = 300


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    async def naming_column(database: str, table: str) -> str | None:
        """The column that names a row of a table."""
        return await datasette.get_database(database).label_column_for_table(table)

    async def say_value(database: str, table: str, column: str, value: object) -> Markup:
        """A value as a reader knows it: the word for a code, the linked name for an id, or the value itself."""
        return await _say_value(datasette, database, table, column, value)

    def table_title(database: str, table: str) -> str:
        """What a table is called in metadata.yml."""
        return str((datasette.table_metadata(database, table)).get("title") or table)

    def column_title(database: str, table: str, column: str) -> str:
        """What a column is called in metadata.yml."""
        return split_help((datasette.table_metadata(database, table).get("columns") or {}).get(column), column)[0]

    async def query_form(database: str, values: dict[str, str]) -> list[tuple[str, Parameter, str, list[Choice]]]:
        """For each parameter of a query its name, what is known of it, its value, and the choices for it, if there are two."""
        fields = [await _field(datasette, database, name, value) for name, value in values.items()]
        return [field for field in fields if len(field[3]) != 1]

    async def query_cells(
        database: str, columns: list[str], rows: list[Any], shown: list[list[Any]], request: Request
    ) -> list[list[Cell]]:
        """The rows of a query as they are shown: names linked, one plan not named, in the order that the address asks for."""
        found = await _find_rows(datasette, database, find_ids(columns, rows))
        cells = build_cells(columns, _plain(rows), shown, found)
        if (await datasette.execute(database, "SELECT count(*) FROM plans")).single_value() == 1:
            cells = [[cell for cell in row if cell.column != "計画"] for row in cells]
        return _in_order(cells, request)

    def plain_cells(columns: list[str], rows: list[Any], shown: list[list[Any]], request: Request) -> list[list[Cell]]:
        """The rows of a visitor's own query, every column as it was asked for."""
        cells = build_cells(columns, _plain(rows), shown, None)
        return _in_order(cells, request)

    async def row_links(database: str, columns: list[str], rows: list[Any]) -> tuple[list[Links], set[str]]:
        """For each row of a view the addresses that its names link to, and the columns of ids that this makes needless."""
        plain = _plain(rows)
        return link_names(columns, plain, await _find_rows(datasette, database, find_ids(columns, plain)))

    def table_rows(
        database: str, table: str, is_view: bool, metadata: dict[str, Any], columns: list[str], shown: list[str],
        name_column: str | None, ids: list[str], chips: dict[tuple[str, object], str], rows: list[Any], links: list[Links],
    ) -> Markup:  # fmt: skip
        """The rows of a table or view; `links` are the addresses of a view's names, row by row."""
        headings = {column: split_help((metadata.get("columns") or {}).get(column), column)[0] for column in shown}
        style = RowStyle(
            table, is_view, headings, name_column, ids, chips, lambda name: table_title(database, name),
            lambda *place: column_title(database, *place), names_places="table_name" in columns,
        )  # fmt: skip
        cells = [row.cells for row in rows]
        if is_view:
            own = [find_own_address(next((c for c in row if c["column"] == "id"), None)) for row in cells]
            links = [{name_column or "": to, **names} if to else names for to, names in zip(own, links, strict=True)]
        else:
            own = [find_own_address(row[0]) for row in cells]
            links = [{name_column or "": to} if to else {} for to in own]
        return write_rows(style, cells, links)

    env.filters["first_sentence"] = lambda text: "".join(text.partition("。")[:2])
    env.filters["marked"] = lambda text: Markup(str(escape(text)).replace("«", "<mark>").replace("»", "</mark>"))
    env.globals.update(
        address=path_with_replaced_args,
        chart_address=chart_address,
        column_title=column_title,
        heading_of=lambda metadata, column: split_help((metadata.get("columns") or {}).get(column), column),
        draw_sankey=draw_sankey,
        explain_complaint=explain_complaint,
        explain_words=explain_words,
        find_codes=lambda rows, column: find_codes((row.cells for row in rows), column),
        find_empty=lambda columns, rows: find_empty(columns, _plain(rows)),
        find_redundant=find_redundant,
        find_terms=find_terms,
        find_word=find_word,
        naming_column=naming_column,
        operators=OPERATORS,
        plain_cells=plain_cells,
        query_cells=query_cells,
        query_form=query_form,
        row_links=row_links,
        say_value=say_value,
        table_rows=table_rows,
        table_title=table_title,
        title_place=title_place,
    )


def chart_address(request: Request, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """This page with the chart code, and with a first chart where the rows suggest one."""
    address = path_with_replaced_args(request, {"_chart": "1", "_size": "max", "_next": None})
    axes = choose_axes(columns, _plain(rows))
    if axes is None:
        return address
    x, y = axes
    settings = {"g.mark": "bar", "g.x_column": x, "g.x_type": "ordinal", "g.y_column": y, "g.y_type": "quantitative"}
    return f"{address}#{urlencode(settings)}"


def _plain(rows: Iterable[Any]) -> list[Any]:
    """Rows as tuples of values: where Datasette adds labels they are mappings."""
    return [tuple(row.values()) if isinstance(row, dict) else tuple(row) for row in rows]


def _in_order(cells: list[list[Cell]], request: Request) -> list[list[Cell]]:
    descending = request.args.get("_sort_desc")
    return sort_rows(cells, descending or request.args.get("_sort"), bool(descending))


async def _say_value(datasette: Datasette, database: str, table: str, column: str, value: object) -> Markup:
    if word := find_word(table, column, value):
        return escape(word)
    for answer in pm.hook.render_cell(
        row=None, value=value, column="", table=None, database=database, datasette=datasette
    ):
        shown = await await_me_maybe(answer)
        if shown is not None:
            return Markup(str(shown).partition("&nbsp;<em>")[0])
    return escape("" if value is None else value)


async def _field(
    datasette: Datasette, database: str, name: str, value: str
) -> tuple[str, Parameter, str, list[Choice]]:
    parameter = find_parameter(name)
    if not parameter.choices:
        return name, parameter, value, []
    sql = f"SELECT * FROM ({parameter.choices}) LIMIT {MOST_CHOICES + 1}"
    rows = (await datasette.execute(database, sql)).rows
    if len(rows) > MOST_CHOICES:
        return name, replace(parameter, help=parameter.empty and f"空のままなら{parameter.empty}です。"), value, []
    return name, parameter, value, build_choices(name, value, _plain(rows))


async def _find_rows(datasette: Datasette, database: str, ids: list[str]) -> dict[str, tuple[str, str]]:
    """Id -> (address, name) of the rows that search knows."""
    rows = await datasette.execute(
        database,
        "SELECT row_id, table_name, title FROM search_documents WHERE row_id IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(ids)},
    )
    return {row_id: (datasette.urls.row(database, table, row_id), title) for row_id, table, title in rows.rows}
