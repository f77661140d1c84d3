"""The permanent addresses of the site: whatever has no argument but `_embed=1`, and depends on data and code alone.

An address is permanent if the same question has the same answer until the data changes. Filters, searches and SQL are not:
Datasette answers them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from keikaku.files.beside import read_statements
from keikaku.files.digest import ROOT
from keikaku.publish.catalogue.guides import read_notebooks
from keikaku.publish.records.citation import FORMATS
from keikaku.publish.records.json_ld import DESCRIBED
from keikaku.schema.tables import read_schema

DATABASE = "plans"
EMBED = "_embed"
EMBEDDED = f"?{EMBED}=1"
PAGES = (
    "/", "/.json", "/about", "/data", "/standard", "/timeline", f"/timeline{EMBEDDED}", "/verify", f"/{DATABASE}", f"/{DATABASE}.json"
)  # fmt: skip
FOR_PROGRAMS = (
    "/apple-touch-icon-precomposed.png", "/apple-touch-icon.png", "/changes.atom", "/favicon.ico", "/llms.txt", "/openapi.json",
    "/opensearch.xml", "/robots.txt", "/sitemap.xml", "/unreported.atom", "/unreported.ics",
)  # fmt: skip
TABLE_FORMS = ("", ".json", ".csv", ".excel.csv", ".xlsx", EMBEDDED)
RECORD_FORMS = ("", ".json", ".csv", ".xlsx", EMBEDDED)
# What has a calendar of due dates and a page to print.
PRINTED = ("plans", "sectors", "organizations")
MOST_RECORDS = 45_000  # in one file of a site map, which by the protocol has at most 50,000 addresses
MAPPED_PAGES = "_pages"  # the part of the site map that is of no plan; no id begins with _
CHART_FORMS = ("", EMBEDDED, ".svg", ".png")
SQL = read_statements(__file__)
PARTS = ("all", "picture", "table")
_VISIT = {EMBED, "_next", "_facet", "_facet_size", "_labels", "_trace", "easy"}
# /timeline, /plans/search, /plans/measures and its rows; no file, no printable page, nothing of Datasette's own.
_EMBEDDABLE = re.compile(r"/timeline|/(?!(?:-|static|files|pictures|cite|print)/)[^/.]+/(?!-)[^/.]+(?:/[^/.]+)?")
# /plans?sql=, but no page of the site's own.
_OPEN_SQL = re.compile(r"/(?!-|(?:about|data|standard|timeline|verify)$)[^/.]+")


class Address(NamedTuple):
    """A path with its arguments, and the plan whose rows it shows; None: rows of any plan, or of none."""

    path: str
    plan: str | None = None


def list_addresses(execute: Callable[..., Any], described: Mapping[str, Any]) -> Iterator[Address]:
    """All of them in a fixed order; `described` is what metadata.yml says of the database."""
    yield from map(Address, (*PAGES, *FOR_PROGRAMS))
    yield from (
        Address(f"/styles/{kind}.css") for kind in sorted(file.stem for file in (ROOT / "static").glob("*.css"))
    )
    yield from (Address(f"/notebooks/{notebook.name}.ipynb") for notebook in read_notebooks())
    yield from (Address(f"/cite/dataset.{form.ending}") for form in FORMATS)
    yield from map(Address, (f"/{DATABASE}/{name}{form}" for name in list_tables(described) for form in TABLE_FORMS))
    yield from (Address(f"/themes/{quote(theme)}") for theme in _list_themes(execute))
    yield from (
        Address(f"/sitemap/{part}.xml", None if part == MAPPED_PAGES else part) for part in list_map_parts(execute)
    )
    for plan, table, row_id in list_records(execute):
        yield from (Address(path, plan) for path in _list_forms(table, row_id))
    for plan, kind, chart in execute(f"{SQL['charts']} ORDER BY kind, id"):
        yield from (Address(f"/charts/{kind}/{chart}{form}", plan) for form in CHART_FORMS)
    for plan, table, row_id in execute(SQL["named"]):
        yield from (Address(f"/{DATABASE}/{table}/{row_id}{form}", plan) for form in RECORD_FORMS)


def list_tables(described: Mapping[str, Any]) -> list[str]:
    """Published tables, views and queries."""
    tables = [table.name for table in read_schema() if not described["tables"].get(table.name, {}).get("hidden")]
    return list(dict.fromkeys([*tables, *described["queries"]]))


def list_records(execute: Callable[..., Any], plan: str | None = None) -> Iterator[tuple[str, str, str]]:
    """Plan, table and id of every row that has a page, or of those of a plan."""
    of_plan = "" if plan is None else "WHERE plan_id = :plan"
    yield from execute(
        f"SELECT plan_id, table_name, id FROM records {of_plan} ORDER BY plan_id, table_name, id", {"plan": plan}
    )


def list_map_parts(execute: Callable[..., Any]) -> list[str]:
    """What the parts of the site map are called where one file would not hold it: plans, and one for what is of none."""
    if not execute(f"SELECT 1 FROM records LIMIT 1 OFFSET {MOST_RECORDS}").fetchone():
        return []
    return [MAPPED_PAGES, *(plan for (plan,) in execute("SELECT id FROM plans ORDER BY id"))]


def list_mapped(execute: Callable[..., Any]) -> list[str]:
    """Pages of municipalities and themes, below the address of the site."""
    cities = [f"{DATABASE}/municipalities/{id_}" for (id_,) in execute("SELECT id FROM municipalities ORDER BY code")]
    return [*cities, *(f"themes/{quote(theme)}" for theme in _list_themes(execute))]


def _list_themes(execute: Callable[..., Any]) -> list[str]:
    return [theme for (theme,) in execute("SELECT DISTINCT theme FROM plans WHERE theme IS NOT NULL ORDER BY theme")]


def has_chart(execute: Callable[..., Any], kind: str, id_: str) -> bool:
    """Whether there is such a picture; of all, only that is looked for."""
    return bool(execute(f"{SQL['charts']} WHERE kind = ? AND id = ?", (kind, id_)).fetchone())


def _list_forms(table: str, row_id: str) -> Iterator[str]:
    yield from (f"/{DATABASE}/{table}/{row_id}{form}" for form in RECORD_FORMS)
    yield from (f"/cite/{table}/{row_id}.{form.ending}" for form in FORMATS)
    if table in DESCRIBED:
        yield f"/{DATABASE}/{table}/{row_id}.jsonld"
    if table in PRINTED:
        yield f"/calendar/{row_id}.ics"
        yield f"/print/{row_id}"


def name_file(path: str) -> str:
    """Where the answer of an address lies below the folder of the site, so that any web host finds it there."""
    address, _, query = unquote(path).partition("?")
    address = address.strip("/")
    if query:
        return f"{address}/{query.lstrip('_').replace('=', '-')}.html"
    if address.startswith("."):
        return f"index{address}"  # web hosts send no hidden files
    if "." in address.rpartition("/")[2]:
        return address
    return str(Path(address) / "index.html")


def shared_address(path: str, query_string: str, more: dict[str, str] | None = None) -> str:
    """Path and query of a page without what belongs to one visit; `more` is added."""
    kept = [pair for pair in parse_qsl(query_string) if pair[0] not in _VISIT]
    query = urlencode(kept + list((more or {}).items()))
    return f"{path}?{query}" if query else path


def name_picture(path: str, plan: str, database: str) -> str:
    """Path below pictures/ of the picture that a page would have, its table and key or that of home; '' for none."""
    if path == "/":
        return f"plans/{plan}.png" if plan else "home.png"
    start = f"/{database}/"
    return f"{path.removeprefix(start)}.png" if path.startswith(start) and path.count("/") == 3 else ""


def find_embedded_part(path: str, query_string: str) -> str:
    """Which part of a page is to be shown without the site around it: one of PARTS, or '' for the usual page."""
    given = dict(parse_qsl(query_string))
    if not (_EMBEDDABLE.fullmatch(path) or (given.get("sql") and _OPEN_SQL.fullmatch(path))):
        return ""
    asked = given.get(EMBED, "")
    return "all" if asked == "1" else asked if asked in PARTS else ""


def is_of_this_machine(address: str) -> bool:
    """Whether no other machine reaches it: it is none to cite, or to write into a file that travels.

    A host `localhost` without a port is what the site is called where it is asked from within.
    """
    place = urlsplit(address)
    return place.hostname in ("127.0.0.1", "::1") or (place.hostname == "localhost" and place.port is not None)
