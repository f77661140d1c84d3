"""/themes/NAME: the plans of all municipalities that are about the same."""

from urllib.parse import unquote

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request


async def send_theme(datasette: Datasette, request: Request) -> Response:
    """Raises NotFound for a theme that no plan has."""
    name = unquote(request.url_vars["name"])
    found = await datasette.get_database().execute("SELECT 1 FROM plans WHERE theme = ? LIMIT 1", [name])
    if not found.rows:
        raise NotFound("この分野の計画はありません。")
    return Response.html(await datasette.render_template("theme.html", {"name": name}, request=request))
