"""/notebooks/NAME.ipynb: notebooks that work with this site's data as soon as they are opened."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request
from jinja2 import Environment

from keikaku.publish.catalogue.notebooks import point_at, read_notebooks

NOTEBOOKS = {notebook.name: notebook for notebook in read_notebooks()}
MEDIA_TYPE = "application/x-ipynb+json; charset=utf-8"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/notebooks/(?P<name>\w+)\.ipynb$", send_notebook)]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.globals["notebooks"] = list(NOTEBOOKS.values())


async def send_notebook(datasette: Datasette, request: Request) -> Response:
    name = request.url_vars["name"]
    if name not in NOTEBOOKS:
        raise NotFound("404")
    content = point_at(NOTEBOOKS[name], datasette.jinja_env.globals["site_root"](request))
    headers = {"content-disposition": f'attachment; filename="{name}.ipynb"'}
    return Response(content, headers=headers, content_type=MEDIA_TYPE)
