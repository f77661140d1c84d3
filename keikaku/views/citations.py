"""Citations: on pages through templates, and as files at /cite/TABLE/ID.bib, .ris, .json and .txt, /cite/dataset.bib ..."""

from dataclasses import replace
from datetime import date

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.records.citation import FORMATS, RECORD, RECORDS, REPORTS, Citation, join_reports, read_data_set
from keikaku.publish.records.sharing import shared_address
from keikaku.views.addresses import complete
from keikaku.views.verifying import page_hash
from keikaku.views.version import data_date, data_version

WHOLE = "dataset"
_ENDINGS = "|".join(form.ending for form in FORMATS)
PATTERN = rf"^/cite/(?:{WHOLE}|(?P<table>{'|'.join(RECORDS)})/(?P<id>[^/]+))\.(?P<ending>{_ENDINGS})$"


async def send_citation(datasette: Datasette, request: Request) -> Response:
    """Raises NotFound for a record that there is not."""
    table, key = request.url_vars["table"], request.url_vars["id"]
    citation = await (cite_record(datasette, request, table, key) if table else cite_page(datasette, request))
    form = next(form for form in FORMATS if form.ending == request.url_vars["ending"])
    headers = {
        "content-disposition": f'inline; filename="{citation.key}.{form.ending}"',
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
    }
    return Response(form.write(citation), headers=headers, content_type=form.media_type)


async def cite_record(datasette: Datasette, request: Request, table: str, key: str) -> Citation:
    """With the hash of its page in place of the version of all data, which changes with any other record."""
    db = datasette.get_database()
    row = (await db.execute(RECORD, {"table": table, "id": key})).first()
    if row is None:
        raise NotFound("404")
    return Citation(
        data_set=read_data_set(datasette.metadata()),
        key=key,
        address=complete(datasette, request, datasette.urls.row(db.name, table, key)),
        changed=_day(await data_date(datasette, request)),
        content_hash=await page_hash(datasette, table, key),
        title=row["title"],
        kind_en=RECORDS[table],
        source=row["source"],
        place=row["place"],
    )


async def cite_page(datasette: Datasette, request: Request, title: str = "") -> Citation:
    """A page of its own making; without a title the data set, with its version. Reports of several plans are all named."""
    db = datasette.get_database()
    reports = (await db.execute(REPORTS)).rows
    whole = Citation(
        data_set=read_data_set(datasette.metadata()),
        key=f"{db.name}-{WHOLE}",
        address=complete(datasette, request, "/data"),
        changed=_day(await data_date(datasette, request)),
        source=join_reports([row["source"] for row in reports], reports[0]["number"] if reports else 0),
    )
    if not title:
        return replace(whole, version=data_version(datasette))
    name = "-".join(filter(None, request.path.split("/"))) or WHOLE
    address = complete(datasette, request, shared_address(request.path, request.query_string))
    return replace(whole, key=name, title=title, address=address)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
