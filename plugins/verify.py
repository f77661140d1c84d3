"""/verify: whether something quoted with its hash still stands; and the hash and version on pages that can be quoted."""

import asyncio
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from weakref import WeakKeyDictionary

from datasette import Response, hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.utils import tilde_encode
from datasette.utils.asgi import Request
from jinja2 import Environment

from keikaku.database.content_hash import LENGTH, hash_rows, read_hash
from keikaku.database.history import HISTORY, RecordId, Release, hash_records, read_history, read_rows
from keikaku.files.digest import fingerprint
from keikaku.publish.catalogue.data_set import describe_data_set
from keikaku.publish.records.verify import SENTENCES, Verdict, find_release, judge_answer, judge_record
from keikaku.publish.tables.notes import OURS
from keikaku.schema.columns import split_help
from keikaku.serving.datasette_private import DatasetteError
from keikaku.serving.site_folder import find_site

LONGEST = 20_000
# A page of data: the database alone (for SQL), a table or query, a row; with any of the formats that it has.
_PAGE = re.compile(r"/(?P<database>[^/.]+)(?P<below>(?:/[^/.]+){0,2})(?:\.json|\.xlsx|(?:\.excel)?\.csv)?")
# These change how an answer is written, not what it says.
_WRITING = {"_shape", "_size", "_nl", "_labels", "_label", "_header", "_dl", "_stream", "_json", "_json_infinity"}
_WRITING |= {"_sort", "_sort_desc", "_group", "_chart", "_facet", "_easy", "_next"}

_records: WeakKeyDictionary[Database, dict[RecordId, str]] = WeakKeyDictionary()


@hookimpl
def register_routes() -> list[tuple[str, Callable[..., Any]]]:
    return [(r"^/verify(?:\.(?P<format>json))?$", verify)]


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    def data_version(database: str) -> str:
        """The beginning of the SHA-256 of the database."""
        db = datasette.get_database(database)
        return (db.hash or (fingerprint(Path(db.path)) if db.path else ""))[:12]

    def verify_address(request: Request, digest: str) -> str:
        """Where the answer of this page can be checked later."""
        page = request.path + ("?" + urlencode(query) if (query := _saying(request.query_string)) else "")
        return "/verify?" + urlencode({"hash": digest[:LENGTH], "of": page})

    def ours(described: dict[str, Any], columns: Sequence[str]) -> list[tuple[str, str]]:
        """Heading and explanation of the columns that are this site's judgement or count."""
        helps = [split_help((described.get("columns") or {}).get(column), column) for column in columns]
        return [(heading, meaning) for heading, meaning in helps if OURS in meaning]

    env.globals.update(
        content_hash=lambda columns, rows: hash_rows(columns, map(tuple, rows)),
        data_version=data_version,
        ours=ours,
        verify_address=verify_address,
    )


async def verify(datasette: Datasette, request: Request) -> Response:
    """Raises DatasetteError for a hash or an address that cannot be one."""
    given, address = request.args.get("hash") or "", request.args.get("of") or ""
    wants_json = request.url_vars.get("format") == "json"
    if not given.strip() and not wants_json:
        context = {"hash": "", "of": address, "told": None, "release": await _describe_data(datasette)}
        return Response.html(await datasette.render_template("verify.html", context, request=request))
    wanted = read_hash(given)
    if wanted is None:
        raise DatasetteError("hash must be 16 to 64 hexadecimal digits", status=400)
    verdict = await _judge(datasette, wanted, address.strip())
    told = _tell(datasette, wanted, verdict) | await _describe_data(datasette)
    if wants_json:
        text = json.dumps(told, ensure_ascii=False)
        return Response(text, content_type="application/json; charset=utf-8")
    context = {"hash": wanted, "of": address, "told": told, "release": told}
    return Response.html(await datasette.render_template("verify.html", context, request=request))


async def _judge(datasette: Datasette, wanted: str, address: str) -> Verdict:
    releases = await asyncio.to_thread(_read_releases, datasette)
    verdict = judge_record(wanted, await _current(datasette), releases)
    if not address or verdict.status == "stands":
        return verdict
    path = _read_address(datasette, address)
    answer = await datasette.client.get(path)
    if answer.status_code != 200:
        if verdict.status != "unknown":
            return verdict
        raise DatasetteError(f"of answers with status {answer.status_code}", status=400)
    told = answer.json()
    if "content_hash" not in told:
        raise DatasetteError("of has too many rows", status=400)
    ids = [cell for row in told["rows"] for cell in row if isinstance(cell, str)]
    of_answer = judge_answer(wanted, told["content_hash"], ids, releases)
    return of_answer if of_answer.status == "stands" or verdict.status == "unknown" else verdict


def _read_address(datasette: Datasette, address: str) -> str:
    """The address of the JSON of a page of data, from its address with or without the site's name."""
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise DatasetteError("of must be the address of a page of data", status=400) from error
    page = _PAGE.fullmatch(quote(parts.path, safe="/~,%-._+"))
    known = page and page["database"] in datasette.databases
    arguments = _saying(parts.query)
    if not page or not known or len(address) > LONGEST or not (page["below"] or any(k == "sql" for k, _ in arguments)):
        raise DatasetteError("of must be the address of a page of data", status=400)
    size = [("_size", "max")] if page["below"].count("/") == 1 else []
    return f"/{page['database']}{page['below']}.json?{urlencode([*arguments, *size])}"


def _saying(query: str) -> list[tuple[str, str]]:
    """The arguments of a page that decide what it says."""
    return [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] not in _WRITING]


def _tell(datasette: Datasette, wanted: str, verdict: Verdict) -> dict[str, Any]:
    def name(record: RecordId) -> dict[str, Any]:
        title = datasette.table_metadata(_database(datasette).name, record.table).get("title") or record.table
        path = datasette.urls.row(_database(datasette).name, record.table, ",".join(map(tilde_encode, record.key)))
        return {"table": record.table, "title": title, "key": list(record.key), "path": str(path)}

    def heading(table: str, column: str) -> str:
        columns = datasette.table_metadata(_database(datasette).name, table).get("columns") or {}
        return split_help(columns.get(column), column)[0]

    return {
        "ok": True,
        "hash": wanted,
        "status": verdict.status,
        "message": SENTENCES[verdict.status],
        "hash_now": verdict.now,
        "records": [name(record) for record in verdict.records],
        "released": list(verdict.released),
        "events": [
            {
                **{"version": event.version, "date": event.date, "reason": event.reason, "record": name(event.record)},
                "changes": [
                    {"column": c.column, "heading": heading(c.table, c.column), "old": c.old, "new": c.new}
                    for c in event.changes
                ],
            }
            for event in verdict.events
        ],
    }


async def _describe_data(datasette: Datasette) -> dict[str, Any]:
    """The version of the data, the release that it is the same as, and the last release."""
    releases = await asyncio.to_thread(_read_releases, datasette)
    db = _database(datasette)
    version = db.hash or await asyncio.to_thread(fingerprint, Path(db.path))
    return {
        "data_version": version[:12],
        "release": find_release(await _current(datasette), releases) or None,
        "last_release": releases[-1].version if releases else None,
    }


async def _current(datasette: Datasette) -> dict[RecordId, str]:
    """The hashes of today's records, computed once: the database never changes."""
    db = _database(datasette)
    if db not in _records:
        _records[db] = await asyncio.to_thread(_hash_database, datasette, Path(db.path))
    return _records[db]


def _hash_database(datasette: Datasette, path: Path) -> dict[RecordId, str]:
    tables = [table.name for table in describe_data_set(path, datasette.metadata()).tables]
    return hash_records(read_rows(path, tables))


def _read_releases(datasette: Datasette) -> Sequence[Release]:
    """The history that lies in data/ beside the database; raises HistoryError if it is broken, which is ours to mend."""
    path = find_site(datasette).parent / "data" / HISTORY
    return _read(path, path.stat().st_mtime_ns) if path.is_file() else ()


@lru_cache(maxsize=4)
def _read(path: Path, _: int) -> tuple[Release, ...]:
    return tuple(read_history(path))


def _database(datasette: Datasette) -> Database:
    return datasette.get_database()
