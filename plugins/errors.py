"""Every error as a page in Japanese, as JSON or as plain text: keikaku.serving.errors says which."""

from collections.abc import Awaitable, Callable

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.serving.datasette_private import forget_handler
from keikaku.serving.errors import answer_exception, check_conditions, refuse

forget_handler()


@hookimpl
def handle_exception(datasette: Datasette, request: Request, exception: Exception) -> Callable[[], Awaitable[Response]]:
    return lambda: answer_exception(datasette, request, exception)


@hookimpl
def forbidden(datasette: Datasette, request: Request) -> Callable[[], Awaitable[Response]]:
    return lambda: refuse(datasette, request.scope, request.receive, 403)


@hookimpl
def filters_from_request(
    datasette: Datasette, request: Request, database: str, table: str
) -> Callable[[], Awaitable[None]]:
    return lambda: check_conditions(datasette, request, database, table)
