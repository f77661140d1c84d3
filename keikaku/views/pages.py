"""/themes/NAME, the plans of all municipalities that are about the same; /styles/KIND.css, one style sheet for a page."""

from urllib.parse import unquote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.views.addresses import STATIC, digest, read_sheet

ONE_YEAR = 365 * 24 * 3600


async def send_theme(datasette: Datasette, request: Request) -> Response:
    """Raises NotFound for a theme that no plan has."""
    name = unquote(request.url_vars["name"])
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
    age = ONE_YEAR if request.query_string == digest(sheet.encode()) else 0
    return Response(sheet, headers={"cache-control": f"public, max-age={age}"}, content_type="text/css; charset=utf-8")
