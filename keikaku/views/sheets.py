"""/styles/KIND.css: one style sheet for a page, under an address that changes with its content."""

from datasette.utils.asgi import NotFound, Request, Response

from keikaku.views.addresses import STATIC, digest, read_sheet

ONE_YEAR = 365 * 24 * 3600


async def send_sheet(request: Request) -> Response:
    """To be kept for ever by who asked for this very content."""
    kind = request.url_vars["kind"]
    if kind != "site" and not (STATIC / f"{kind}.css").is_file():
        raise NotFound("404")
    sheet = read_sheet(kind)
    age = ONE_YEAR if request.query_string == digest(sheet.encode()) else 0
    return Response(sheet, headers={"cache-control": f"public, max-age={age}"}, content_type="text/css; charset=utf-8")
