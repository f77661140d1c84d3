"""What every template may use: the site's words, codes, addresses and today's date in Japan."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.fiscal_year import fiscal_year_of, format_fiscal_year
from keikaku.vocabulary import CODES

STATIC = Path(__file__).resolve().parent.parent / "static"
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
    env.filters["fiscal_year"] = format_fiscal_year
    env.filters["japanese_date"] = lambda iso: "{}年{}月{}日".format(*map(int, iso.split("-")))
    env.globals.update(
        codes=CODES,
        site_title=datasette.metadata("title") or "keikaku",
        site_description=datasette.metadata("description") or "",
        metadata_source=datasette.metadata("source"),
        metadata_license=datasette.metadata("license"),
        metadata_license_url=datasette.metadata("license_url"),
        site_nav=NAVIGATION,
        today=lambda: today().isoformat(),
        current_fiscal_year=lambda: fiscal_year_of(today()),
        canonical_url=canonical_url,
        static_url=static_url,
        wants_asset=wants_asset,
    )


def today() -> date:
    """Today's date in Japan."""
    return (datetime.now(UTC) + timedelta(hours=9)).date()


def canonical_url(request: Request) -> str:
    """The permanent address of the page asked for: its path and the arguments that choose what it shows."""
    query = "&".join(p for p in request.query_string.split("&") if p and not p.startswith("_"))
    return f"{request.scheme}://{request.host}{request.path}" + (f"?{query}" if query else "")


def static_url(name: str) -> str:
    """Address of a file in static/, changed whenever its content does."""
    path = STATIC / name
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.is_file() else "0"
    return f"/static/{name}?{digest}"


def wants_asset(url: str, request: Request | None) -> bool:
    """Charts are nearly a megabyte: only the page on which a visitor asked for one loads them."""
    return "datasette_vega" not in url or bool(request and request.args.get("_chart"))
