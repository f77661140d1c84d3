"""What pages of tables and queries may use, and the formats that they have besides."""

from collections.abc import Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import path_with_replaced_args
from jinja2 import Environment
from markupsafe import Markup, escape

from keikaku.publish.records.sankey import draw_sankey
from keikaku.publish.tables.shown_rows import find_empty, find_values, title_place
from keikaku.schema.conditions import OPERATORS, find_order, find_redundant, find_terms, find_word, say_condition
from keikaku.serving.refusals import explain_complaint, explain_words
from keikaku.views import table_words
from keikaku.views.json_answers import render_json
from keikaku.views.words import column_title, heading_of, table_title

FUNCTIONS: tuple[Callable[..., Any], ...] = (
    explain_complaint, explain_words, find_empty, find_order, find_redundant, find_terms, find_values, find_word, say_condition, title_place,
    draw_sankey, heading_of, table_words.as_tuples, table_words.chart_address, table_words.read_through,
)  # fmt: skip
OF_THE_SITE: tuple[Callable[..., Any], ...] = (  # these take the site first
    column_title, table_title, table_words.naming_column, table_words.query_cells, table_words.query_form, table_words.row_links,
    table_words.say_value, table_words.table_cells,
)  # fmt: skip


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    env.filters["first_sentence"] = first_sentence
    env.filters["marked"] = mark_found
    env.globals.update(address=path_with_replaced_args, operators=OPERATORS)
    env.globals.update({function.__name__: function for function in FUNCTIONS})
    env.globals.update({function.__name__: partial(function, datasette) for function in OF_THE_SITE})


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Only json is ever called; xlsx stands here so that pages know the format and link to it."""
    return [
        {"extension": "json", "render": render_json},
        {"extension": "xlsx", "render": lambda: None, "can_render": lambda sql, table: bool(sql or table)},
    ]


def first_sentence(text: str) -> str:
    return "".join(text.partition("。")[:2])


def mark_found(text: str) -> Markup:
    """What search found stands in «»."""
    return Markup(str(escape(text)).replace("«", "<mark>").replace("»", "</mark>"))
