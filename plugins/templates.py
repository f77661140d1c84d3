"""What every template may use, in one list: filters, functions and words of keikaku."""

from collections.abc import Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.plan.fiscal_year import format_date, format_fiscal_year, short_fiscal_year
from keikaku.plan.rates import FORMULAS
from keikaku.publish.records.citation import FORMATS, RECORDS, write_credit, write_english, write_japanese
from keikaku.publish.records.timeline import lay_out_events
from keikaku.schema.codes import CODES
from keikaku.serving.refusals import list_complaints
from keikaku.views import addresses, citations, descriptions, verifying, words
from keikaku.views.searching import sort_hits

FILTERS: dict[str, Callable[..., Any]] = {
    "easy_links": words.easy_links,
    "easy_text": words.easy_text,
    "fiscal_year": format_fiscal_year,
    "japanese_date": format_date,
    "mark_variants": addresses.mark_variants,
    "short_fiscal_year": short_fiscal_year,
    "style_url": addresses.style_url,
    "timeline_column": lay_out_events,
}
FUNCTIONS: tuple[Callable[..., Any], ...] = (
    addresses.easy_switch_url, addresses.embed_path, addresses.find_embedded,
    addresses.static_url, list_complaints, sort_hits, verifying.content_hash, verifying.verify_address,
    words.current_fiscal_year, write_credit, write_english, write_japanese,
)  # fmt: skip
OF_THE_SITE: tuple[Callable[..., Any], ...] = (  # these take the site first
    addresses.canonical_url, addresses.source_address, citations.cite_page, citations.cite_record,
    citations.find_reports, descriptions.data_files, descriptions.dataset_json_ld, descriptions.picture_address, verifying.page_hash, words.data_date, words.data_version,
    words.database_size, words.describe_table,
)  # fmt: skip


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    words.fill_site_words(datasette)
    addresses.add_site_links(env, datasette)
    env.filters.update(FILTERS)
    env.globals.update(citation_files=FORMATS, cited_tables=list(RECORDS), codes=CODES, ours=words.our_columns)
    env.globals.update(rate_formulas=FORMULAS, blank=words.Blank())
    env.globals.update({function.__name__: function for function in FUNCTIONS})
    env.globals.update({function.__name__: partial(function, datasette) for function in OF_THE_SITE})
    env.globals["site_root"] = partial(addresses.find_site_root, datasette)
    env.globals.update(words.site_words(datasette) | words.data_page_words())


@hookimpl
def extra_template_vars(request: Request | None) -> dict[str, Any]:
    """Whether a page is asked for with its ふりがな, and where its record is linked data."""
    return {"easy": bool(request and request.scope.get("easy")), **descriptions.json_ld_link(request)}
