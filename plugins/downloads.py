"""Tables, queries and rows as files, .csv, .excel.csv and .xlsx, and as JSON with Unicode as itself; tables page by page."""

import re
from collections.abc import Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette

from keikaku.views.downloads import send_download
from keikaku.views.json_answers import render_json
from keikaku.views.table_page import send_table


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Any]]]:
    databases = "|".join(re.escape(db.route) for db in datasette.databases.values())
    start = rf"^/(?P<database>{databases})"
    table, row = r"/(?P<table>[^/.]+)", r"/(?P<pks>[^/]+?)"
    ending = r"(?P<excel>\.excel(?=\.csv$))?\.(?P<format>csv|xlsx)$"
    files = [(start + below + ending, send_download) for below in ("", table, table + row)]
    return [*files, (rf"{start}{table}(?:\.(?P<format>jsono?))?$", send_table)]


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Only json is ever called; xlsx stands here so that pages know the format and link to it."""
    return [
        {"extension": "json", "render": render_json},
        {"extension": "xlsx", "render": lambda: None, "can_render": lambda sql, table: bool(sql or table)},
    ]
