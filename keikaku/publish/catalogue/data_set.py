"""The whole data set as it is published: its words from metadata.yml, its tables from schema.sql, its rows from the file.

Left out are the tables that metadata.yml hides (they serve the search) and the wording of reports, which is not ours to
give away. Guarantees: every table that is published has a title, and every column a heading and an explanation.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from keikaku.files.digest import fingerprint, name_version
from keikaku.files.errors import FilesError
from keikaku.publish.feeds.changes import read_last_changes
from keikaku.publish.site_words import fill_metadata
from keikaku.publish.tables.about import Field, plain_lines
from keikaku.publish.tables.cells import Value
from keikaku.publish.tables.layout import Label
from keikaku.publish.tables.notes import OURS, Note, note_correction, note_results
from keikaku.publish.urn import make_urn
from keikaku.schema.codes import CODES, Terms
from keikaku.schema.columns import split_help
from keikaku.schema.tables import Column, read_schema

NOT_OURS = "report_passages"
_FOLDED = re.compile(r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])")  # what YAML leaves of a line break


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

    def terms(self, column: Column) -> Terms:
        """The closed vocabulary of a column, empty if it has none."""
        return CODES.get((self.name, column.name), {})


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
        """As About.version: the beginning of the database's SHA-256."""
        return name_version(self.digest)

    def rows(self, table: TableInfo) -> Iterator[Sequence[Value]]:
        """All rows of a table in the order in which they were written."""
        columns = ", ".join(column.name for column in table.columns)
        with closing(_open(self.path)) as connection:
            yield from connection.execute(f"SELECT {columns} FROM {table.name} ORDER BY rowid")

    def blank_columns(self, table: TableInfo) -> set[str]:
        """Columns of required text in which some row has a text without characters."""
        texts = [column.name for column in table.columns if column.type == "TEXT" and column.required]
        with closing(_open(self.path)) as connection:
            blank = ((t, f"SELECT 1 FROM {table.name} WHERE {t} = '' LIMIT 1") for t in texts)
            return {text for text, sql in blank if connection.execute(sql).fetchone()}

    def plans(self) -> list[dict[str, Any]]:
        """The rows of the view plan_facts."""
        with closing(_open(self.path)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute("SELECT * FROM plan_facts ORDER BY id")]

    def records(self, name: str) -> list[dict[str, Any]]:
        """All rows of a table by column name."""
        (table,) = (table for table in self.tables if table.name == name)
        return [dict(zip((c.name for c in table.columns), row, strict=True)) for row in self.rows(table)]

    def caveats(self) -> list[Note]:
        """What is ours, what is not published, and every correction."""
        ours = [
            Note("ours", f"{table.title}の「{field.heading}」（{table.name}.{field.name}）：{field.meaning}")
            for table in self.tables
            for field in table.fields
            if OURS in field.meaning
        ]
        corrections = map(note_correction, self.records("corrections"))
        return [*ours, note_results(sum(row["role"] == "result" for row in self.records("figures"))), *corrections]

    def labels(self, table: TableInfo) -> list[Label]:
        """The references of a table whose rows have a name."""
        naming = {other.name: other.naming for other in self.tables}
        found = ((column.name, column.references) for column in table.columns if column.references)
        return [Label(name, other, key, named) for name, (other, key) in found if (named := naming.get(other))]


def is_date(column: Column) -> bool:
    """Whether it holds days as ISO 8601, which SQLite has no type for; of a document only the month may be known."""
    return column.name.endswith("_on") or (column.name == "date" and "ISO 8601" in column.comment)


def read_data_set(database: Path, metadata: Path) -> DataSet:
    """Raises FilesError for a published table or column that metadata.yml says nothing of."""
    try:
        return describe_data_set(database, read_filled_metadata(database, metadata))
    except KeyError as error:
        raise FilesError(f"{metadata}: says nothing of {error.args[0]}, which {database.name} publishes") from error


def read_filled_metadata(database: Path, path: Path) -> dict[str, Any]:
    """The content of metadata.yml, with what it leaves to the data."""
    metadata = read_metadata(path)
    with closing(_open(database)) as connection:
        fill_metadata(metadata, connection.execute)
    return metadata


def read_metadata(path: Path) -> dict[str, Any]:
    """The content of metadata.yml; raises FilesError in one line."""
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise FilesError(f"{path}: cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise FilesError(f"{path}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or not isinstance(content.get("databases"), dict):
        raise FilesError(f"{path}: has no databases")
    return content


def describe_data_set(database: Path, described: dict[str, Any]) -> DataSet:
    """From the content of metadata.yml; raises KeyError for what it does not say."""
    inner: dict[str, Any] = described["databases"][database.stem]
    citation: dict[str, Any] = described.get("plugins", {}).get("citation", {})
    with closing(_open(database)) as connection:
        tables = tuple(_read_tables(inner["tables"], connection))
        changed = max(read_last_changes(connection.execute).values(), default="")
    return DataSet(
        path=database,
        name=database.stem,
        title=described["title"],
        description=_FOLDED.sub("", described["description"]),
        source=described["source"],
        license=described["license"],
        license_url=described["license_url"],
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
        info = list(connection.execute(f"PRAGMA table_info({table.name})"))
        yield TableInfo(
            name=table.name,
            title=words["title"],
            description=words["description"],
            columns=table.columns,
            fields=tuple(Field(c.name, *split_help(words["columns"][c.name], c.name)) for c in table.columns),
            keys=tuple(row[1] for row in sorted(info, key=lambda row: int(row[5])) if row[5]),
            naming=words.get("label_column"),
            count=connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0],
        )


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
