"""What programs look for by themselves: robots.txt, site maps, OpenSearch, llms.txt, feeds, calendars."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.feeds.calendar import find_calendar, write_calendar
from keikaku.publish.feeds.changes import read_changes, read_last_changes, write_atom
from keikaku.publish.feeds.unreported import list_silences, read_silences
from keikaku.publish.filling import fill
from keikaku.views.addresses import STATIC, complete, find_site_root
from keikaku.views.words import list_tables, site_description, site_title

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
OPEN_SEARCH = "application/opensearchdescription+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
MOST = 50_000  # addresses of one site map, by the protocol
PAGES = "_pages"  # the part of the site map that is of no plan; no id begins with _


async def send_robots(datasette: Datasette, request: Request) -> Response:
    text = fill("robots.txt", base=datasette.setting("base_url"), root=find_site_root(datasette, request))
    return Response(text, content_type=TEXT)


class Place(NamedTuple):
    """An absolute address and the ISO date on which what stands there changed last."""

    address: str
    changed: str


async def send_site_map(datasette: Datasette, request: Request) -> Response:
    """Everything in one file while it holds it, else a list of parts."""
    parts = await _read_parts(datasette, request)
    places = [place for part in parts.values() for place in part]
    if len(places) <= MOST:
        return _send_places("urlset", "url", places)
    root = find_site_root(datasette, request)
    index = [Place(f"{root}sitemap/{name}.xml", max(place.changed for place in part)) for name, part in parts.items()]
    return _send_places("sitemapindex", "sitemap", index)


async def send_site_map_part(datasette: Datasette, request: Request) -> Response:
    parts = await _read_parts(datasette, request)
    if request.url_vars["part"] not in parts:
        raise NotFound("404")
    return _send_places("urlset", "url", parts[request.url_vars["part"]][:MOST])


def _send_places(outer: str, inner: str, places: list[Place]) -> Response:
    return Response(fill("sitemap.xml", outer=outer, inner=inner, places=places), content_type=XML)


async def _read_parts(datasette: Datasette, request: Request) -> dict[str, list[Place]]:
    """The pages of the site, and the records of each plan."""
    root, db = find_site_root(datasette, request), datasette.get_database()
    last: dict[str, str] = await db.execute_fn(lambda connection: read_last_changes(connection.execute))
    queries = await datasette.get_canned_queries(db.name, None)
    below = [f"{db.name}/{name}" for name in dict.fromkeys([*await list_tables(datasette), *queries])]
    pages = ["", "timeline", "data", "about", "verify", db.name, *below]
    parts = {PAGES: [Place(root + page, max(last.values())) for page in pages]}
    sql = "SELECT table_name, id FROM records WHERE plan_id = ?"
    for plan, changed in last.items():
        records = await db.execute_fn(lambda connection, plan=plan: connection.execute(sql, (plan,)).fetchall())
        parts[plan] = [Place(f"{root}plans/{table}/{row_id}", changed) for table, row_id in records]
    return parts


async def send_open_search(datasette: Datasette, request: Request) -> Response:
    root = find_site_root(datasette, request)
    words = {"title": site_title(datasette), "description": site_description(datasette)}
    text = fill("opensearch.xml", **words, root=root, icon=f"{root}static/favicon.svg")
    return Response(text, content_type=OPEN_SEARCH)


async def send_llms(datasette: Datasette, request: Request) -> Response:
    text = await datasette.render_template("llms.txt", request=request)
    return Response(text.strip() + "\n", content_type=TEXT)


async def send_favicon() -> Response:
    """Where programs look for it without reading a page; all of today read SVG."""
    return Response((STATIC / "favicon.svg").read_text("utf-8"), content_type="image/svg+xml")


async def send_touch_icon() -> Response:
    return Response((STATIC / "apple-touch-icon.png").read_bytes(), content_type="image/png")


async def send_changes(datasette: Datasette, request: Request) -> Response:
    root, db = find_site_root(datasette, request), datasette.get_database()
    changes = await db.execute_fn(lambda connection: read_changes(connection.execute, root))
    updated = max((await db.execute_fn(lambda connection: read_last_changes(connection.execute))).values())
    return _send_feed(datasette, root, changes, "", "データの変更", "changes.atom", "data#changes", updated)


async def send_unreported(datasette: Datasette, request: Request) -> Response:
    """As a feed or as a calendar."""
    root, db = find_site_root(datasette, request), datasette.get_database()
    silences = await db.execute_fn(lambda connection: read_silences(connection.execute, root))
    what, page = "実績の記録がない目標", "plans/unreported"
    if request.url_vars["format"] == "ics":
        calendar = list_silences(silences, f"{site_title(datasette)} {what}", root + page)
        return Response(write_calendar(calendar), content_type=CALENDAR)
    last = await db.execute_fn(lambda connection: read_last_changes(connection.execute))
    updated = max((silence.day for silence in silences), default=max(last.values()))
    return _send_feed(datasette, root, silences, ":unreported", what, "unreported.atom", page, updated)


def _send_feed(
    datasette: Datasette, root: str, entries: Sequence[Any], name: str, title: str, path: str, page: str, updated: str
) -> Response:
    metadata: dict[str, Any] = datasette.metadata()
    feed = write_atom(
        entries,
        metadata["plugins"]["citation"]["title_en"] + name,
        title=f"{site_title(datasette)} {title}",
        author=metadata.get("publisher") or site_title(datasette),
        rights=f"{metadata['license']} {metadata['license_url']}",
        address=root + path,
        page=root + page,
        updated=updated,
    )
    return Response(feed, content_type=ATOM)


async def send_calendar(datasette: Datasette, request: Request) -> Response:
    db, id_ = datasette.get_database(), request.url_vars["record"]
    root = complete(datasette, request, f"/{db.name}/")
    calendar = await db.execute_fn(lambda connection: find_calendar(connection.execute, id_, root))
    if calendar is None:
        raise NotFound("404")
    return Response(write_calendar(calendar), content_type=CALENDAR)
