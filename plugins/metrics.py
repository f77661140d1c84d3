"""/-/metrics: figures for Prometheus, to readers on this machine and in networks that an environment variable names."""

import os
from collections.abc import Callable
from typing import Any

from datasette import NotFound, Request, Response, hookimpl
from datasette.app import Datasette
from prometheus_client import CONTENT_TYPE_LATEST

from keikaku.serving.figures import NETWORKS, figures_of, may_read, read_networks

HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@hookimpl
def startup() -> None:
    """A wrong setting is told when the site starts, not when somebody asks."""
    read_networks(os.environ.get(NETWORKS, ""))


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/-/metrics$", tell_figures)]


async def tell_figures(datasette: Datasette, request: Request) -> Response:
    """To others the page is not there."""
    client = request.scope.get("client")
    if not may_read(client[0] if client else None, read_networks(os.environ.get(NETWORKS, ""))):
        raise NotFound("Page not found: /-/metrics")
    return Response(figures_of(datasette).write(), 200, HEADERS, CONTENT_TYPE_LATEST)
