"""What every template may use, in one list: filters, functions and words of keikaku."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.plan.fiscal_year import format_date, format_fiscal_year
from keikaku.publish.records.citation import FORMATS, RECORDS, write_english, write_japanese
from keikaku.publish.records.search_hits import sort_hits
from keikaku.publish.records.timeline import lay_out_events
from keikaku.schema.codes import CODES
from keikaku.views import addresses, citations, descriptions, easy_display, pictures, verifying, version, words

FILTERS: dict[str, Callable[..., Any]] = {
    "easy_links": easy_display.easy_links,
    "easy_text": easy_display.easy_text,
    "fiscal_year": format_fiscal_year,
    "japanese_date": format_date,
    "style_url": addresses.style_url,
    "timeline_column": lay_out_events,
}
GLOBALS: dict[str, Any] = {
    "citation_files": FORMATS,
    "cited_tables": list(RECORDS),
    "codes": CODES,
    "content_hash": verifying.content_hash,
    "current_fiscal_year": words.current_fiscal_year,
    "easy_switch_url": addresses.easy_switch_url,
    "embed_parts": addresses.embed_parts,
    "embed_path": addresses.embed_path,
    "find_embedded": addresses.find_embedded,
    "is_for_charts": addresses.is_for_charts,
    "ours": words.our_columns,
    "sort_hits": sort_hits,
    "static_url": addresses.static_url,
    "verify_address": verifying.verify_address,
    "write_english": write_english,
    "write_japanese": write_japanese,
}
OF_THE_SITE: dict[str, Callable[..., Any]] = {  # these take the site first
    "canonical_url": addresses.canonical_url,
    "cite_page": citations.cite_page,
    "cite_record": citations.cite_record,
    "data_date": version.data_date,
    "data_version": version.data_version,
    "database_size": words.database_size,
    "describe_table": words.describe_table,
    "embed_code": addresses.embed_code,
    "picture_address": pictures.picture_address,
    "site_metadata": words.site_metadata,
    "site_root": addresses.find_site_root,
    "source_address": addresses.source_address,
}


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    words.fill_site_words(datasette)
    addresses.add_site_links(env, datasette)
    env.filters.update(FILTERS)
    env.globals.update(GLOBALS)
    env.globals.update({name: partial(function, datasette) for name, function in OF_THE_SITE.items()})
    env.globals.update(words.site_words(datasette) | words.data_page_words())


@hookimpl(specname="extra_template_vars")
def name_linked_data(request: Request | None) -> dict[str, str]:
    return descriptions.json_ld_link(request)


@hookimpl(specname="extra_template_vars")
def read_display(datasette: Datasette, request: Request | None) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: easy_display.easy_words(datasette, request)
