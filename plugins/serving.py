"""How the site runs: its layers, its connections, and what is done before the first request."""

from collections.abc import Awaitable, Callable
from sqlite3 import Connection

from datasette import hookimpl
from datasette.app import Datasette
from jinja2 import Environment
from starlette.types import ASGIApp

from keikaku.serving import headers, layers, sql_guard
from keikaku.serving.datasette_private import keep_permissions
from keikaku.serving.startup import check_site, open_databases


@hookimpl
def asgi_wrapper(datasette: Datasette) -> Callable[[ASGIApp], ASGIApp]:
    return lambda app: layers.wrap(app, datasette)


@hookimpl(trylast=True)
def prepare_connection(conn: Connection, database: str, datasette: Datasette) -> None:
    """After Datasette's own, which has another escape_fts. Not for _internal, in which Datasette writes notes."""
    if database != "_internal" and database in datasette.databases:
        sql_guard.set_up(conn)


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> Callable[[], Awaitable[None]]:
    env.globals["open_chart"] = headers.open_chart

    async def start() -> None:
        keep_permissions(datasette)
        await check_site(datasette)
        await open_databases(datasette)

    return start
