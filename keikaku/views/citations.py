"""Citations: on pages through templates, and as files at /cite/TABLE/ID.bib, .ris, .json and .txt, /cite/dataset.bib ..."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.addresses import shared_address
from keikaku.publish.records.citation import (
    FORMATS,
    MOST_ASKED,
    MOST_REPORTS,
    RECORDS,
    SQL,
    Citation,
    join_reports,
    read_data_set,
)
from keikaku.views.addresses import public_address
from keikaku.views.verifying import page_hash
from keikaku.views.words import data_date, data_version

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
    row = (await db.execute(SQL["record"], {"table": table, "id": key})).first()
    if row is None:
        raise NotFound("404")
    content = await db.execute(f"SELECT * FROM {table} WHERE id = :id", {"id": key})
    document = content.first()["document_id"] if "document_id" in content.columns else ""
    cited = await db.execute(SQL["sources"] + SQL["cited"], {"table": table, "id": key, "document": document})
    sources = [row["source"] for row in cited] or (await find_reports(datasette, request, row["plan_id"]))["sources"]
    return Citation(
        data_set=read_data_set(datasette.metadata()),
        key=key,
        address=public_address(datasette, request, datasette.urls.row(db.name, table, key)),
        changed=_day(await data_date(datasette, request)),
        content_hash=await page_hash(datasette, table, key),
        title=row["title"],
        kind_en=RECORDS[table],
        source="、".join(sources),
        place=row["place"],
    )


async def find_reports(datasette: Datasette, request: Request, plan: str | list[str] | None = None) -> dict[str, Any]:
    """What a page of a plan, or of those `asked` for, or of all, is made from: `sources`, and how they are `named`.

    Of many the first is named and the `others` are counted; where none is asked for and there is but one, nothing is.
    """
    db = datasette.get_database()
    names = ("plan", "plan_id", "municipality", "municipality_id", "theme", "sector", "sector_id")
    asked = {name: request.args.get(name) or "" for name in names}
    given = [plan] if isinstance(plan, str) else plan or []
    plans = [one for one in given if one] or [row["id"] for row in await db.execute(SQL["plans_asked"], asked)]
    named = {"plans": json.dumps(plans), "most": MOST_REPORTS}
    rows = (await db.execute(SQL["sources"] + SQL["reports"], named)).rows
    number = rows[0]["number"] if rows else 0
    sources = [row["source"] for row in rows] if plans or number > 1 else []
    others = number - 1 if number > (MOST_ASKED if plans else MOST_REPORTS) else 0
    return {"sources": sources, "asked": plans, "others": others, "named": join_reports(sources, others)}


async def name_drawn(datasette: Datasette, request: Request, picture: str, plan: str) -> list[str]:
    """The documents of what a picture (kind/id) of a plan shows; all of the plan where its records name none."""
    kind, _, key = picture.partition("/")
    rows = await datasette.get_database().execute(SQL["sources"] + SQL["drawn"], {"kind": kind, "id": key})
    return [row["source"] for row in rows] or (await find_reports(datasette, request, plan))["sources"]


async def name_source(datasette: Datasette, request: Request) -> tuple[str, str]:
    """What the rows of an address are made from: the documents of the plan of a record, or of the plans asked for; and what
    the one plan calls such rows. Empty where no plan is asked for."""
    db = datasette.get_database()
    if request.url_vars.get("database") != db.name or "plan_facts" not in await db.view_names():
        return "", ""
    record = {"table": request.url_vars.get("table"), "id": request.url_vars.get("pks")}
    row = (await db.execute(SQL["record"], record)).first()
    reports = await find_reports(datasette, request, row and row["plan_id"])
    if not reports["asked"]:
        return "", ""
    one = reports["asked"][0] if len(reports["asked"]) == 1 else None
    called = (await db.execute(SQL["called"], {"plan": one, "term": str(record["table"]).removesuffix("s")})).first()
    return f"{reports['named']}を加工して作成", called["word"] if called else ""


async def cite_page(datasette: Datasette, request: Request, title: str = "", plan: str | None = None) -> Citation:
    """A page of its own making; without a title the data set, with its version.

    The documents of the plan, or of those that the address asks for, are named; else those of all.
    """
    db = datasette.get_database()
    reports = await find_reports(datasette, request, plan)
    whole = Citation(
        data_set=read_data_set(datasette.metadata()),
        key=f"{db.name}-{WHOLE}",
        address=public_address(datasette, request, "/data"),
        changed=_day(await data_date(datasette, request)),
        source=reports["named"],
    )
    if not title:
        return replace(whole, version=data_version(datasette))
    name = "-".join(filter(None, request.path.split("/"))) or WHOLE
    address = public_address(datasette, request, shared_address(request.path, request.query_string))
    return replace(whole, key=name, title=title, address=address)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
