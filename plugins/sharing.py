"""What templates need to show a page inside another site's page, and the code that does so."""

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.publish.records.sharing import EMBED, SCRIPT, find_embedded_part, shared_address, write_embed_code

ALL = {"all": ""}
CHART = {"picture": "グラフだけ", "all": "グラフと表"}


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    def absolute(request: Request, path: str) -> str:
        return str(datasette.absolute_url(request, path))

    def embed_path(request: Request, part: str) -> str:
        return shared_address(request.path, request.query_string, {EMBED: "1" if part == "all" else part})

    def embed_code(request: Request, title: str, part: str) -> str:
        """What a visitor pastes; text, not markup of ours."""
        name = f"{title}（{env.globals['site_title']}）"
        return write_embed_code(absolute(request, embed_path(request, part)), absolute(request, SCRIPT), name)

    env.globals.update(
        embed_parts=embed_parts,
        embed_code=embed_code,
        embed_path=embed_path,
        find_embedded=find_embedded,
        source_address=lambda request: absolute(request, shared_address(request.path, request.query_string)),
    )


def embed_parts(request: Request, own: dict[str, str] | None = None) -> dict[str, str]:
    """What of a page can be shown by itself: names of keikaku.sharing with words for them."""
    return CHART if request.args.get("_chart") else own or ALL


def find_embedded(request: Request) -> str:
    return find_embedded_part(request.path, request.query_string)
