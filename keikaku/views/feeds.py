"""What programs look for by themselves: site maps, feeds, calendars, and short texts and icons under fixed names."""

from sqlite3 import Connection
from urllib.parse import unquote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.addresses import MAPPED_PAGES, list_map_parts, list_mapped, list_records
from keikaku.publish.feeds import (
    NOTE,
    find_calendar,
    read_changes,
    read_last_day,
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
# What reads the entries of a feed, what tells its id from the site's, what it is called and which page shows the same.
FEEDS = {
    "changes": (read_changes, "", "データの変更", "data#changes"),
    "unreported": (read_silences, ":unreported", "実績の記録がない目標", "plans/unreported"),
}
A_YEAR = "31536000"  # seconds
NEVER = "1970-01-01"  # of what nothing is known
# An address below that of the site, and the ISO date of the last change of what stands there, or nothing.
Place = tuple[str, str]


async def send_text(template: str, content_type: str, datasette: Datasette, request: Request) -> Response:
    """A text of templates/, without the blank lines around it."""
    text = await datasette.render_template(template, request=request)
    return Response(text.strip() + "\n", content_type=content_type)


async def send_icon(file: str, content_type: str) -> Response:
    """A picture of static/, where programs look for it without reading a page."""
    return Response((STATIC / file).read_bytes(), content_type=content_type)


async def send_site_map(datasette: Datasette, request: Request) -> Response:
    """Everything in one file while it holds it, else a list of parts; or the part that is asked for, and no more is read."""
    root, db, asked = find_site_root(datasette, request), datasette.get_database(), request.url_vars.get("part")
    queries = await datasette.get_canned_queries(db.name, None)
    below = [f"{db.name}/{name}" for name in dict.fromkeys([*await list_tables(datasette), *queries])]
    pages = ["", "timeline", "data", "about", "verify", db.name, *below]

    def read(connection: Connection) -> tuple[str, list[Place]]:
        """What the file lists, parts of the map or addresses, and those."""
        days, execute = read_told_days(connection.execute), connection.execute
        days[MAPPED_PAGES] = max(days.values(), default="")
        if asked is None and (parts := list_map_parts(execute)):
            return "sitemap", [(f"sitemap/{part}.xml", days.get(part, "")) for part in parts]
        own = [] if asked not in (None, MAPPED_PAGES) else [*pages, *list_mapped(execute)]
        records = list_records(execute, asked) if asked != MAPPED_PAGES else ()
        found = [(f"{db.name}/{table}/{row_id}", days.get(plan, "")) for plan, table, row_id in records]
        return "url", [*((page, days[MAPPED_PAGES]) for page in own), *found]

    inner, places = await db.execute_fn(read)
    if not places:
        raise NotFound("404")
    words = {"outer": "sitemapindex" if inner == "sitemap" else "urlset", "inner": inner}
    return Response(
        fill("sitemap.xml", **words, places=[(root + place, day) for place, day in places]), content_type=XML
    )


async def send_feed(datasette: Datasette, request: Request) -> Response:
    """Of the day of its newest entry, or else of the last change of the data."""
    root, db, metadata = find_site_root(datasette, request), datasette.get_database(), datasette.metadata()
    name = request.url_vars["feed"]
    read, mark, title, page = FEEDS[name]
    entries = await db.execute_fn(lambda connection: read(connection.execute, root))
    last = await db.execute_fn(lambda connection: read_last_day(connection.execute))
    feed = write_atom(
        entries,
        metadata["plugins"]["citation"]["title_en"] + mark,
        title=f"{site_title(datasette)} {title}",
        author=metadata.get("publisher") or site_title(datasette),
        rights=f"{metadata['license']} {metadata['license_url']}",
        address=f"{root}{name}.atom",
        page=root + page,
        updated=max((entry["day"] for entry in entries), default=last or NEVER),
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
