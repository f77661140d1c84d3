"""/charts/KIND/ID: a picture of a plan or of an indicator as a page of its own, which can be embedded; with .svg and .png as a file.

Which there are says publish/addresses.py. They are drawn by templates/charts/KIND.html, which pages include too.
"""

import re
from functools import lru_cache
from importlib.resources import as_file, files

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request
from markupsafe import Markup

from keikaku.publish.addresses import has_chart
from keikaku.views.addresses import STATIC, read_sheet

PATTERN = r"^/charts/(?P<kind>[a-z]+)/(?P<id>[^/.]+)(?:\.(?P<format>svg|png))?$"
_DEFINED = re.compile(r"(--[\w-]+): *([^;}]+);")
_USED = re.compile(r"var\((--[\w-]+)\)")


async def send_chart(datasette: Datasette, request: Request) -> Response:
    """Raises NotFound for a picture of which there is nothing to draw."""
    kind, chart_id, ending = (request.url_vars[part] for part in ("kind", "id", "format"))
    if not await datasette.get_database().execute_fn(lambda connection: has_chart(connection.execute, kind, chart_id)):
        raise NotFound("404")
    context = {"form": "file" if ending else "page", "chart_id": chart_id, "chart_sheet": Markup(read_chart_sheet())}
    drawn = await datasette.render_template(f"charts/{kind}.html", context, request=request)
    if not ending:
        return Response.html(drawn)
    if ending == "svg":
        return Response(drawn.strip() + "\n", content_type="image/svg+xml")
    return Response(draw_png(drawn.strip()), content_type="image/png")


@lru_cache(maxsize=1)
def read_chart_sheet() -> str:
    """What charts.css says on a light page, without variables, for programs that know none."""
    values: dict[str, str] = {}
    for name, value in _DEFINED.findall(read_sheet("site").partition("@media")[0]):
        values.setdefault(name, value)
    sheet = (STATIC / "charts.css").read_text("utf-8")
    while _USED.search(sheet):
        sheet = _USED.sub(lambda found: values[found[1]], sheet)
    return sheet


def draw_png(svg: str) -> bytes:
    """In the type of the pictures that other sites show, so that every machine draws the same.

    Raises NotFound where only the site is served: what draws is of the build, and a bake has the picture as a file.
    """
    try:
        import resvg_py
    except ModuleNotFoundError:
        raise NotFound("404") from None
    with as_file(files("noto_cjk_sans_jp_bold") / "NotoSansCJKjp-Bold.otf") as font:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg, skip_system_fonts=True, font_files=[str(font)], sans_serif_family="Noto Sans CJK JP"
            )
        )
