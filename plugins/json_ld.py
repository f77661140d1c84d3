"""/plans/TABLE/ID.jsonld: a record as schema.org knows it; its page says where that is."""

import json
from collections.abc import Callable
from typing import Any

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import NotFound, Request

from keikaku.publish.records.json_ld import BUILDERS, build_record

CONTENT_TYPE = "application/ld+json; charset=utf-8"


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    tables = "|".join(BUILDERS)
    return [(rf"^/(?P<database>plans)/(?P<table>{tables})/(?P<pks>[^/]+?)\.jsonld$", send_record)]


@hookimpl
def extra_template_vars(request: Request | None) -> dict[str, Any]:
    """alternate_url_json_ld on the page of such a record."""
    if request is None or request.url_vars.get("table") not in BUILDERS or "pks" not in request.url_vars:
        return {}
    return {"alternate_url_json_ld": f"{request.path}.jsonld"}


async def send_record(datasette: Datasette, request: Request) -> Response:
    root = datasette.jinja_env.globals["site_root"](request)
    table, row_id = request.url_vars["table"], tilde_decode(request.url_vars["pks"])
    license_url = datasette.metadata("license_url")
    db = datasette.get_database(request.url_vars["database"])
    record = await db.execute_fn(lambda connection: build_record(connection.execute, table, row_id, root, license_url))
    if record is None:
        raise NotFound("404")
    return Response(json.dumps(record, ensure_ascii=False), content_type=CONTENT_TYPE)
