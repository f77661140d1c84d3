"""The tables of the data set as files: each function writes one format into a folder.

Guarantees: the same data gives the same bytes, with the same versions of Python and of the libraries of the lock.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from keikaku.files.errors import FilesError
from keikaku.files.fixed_zip import FixedZip
from keikaku.publish.catalogue.data_set import DataSet, TableInfo, is_date
from keikaku.publish.tables.cells import Value
from keikaku.publish.tables.csv_file import CsvFile
from keikaku.publish.tables.layout import add_labels, lay_out
from keikaku.publish.tables.notes import HEADINGS
from keikaku.publish.tables.workbook import TableSheet, new_book, save_book, write_notes

_TYPES = {"TEXT": "文字", "INTEGER": "整数", "NUMERIC": "数"}


def write_csv(data_set: DataSet, folder: Path) -> None:
    """csv/TABLE.csv: UTF-8 without a mark, RFC 4180, column names as stored."""
    for table in data_set.tables:
        with _new(folder / "csv" / f"{table.name}.csv").open("wb") as stream:
            sheet = CsvFile(stream, [column.name for column in table.columns])
            for row in data_set.rows(table):
                sheet.add(row)
            sheet.finish("")


def write_json_lines(data_set: DataSet, folder: Path) -> None:
    """jsonl/TABLE.jsonl: one object a row, with Unicode as itself and null for what is empty."""
    for table in data_set.tables:
        names = [column.name for column in table.columns]
        with _new(folder / "jsonl" / f"{table.name}.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
            for row in data_set.rows(table):
                stream.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def write_parquet(data_set: DataSet, folder: Path) -> None:
    """parquet/TABLE.parquet: typed columns, which carry their Japanese headings."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise FilesError("Parquet needs pyarrow: install what requirements.lock says") from error
    day = pyarrow.date32()
    types = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "NUMERIC": pyarrow.float64()}
    for table in data_set.tables:
        fields = [
            pyarrow.field(
                column.name,
                day if is_date(column) else types[column.type],
                nullable=not column.required,
                metadata={"title": field.heading, "description": field.meaning},
            )
            for column, field in zip(table.columns, table.fields, strict=True)
        ]
        facts = {"title": table.title, "description": table.description, "source": data_set.source}
        facts |= {"license": data_set.license, "license_url": data_set.license_url, "version": data_set.version}
        schema = pyarrow.schema(fields, metadata=facts)
        days = [is_date(column) for column in table.columns]
        columns = list(zip(*(read_days(row, days) for row in data_set.rows(table)), strict=True)) or [()] * len(fields)
        arrays = [pyarrow.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)]
        path = _new(folder / "parquet" / f"{table.name}.parquet")
        parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), path, compression="zstd")


def write_workbook(data_set: DataSet, folder: Path) -> None:
    """NAME.xlsx: what it is, a sheet for each table with Japanese headings, and what each column means."""
    book = new_book(data_set.title, data_set.source)
    contents = "このデータについて"
    meanings = "列の説明"
    sheets = [_Sheet(table, title) for table, title in zip(data_set.tables, _titles(data_set), strict=True)]
    facts = [
        ("題名", data_set.title),
        ("説明", data_set.description),
        ("出典", data_set.source),
        ("ライセンス", data_set.license),
        ("ライセンスの条文", data_set.license_url),
        ("データの版", data_set.version),
        ("データベースのSHA-256", data_set.digest),
        *(("注意", note) for note in data_set.notes),
        *((HEADINGS[note.kind], note.text) for note in data_set.caveats()),
    ]
    listed = [(sheet.title, f"{sheet.table.count:,}行", sheet.table.description) for sheet in sheets]
    write_notes(book, contents, facts, ("シート", "行数", "内容"), listed)
    for sheet in sheets:
        sheet.write(book, data_set, contents, meanings)
    explained = TableSheet(book, meanings, ("シート", "見出し", "表の名前", "列の名前", "型", "空", "意味"))
    for sheet in sheets:
        for column, field in zip(sheet.table.columns, sheet.table.fields, strict=True):
            empty = "なし" if column.required else "あり"
            names = (sheet.title, field.heading, sheet.table.name, field.name)
            kind = "日付" if is_date(column) else _TYPES[column.type]
            explained.add((*names, kind, empty, field.meaning))
    explained.finish()
    with _new(folder / f"{data_set.name}.xlsx").open("wb") as stream:
        save_book(book, stream)


def read_days(row: Sequence[Value], days: Sequence[bool]) -> list[Any]:
    """The row with dates in place of their texts, where `days` says so."""
    return [date.fromisoformat(str(cell)) if day and cell else cell for cell, day in zip(row, days, strict=True)]


def write_zip(folder: Path, name: str, parts: list[str]) -> None:
    """folder/name with these files and folders of the same folder."""
    with FixedZip(folder / name, "w") as archive:
        for part in parts:
            path = folder / part
            for file in sorted(path.iterdir()) if path.is_dir() else [path]:
                archive.write(file, file.relative_to(folder).as_posix())


class _Sheet:
    """A table and the name of its sheet."""

    def __init__(self, table: TableInfo, title: str) -> None:
        self.table = table
        self.title = title

    def write(self, book: Any, data_set: DataSet, *taken: str) -> None:
        table = self.table
        labels = data_set.labels(table)
        names = [column.name for column in table.columns]
        help_texts = {field.name: f"{field.heading}：{field.meaning}" for field in table.fields}
        layout = lay_out(names, help_texts, labels, table.name)
        sheet = TableSheet(book, self.title, [field.heading for field in layout.fields], *taken)
        dated = {column.name for column in table.columns if is_date(column)}
        days = [field.name in dated for field in layout.fields]
        sql = f"SELECT {', '.join(names)} FROM {table.name} ORDER BY rowid"
        for row in _query(data_set.path, add_labels(sql, names, labels)):
            sheet.add(read_days(layout.convert(row), days))
        sheet.finish()


def _titles(data_set: DataSet) -> list[str]:
    titles = [table.title for table in data_set.tables]
    if len(set(titles)) < len(titles):
        raise ValueError(f"metadata.yml: two tables have the same title: {sorted(titles)}")
    return titles


def _query(path: Path, sql: str) -> Iterator[tuple[Value, ...]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        yield from connection.execute(sql)


def _new(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
