"""What pages of tables and queries may use: rows to show, words for codes, names for ids, forms, addresses, charts."""

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
from keikaku.schema.columns import OPERATORS, find_order, find_redundant, find_terms, find_word
from keikaku.serving.refusals import explain_complaint, explain_words
from keikaku.views import table_words

GLOBALS: dict[str, Any] = {
    "address": path_with_replaced_args,
    "as_tuples": table_words.as_tuples,
    "chart_address": table_words.chart_address,
    "draw_sankey": draw_sankey,
    "explain_complaint": explain_complaint,
    "explain_words": explain_words,
    "find_empty": find_empty,
    "find_order": find_order,
    "find_redundant": find_redundant,
    "find_terms": find_terms,
    "find_values": find_values,
    "find_word": find_word,
    "heading_of": table_words.heading_of,
    "operators": OPERATORS,
    "read_through": table_words.read_through,
    "title_place": title_place,
}
OF_THE_SITE: tuple[Callable[..., Any], ...] = (  # these take the site first
    table_words.column_title,
    table_words.naming_column,
    table_words.query_cells,
    table_words.query_form,
    table_words.row_links,
    table_words.say_value,
    table_words.table_cells,
    table_words.table_title,
)


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    env.filters["first_sentence"] = first_sentence
    env.filters["marked"] = mark_found
    env.globals.update(GLOBALS)
    env.globals.update({function.__name__: partial(function, datasette) for function in OF_THE_SITE})


def first_sentence(text: str) -> str:
    return "".join(text.partition("。")[:2])


def mark_found(text: str) -> Markup:
    """What search found stands in «»."""
    return Markup(str(escape(text)).replace("«", "<mark>").replace("»", "</mark>"))
