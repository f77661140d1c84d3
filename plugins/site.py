"""What every template may use: the site's words, codes, addresses and today's date in Japan."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.plan.fiscal_year import fiscal_year_of, format_date, format_fiscal_year, today_in_japan
from keikaku.schema.codes import CODES
from keikaku.serving.site_address import find_root

Message = dict[str, Any]
App = Callable[[Message, Callable[..., Any], Callable[..., Any]], Awaitable[None]]
STATIC = Path(__file__).resolve().parent.parent / "static"
_FOLDED = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")  # what YAML leaves of a line break
NAVIGATION = [
    ("/plans/unmet_targets", "未達成の目標"),
    ("/timeline", "年表"),
    ("/plans/first_to_second_half", "前期→後期"),
    ("/plans/organization_overview", "推進団体"),
    ("/plans/measure_overview", "施策一覧"),
    ("/data", "データ"),
    ("/about", "このサイトについて"),
]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    find_root(datasette.metadata("site_url"), "http", "")  # a wrong one is told when the site starts
    env.filters["fiscal_year"] = format_fiscal_year
    env.filters["japanese_date"] = format_date
    env.globals.update(
        codes=CODES,
        site_title=datasette.metadata("title") or "keikaku",
        site_description=_FOLDED.sub("", datasette.metadata("description") or ""),
        metadata_source=datasette.metadata("source"),
        metadata_license=datasette.metadata("license"),
        metadata_license_url=datasette.metadata("license_url"),
        site_nav=NAVIGATION,
        today=lambda: today_in_japan().isoformat(),
        current_fiscal_year=lambda: fiscal_year_of(today_in_japan()),
        canonical_url=partial(canonical_url, datasette),
        site_root=partial(find_site_root, datasette),
        static_url=static_url,
        is_for_charts=is_for_charts,
    )


def find_site_root(datasette: Datasette, request: Request) -> str:
    """The address of the home page with a slash at its end: site_url of metadata.yml, or else as it was asked for."""
    scheme = "https" if datasette.setting("force_https_urls") else request.scheme
    return find_root(datasette.metadata("site_url"), scheme, request.host, datasette.setting("base_url"))


def canonical_url(datasette: Datasette, request: Request) -> str:
    """The permanent address of the page asked for: its path and the arguments that choose what it shows."""
    path = request.path.removeprefix(datasette.setting("base_url")).lstrip("/")
    query = "&".join(p for p in request.query_string.split("&") if p and not p.startswith("_"))
    return find_site_root(datasette, request) + path + (f"?{query}" if query else "")


def static_url(name: str) -> str:
    """Address of a file in static/, changed whenever its content does."""
    path = STATIC / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else "0"
    return f"/static/{name}?{digest}"


def is_for_charts(url: str) -> bool:
    """Charts are nearly a megabyte: only the page that shows one loads them."""
    return "datasette_vega" in url
