"""What tables and queries have besides Datasette's own: Japanese search in the search box, and more formats."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.filters import FilterArguments
from datasette.utils.asgi import Request

from keikaku.views.json_answers import render_json
from keikaku.views.searching import filter_rows


@hookimpl(trylast=True)
def filters_from_request(
    request: Request, database: str, table: str, datasette: Datasette
) -> Callable[[], Awaitable[FilterArguments | None]]:
    """trylast: Datasette has a search of its own, and whoever answers last has the word on the search box."""
    return lambda: filter_rows(datasette, request, database, table)


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Only json is ever called; xlsx stands here so that pages know the format and link to it."""
    return [
        {"extension": "json", "render": render_json},
        {"extension": "xlsx", "render": lambda: None, "can_render": lambda sql, table: bool(sql or table)},
    ]
