"""The site in the process for visitors' SQL: the same one, asked by its twin over a socket (keikaku.serving.lane_process).

It serves the copies that the twin serves, told with each request, so that both always speak of the same data.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.serving.headers import permit_charts
from keikaku.serving.lane_process import listen, read_about
from keikaku.serving.live_database import LiveDatabase, put_in_place
from keikaku.serving.served_copy import ServedCopy
from keikaku.serving.sql_lane import run_in_lane

# The file that a database is made from, and its copy.
Served = dict[str, tuple[Path, ServedCopy]]
MARK = "lane process"  # stands where others see Datasette's note on its version


def describe(datasette: Datasette) -> dict[str, Any]:
    """Arguments by which the other process makes the same site."""
    files = [str(file) for file in datasette.files]
    immutable = {str(file) for file in datasette.immutables}
    return {
        "files": [file for file in files if file not in immutable],
        "immutables": [file for file in files if file in immutable],
        "cors": datasette.cors,
        "metadata": datasette._metadata_local,
        "sqlite_extensions": datasette.sqlite_extensions,
        "template_dir": datasette.template_dir,
        "plugins_dir": datasette.plugins_dir,
        "static_mounts": datasette.static_mounts,
        "memory": "_memory" in datasette.databases,
        "settings": datasette._settings,
        "secret": datasette._secret,
        "crossdb": datasette.crossdb,
        "version_note": MARK,
    }


def is_lane_site(datasette: Datasette) -> bool:
    """Whether this is the site in the process for visitors' SQL."""
    return bool(datasette.version_note == MARK)


def tell_served(datasette: Datasette) -> Served:
    """What the other process must know of the data to answer a request."""
    return {db.name: (db.source, db.copy) for db in datasette.databases.values() if isinstance(db, LiveDatabase)}


class _Innermost:
    """Finds the site itself, without all that the twin does around it: headers, compression, memory of answers, log."""

    __name__ = "innermost"  # Datasette lists its plugins by name
    app: ASGIApp

    @hookimpl(tryfirst=True)
    def asgi_wrapper(self) -> Callable[[ASGIApp], ASGIApp]:
        def wrap(app: ASGIApp) -> ASGIApp:
            self.app = app
            return app

        return wrap


async def main(socket: Path) -> None:
    site = Datasette(**read_about())
    innermost = _Innermost()
    pm.register(innermost)
    site.app()
    await site.invoke_startup()
    app = permit_charts(innermost.app)

    async def answer(scope: Scope, served: Served, receive: Receive, send: Send) -> None:
        _follow(site, served)
        await run_in_lane(site.executor.lane, app, scope, receive, send)

    await listen(socket, answer)


def _follow(site: Datasette, served: Served) -> None:
    for name, (source, copy) in served.items():
        old = site.databases[name]
        if isinstance(old, LiveDatabase) and old.copy.path == copy.path:
            continue
        put_in_place(site, LiveDatabase(site, name, source, copy))
        if isinstance(old, LiveDatabase):
            _close_later(old)
        else:
            old.close()


def _close_later(old: LiveDatabase) -> None:
    def close() -> None:
        if not old.close_if_idle():
            _close_later(old)

    asyncio.get_running_loop().call_later(1.0, close)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
