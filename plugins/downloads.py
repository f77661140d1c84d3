"""Pages know that tables, queries and rows are files too, and JSON is written with Unicode as itself."""

from typing import Any

from datasette import hookimpl

from keikaku.views.json_answers import render_json


@hookimpl
def register_output_renderer() -> list[dict[str, Any]]:
    """Only json is ever called; xlsx stands here so that pages know the format and link to it."""
    return [
        {"extension": "json", "render": render_json},
        {"extension": "xlsx", "render": lambda: None, "can_render": lambda sql, table: bool(sql or table)},
    ]
