"""Tables, views, queries and rows to take away whole: .csv, .excel.csv and .xlsx.

The rows are those of the page of the same address, in its order, without the limit of a page. They go into a file that is sent
when it is complete: its size, its digest and whether rows are missing are known before the first byte.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import Any

from datasette import Response
from datasette.app import Datasette
from datasette.utils.asgi import Request
from starlette.datastructures import Headers

from keikaku.database.content_hash import LENGTH, hash_rows
from keikaku.publish.tables.about import About, Layout, content_disposition, lay_out, plain_lines
from keikaku.publish.tables.csv_file import CsvFile, Value
from keikaku.publish.tables.notes import HEADINGS, Caveats
from keikaku.publish.tables.workbook import MAX_ROWS, MEDIA_TYPE, WorkbookFile
from keikaku.serving.baked_site import judge_condition
from keikaku.serving.sql_guard import ANSWER_BYTES, weigh_row
from keikaku.serving.sql_worker import WorkersBusy
from keikaku.views.addresses import public_address
from keikaku.views.citations import name_source
from keikaku.views.json_answers import LIST_BYTES, find_caveats, link_notes, say_complete, say_left_out
from keikaku.views.sources import UNLIMITED, OtherAnswer, Source, find_database, open_source, read_size
from keikaku.views.verifying import verify_address
from keikaku.views.words import hash_database

IN_MEMORY = 256_000
# A row of a workbook takes fifty times the work of a row of CSV: plugins: downloads: xlsx_max_rows in metadata.yml.
WORKBOOK_ROWS = 50_000
# A visitor's own SQL in a workbook, which is held in memory until it is written.
OPEN_WORKBOOK_BYTES = 10_000_000
TYPES = {
    "csv": "text/csv; charset=utf-8; header=present",
    "excel.csv": "text/csv; charset=utf-8; header=present",
    "xlsx": MEDIA_TYPE,
}
PIECE = 65_536
# Whoever takes nothing of a file for so long loses it.
STALL_SECONDS = 20
# Bytes of all such files that wait for slow readers; beyond it nobody gets another one for a while.
MOST_UNSENT = 512 * 1024 * 1024


class Tally:
    """What a file has to say of its rows.

    `touched` are the ids in them that have corrections, of those in `corrected`. The digest is the content_hash of the JSON of
    the same address, which has at most `most` rows and, of a visitor's SQL, so many bytes.
    """

    def __init__(self, columns: Sequence[str], corrected: Any, most: int, most_bytes: int) -> None:
        self.count = 0
        self.touched: set[str] = set()
        self._columns = columns
        self._corrected = corrected
        self._most = most
        self._bytes_left = most_bytes
        self._rows: list[Sequence[Value]] = []

    def add(self, row: Sequence[Value]) -> None:
        self.count += 1
        self.touched.update(cell for cell in row if isinstance(cell, str) and cell in self._corrected)
        if self._has_all():
            self._bytes_left -= weigh_row(row)
            self._rows.append(row)
        else:
            self._rows.clear()

    def digest(self) -> str:
        """Empty where the JSON would not have all rows."""
        return hash_rows(self._columns, self._rows) if self._has_all() else ""

    def _has_all(self) -> bool:
        return self.count <= self._most and self._bytes_left >= 0


class FileAnswer:
    """A response with a strong ETag, as Datasette sends them; closes its file when it is sent or its reader is gone."""

    unsent = 0  # bytes of all such files that are being sent

    def __init__(self, file: SpooledTemporaryFile[bytes], headers: Mapping[str, str], request: Request) -> None:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.file = file
        self.size = file.tell()
        self.headers = {**headers, "content-length": str(self.size), "etag": f'"{digest}"'}
        condition = judge_condition(Headers(scope=request.scope), self.headers)
        self.status = condition.status_code if condition else 200
        self.has_body = self.status == 200 and request.method != "HEAD"
        if self.status == 412:
            self.headers["content-length"] = "0"
        file.seek(0)

    @classmethod
    def is_full(cls) -> bool:
        """Whether too much waits for slow readers already."""
        return cls.unsent > MOST_UNSENT

    async def asgi_send(self, send: Callable[..., Any]) -> None:
        FileAnswer.unsent += self.size
        try:
            await self._send(send)
        except TimeoutError:
            return  # without an end: the server closes the connection, and the reader knows that something is missing
        finally:
            FileAnswer.unsent -= self.size
            self.file.close()

    async def _send(self, send: Callable[..., Any]) -> None:
        headers = [(name.encode("ascii"), value.encode("latin-1")) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        while self.has_body and (piece := await asyncio.to_thread(self.file.read, PIECE)):
            async with asyncio.timeout(STALL_SECONDS):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def send_download(datasette: Datasette, request: Request) -> Response | FileAnswer:
    """The file of an address. Raises WorkersBusy while too much waits for slow readers, and whatever open_source raises."""
    if FileAnswer.is_full():
        raise WorkersBusy
    kind = "excel.csv" if request.url_vars["excel"] else request.url_vars["format"]
    asked = read_size(datasette, request)
    open_bytes = OPEN_WORKBOOK_BYTES if kind == "xlsx" else UNLIMITED
    # Before the rows: within a visitor's request a second statement would end the first.
    caveats = await find_caveats(find_database(datasette, request))
    queries = await datasette.get_canned_queries(find_database(datasette, request).name, None)
    left_out = await say_left_out(datasette, request, queries.get(request.url_vars.get("table"), {}))
    made_from, word = await name_source(datasette, request)
    try:
        async with open_source(datasette, request, asked, kind != "csv", open_bytes) as source:
            if word:
                source = replace(source, described={**source.described, "title": word})
            return await make_file(datasette, request, source, caveats, kind, made_from, left_out)
    except OtherAnswer as other:
        return other.response


async def make_file(
    datasette: Datasette, request: Request, source: Source, caveats: Caveats, kind: str, made_from: str, left_out: str
) -> FileAnswer:
    """Write all rows of a source into a file; what made it stop early, or what the source has left out, is said there and in its headers."""
    coded = source.table if kind != "csv" else None
    layout = lay_out(source.columns, source.described.get("columns") or {}, source.named, coded)
    about = describe(datasette, request, source, layout, made_from)
    is_whole = request.args.get("_size", "max") in ("", "max") and "_next" not in request.args
    tally = Tally(
        source.columns,
        caveats.corrections if source.table != "corrections" else (),
        datasette.max_returned_rows if is_whole else -1,
        ANSWER_BYTES if source.is_open_sql else LIST_BYTES,
    )
    file: SpooledTemporaryFile[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 FileAnswer closes it
    try:
        sheet = _open_sheet(kind, file, about, request)
        notice = await _copy_rows(source, sheet, layout, tally, *_find_room(datasette, kind)) or left_out
        is_complete = not notice and sheet.holds_all
        digest = tally.digest() if is_complete else ""
        notes = caveats.note(layout.fields, source.reads, tally.touched, source.is_open_sql)
        told = [*_tell_hash(datasette, request, digest), *((HEADINGS[note.kind], note.text) for note in notes)]
        await asyncio.to_thread(sheet.finish, notice, told)
    except BaseException:
        file.close()
        raise
    headers = _write_headers(datasette, request, about, kind) | say_complete(about.version, tally.count, is_complete)
    if digest:
        headers["keikaku-content-hash"] = digest
    return await asyncio.to_thread(FileAnswer, file, headers, request)


def _open_sheet(kind: str, file: SpooledTemporaryFile[bytes], about: About, request: Request) -> CsvFile | WorkbookFile:
    if kind == "xlsx":
        return WorkbookFile(file, about)
    for_excel = kind == "excel.csv"
    headings = [field.heading if for_excel else field.name for field in about.fields]
    return CsvFile(file, headings, for_excel, with_header=request.args.get("_header") != "off")


async def _copy_rows(
    source: Source, sheet: CsvFile | WorkbookFile, layout: Layout, tally: Tally, most: int | None, size: int | None
) -> str:
    """Why rows are missing, as a sentence; empty if none is. Rows are written beside the pages that others ask for."""

    def write(rows: Sequence[Sequence[Value]]) -> None:
        for row in rows:
            tally.add(layout.keep_stored(row))
            sheet.add(layout.convert(row))

    async for batch in source.batches:
        if batch and size is not None and sheet.size() > size:
            return _say_cut(tally, f"出せるのは{size // 1_000_000:,}メガバイトほどまでなので")
        left = len(batch) if most is None else most - tally.count
        await asyncio.to_thread(write, batch[:left])
        if len(batch) > left:
            return _say_cut(tally, f"この形式で出せるのは{most:,}行までなので")
    if source.ended == "bytes":
        return _say_cut(tally, f"出せるのは{OPEN_WORKBOOK_BYTES // 1_000_000:,}メガバイトほどまでなので")
    return _say_cut(tally, "時間がかかりすぎるので") if source.ended else ""


def _say_cut(tally: Tally, reason: str) -> str:
    return f"【ここまで】{reason}、{tally.count:,}行で打ち切りました。続きの行があります。"


def _find_room(datasette: Datasette, kind: str) -> tuple[int | None, int | None]:
    """How many rows a file may hold, and how many bytes as its sheet counts them; None for any number."""
    most = int((datasette.plugin_config("downloads") or {}).get("xlsx_max_rows", WORKBOOK_ROWS))
    size = datasette.setting("max_csv_mb") * 1_000_000 or None
    return min(most, MAX_ROWS) if kind == "xlsx" else None, size


def describe(datasette: Datasette, request: Request, source: Source, layout: Layout, made_from: str) -> About:
    """What metadata.yml says of it, with what is said of the table only where it stands beside the table."""
    where = {"database": source.database, "table": source.table}
    described = source.described
    lines = plain_lines(described.get("description") or described.get("description_html") or "")
    return About(
        name=source.name,
        title=" ".join(filter(None, (described.get("title") or source.name, request.url_vars.get("pks")))),
        description="\n".join(lines),
        source=made_from or datasette.metadata("source", **where) or "",
        license=datasette.metadata("license", **where) or "",
        license_url=datasette.metadata("license_url", **where) or "",
        address=public_address(datasette, request, request.full_path),
        digest=hash_database(datasette),
        fields=layout.fields,
        notes=tuple(
            line
            for line in plain_lines(
                datasette.metadata("description_html", database=source.database, fallback=False) or ""
            )
            if not line.startswith("出典：")  # which is said of these rows
        ),
    )


def _write_headers(datasette: Datasette, request: Request, about: About, kind: str) -> dict[str, str]:
    shown = "inline" if kind == "csv" and not request.args.get("_dl") else "attachment"
    links = [f'<{about.license_url}>; rel="license"'] if about.license_url else []
    return {
        "content-type": TYPES[kind],
        "content-disposition": content_disposition(shown, about, kind.rpartition(".")[2]),
        "cache-control": f"max-age={datasette.setting('default_cache_ttl')}",
        "link": ", ".join([*links, *([link_notes(request)] if kind != "xlsx" else [])]),
    }


def _tell_hash(datasette: Datasette, request: Request, digest: str) -> list[tuple[str, str]]:
    """For the second sheet: the hash as pages show it, and where to ask later whether it still stands."""
    if not digest:
        return []
    address = public_address(datasette, request, verify_address(request, digest))
    return [("確認番号", digest[:LENGTH]), *([("確かめるアドレス", address)] if address else [])]
