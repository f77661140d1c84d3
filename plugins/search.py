"""Japanese search on the page of results, and in the search box of tables and views."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils.asgi import Request

from keikaku.views.searching import describe_results, filter_rows


@hookimpl
def extra_template_vars(
    datasette: Datasette, database: str | None, request: Request | None
) -> Callable[[], Awaitable[dict[str, Any]]]:
    return lambda: describe_results(datasette, database, request)


@hookimpl(trylast=True)
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """trylast: Datasette has a search of its own, and whoever answers last has the word on the search box."""
    return lambda: filter_rows(datasette, request, database, table)
