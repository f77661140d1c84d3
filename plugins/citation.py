"""Citations: on pages through templates, and as files at /cite/TABLE/ID.bib, .ris, .json and .txt, /cite/dataset.bib ..."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request
from jinja2 import Environment

from keikaku.files.digest import fingerprint
from keikaku.plan.fiscal_year import today_in_japan
from keikaku.publish.records.citation import (
    FORMATS,
    RECORDS,
    REPORTS,
    Citation,
    join_reports,
    read_data_set,
    write_bibtex,
    write_csl_json,
    write_english,
    write_japanese,
    write_ris,
)
from keikaku.publish.records.sharing import shared_address

WHOLE = "dataset"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    endings = "|".join(form.ending for form in FORMATS)
    below = rf"(?P<table>{'|'.join(RECORDS)})/(?P<id>[^/]+)"
    return [(rf"^/cite/(?:{WHOLE}|{below})\.(?P<ending>{endings})$", send_citation)]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    async def cite_record(request: Request, table: str, key: str) -> Citation:
        return await _cite_record(datasette, request, table, key)

    async def cite_page(request: Request, title: str = "") -> Citation:
        """A page of its own making, or without a title the data set."""
        citation = await _cite_whole(datasette, request)
        if not title:
            return citation
        name = "-".join(filter(None, request.path.split("/"))) or WHOLE
        address = datasette.absolute_url(request, shared_address(request.path, request.query_string))
        return replace(citation, key=name, title=title, address=address)

    env.globals.update(
        cite_page=cite_page,
        cite_record=cite_record,
        citation_files=FORMATS,
        cited_tables=list(RECORDS),
        citation_writers={"BibTeX": write_bibtex, "RIS": write_ris, "CSL-JSON": write_csl_json},
        write_english=write_english,
        write_japanese=write_japanese,
    )


async def send_citation(datasette: Datasette, request: Request) -> Response:
    """Raises NotFound for a record that there is not."""
    table, key = request.url_vars["table"], request.url_vars["id"]
    citation = await _cite_record(datasette, request, table, key) if table else await _cite_whole(datasette, request)
    form = next(form for form in FORMATS if form.ending == request.url_vars["ending"])
    headers = {
        "content-type": form.media_type,
        "content-disposition": f'inline; filename="{citation.key}.{form.ending}"',
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
    }
    return Response(form.write(citation), headers=headers, content_type=form.media_type)


async def _cite_record(datasette: Datasette, request: Request, table: str, key: str) -> Citation:
    record = RECORDS[table]
    row = (await datasette.get_database().execute(record.sql, {"id": key})).first()
    if row is None:
        raise NotFound("404")
    address = datasette.absolute_url(request, datasette.urls.row(datasette.get_database().name, table, key))
    return replace(
        await _cite_whole(datasette, request),
        key=key,
        address=address,
        title=row["title"],
        kind_en=record.kind_en,
        source=row["source"],
        place=row["place"],
    )


async def _cite_whole(datasette: Datasette, request: Request) -> Citation:
    """The data set, with the reports of all plans where there are several."""
    data_set = read_data_set(datasette.metadata(), _find_version(datasette))
    address = datasette.absolute_url(request, "/data")
    reports = (await datasette.get_database().execute(REPORTS)).rows
    source = join_reports([row["source"] for row in reports], reports[0]["number"] if reports else 0)
    return Citation(data_set, f"{datasette.get_database().name}-{WHOLE}", address, today_in_japan(), source=source)


def _find_version(datasette: Datasette) -> str:
    """As About.version: the beginning of the database's SHA-256."""
    db = datasette.get_database()
    return (db.hash or (fingerprint(Path(db.path)) if db.path else ""))[:12]
