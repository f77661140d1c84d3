"""All files of the whole data set into one folder, complete or not there at all, with a listing of sizes and digests.

The folder is written beside its place and takes it in two renames. A folder that this module did not make is never
touched. README.txt, files.json and everything else in it are the same bytes whenever the data is the same.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from itertools import groupby
from pathlib import Path

from keikaku.files.replacing import replacing
from keikaku.publish.catalogue.data_set import DataSet, TableInfo, read_data_set
from keikaku.publish.catalogue.descriptions import build_data_package, build_dcat, build_schema_org, write_turtle
from keikaku.publish.catalogue.formats import write_csv, write_json_lines, write_parquet, write_workbook, write_zip
from keikaku.publish.catalogue.listing import LISTING, FileInfo
from keikaku.publish.tables.notes import HEADINGS
from keikaku.schema.codes import CHANGE_KINDS

README = "README.txt"
DATA_PACKAGE = "datapackage.json"
SCHEMA_ORG = "dataset.jsonld"
CATALOG = "catalog"
_DESCRIPTIONS = [
    (SCHEMA_ORG, "データセットの説明（schema.org）", "JSON-LD", "application/ld+json; charset=utf-8"),
    (f"{CATALOG}.jsonld", "カタログ（DCAT）", "JSON-LD", "application/ld+json; charset=utf-8"),
    (f"{CATALOG}.ttl", "カタログ（DCAT）", "Turtle", "text/turtle; charset=utf-8"),
]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Progress = Callable[[str], None]


def write_files(database: Path, metadata: Path, folder: Path, progress: Progress) -> list[FileInfo]:
    """Write the folder from a finished database; raises FilesError."""
    data_set = read_data_set(database, metadata)
    with replacing(folder, LISTING) as new:
        write_csv(data_set, new)
        write_json_lines(data_set, new)
        write_parquet(data_set, new)
        write_workbook(data_set, new)
        progress("tables written as CSV, JSON Lines, Parquet and workbook")
        (new / README).write_text(_readme(data_set), "utf-8", newline="\r\n")
        tables = list(_list_tables(data_set, new))
        _write_json(new / DATA_PACKAGE, build_data_package(data_set, {file.path: file for file in tables}))
        for kind in ("csv", "jsonl", "parquet"):
            described = [DATA_PACKAGE] if kind == "csv" else []
            write_zip(new, f"{data_set.name}-{kind}.zip", [README, *described, kind])
        files = [*_list_whole(data_set, new), *tables]
        catalog = build_dcat(data_set, files)
        _write_json(new / SCHEMA_ORG, build_schema_org(data_set, files))
        _write_json(new / f"{CATALOG}.jsonld", catalog)
        (new / f"{CATALOG}.ttl").write_text(write_turtle(catalog), "utf-8")
        files += [_describe(new, *parts) for parts in _DESCRIPTIONS]
        progress("descriptions written")
        _write_listing(data_set, new, files)
    return files


def _list_whole(data_set: DataSet, folder: Path) -> Iterator[FileInfo]:
    name = data_set.name
    whole = [
        (f"{name}.xlsx", "Excelブック（すべての表）", "XLSX", XLSX),
        (f"{name}-csv.zip", "CSV（すべての表のZIP）", "CSV", "application/zip"),
        (f"{name}-parquet.zip", "Parquet（すべての表のZIP）", "Parquet", "application/zip"),
        (f"{name}-jsonl.zip", "JSON Lines（すべての表のZIP）", "JSON Lines", "application/zip"),
        (README, "説明", "テキスト", "text/plain; charset=utf-8"),
        (DATA_PACKAGE, "表と列の説明（Data Package）", "Data Package", "application/json; charset=utf-8"),
    ]
    for path, title, kind, media_type in whole:
        yield _describe(folder, path, title, kind, media_type)


def _list_tables(data_set: DataSet, folder: Path) -> Iterator[FileInfo]:
    kinds = [
        ("csv", "CSV", "text/csv; charset=utf-8; header=present"),
        ("parquet", "Parquet", "application/vnd.apache.parquet"),
        ("jsonl", "JSON Lines", "application/jsonl; charset=utf-8"),
    ]
    for ending, kind, media_type in kinds:
        for table in data_set.tables:
            yield _describe(folder, f"{ending}/{table.name}.{ending}", table.title, kind, media_type, table)


def _describe(
    folder: Path, path: str, title: str, kind: str, media_type: str, table: TableInfo | None = None
) -> FileInfo:
    content = (folder / path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    held = (table.name, table.count) if table else (None, None)
    return FileInfo(path, title, kind, media_type, len(content), digest, *held)


def _write_listing(data_set: DataSet, folder: Path, files: list[FileInfo]) -> None:
    listing = {
        "title": data_set.title,
        "version": data_set.version,
        "license": data_set.license,
        "license_url": data_set.license_url,
        "source": data_set.source,
        "database": {
            "path": f"../{data_set.path.name}",
            "media_type": "application/vnd.sqlite3",
            "size": data_set.path.stat().st_size,
            "sha256": data_set.digest,
        },
        "files": [{key: value for key, value in asdict(file).items() if value is not None} for file in files],
    }
    _write_json(folder / LISTING, listing)


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", "utf-8")


def _readme_changes(data_set: DataSet) -> Iterator[str]:
    """What was changed when, the newest first."""
    told = sorted(data_set.records("changes"), key=lambda change: (change["date"], change["position"]), reverse=True)
    if told:
        yield from ("", "更新履歴")
    for change in told:
        kind = CHANGE_KINDS[change["kind"]][0]
        yield "・" + "　".join(filter(None, (change["date"], change["version"], kind, change["title"], change["text"])))


def _readme_caveats(data_set: DataSet) -> Iterator[str]:
    """A heading for each kind of note, and its notes."""
    for kind, notes in groupby(data_set.caveats(), lambda note: note.kind):
        yield from ("", HEADINGS[kind])
        yield from (f"・{note.text}" for note in notes)


def _readme(data_set: DataSet) -> str:
    """What someone who only has the files must know."""
    lines = [
        data_set.title,
        "",
        data_set.description,
        "",
        f"出典　　　　：{data_set.source}",
        f"ライセンス　：{data_set.license} {data_set.license_url}",
        f"データの版　：{data_set.version}（データベースのSHA-256 {data_set.digest} のはじめの12文字）",
        "",
        "注意",
        *(f"・{note}" for note in data_set.notes),
        "",
        "ファイルの決まり",
        "・CSVは UTF-8（BOMなし）、区切りはカンマ、改行は CRLF、1行目は列の名前（RFC 4180）です。1件は1行に収めています。",
        "・JSON Lines は UTF-8 で、1行が1件です。",
        "・空欄は「記載がない」ことを表し、0 ではありません。数に単位は付けず、単位は別の列にあります。",
        "・年度は西暦の整数（2024は2024年4月〜2025年3月）で、元号は fiscal_years の表にあります。",
        "・団体コードや法人番号は文字です。符号の意味は codes の表にあります。",
        *_readme_changes(data_set),
        *_readme_caveats(data_set),
        "",
        "表と列",
    ]
    for table in data_set.tables:
        lines += ["", f"{table.name}　{table.title}（{table.count}行）　{table.description}"]
        lines += [f"  {field.name}　{field.heading}：{field.meaning}" for field in table.fields]
    return "\n".join(lines) + "\n"
