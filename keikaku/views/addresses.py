"""The addresses that pages name, all made from the one root of the site, wherever below a host it stands."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment
from jinja2.ext import Extension
from markupsafe import Markup

from keikaku.publish.addresses import EMBED, find_embedded_part, is_of_this_machine, shared_address
from keikaku.publish.records.ruby import ARGUMENT
from keikaku.serving.datasette_private import set_base_url
from keikaku.serving.site_address import add_base, cut_base, find_base, find_root

STATIC = Path(__file__).resolve().parents[2] / "static"
EVERY_PAGE = ("design-tokens/tokens.css", "site.css", "charts.css")
# A link with an argument, but for those that choose a plan or search, and for those that say what they are to the page.
_VARIANT = re.compile(
    r'<a (?![^>]*\brel=)(?=[^>]*\bhref="(?!https?:|//|[^"?]*(?:/|timeline)\?plan=|[^"?]*plans/search\?q=)[^"]*\?)([^>]*>)'
)


class SiteLinks(Extension):
    """Templates write links from the root of the site (`href="/data"`); this puts the path of the site before them.

    Links that are expressions get the same by the filter `below_site`, which leaves what is complete as it is.
    """

    _written = re.compile(r'\b(href|src|action)="/(?!/)')
    _computed = re.compile(r'\b(href|src|action)="\{\{-? *(.+?) *-?\}\}', re.DOTALL)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        source = self._computed.sub(r'\1="{{ (\2)|below_site }}', source)
        return self._written.sub(r'\1="{{ base_path }}', source)


def add_site_links(env: Environment, datasette: Datasette) -> None:
    """Make the path of the site known to templates and to Datasette; raises ValueError for a wrong site_url."""
    base = find_base(datasette.metadata("site_url"), datasette.setting("base_url"))
    set_base_url(datasette, base)
    env.add_extension(SiteLinks)
    env.globals["base_path"] = base
    env.filters["below_site"] = lambda address: add_base(str(address), base)
    env.filters["links_below_site"] = lambda html: re.sub(r'\bhref="/(?!/)', f'href="{base}', html or "")


def find_site_root(datasette: Datasette, request: Request) -> str:
    """The address of the home page with a slash at its end: site_url of metadata.yml, or else as it was asked for."""
    scheme = "https" if datasette.setting("force_https_urls") else request.scheme
    return find_root(datasette.metadata("site_url"), scheme, request.host, datasette.setting("base_url"))


def complete(datasette: Datasette, request: Request, path: str) -> str:
    """The address of a page with the name of the site; `path` is from the root of the site or below its base."""
    return find_site_root(datasette, request) + cut_base(path, datasette.setting("base_url")).lstrip("/")


def public_address(datasette: Datasette, request: Request, path: str) -> str:
    """As `complete`, for what is read elsewhere; empty where only this machine knows the site, and nobody could open it."""
    address = complete(datasette, request, path)
    return "" if is_of_this_machine(address) else address


def canonical_url(datasette: Datasette, request: Request) -> str:
    """The permanent address of the page asked for: its path and the arguments that choose what it shows; empty as of `public_address`."""
    query = "&".join(p for p in request.query_string.split("&") if p and not p.startswith("_"))
    return public_address(datasette, request, request.path + (f"?{query}" if query else ""))


def source_address(datasette: Datasette, request: Request) -> str:
    """Of the page that is embedded."""
    return complete(datasette, request, shared_address(request.path, request.query_string))


def embed_path(request: Request, part: str) -> str:
    return shared_address(request.path, request.query_string, {EMBED: "1" if part == "all" else part})


def find_embedded(request: Request) -> str:
    return find_embedded_part(request.path, request.query_string)


def easy_switch_url(request: Request) -> str:
    """Address of the same page in the other display."""
    arguments = [request.query_string] if request.query_string else []
    if not request.scope.get("easy"):
        arguments.append(ARGUMENT)
    return str(request.path) + ("?" + "&".join(arguments) if arguments else "")


def static_url(name: str) -> str:
    """Address of a file in static/, changed whenever its content does."""
    path = STATIC / name
    return f"/static/{name}?{digest(path.read_bytes()) if path.is_file() else 0}"


def style_url(kind: str) -> str:
    """Address of the sheet for a kind of page, changed whenever its content does."""
    return f"/styles/{kind}.css?{digest(read_sheet(kind).encode())}"


def read_sheet(kind: str) -> str:
    """All that a page needs in one file, since each file is a round trip; `site` needs no sheet of its own."""
    names = dict.fromkeys([*EVERY_PAGE, f"{kind}.css"])
    return "\n".join((STATIC / name).read_text("utf-8") for name in names)


@lru_cache(maxsize=64)
def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def mark_variants(html: str) -> Markup:
    """Links to filters, orders and forms of a page as such, for programs that follow links; robots.txt names the same."""
    return Markup(_VARIANT.sub(r'<a rel="nofollow" \1', str(html)))
