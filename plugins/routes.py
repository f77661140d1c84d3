"""Every address of ours that Datasette does not have, in one list; it comes before Datasette's own.

No two patterns of ROUTES match the same address, so that its order is that of reading: records, data, feeds, the rest. After
them come tables and their files, and last those that word what is not there, since they match whatever is left.
"""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette

from keikaku.serving.errors import list_routes
from keikaku.serving.startup import tell_databases, tell_health
from keikaku.views import charts, citations, descriptions, feeds, reconciling, searching, verifying
from keikaku.views.downloads import send_download
from keikaku.views.table_page import send_table

ROUTES: list[tuple[str, Callable[..., Any]]] = [
    (descriptions.RECORD, descriptions.send_record),
    (citations.PATTERN, citations.send_citation),
    (charts.PATTERN, charts.send_chart),
    (r"^/calendar/(?P<record>[a-z0-9-]+)\.ics$", feeds.send_calendar),
    (r"^/themes/(?P<name>[^/]+)$", feeds.send_theme),
    (r"^/verify(?:\.(?P<format>json))?$", verifying.send_verification),
    (r"^/openapi\.json$", descriptions.send_openapi),
    (r"^/notebooks/(?P<name>\w+)\.ipynb$", descriptions.send_notebook),
    (r"^/-/suggest$", searching.send_suggestions),
    (r"^/reconcile$", reconciling.answer_reconciling),
    (r"^/reconcile/suggest$", reconciling.suggest_names),
    (r"^/(?P<feed>changes|unreported)\.atom$", feeds.send_feed),
    (r"^/unreported\.ics$", feeds.send_silences),
    (r"^/robots\.txt$", partial(feeds.send_text, "robots.txt", feeds.TEXT)),
    (r"^/sitemap(?:/(?P<part>[a-z0-9_-]+))?\.xml$", feeds.send_site_map),
    (r"^/opensearch\.xml$", partial(feeds.send_text, "opensearch.xml", feeds.OPEN_SEARCH)),
    (r"^/llms\.txt$", partial(feeds.send_text, "llms.txt", feeds.TEXT)),
    (r"^/styles/(?P<kind>[a-z]+)\.css$", feeds.send_sheet),
    (r"^/-/health$", tell_health),
    (r"^/-/databases\.json$", tell_databases),
    (r"^/favicon\.ico$", partial(feeds.send_icon, "favicon.svg", "image/svg+xml")),
    (r"^/apple-touch-icon(?:-precomposed)?\.png$", partial(feeds.send_icon, "apple-touch-icon.png", "image/png")),
]


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    return [*ROUTES, *list_table_routes(datasette), *list_routes(datasette)]


def list_table_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    """Tables, queries and rows as files, and tables page by page."""
    databases = "|".join(re.escape(db.route) for db in datasette.databases.values())
    start = rf"^/(?P<database>{databases})"
    table, row = r"/(?P<table>[^/.]+)", r"/(?P<pks>[^/]+?)"
    ending = r"(?P<excel>\.excel(?=\.csv$))?\.(?P<format>csv|xlsx)$"
    files = [(start + below + ending, send_download) for below in ("", table, table + row)]
    return [*files, (rf"{start}{table}(?:\.(?P<format>jsono?))?$", send_table)]


@hookimpl
def skip_csrf(scope: dict[str, Any]) -> bool | None:
    """Nothing is written and nobody is logged in: any program may send its names."""
    return True if scope["path"].endswith("/reconcile") else None
