"""One style sheet for a page: the tokens, what every page needs and what this kind of page needs, under one address.

Each sheet is a file in static/; fetched one by one they would cost a slow phone a round trip each before it shows anything.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import NotFound, Request, Response
from jinja2 import Environment

STATIC = Path(__file__).resolve().parent.parent / "static"
EVERY_PAGE = ("design-tokens/tokens.css", "site.css")
ONE_YEAR = 365 * 24 * 3600


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/styles/(?P<kind>[a-z]+)\.css$", send_sheet)]


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters["style_url"] = style_url


def style_url(kind: str) -> str:
    """Address of the sheet for a kind of page, changed whenever its content does."""
    return f"/styles/{kind}.css?{digest(read_sheet(kind))}"


async def send_sheet(request: Request) -> Response:
    kind = request.url_vars["kind"]
    if kind != "site" and not (STATIC / f"{kind}.css").is_file():
        raise NotFound("404")
    sheet = read_sheet(kind)
    age = ONE_YEAR if request.query_string == digest(sheet) else 0
    return Response(sheet, headers={"cache-control": f"public, max-age={age}"}, content_type="text/css; charset=utf-8")


def read_sheet(kind: str) -> str:
    """The sheets of a page one after another; `site` is a page that needs no sheet of its own."""
    names = dict.fromkeys([*EVERY_PAGE, f"{kind}.css"])
    return "\n".join((STATIC / name).read_text("utf-8") for name in names)


def digest(sheet: str) -> str:
    return hashlib.sha256(sheet.encode()).hexdigest()[:8]
