"""What programs look for first: /robots.txt, /sitemap.xml, /opensearch.xml and /llms.txt."""

from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.feeds.changes import read_last_changes, read_places
from keikaku.publish.feeds.open_search import write_description
from keikaku.publish.feeds.site_map import MOST, Place, write_index, write_site_map

XML = "application/xml; charset=utf-8"
OPEN_SEARCH = "application/opensearchdescription+xml; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
PAGES = "_pages"  # the part of the site map that is of no plan; no id begins with _
# Filters and open SQL are addresses without number: all have arguments. A plain search may be read; one without hits says noindex. The longest rule counts (RFC 9309).
ROBOTS = """User-agent: *
Allow: /
Disallow: /*?
Disallow: /-/
Allow: /static/
Allow: /-/static
Allow: /styles/
Allow: /?plan=
Allow: /plans/search?q=
Allow: /timeline?plan=

Sitemap: {}sitemap.xml
"""


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [
        (r"^/robots\.txt$", send_robots),
        (r"^/sitemap\.xml$", send_site_map),
        (r"^/sitemap/(?P<part>[a-z0-9_-]+)\.xml$", send_part),
        (r"^/opensearch\.xml$", send_open_search),
        (r"^/llms\.txt$", send_llms),
    ]


async def send_robots(datasette: Datasette, request: Request) -> Response:
    return Response(ROBOTS.format(find_root(datasette, request)), content_type=TEXT)


async def send_site_map(datasette: Datasette, request: Request) -> Response:
    """Everything in one file while it holds it, else a list of parts."""
    root = find_root(datasette, request)
    parts = await read_parts(datasette, root)
    places = [place for part in parts.values() for place in part]
    if len(places) <= MOST:
        return Response(write_site_map(places), content_type=XML)
    index = (Place(f"{root}sitemap/{name}.xml", max(place.changed for place in part)) for name, part in parts.items())
    return Response(write_index(index), content_type=XML)


async def send_part(datasette: Datasette, request: Request) -> Response:
    parts = await read_parts(datasette, find_root(datasette, request))
    if request.url_vars["part"] not in parts:
        raise NotFound("404")
    return Response(write_site_map(parts[request.url_vars["part"]][:MOST]), content_type=XML)


async def read_parts(datasette: Datasette, root: str) -> dict[str, list[Place]]:
    """The pages of the site, and the records of each plan."""
    db = datasette.get_database()
    last: dict[str, str] = await db.execute_fn(lambda connection: read_last_changes(connection.execute))
    queries = await datasette.get_canned_queries(db.name, None)
    hidden = await db.hidden_table_names()
    tables = [name for name in [*await db.table_names(), *await db.view_names()] if name not in hidden]
    below = [f"{db.name}/{name}" for name in dict.fromkeys([*tables, *queries])]
    pages = ["", "timeline", "data", "about", "verify", db.name, *below]
    newest = max(last.values())
    parts = {PAGES: [Place(root + page, newest) for page in pages]}
    for plan, changed in last.items():
        parts[plan] = await db.execute_fn(
            lambda connection, plan=plan, changed=changed: list(read_places(connection.execute, root, plan, changed))
        )
    return parts


async def send_open_search(datasette: Datasette, request: Request) -> Response:
    root = find_root(datasette, request)
    words = datasette.jinja_env.globals
    text = write_description(words["site_title"], words["site_description"], root, f"{root}static/favicon.svg")
    return Response(text, content_type=OPEN_SEARCH)


async def send_llms(datasette: Datasette, request: Request) -> Response:
    text = await datasette.render_template("llms.txt", request=request)
    return Response(text.strip() + "\n", content_type=TEXT)


def find_root(datasette: Datasette, request: Request) -> str:
    """The address of the home page, as plugins/site.py knows it."""
    root: str = datasette.jinja_env.globals["site_root"](request)
    return root
