"""/changes.atom, the changes of the data, and /calendar/ID.ics, the due dates of a plan, a sector or an organization."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.feeds.atom import Feed, write_atom
from keikaku.publish.feeds.calendar import write_calendar
from keikaku.publish.feeds.changes import read_changes, read_last_changes
from keikaku.publish.feeds.deadlines import find_calendar

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/changes\.atom$", send_changes), (r"^/calendar/(?P<record>[a-z0-9-]+)\.ics$", send_calendar)]


async def send_changes(datasette: Datasette, request: Request) -> Response:
    root = datasette.jinja_env.globals["site_root"](request)
    db = datasette.get_database()
    changes = await db.execute_fn(lambda connection: read_changes(connection.execute, root))
    last = await db.execute_fn(lambda connection: read_last_changes(connection.execute))
    title = datasette.metadata("title")
    feed = Feed(
        title=f"{title} データの変更",
        author=datasette.metadata("publisher") or title,
        rights=f"{datasette.metadata('license')} {datasette.metadata('license_url')}",
        address=f"{root}changes.atom",
        page=f"{root}data#changes",
        updated=max(last.values()),
    )
    return Response(write_atom(feed, changes), content_type=ATOM)


async def send_calendar(datasette: Datasette, request: Request) -> Response:
    db = datasette.get_database()
    root = f"{datasette.jinja_env.globals['site_root'](request)}{db.name}/"
    id_ = request.url_vars["record"]
    calendar = await db.execute_fn(lambda connection: find_calendar(connection.execute, id_, root))
    if calendar is None:
        raise NotFound("404")
    return Response(write_calendar(calendar), content_type=CALENDAR)
