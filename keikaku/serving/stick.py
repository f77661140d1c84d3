"""The publication that needs no server: the baked site as a folder that works from a disk, on any web host and in an archive.

Guarantees: the same data, code and libraries give the same bytes; MANIFEST names every file with its SHA-256, as
`sha256sum -c` reads it. What it is signed with is for keikaku.files.proof.
"""

import asyncio
import json
import re
from collections.abc import Callable, Collection, Mapping
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from datasette.filters import Filters
from datasette.utils import escape_sqlite, tilde_decode
from datasette.utils.asgi import Request

from keikaku.database.building import build_database
from keikaku.files.digest import ROOT
from keikaku.files.errors import FilesError
from keikaku.files.proof import MANIFEST, list_differences, read_digests, write_manifest
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.publish.addresses import DATABASE, is_of_this_machine, list_addresses
from keikaku.publish.catalogue.data_set import read_filled_metadata
from keikaku.publish.feeds import read_told_days
from keikaku.publish.filling import fill
from keikaku.publish.site import read_manifest
from keikaku.publish.stick_pages import LIVE, SEARCH, SINGLE, SQL, forget_root, forget_server, write_page
from keikaku.publish.stick_records import hold_pages, link_records, list_records_of, pack
from keikaku.search.rules import search_rules
from keikaku.serving.baking import LOCAL, METADATA, open_datasette, write_site

FACTS = "stick.json"
VERIFY = "verify.html"
PAGES = {SEARCH: "stick_search.html", SQL: "stick_sql.html", VERIFY: "stick_verify.html"}
SCRIPTS = ROOT / "static" / "stick"
# Those of the worker, in the order in which they make one script.
WORKER = ("sqlite.js", "text.js", "expand.js", "matching.js", "results.js", "worker.js")
# What is nothing without the live site, or has a form of its own in the folder.
_LIVE_ONLY = re.compile(
    r".*\?|(?:/plans)?/?\.json$|/plans/search(?:$|\.)|/verify$|/notebooks/"
    r"|/(?:openapi\.json|opensearch\.xml|robots\.txt|sitemap(?:/.*)?\.xml|llms\.txt)$"
    r"|/static/(?:search\.js|embed.*)$|/plans/[^/]+/[^/]+\.xlsx$"
)
# What may name the site; tables in CSV do not, and may be of another encoding.
_NAMING = re.compile(r"text/(?!csv)|application/(?:[^;]*\+)?(?:json|xml|sql)\b")
# What a folder of many plans has once, in plans.db and in the archives and the workbook of files/, with what describes their files;
# and pictures for links to a site.
_ELSEWHERE = re.compile(r"/plans/[^/]+\.(?:csv|json)$|/files/(?!README|plans)|/pictures/")
_FORM_ONLY = ("_shape", "_size", "_labels")  # how rows are written, not which


def write_stick(database: Path, site: Path, folder: Path, is_part: bool = False) -> int:
    """Write the folder anew from the baked site of a database and return how many files it has; raises FilesError.

    `is_part`: it lies in the folder of keikaku.serving.stick_parts, and records have no files of their own.
    """
    baked, metadata = read_manifest(site), read_filled_metadata(database, METADATA)
    described, root = metadata["databases"][DATABASE], baked["address"]
    scripts = [file for file in sorted(SCRIPTS.iterdir()) if file.is_file() and (is_part or file.name != "record.js")]
    own = {f"static/stick/{file.name}": file for file in scripts}
    with open_read_only(database) as connection:
        addresses = list_addresses(connection.execute, described) if is_part else []
        lists, left_out = list_records_of(addresses)
        paths = {
            address: file["path"].removeprefix("../")
            for address, file in baked["files"].items()
            if not (_LIVE_ONLY.match(address) or (is_part and _ELSEWHERE.match(address)) or address in left_out)
        }
        in_lists = link_records(lists)
        known = paths | in_lists | {f"/{path}": path for path in ("README.txt", *PAGES, *own)}
        known |= {"/all": "../index.html"} if is_part else {}
        cut = {f"/{path}" for path in paths.values() if path.endswith(".json") and _is_cut(site / path)}
        links = StickLinks(known, described["queries"], connection.execute, cut)
        facts = _tell_facts(baked, metadata.get("public_key", ""), is_part, connection.execute)

    def read(address: str) -> bytes:
        return (site / baked["files"][address]["path"]).read_bytes()

    def localize(html: str, path: str) -> str:
        whole = html.replace("</footer>", f"{foot}</footer>")
        page = write_page(whole, path, root, links.find, (LIVE, SINGLE) if is_part else (LIVE,))
        return page if facts["address"] else forget_root(page, path, root, links.find)

    titles = {address: _read_title(read(address).decode("utf-8")) for address in in_lists}
    own_pages = {**PAGES, **dict.fromkeys(lists, "stick_records.html")}
    told = {**facts, "lists": lists, "titles": titles}
    foot, *pages = render(database, {"": "_stick_foot.html", **own_pages}, told)
    with replacing(folder, MANIFEST) as new:
        for address, path in paths.items():
            media_type = baked["files"][address]["media_type"]
            if address in in_lists:
                continue
            if media_type.startswith("text/html"):
                _write_text(new / path, localize(read(address).decode("utf-8"), path))
            elif _NAMING.match(media_type):
                text = read(address).decode("utf-8")
                text = forget_server(text, root) if "json" in media_type else text
                _write_text(new / path, text if facts["address"] else forget_root(text, path, root, links.find))
            else:
                _write(new / path, read(address))
        for path, html in zip(own_pages, pages, strict=True):
            page, records = localize(html, path), lists.get(path, {})
            packed = {name: localize(read(address).decode("utf-8"), path) for name, address in records.items()}
            _write_text(new / path, hold_pages(page, packed) if packed else page)
        for path, file in own.items():
            _write(new / path, file.read_bytes())
        write_scripts(new / "db", database)
        _write_text(new / FACTS, json.dumps(facts, indent=1))
        _write_text(new / "README.txt", fill("stick_readme.txt", **facts))
        return write_manifest(new)


def _tell_facts(baked: dict[str, Any], key: str, is_part: bool, execute: Callable[..., Any]) -> dict[str, Any]:
    """What stick.json says; no address where no other machine reaches the site."""
    facts = {name: baked[name] for name in ("database", "code_sha256", "until")}
    facts |= {"public_key": key, "is_part": is_part}
    facts["address"] = "" if is_of_this_machine(baked["address"]) else baked["address"]
    return facts | {"date": max(read_told_days(execute).values(), default="")}


def render(database: Path, templates: dict[str, str], facts: dict[str, Any]) -> list[str]:
    """Pages that only the folder has, as the live site would give them at these paths."""
    return asyncio.run(_render(database, templates, facts))


async def _render(database: Path, templates: dict[str, str], facts: dict[str, Any]) -> list[str]:
    address = urlsplit(facts["address"] or LOCAL)
    site = open_datasette(database, address.geturl())
    await site.invoke_startup()
    rendered = []
    for path, template in templates.items():
        request = Request.fake(f"/{path}", scheme=address.scheme)
        request.scope |= {"headers": [(b"host", address.netloc.encode("latin-1"))], "csrftoken": str}
        rendered.append(await site.render_template(template, {"stick": facts}, request=request))
    return rendered


def read_facts(folder: Path) -> dict[str, Any]:
    """What a folder was made from, and by which key it may be signed; raises FilesError."""
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise FilesError(f"{folder / FACTS}: cannot be read: {error}") from error
    return facts


def compare_stick(folder: Path, data: Path, reports: Mapping[str, Path], say: Callable[[str], None]) -> list[str]:
    """Make a folder again from the data, and name the files that are not the same, and what may be why."""
    facts = read_facts(folder)
    with TemporaryDirectory() as temporary:
        database = Path(temporary) / facts["database"]["path"]
        build_database(data, database, reports, say)
        write_site(database, database.with_name("site"), facts["address"], say)
        write_stick(database, database.with_name("site"), database.with_name("stick"), facts["is_part"])
        made = read_facts(database.with_name("stick"))
        why = {
            "code_sha256": "was made by other code",
            "database": "was made from other data",
            "until": "is of another year",
        }
        reasons = [f"{folder}: {words}" for name, words in why.items() if facts[name] != made[name]]
        differences = list_differences(read_digests(database.with_name("stick")), read_digests(folder))
        return differences and [*differences, *reasons]


def write_scripts(folder: Path, database: Path) -> None:
    """What asks the database in a browser, and the database, as scripts, since a page of a disk may load nothing else."""
    rules = f"const rules = {json.dumps(search_rules(), ensure_ascii=False)};"
    code = "\n".join([rules, *((SCRIPTS / "worker" / name).read_text("utf-8") for name in WORKER)])
    wasm = (SCRIPTS / "worker" / "sqlite3.wasm").read_bytes()
    with TemporaryDirectory() as temporary, open_read_only(database) as connection:
        whole = Path(temporary) / database.name  # without what was deleted from it, a fifth when packed
        connection.execute("VACUUM INTO ?", [str(whole)])
        content_of = {"worker": code.encode(), "sqlite3": wasm, "plans": whole.read_bytes()}
    for name, content in content_of.items():
        _write(folder / f"{name}.js", f'(self.keikakuFiles ??= {{}})["{name}.js"] = "{pack(content)}";\n'.encode())


def _read_title(html: str) -> str:
    """Without the name of the site."""
    return unescape(html.partition("<title>")[2].partition("</title>")[0].rpartition(" | ")[0])


def _is_cut(file: Path) -> bool:
    """Whether JSON has the first rows of a table only."""
    return '"next": "' in file.read_text("utf-8")


def _write_text(file: Path, text: str) -> None:
    _write(file, text.encode("utf-8"))


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


class StickLinks:
    """Finds files by address; `files` are those of the folder, without those that have an argument, `queries` the canned ones,
    `cut` the addresses of those that have the first rows only.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        queries: Mapping[str, Any],
        execute: Callable[..., Any],
        cut: Collection[str] = (),
    ) -> None:
        self._files, self._queries, self._cut = files, queries, cut
        self._columns = {
            name: dict(execute("SELECT name, pk FROM pragma_table_info(?)", [name]).fetchall())
            for (name,) in execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        }
        plans = [plan for (plan,) in execute("SELECT id FROM plans LIMIT 2")]
        self._only = [(name, plans[0]) for name in ("plan", "plan_id")] if len(plans) == 1 else []

    def find(self, address: str) -> str | None:
        """From the root of the folder, with argument or fragment; None for what only a server can answer."""
        address, mark, fragment = address.partition("#")
        path, _, query = address.partition("?")
        given = [pair for pair in parse_qsl(query) if pair not in self._only and pair[0] not in _FORM_ONLY]
        if "_next" in dict(given):  # of more rows than a page shows, all
            given = [pair for pair in given if not pair[0].startswith("_sort")]
        if path == f"/{DATABASE}/search":
            return f"{SEARCH}?{query}" if query else SEARCH
        if path == "/" and given:  # the home page of one plan of many
            path, given = f"/{DATABASE}/plans/{dict(given).get('plan')}", given[1:]
        if path in self._cut and "_size" in query:  # all of them were wanted
            path = path.removesuffix(".json")
        elif file := self._files.get(path) if not given else None:
            return (file.partition("#")[0] if mark else file) + mark + fragment
        if path == f"/{DATABASE}" and "sql" in dict(given):
            return f"{SQL}?{query}"
        _, database, table, keys = [*path.split("/"), "", ""][:4]
        if database != DATABASE or "." in path:
            return None
        if table in self._queries:
            statement = self._queries[table]["sql"]
            known = given and all(f":{name}" in statement for name, _ in given)
            return f"{SQL}?{urlencode({'_query': table, **dict(given)})}" if known else None
        statement = self._write_sql(table, keys, given)
        return f"{SQL}?{urlencode({'sql': statement})}" if statement else None

    def _write_sql(self, table: str, keys: str, given: list[tuple[str, str]]) -> str | None:
        """The question of a table with conditions, of the numbers of its values, or of a row that has no page."""
        columns = self._columns.get(table)
        known = ["_next", "_facet", *(columns or ())]
        if columns is None or not all(name.partition("__")[0] in known for name, _ in given) or (keys and given):
            return None
        if keys:
            values = [tilde_decode(value) for value in keys.split(",")]
            named = [name for name, place in sorted(columns.items(), key=lambda column: column[1]) if place]
            if len(values) != len(named):
                return None
            given = list(zip(named, values, strict=True))
        asked = dict(given)
        where, values_of = Filters(sorted(pair for pair in given if pair[0][0] != "_")).build_where_clauses(table)
        clauses = [re.sub(r":(p\d+)", lambda found: _quote(values_of[found[1]]), clause) for clause in where]
        return _compose(table, clauses, asked)


def _compose(table: str, clauses: list[str], asked: Mapping[str, str]) -> str:
    condition = f"\nwhere {' and '.join(clauses)}" if clauses else ""
    if facet := asked.get("_facet"):
        column = escape_sqlite(facet)
        return f"select {column}, count(*) as n\nfrom {escape_sqlite(table)}{condition}\ngroup by {column}\norder by n desc"
    return f"select * from {escape_sqlite(table)}{condition}"


def _quote(value: Any) -> str:
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
