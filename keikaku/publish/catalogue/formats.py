"""The tables of the data set as files: each function writes one format, write_partitions a folder of folders.

Guarantees: the same data gives the same bytes, with the same versions of Python and of the libraries of the lock.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

from keikaku.files.errors import FilesError
from keikaku.files.fixed_zip import FixedZip, save_book
from keikaku.files.replacing import replacing
from keikaku.publish.catalogue.data_set import DataSet, TableInfo, is_date, read_data_set
from keikaku.publish.tables.about import lay_out
from keikaku.publish.tables.csv_file import CsvFile, Value
from keikaku.publish.tables.notes import HEADINGS
from keikaku.publish.tables.workbook import TableSheet, list_facts, new_book, write_notes

_TYPES = {"TEXT": "文字", "INTEGER": "整数", "NUMERIC": "数"}
Rows = Iterable[Sequence[Value]]
_CONTENTS, _MEANINGS = "このデータについて", "列の説明"
NOBODY = "-"  # stands for the plan of a row of a municipality, and for the prefecture of a row of all plans
MARK = "_keikaku"  # what tells a folder of ours; engines pass over names that begin with _
Owner = tuple[str, str]  # prefecture and plan


def write_csv(_: DataSet, table: TableInfo, rows: Rows, file: Path) -> None:
    """UTF-8 without a mark, RFC 4180, column names as stored."""
    with file.open("wb") as stream:
        sheet = CsvFile(stream, [column.name for column in table.columns])
        for row in rows:
            sheet.add(row)
        sheet.finish("")


def write_json_lines(_: DataSet, table: TableInfo, rows: Rows, file: Path) -> None:
    """One object a row, with Unicode as itself and null for what is empty."""
    names = [column.name for column in table.columns]
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        for row in rows:
            stream.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def write_parquet(data_set: DataSet, table: TableInfo, rows: Rows, file: Path) -> None:
    """Typed columns, which carry their Japanese headings."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise FilesError("Parquet needs pyarrow: install what requirements.lock says") from error
    types = {"TEXT": pyarrow.string(), "INTEGER": pyarrow.int64(), "NUMERIC": pyarrow.float64()}
    fields = [
        pyarrow.field(
            column.name,
            pyarrow.date32() if is_date(column) else types[column.type],
            nullable=not column.required,
            metadata={"title": field.heading, "description": field.meaning},
        )
        for column, field in table.explained
    ]
    facts = {"title": table.title, "description": table.description}
    facts |= {word: getattr(data_set, word) for word in ("source", "license", "license_url", "version")}
    days = [is_date(column) for column in table.columns]
    columns = list(zip(*(read_days(row, days) for row in rows), strict=True)) or [()] * len(fields)
    made = pyarrow.Table.from_arrays(
        [pyarrow.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)],
        schema=pyarrow.schema(fields, metadata=facts),
    )
    parquet.write_table(made, file, compression="zstd")


def write_workbook(data_set: DataSet, folder: Path) -> None:
    """NAME.xlsx: what it is, a sheet for each table with Japanese headings, and what each column means."""
    titles = [table.title for table in data_set.tables]
    if len(set(titles)) < len(titles):
        raise ValueError(f"metadata.yml: two tables have the same title: {sorted(titles)}")
    book = new_book(data_set.title, data_set.source)
    facts = [
        *list_facts(data_set),
        *(("注意", note) for note in data_set.notes),
        *((HEADINGS[note.kind], note.text) for note in data_set.caveats()),
    ]
    listed = [(table.title, f"{table.count:,}行", table.description) for table in data_set.tables]
    write_notes(book, _CONTENTS, facts, ("シート", "行数", "内容"), listed)
    for table in data_set.tables:
        _write_sheet(book, data_set, table)
    explained = TableSheet(book, _MEANINGS, ("シート", "見出し", "表の名前", "列の名前", "型", "空", "意味"))
    for table in data_set.tables:
        for column, field in table.explained:
            kind, empty = "日付" if is_date(column) else _TYPES[column.type], "なし" if column.required else "あり"
            explained.add((table.title, field.heading, table.name, field.name, kind, empty, field.meaning))
    explained.end()
    with (folder / f"{data_set.name}.xlsx").open("wb") as stream:
        save_book(book, stream)


def _write_sheet(book: Any, data_set: DataSet, table: TableInfo) -> None:
    named = data_set.names(table)
    columns = [column.name for column in table.columns]
    layout = lay_out(columns, {f.name: f"{f.heading}：{f.meaning}" for f in table.fields}, named, table.name)
    sheet = TableSheet(book, table.title, [field.heading for field in layout.fields], _CONTENTS, _MEANINGS)
    dated = {column.name for column in table.columns if is_date(column)}
    days = [field.name in dated for field in layout.fields]
    for row in data_set.rows(table):
        told: list[Value] = []
        for column, value in zip(columns, row, strict=True):
            told += [value, named[column].get(value)] if column in named else [value]
        sheet.add(read_days(layout.convert(told), days))
    sheet.end()


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


def write_partitions(database: Path, metadata: Path, folder: Path) -> int:
    """Write TABLE/prefecture_code=13/plan=ID/rows.parquet, as Hive names partitions; returns the number of files. Raises FilesError.

    A folder holds one plan at most, so that a new plan changes no other file.
    """
    data_set = read_data_set(database, metadata)
    count = 0
    with replacing(folder, MARK) as new:
        (new / MARK).write_text(data_set.version, "utf-8")
        for table in data_set.tables:
            for (prefecture, plan), rows in _split(data_set, table):
                file = new / table.name / f"prefecture_code={prefecture}" / f"plan={plan}" / "rows.parquet"
                file.parent.mkdir(parents=True)
                write_parquet(data_set, table, rows, file)
                count += 1
    return count


def _split(data_set: DataSet, table: TableInfo) -> Iterator[tuple[Owner, list[tuple[Any, ...]]]]:
    """The rows of a table by their owner; one part without rows where there are none, so that the table is known."""
    columns = ", ".join(f"t.{column.name}" for column in table.columns)
    joins, prefecture, plan = _find_owner(data_set, table)
    rows = data_set.query(
        f"SELECT {prefecture}, {plan}, {columns} FROM {table.name} AS t {joins} ORDER BY 1, 2, t.rowid"
    )
    parts = groupby(rows, lambda row: (row[0], row[1]))
    owner = NOBODY, NOBODY
    for owner, part in parts:
        yield owner, [row[2:] for row in part]
    if not table.count:
        yield owner, []


def _find_owner(data_set: DataSet, table: TableInfo) -> tuple[str, str, str]:
    """SQL that joins what a row belongs to, with its prefecture and plan: along the first reference, until there is one."""
    joins, alias, step = "", "t", table
    plan = f"'{NOBODY}'"
    for number in range(len(data_set.tables)):
        names = [column.name for column in step.columns]
        if step.name == "municipalities":
            return joins, f"coalesce(substr({alias}.code, 1, 2), '{NOBODY}')", plan
        if step.name == "plans":
            plan = f"coalesce({alias}.id, '{NOBODY}')"
        references = {name: (other, key) for name, other, key in data_set.references(step) if other.name != step.name}
        key = next((name for name in ("plan_id", "municipality_id", *names) if name in references), None)
        if key is None or references[key][0].name == "fiscal_years":
            break
        other, other_key = references[key]
        joins += f" LEFT JOIN {other.name} AS o{number} ON o{number}.{other_key} = {alias}.{key}"
        alias, step = f"o{number}", other
    return "", f"'{NOBODY}'", f"'{NOBODY}'"
