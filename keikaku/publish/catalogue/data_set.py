"""The whole data set as it is published: its words from metadata.yml, its tables from schema.sql, its rows from the file.

Left out are the tables that metadata.yml hides (they serve the search) and the wording of reports, which is not ours to
give away. Guarantees: every table that is published has a title, and every column a heading and an explanation.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from keikaku.files.digest import fingerprint, name_version
from keikaku.files.errors import FilesError
from keikaku.files.read_only import open_read_only
from keikaku.plan.fiscal_year import ends_on, starts_on
from keikaku.publish.feeds import make_urn, read_last_day
from keikaku.publish.filling import read_rows
from keikaku.publish.site_words import fill_metadata
from keikaku.publish.tables.about import Field, plain_lines
from keikaku.publish.tables.csv_file import Value
from keikaku.publish.tables.notes import OURS, Note, note_correction, note_results
from keikaku.schema.conditions import split_help
from keikaku.schema.tables import Column, read_schema

LISTING = "files.json"
NOT_OURS = "report_passages"


@dataclass(frozen=True)
class FileInfo:
    """One file of the folder, as files.json lists it; `rows` and `table` only where it holds one table."""

    path: str
    title: str
    format: str
    media_type: str
    size: int
    sha256: str
    table: str | None = None
    rows: int | None = None


@dataclass(frozen=True)
class TableInfo:
    """A published table; `columns` and `fields` go together, `naming` is the column that names a row."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    naming: str | None
    count: int

    @property
    def explained(self) -> Iterator[tuple[Column, Field]]:
        return zip(self.columns, self.fields, strict=True)


@dataclass(frozen=True)
class DataSet:
    """What is published under the name of a database; `digest` is the SHA-256 of its file.

    `identifier` stays the same for every state of the data; `issued` and `changed` are ISO dates: when it was last
    published, and when the data last changed. `publisher` and `contact` are empty where metadata.yml names none.
    """

    path: Path
    name: str
    title: str
    description: str
    source: str
    license: str
    license_url: str
    author: str
    publisher: str
    contact: str
    issued: str
    changed: str
    identifier: str
    notes: tuple[str, ...]
    digest: str
    tables: tuple[TableInfo, ...]

    @property
    def version(self) -> str:
        return name_version(self.digest)

    @property
    def file(self) -> FileInfo:
        """The database itself, which lies above the other files."""
        size = self.path.stat().st_size
        return FileInfo(f"../{self.path.name}", "SQLite", "SQLite", "application/vnd.sqlite3", size, self.digest)

    def query(self, sql: str) -> Iterator[tuple[Any, ...]]:
        with open_read_only(self.path) as connection:
            yield from connection.execute(sql)

    def rows(self, table: TableInfo) -> Iterator[Sequence[Value]]:
        """All rows of a table in the order in which they were written."""
        columns = ", ".join(column.name for column in table.columns)
        return self.query(f"SELECT {columns} FROM {table.name} ORDER BY rowid")

    def blank_columns(self, table: TableInfo) -> set[str]:
        """Columns of required text in which some row has a text without characters, which a CSV cannot tell from none."""
        texts = [column.name for column in table.columns if column.type == "TEXT" and column.required]
        return {text for text in texts if any(self.query(f"SELECT 1 FROM {table.name} WHERE {text} = '' LIMIT 1"))}

    def records(self, sql: str) -> list[dict[str, Any]]:
        """Rows by column name."""
        with open_read_only(self.path) as connection:
            return read_rows(connection.execute, sql)

    def plans(self) -> list[dict[str, Any]]:
        return self.records("SELECT * FROM plan_facts ORDER BY id")

    def period(self) -> tuple[str, str]:
        """First and last day of all plans."""
        ((first, last),) = self.query("SELECT min(start_fiscal_year), max(end_fiscal_year) FROM plans")
        return starts_on(first).isoformat(), ends_on(last).isoformat()

    def caveats(self) -> list[Note]:
        """What is ours, what is not published, and every correction."""
        ours = [
            Note("ours", f"{table.title}の「{field.heading}」（{table.name}.{field.name}）：{field.meaning}")
            for table in self.tables
            for field in table.fields
            if OURS in field.meaning
        ]
        ((results,),) = self.query("SELECT count(*) FROM figures WHERE role = 'result'")
        corrections = self.records("SELECT * FROM corrections ORDER BY rowid")
        return [*ours, note_results(results), *map(note_correction, corrections)]

    def references(self, table: TableInfo) -> list[tuple[str, TableInfo, str]]:
        """Column, table and column of each reference to a published table."""
        published = {other.name: other for other in self.tables}
        found = ((column.name, column.references) for column in table.columns if column.references)
        return [(name, published[other], key) for name, (other, key) in found if other in published]

    def names(self, table: TableInfo) -> dict[str, dict[Value, Value]]:
        """For each reference of a table whose rows have a name: key -> name."""
        found = self.references(table)
        return {
            name: dict(self.query(f"SELECT {key}, {other.naming} FROM {other.name}"))
            for name, other, key in found
            if other.naming
        }


def is_date(column: Column) -> bool:
    """Whether it holds days as ISO 8601, which SQLite has no type for; of a document only the month may be known."""
    is_whole = "month" not in column.comment  # 2023-03 is no date of a file format
    return is_whole and (column.name.endswith("_on") or (column.name == "date" and "ISO 8601" in column.comment))


def read_data_set(database: Path, metadata: Path) -> DataSet:
    """Raises FilesError for a published table or column that metadata.yml says nothing of."""
    try:
        return describe_data_set(database, read_filled_metadata(database, metadata))
    except KeyError as error:
        raise FilesError(f"{metadata}: says nothing of {error.args[0]}, which {database.name} publishes") from error


def read_filled_metadata(database: Path, path: Path) -> dict[str, Any]:
    """The content of metadata.yml, with what it leaves to the data; raises FilesError in one line."""
    try:
        metadata = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FilesError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise FilesError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(metadata, dict) or not isinstance(metadata.get("databases"), dict):
        raise FilesError(f"{path}: has no databases")
    with open_read_only(database) as connection:
        fill_metadata(metadata, connection.execute)
    return metadata


def describe_data_set(database: Path, described: dict[str, Any]) -> DataSet:
    """From the content of metadata.yml; raises KeyError for what it does not say."""
    inner: dict[str, Any] = described["databases"][database.stem]
    citation: dict[str, Any] = described.get("plugins", {}).get("citation", {})
    with open_read_only(database) as connection:
        tables = tuple(_read_tables(inner["tables"], connection))
        changed = read_last_day(connection.execute)
    return DataSet(
        path=database,
        name=database.stem,
        **{word: described[word] for word in ("title", "description", "source", "license", "license_url")},
        author=citation.get("author", ""),
        publisher=described.get("publisher") or "",
        contact=described.get("contact") or "",
        issued=str(citation.get("released", "")),
        changed=changed,
        identifier=make_urn(citation.get("title_en") or described["title"]),
        notes=plain_lines(inner.get("description_html", "")),
        digest=fingerprint(database),
        tables=tables,
    )


def _read_tables(described: dict[str, Any], connection: sqlite3.Connection) -> Iterator[TableInfo]:
    for table in read_schema():
        if table.is_view or table.name == NOT_OURS or described[table.name].get("hidden"):
            continue
        words = described[table.name]
        keys = connection.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (table.name,))
        yield TableInfo(
            name=table.name,
            title=words["title"],
            description=words["description"],
            columns=table.columns,
            fields=tuple(Field(c.name, *split_help(words["columns"][c.name], c.name)) for c in table.columns),
            keys=tuple(name for (name,) in keys),
            naming=words.get("label_column"),
            count=connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0],
        )
