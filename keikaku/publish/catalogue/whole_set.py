"""All files of the whole data set into one folder, complete or not there at all, with a listing of sizes and digests.

The folder is written beside its place and takes it in two renames. A folder that this module did not make is never
touched. README.txt, files.json and everything else in it are the same bytes whenever the data is the same. In what catalogues
read (schema.org, DCAT) addresses are relative to the folder, or absolute where a root is given.
"""

import hashlib
import json
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from keikaku.files.beside import read_data
from keikaku.files.errors import FilesError
from keikaku.files.replacing import replacing
from keikaku.publish.catalogue.data_set import LISTING, DataSet, FileInfo, is_date, read_data_set, read_filled_metadata
from keikaku.publish.catalogue.formats import write_csv, write_json_lines, write_parquet, write_workbook, write_zip
from keikaku.publish.filling import fill, fill_data
from keikaku.publish.tables.notes import HEADINGS
from keikaku.schema.codes import CODES
from keikaku.schema.tables import read_schema
from keikaku.search.rules import search_rules
from keikaku.search.text import normalise

README = "README.txt"
DUCKDB = "duckdb.sql"
DATA_PACKAGE = "datapackage.json"
# Path, title, kind and media type of what is about all tables; NAME is that of the database.
_LISTED: dict[str, list[list[str]]] = read_data(__file__, "whole_set.yml")
# Folder and ending, kind and media type of what holds one table, and what writes it.
_TABLES = (
    ("csv", "CSV", "text/csv; charset=utf-8; header=present", write_csv),
    ("parquet", "Parquet", "application/vnd.apache.parquet", write_parquet),
    ("jsonl", "JSON Lines", "application/jsonl; charset=utf-8", write_json_lines),
)
_PARAMETER = re.compile(r"(?<!:):(\w+)")
# Written for it anew; grouped by a key alone, which only SQLite takes.
_NOT_OF_DUCKDB = ("current_fiscal_year", "plan_facts")
Progress = Callable[[str], None]
Json = dict[str, Any]
_NOWHERE = "http://files.invalid/files/"
_MEASURED = ("value", "outcome", "decision")
# A page names no more plans than this; the catalogue has all.
MOST_PLANS = 30


def write_files(database: Path, metadata: Path, folder: Path, progress: Progress) -> list[FileInfo]:
    """Write the folder from a finished database; raises FilesError."""
    data_set = read_data_set(database, metadata)
    with replacing(folder, LISTING) as new:
        tables = list(_write_tables(data_set, new))
        write_workbook(data_set, new)
        progress("tables written as CSV, JSON Lines, Parquet and workbook")
        (new / README).write_text(_write_readme(data_set), "utf-8", newline="\r\n")
        queries = read_filled_metadata(database, metadata)["databases"][data_set.name]["queries"]
        (new / DUCKDB).write_text(_write_duckdb(data_set, queries), "utf-8")
        listed = {file.path: file for file in tables}
        _write_json(
            new / DATA_PACKAGE,
            fill_data("datapackage.yml", data_set=data_set, files=listed, is_date=is_date, codes=CODES),
        )
        for kind, *_ in _TABLES:
            described = {"csv": [DATA_PACKAGE], "parquet": [DUCKDB]}.get(kind, [])
            write_zip(new, f"{data_set.name}-{kind}.zip", [README, *described, kind])
        whole = (_describe(new, path.replace("NAME", data_set.name), *words) for path, *words in _LISTED["whole"])
        files = [*whole, *tables]
        catalog = build_dcat(data_set, files)
        _write_json(new / "dataset.jsonld", build_schema_org(data_set, files))
        _write_json(new / "catalog.jsonld", catalog)
        (new / "catalog.ttl").write_text(write_turtle(catalog), "utf-8")
        files += [_describe(new, *words) for words in _LISTED["descriptions"]]
        progress("descriptions written")
        _write_listing(data_set, new, files)
    return files


def _write_tables(data_set: DataSet, folder: Path) -> Iterator[FileInfo]:
    for ending, kind, media_type, write in _TABLES:
        (folder / ending).mkdir()
        for table in data_set.tables:
            path = f"{ending}/{table.name}.{ending}"
            write(data_set, table, data_set.rows(table), folder / path)
            yield _describe(folder, path, table.title, kind, media_type, table.name, table.count)


def _describe(folder: Path, path: str, title: str, kind: str, media_type: str, *table: Any) -> FileInfo:
    content = (folder / path).read_bytes()
    return FileInfo(path, title, kind, media_type, len(content), hashlib.sha256(content).hexdigest(), *table)


def _write_listing(data_set: DataSet, folder: Path, files: list[FileInfo]) -> None:
    database = asdict(data_set.file)
    listing = {
        **{word: getattr(data_set, word) for word in ("title", "version", "license", "license_url", "source")},
        "database": {key: database[key] for key in ("path", "media_type", "size", "sha256")},
        "files": [{key: value for key, value in asdict(file).items() if value is not None} for file in files],
    }
    _write_json(folder / LISTING, listing)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _write_readme(data_set: DataSet) -> str:
    """What someone who only has the files must know."""
    changes = data_set.records("SELECT * FROM changes ORDER BY date DESC, position DESC, rowid")
    return fill(README, data_set=data_set, changes=changes, kinds=CODES["changes", "kind"], headings=HEADINGS)


def _write_duckdb(data_set: DataSet, queries: Mapping[str, Any]) -> str:
    """The views and canned queries of the site in SQL of DuckDB, which has none of our functions: see the template."""
    forms = search_rules()["text"]["FORMS"]
    wide = [chr(code) for code in (0x3000, *range(0x2160, 0x2480), *range(0xFF01, 0xFFF0))]
    signs = {sign: normalise(sign) for sign in wide} | dict(zip(forms[::2], forms[1::2], strict=True))
    asked = {name: sorted(set(_PARAMETER.findall(query["sql"]))) for name, query in queries.items()}
    return fill(
        DUCKDB,
        data_set=data_set,
        signs={sign: key for sign, key in signs.items() if len(key) == 1 and key != sign},
        eras=search_rules()["fiscal_year"]["ERAS"],
        views=[table.statement for table in read_schema() if table.is_view and table.name not in _NOT_OF_DUCKDB],
        queries=[
            (name, ", ".join(f"_{parameter} := ''" for parameter in asked[name]), _PARAMETER.sub(r"_\1", query["sql"]))
            for name, query in queries.items()
            if "search_results(" not in query["sql"]
        ],
    )


def build_schema_org(data_set: DataSet, files: Sequence[FileInfo], root: str = "") -> Json:
    """dataset.jsonld, and with the root of the site what its pages carry."""
    measured = [field.heading for table in data_set.tables for field in table.fields if field.name in _MEASURED]
    words = {"plans": data_set.plans()[:MOST_PLANS], "measured": measured, "period": data_set.period()}
    described: Json = fill_data("dataset.yml", data_set=data_set, files=files, root=root, urljoin=urljoin, **words)
    return described


def build_dcat(data_set: DataSet, files: Sequence[FileInfo]) -> Json:
    """catalog.jsonld."""
    words = {"plans": data_set.plans(), "period": data_set.period()}
    described: Json = fill_data("catalog.yml", data_set=data_set, files=files, re=re, **words)
    return described


def write_turtle(catalog: Json) -> str:
    """The same catalogue as Turtle, with the same relative addresses; raises FilesError without rdflib."""
    try:
        from rdflib import Graph
    except ImportError as error:
        raise FilesError("DCAT needs rdflib: install what requirements.lock says") from error
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib warns of its own old ways
        graph.parse(data=json.dumps(catalog), format="json-ld", base=_NOWHERE)
    text: str = graph.serialize(format="turtle")
    return text.replace(_NOWHERE, "").replace("<" + _NOWHERE.removesuffix("files/"), "<../")
