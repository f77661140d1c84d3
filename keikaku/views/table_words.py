"""What templates of tables and queries ask for: rows to show, names of tables, columns and values, forms, charts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from datasette.app import Datasette
from datasette.utils import escape_sqlite, path_from_row_pks, path_with_replaced_args, tilde_encode
from datasette.utils.asgi import Request
from markupsafe import Markup, escape

from keikaku.publish.tables import shown_rows
from keikaku.publish.tables.first_chart import FirstChart
from keikaku.publish.tables.query_forms import Choice, Parameter, build_choices, find_named, find_parameter
from keikaku.publish.tables.shown_rows import Cell, Found, Links
from keikaku.schema.conditions import find_word
from keikaku.views.table_page import sort_rows
from keikaku.views.words import column_title, heading_of, table_title

# As many choices are listed; of more, a visitor writes one.
MOST_CHOICES = 300
MOST_IDS = 1000  # in one statement; SQLite is given 5,000 parameters at most


async def naming_column(datasette: Datasette, database: str, table: str) -> str | None:
    """The column that names a row of a table."""
    return await datasette.get_database(database).label_column_for_table(table)


async def say_value(datasette: Datasette, database: str, table: str, column: str, value: Any) -> Markup:
    """A value as a reader knows it: the word for a code, the linked name of a row for its id, or the value itself."""
    if word := find_word(table, column, value):
        return escape(word)
    found = await find_records(datasette, database, [value]) if isinstance(value, str) else {}
    if value in found:
        return Markup('<a href="{}">{}</a>').format(*found[value])
    if value is not None and (name := await _name_reference(datasette, database, table, column, value)):
        return name
    return escape("" if value is None else value)


async def _name_reference(datasette: Datasette, database: str, table: str, column: str, value: Any) -> Markup | None:
    """The linked name of the row to which a column refers, of a table that is no record of its own (a document, a period)."""
    db = datasette.get_database(database)
    for key in await db.foreign_keys_for_table(table):
        naming = await db.label_column_for_table(key["other_table"]) if key["column"] == column else None
        if naming:
            sql = f"SELECT {escape_sqlite(naming)} FROM {escape_sqlite(key['other_table'])} WHERE {escape_sqlite(key['other_column'])} = ?"
            found = (await db.execute(sql, [value])).first()
            address = datasette.urls.row(database, key["other_table"], tilde_encode(str(value)))
            return Markup('<a href="{}">{}</a>').format(address, found[0]) if found else None
    return None


async def find_records(datasette: Datasette, database: str, ids: Sequence[Any]) -> Found:
    """Address and name of every record that one of the ids is of."""
    db = datasette.get_database(database)
    if not ids or "records" not in await db.view_names():
        return {}
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(ids), MOST_IDS):
        given = {f"id{number}": id_ for number, id_ in enumerate(ids[start : start + MOST_IDS])}
        # A list is looked up by the indexes of the tables behind the view; a subquery would be compared with every row.
        listed = ", ".join(f":{name}" for name in given)
        sql = f"""
            SELECT id, table_name, title FROM records WHERE id IN ({listed})
            UNION ALL
            SELECT id, 'withdrawn_ids', name FROM withdrawn_ids WHERE id IN ({listed})
        """
        rows = await db.execute(sql, given)
        found |= {id_: (datasette.urls.row(database, table, id_), title) for id_, table, title in rows.rows}
    return found


def as_tuples(rows: Iterable[Any]) -> list[tuple[Any, ...]]:
    """Rows as tuples of stored values: where Datasette adds labels they are mappings with values that have one."""
    return [
        tuple(cell["value"] if isinstance(cell, dict) else cell for cell in row.values())
        if isinstance(row, dict)
        else tuple(row)
        for row in rows
    ]


async def query_cells(
    datasette: Datasette, database: str, columns: list[str], rows: list[Any], shown: list[list[Any]], request: Request,
    is_canned: bool, all_there: bool,
) -> list[list[Cell]]:  # fmt: skip
    """The rows of a query in the order that the address asks for; of ours, what says nothing is left out."""
    pairs = list(zip(as_tuples(rows), shown, strict=True))
    order = sort_rows(columns, [row for row, _ in pairs], request.args, all_there)
    displays = {id(row): display for row, display in pairs}
    found = await find_records(datasette, database, shown_rows.collect_ids(order))
    cells = shown_rows.show_cells(columns, order, [displays[id(row)] for row in order], found, fold_ids=is_canned)
    if is_canned and len(rows) > 1:
        blank = shown_rows.find_empty(columns, order)
        cells = [[cell for cell in row if cell.column not in blank] for row in cells]
    if is_canned and (await datasette.execute(database, "SELECT count(*) FROM plans")).single_value() == 1:
        cells = [[cell for cell in row if cell.column != "計画"] for row in cells]
    return cells


async def row_links(
    datasette: Datasette, database: str, table: str, is_view: bool, columns: list[str], rows: list[Any], name_column: str | None
) -> tuple[list[Links], set[str]]:  # fmt: skip
    """For each row the addresses to which its cells lead, that of the row itself under the column that names it, or "".

    Of a view also the columns of ids that this makes needless.
    """
    if not is_view:
        keys = await datasette.get_database(database).primary_keys(table)
        paths = [path_from_row_pks(row, keys, not keys) for row in rows]
        return [{name_column or "": datasette.urls.row(database, table, path)} for path in paths], set()
    plain = as_tuples(rows)
    found = await find_records(datasette, database, shown_rows.collect_ids(plain))
    links, named = shown_rows.link_names(columns, plain, found)
    own = [found.get(row[columns.index("id")]) if "id" in columns else None for row in plain]
    return [{name_column or "": to[0], **names} if to else names for to, names in zip(own, links, strict=True)], named


async def table_cells(
    datasette: Datasette, database: str, table: str, is_view: bool, columns: list[str], shown: list[str], rows: list[Any],
    links: list[Links],
) -> list[list[Cell]]:  # fmt: skip
    """The rows of a table or view, in the order of the columns `shown`; `links` are those of row_links()."""
    keys = await datasette.get_database(database).foreign_keys_for_table(table)
    references = {key["column"]: key["other_table"] for key in keys}

    def say(name: str, row: Mapping[str, Any]) -> tuple[str, str | None] | None:
        """A reference that has a label is {"value": …, "label": …}; a row may name a place: a table, a column, a code of it."""
        value = row[name]
        if isinstance(value, dict):
            return value["label"], datasette.urls.row(database, references[name], tilde_encode(str(value["value"])))
        if not value or "table_name" not in row or find_word(table, name, value):
            return None
        if name == "table_name":
            return table_title(datasette, database, value), None
        if name == "column_name":
            return column_title(datasette, database, row["table_name"], value), None
        return (value, None) if name == "code" else None

    found = await find_records(datasette, database, shown_rows.collect_ids(as_tuples(rows)))
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return shown_rows.show_rows(table, is_view, shown, named, links, found, say)


def read_through(request: Request) -> list[dict[str, str]]:
    """The conditions on rows of other tables that refer to these: table, column and value, and the text of the argument."""
    return [{**json.loads(text), "text": text} for text in request.args.getlist("_through")]


async def query_form(
    datasette: Datasette, database: str, values: dict[str, str]
) -> list[tuple[str, Parameter, str, list[Choice]]]:
    """For each parameter of a query its name, what is known of it, its value, and the choices for it, if there are two."""
    asked = {name: values.get(name) or "" for name in ("plan", "municipality")}
    fields = [await _find_field(datasette, database, name, value, asked) for name, value in values.items()]
    return [field for field in fields if field]


async def _find_field(
    datasette: Datasette, database: str, name: str, value: str, asked: dict[str, str]
) -> tuple[str, Parameter, str, list[Choice]] | None:
    """None where there is nothing to choose from. Of more than MOST_CHOICES those are offered that have what a visitor wrote."""
    parameter = find_parameter(name)
    if not parameter.choices:
        return name, parameter, value, []
    sql = f"SELECT * FROM ({parameter.choices}) LIMIT {MOST_CHOICES + 1}"
    rows = (await datasette.execute(database, sql, asked)).rows
    if not rows and not value:
        return None
    if is_many := len(rows) > MOST_CHOICES:
        named = find_named(parameter, MOST_CHOICES + 1)
        rows = (await datasette.execute(database, named, {**asked, "written": value})).rows if value else []
        if not rows or len(rows) > MOST_CHOICES:
            told = "名前の一部を書くと、それを含むものから選べます。" + (
                parameter.empty and f"空のままなら{parameter.empty}です。"
            )
            return name, replace(parameter, help=told), value, []
    choices = build_choices(name, value, as_tuples(rows))
    if is_many and choices[0].label == value:
        choices[0] = replace(choices[0], label=f"「{value}」を含む{len(rows)}件から選ぶ")
    return (name, parameter, value, choices) if is_many or len(choices) != 1 else None


def chart_address(request: Request, chart: FirstChart, described: dict[str, Any]) -> str:
    """This page with the chart code and the settings of its first chart."""
    address = path_with_replaced_args(request, {"_chart": "1", "_size": "max", "_next": None})
    quantity, name = (heading_of(described, column)[0] for column in (chart.quantity, chart.name))
    settings = {"mark": "bar", "x_column": quantity, "x_type": "quantitative", "y_column": name, "y_type": "ordinal"}
    return f"{address}#{urlencode({f'g.{key}': value for key, value in settings.items()}, quote_via=quote)}"
