"""What programs look for by themselves: site maps, feeds, calendars, and short texts and icons under fixed names."""

from urllib.parse import unquote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.feeds import (
    NOTE,
    find_calendar,
    read_changes,
    read_silences,
    read_told_days,
    write_atom,
    write_calendar,
)
from keikaku.publish.filling import fill
from keikaku.views.addresses import STATIC, complete, digest, find_site_root, read_sheet
from keikaku.views.words import list_tables, site_title

ATOM = "application/atom+xml; charset=utf-8"
CALENDAR = "text/calendar; charset=utf-8"
OPEN_SEARCH = "application/opensearchdescription+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
XML = "application/xml; charset=utf-8"
MOST = 50_000  # addresses of one site map, by the protocol
PAGES = "_pages"  # the part of the site map that is of no plan; no id begins with _
# What reads the entries of a feed, what tells its id from the site's, what it is called and which page shows the same.
FEEDS = {
    "changes": (read_changes, "", "データの変更", "data#changes"),
    "unreported": (read_silences, ":unreported", "実績の記録がない目標", "plans/unreported"),
}
A_YEAR = "31536000"  # seconds
NEVER = "1970-01-01"  # of what nothing is known
Place = tuple[str, str]  # an absolute address, and the ISO date of the last change of what stands there, or nothing


async def send_text(template: str, content_type: str, datasette: Datasette, request: Request) -> Response:
    """A text of templates/, without the blank lines around it."""
    text = await datasette.render_template(template, request=request)
    return Response(text.strip() + "\n", content_type=content_type)


async def send_icon(file: str, content_type: str) -> Response:
    """A picture of static/, where programs look for it without reading a page."""
    return Response((STATIC / file).read_bytes(), content_type=content_type)


async def send_site_map(datasette: Datasette, request: Request) -> Response:
    """Everything in one file while it holds it, else a list of parts; or the part that is asked for."""
    parts = await _read_parts(datasette, request)
    if asked := request.url_vars.get("part"):
        if asked not in parts:
            raise NotFound("404")
        return _send_places("urlset", "url", parts[asked][:MOST])
    places = [place for part in parts.values() for place in part]
    if len(places) <= MOST:
        return _send_places("urlset", "url", places)
    root = find_site_root(datasette, request)
    index = [(f"{root}sitemap/{name}.xml", max(day for _, day in part)) for name, part in parts.items()]
    return _send_places("sitemapindex", "sitemap", index)


def _send_places(outer: str, inner: str, places: list[Place]) -> Response:
    return Response(fill("sitemap.xml", outer=outer, inner=inner, places=places), content_type=XML)


async def _read_parts(datasette: Datasette, request: Request) -> dict[str, list[Place]]:
    """The pages of the site, and the records of each plan."""
    root, db = find_site_root(datasette, request), datasette.get_database()
    last: dict[str, str] = await db.execute_fn(lambda connection: read_told_days(connection.execute))
    queries = await datasette.get_canned_queries(db.name, None)
    below = [f"{db.name}/{name}" for name in dict.fromkeys([*await list_tables(datasette), *queries])]
    pages = ["", "timeline", "data", "about", "verify", db.name, *below]
    parts = {PAGES: [(root + page, max(last.values(), default="")) for page in pages]}
    sql = "SELECT table_name, id FROM records WHERE plan_id = ?"
    for (plan,) in await db.execute("SELECT id FROM plans ORDER BY id"):
        records = await db.execute_fn(lambda connection, plan=plan: connection.execute(sql, (plan,)).fetchall())
        parts[plan] = [(f"{root}plans/{table}/{row_id}", last.get(plan, "")) for table, row_id in records]
    return parts


async def send_feed(datasette: Datasette, request: Request) -> Response:
    """Of the day of its newest entry, or else of the last change of the data."""
    root, db, metadata = find_site_root(datasette, request), datasette.get_database(), datasette.metadata()
    name = request.url_vars["feed"]
    read, mark, title, page = FEEDS[name]
    entries = await db.execute_fn(lambda connection: read(connection.execute, root))
    last = await db.execute_fn(lambda connection: read_told_days(connection.execute))
    feed = write_atom(
        entries,
        metadata["plugins"]["citation"]["title_en"] + mark,
        title=f"{site_title(datasette)} {title}",
        author=metadata.get("publisher") or site_title(datasette),
        rights=f"{metadata['license']} {metadata['license_url']}",
        address=f"{root}{name}.atom",
        page=root + page,
        updated=max((entry["day"] for entry in entries), default=max(last.values(), default=NEVER)),
    )
    return Response(feed, content_type=ATOM)


async def send_silences(datasette: Datasette, request: Request) -> Response:
    """The entries of the feed of what is unreported as a calendar."""
    root = find_site_root(datasette, request)
    read, _, title, page = FEEDS["unreported"]
    silences = await datasette.get_database().execute_fn(lambda connection: read(connection.execute, root))
    changed = max((silence["day"] for silence in silences), default=NEVER)
    words = {"name": f"{site_title(datasette)} {title}", "description": NOTE, "url": root + page}
    return Response(write_calendar(silences, changed=changed, **words), content_type=CALENDAR)


async def send_calendar(datasette: Datasette, request: Request) -> Response:
    db, id_ = datasette.get_database(), request.url_vars["record"]
    root = complete(datasette, request, f"/{db.name}/")
    calendar = await db.execute_fn(lambda connection: find_calendar(connection.execute, id_, root))
    if calendar is None:
        raise NotFound("404")
    return Response(calendar, content_type=CALENDAR)


async def send_theme(datasette: Datasette, request: Request) -> Response:
    """The plans of all municipalities that are about the same; raises NotFound for a theme that no plan has."""
    name = unquote(request.url_vars["name"])  # a page of templates/pages would be sent to an address in tilde encoding
    found = await datasette.get_database().execute("SELECT 1 FROM plans WHERE theme = ? LIMIT 1", [name])
    if not found.rows:
        raise NotFound("この分野の計画はありません。")
    return Response.html(await datasette.render_template("theme.html", {"name": name}, request=request))


async def send_sheet(request: Request) -> Response:
    """To be kept for ever by who asked for this very content."""
    kind = request.url_vars["kind"]
    if kind != "site" and not (STATIC / f"{kind}.css").is_file():
        raise NotFound("404")
    sheet = read_sheet(kind)
    age = A_YEAR if request.query_string == digest(sheet.encode()) else "0"
    return Response(sheet, headers={"cache-control": f"public, max-age={age}"}, content_type="text/css; charset=utf-8")
