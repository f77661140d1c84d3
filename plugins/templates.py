"""What every template may use, in one list: filters, functions and words of keikaku."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils import path_with_replaced_args
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.database.content_hash import hash_rows
from keikaku.plan.fiscal_year import format_counted_year, format_date, format_fiscal_year, short_fiscal_year
from keikaku.plan.rates import FORMULAS
from keikaku.publish.records.citation import FORMATS, RECORDS, write_credit, write_english, write_japanese
from keikaku.publish.records.pictures import wrap_text
from keikaku.publish.records.sankey import draw_sankey
from keikaku.publish.records.timeline import lay_out_events
from keikaku.publish.tables.first_chart import choose_chart
from keikaku.publish.tables.shown_rows import find_empty, find_values, title_place
from keikaku.schema import conditions
from keikaku.schema.codes import CODES
from keikaku.serving import refusals
from keikaku.views import addresses, citations, descriptions, searching, table_page, table_words, verifying, words

FILTERS: dict[str, Callable[..., Any]] = {
    "easy_links": words.easy_links,
    "easy_text": words.easy_text,
    "fiscal_year": format_fiscal_year,
    "counted": format_counted_year,
    "japanese_date": format_date,
    "mark_variants": addresses.mark_variants,
    "marked": words.mark_found,
    "short_fiscal_year": short_fiscal_year,
    "style_url": addresses.style_url,
    "timeline_column": lay_out_events,
}
FUNCTIONS: tuple[Callable[..., Any], ...] = (
    addresses.easy_switch_url, addresses.embed_path, addresses.find_embedded, addresses.static_url, conditions.find_order,
    conditions.find_redundant, conditions.find_terms, conditions.find_word, conditions.say_condition, draw_sankey, find_empty, find_values,
    refusals.explain_complaint, refusals.explain_words, refusals.list_complaints, searching.sort_hits, table_words.as_tuples,
    choose_chart, table_words.chart_address, table_words.read_through, title_place, hash_rows,
    verifying.verify_address, words.current_fiscal_year, words.heading_of, wrap_text, write_credit, write_english, write_japanese,
)  # fmt: skip
OF_THE_SITE: tuple[Callable[..., Any], ...] = (  # these take the site first
    addresses.canonical_url, addresses.source_address, citations.cite_page, citations.cite_record, citations.find_reports, citations.name_drawn,
    descriptions.data_files, descriptions.dataset_json_ld, descriptions.picture_address, table_words.naming_column,
    table_words.query_cells, table_words.query_form, table_words.row_links, table_words.say_value, table_words.table_cells,
    verifying.page_hash, words.column_title, words.data_date, words.database_size, words.describe_table,
    words.list_questions, words.table_title,
)  # fmt: skip


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    words.fill_site_words(datasette)
    addresses.add_site_links(env, datasette)
    env.filters.update(FILTERS)
    env.globals.update(citation_files=FORMATS, cited_tables=list(RECORDS), codes=CODES, ours=words.our_columns)
    env.globals.update(address=path_with_replaced_args, operators=conditions.OPERATORS)
    env.globals.update(rate_formulas=FORMULAS, blank=words.Blank(), most_shown=table_page.MOST_SHOWN)
    env.globals.update({function.__name__: function for function in FUNCTIONS})
    env.globals.update({function.__name__: partial(function, datasette) for function in OF_THE_SITE})
    env.globals["site_root"] = partial(addresses.find_site_root, datasette)
    env.globals.update(words.site_words(datasette) | words.data_page_words())


@hookimpl
def extra_template_vars(
    datasette: Datasette, database: str | None, request: Request | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Whether a page is asked for with its ふりがな, where its record is linked data, and what a search found."""
    asked = {"easy": bool(request and request.scope.get("easy")), **descriptions.json_ld_link(request)}

    async def describe() -> dict[str, Any]:
        return asked | await searching.describe_results(datasette, database, request)

    return describe
