"""/verify: whether something quoted with its hash still stands."""

import asyncio
import json
import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from datasette import Response
from datasette.app import Datasette
from datasette.utils import tilde_encode
from datasette.utils.asgi import BadRequest, Request

from keikaku.database.content_hash import LENGTH, read_hash
from keikaku.database.history import HISTORY, Change, RecordId, Release, hash_records, read_history, read_rows
from keikaku.database.pages import PARTS, Page, hash_page, read_all_pages, read_pages
from keikaku.publish.catalogue.data_set import describe_data_set
from keikaku.publish.records.verify import SAID, Verdict, find_release, judge_answer, judge_between, judge_quoted
from keikaku.serving.baked_site import find_site
from keikaku.serving.site_address import cut_base
from keikaku.views.descriptions import send_json
from keikaku.views.sources import WRITING
from keikaku.views.words import column_title, data_version, table_title

LONGEST = 20_000
# A page of data: the database alone (for SQL), a table or query, a row; with any of the formats that it has.
_PAGE = re.compile(r"/(?P<database>[^/.]+)(?P<below>(?:/[^/.]+){0,2})(?:\.json|\.xlsx|(?:\.excel)?\.csv)?")
# These change how a page is written, not what it says.
_WRITING = WRITING | {"_sort", "_sort_desc", "_group", "_chart", "_facet", "_easy"}

# What changes.yml tells of a record in other versions than the known ones.
_TOLD = """
SELECT c.id, c.date, c.version, c.title, c.text
FROM changes AS c JOIN change_records AS r ON r.change_id = c.id
WHERE r.table_name = :table AND r.row_id = :id AND c.version NOT IN (SELECT value FROM json_each(:known))
ORDER BY c.date, c.rowid
"""


async def page_hash(datasette: Datasette, table: str, key: str) -> str:
    """Of what the page of a record shows; empty where there is no such page."""
    pages = await datasette.get_database().execute_fn(lambda connection: read_pages(connection, table, key))
    return next((hash_page(page.parts) for page in pages.values()), "")


def verify_address(request: Request, digest: str) -> str:
    """Where the answer of this page can be checked later."""
    page = request.path + ("?" + urlencode(query) if (query := _saying(request.query_string)) else "")
    return "/verify?" + urlencode({"hash": digest[:LENGTH], "of": page})


async def send_verification(datasette: Datasette, request: Request) -> Response:
    """Raises BadRequest for a hash or an address that cannot be one."""
    given, address = request.args.get("hash") or "", request.args.get("of") or ""
    wants_json = request.url_vars.get("format") == "json"
    releases = await asyncio.to_thread(_read_releases, datasette)
    records = await asyncio.to_thread(_hash_records, datasette)
    release = {
        "data_version": data_version(datasette),
        "release": find_release(records, releases) or None,
        "last_release": releases[-1].version if releases else None,
    }
    wanted, told = "", None
    if given.strip() or wants_json:
        wanted = read_hash(given) or ""
        if not wanted:
            raise BadRequest("hash must be 16 to 64 hexadecimal digits")
        pages = await asyncio.to_thread(_read_pages, datasette)
        verdict = judge_quoted(wanted, pages, records, releases)
        if address.strip() and verdict.status != "stands":
            verdict = await _judge_answer(datasette, wanted, address.strip(), releases, verdict)
        told = {**_tell(datasette, wanted, verdict), "told": await _read_told(datasette, verdict, releases)}
    if wants_json:
        return send_json({**(told or {}), **release})
    context = {"hash": wanted, "of": address, "told": told, "release": release}
    return Response.html(await datasette.render_template("verify.html", context, request=request))


async def _judge_answer(
    datasette: Datasette, wanted: str, address: str, releases: tuple[Release, ...], verdict: Verdict
) -> Verdict:
    """What counts of the verdict on records and that on today's answer to the address."""
    answer = await datasette.client.get(_read_address(datasette, address))
    if answer.status_code != 200:
        if verdict.status != "unknown":
            return verdict
        raise BadRequest(f"of answers with status {answer.status_code}")
    told = answer.json()
    if "content_hash" not in told:
        raise BadRequest("of has too many rows")
    ids = [cell for row in told["rows"] for cell in row if isinstance(cell, str)]
    of_answer = judge_answer(wanted, told["content_hash"], ids, releases)
    keys = told.get("primary_key_values") or []
    if of_answer.status == "differs" and len(keys) == 1:
        record = RecordId(told["table"], (keys[0],))
        page = (await asyncio.to_thread(_read_pages, datasette)).get(record, Page())
        between = await asyncio.to_thread(judge_between, wanted, record, page, releases)
        of_answer = between or replace(of_answer, now=hash_page(page.parts) if page.parts else of_answer.now)
    return of_answer if of_answer.status == "stands" or verdict.status == "unknown" else verdict


def _read_address(datasette: Datasette, address: str) -> str:
    """The address of the JSON of a page of data, from its address with or without the site's name."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise BadRequest("of must be the address of a page of data") from error
    page = _PAGE.fullmatch(quote(cut_base(parts.path, datasette.setting("base_url")), safe="/~,%-._+"))
    known = page and page["database"] in datasette.databases
    arguments = _saying(parts.query)
    if not page or not known or len(address) > LONGEST or not (page["below"] or any(k == "sql" for k, _ in arguments)):
        raise BadRequest("of must be the address of a page of data")
    size = [("_size", "max")] if page["below"].count("/") == 1 else []
    return f"/{page['database']}{page['below']}.json?{urlencode([*arguments, *size])}"


def _saying(query: str) -> list[tuple[str, str]]:
    """The arguments of a page that decide what it says."""
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _WRITING]


def _tell(datasette: Datasette, wanted: str, verdict: Verdict) -> dict[str, Any]:
    database = datasette.get_database().name

    def name(record: RecordId) -> dict[str, Any]:
        path = datasette.urls.row(database, record.table, ",".join(map(tilde_encode, record.key)))
        title = table_title(datasette, database, record.table)
        return {"table": record.table, "title": title, "key": list(record.key), "path": str(path)}

    def describe(change: Change) -> dict[str, Any]:
        heading = column_title(datasette, database, change.table, change.column)
        return {"column": change.column, "heading": heading, "old": change.old, "new": change.new}

    events = [
        {**vars(event), "record": name(event.record), "changes": [describe(change) for change in event.changes]}
        for event in verdict.events
    ]
    sentence = verdict.status
    if verdict.status == "stands" and any(part.status == "not_covered" for part in verdict.parts):
        sentence = "record_stands"
    elif verdict.status == "changed" and not verdict.released:
        sentence = "between"
    return {
        "ok": True,
        "hash": wanted,
        "status": verdict.status,
        "message": SAID["sentences"][sentence],
        "covers": verdict.covers,
        "parts": [
            {**vars(part), "title": PARTS[part.name], "message": SAID["parts"][part.status]} for part in verdict.parts
        ],
        "hash_now": verdict.now,
        "records": [name(record) for record in verdict.records],
        "released": list(verdict.released),
        "events": events,
    }


async def _read_told(datasette: Datasette, verdict: Verdict, releases: tuple[Release, ...]) -> list[dict[str, Any]]:
    """What changes.yml tells of the records since they were as quoted: also of what no release holds yet."""
    if verdict.status == "stands" or not verdict.since:
        return []
    versions = [release.version for release in releases]
    known = json.dumps(versions[: versions.index(verdict.since) + 1])
    found = []
    for record in verdict.records:
        asked = {"table": record.table, "id": record.key[0], "known": known}
        found += [dict(row) for row in (await datasette.get_database().execute(_TOLD, asked)).rows]
    return found


@lru_cache(maxsize=4)
def _hash_records(datasette: Datasette) -> dict[RecordId, str]:
    """The hashes of today's records, computed once: the database never changes."""
    path = Path(datasette.get_database().path)
    return hash_records(read_rows(path, [t.name for t in describe_data_set(path, datasette.metadata()).tables]))


@lru_cache(maxsize=4)
def _read_pages(datasette: Datasette) -> dict[RecordId, Page]:
    return read_all_pages(Path(datasette.get_database().path))


def _read_releases(datasette: Datasette) -> tuple[Release, ...]:
    """The history that lies in data/ beside the database; raises HistoryError if it is broken, which is ours to mend."""
    path = find_site(datasette).parent / "data" / HISTORY
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ()


@lru_cache(maxsize=4)
def _read(path: Path, _: int) -> tuple[Release, ...]:
    return tuple(read_history(path))
