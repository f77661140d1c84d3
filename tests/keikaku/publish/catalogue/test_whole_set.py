"""The files of the whole data set: every row in every format, read back by the tools that people use."""

import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import sys
import zipfile
from collections import Counter
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
import yaml
from pyarrow import parquet

from keikaku.files.errors import FilesError
from keikaku.publish.catalogue.data_set import LISTING, NOT_OURS, DataSet, is_date
from keikaku.publish.catalogue.formats import read_days
from keikaku.publish.catalogue.guides import Example, read_examples
from keikaku.publish.catalogue.whole_set import write_files
from keikaku.schema.tables import read_schema
from keikaku.search.functions import register
from tests.sites import ROOT

METADATA = ROOT / "metadata.yml"
PLANS = yaml.safe_load(METADATA.read_text("utf-8"))["databases"]["plans"]
LEFT_OUT = {NOT_OURS, *(name for name, table in PLANS["tables"].items() if table.get("hidden"))}
TABLES = [table for table in read_schema() if not table.is_view and table.name not in LEFT_OUT]
NAMES = [table.name for table in TABLES]
Rows = dict[str, list[tuple[Any, ...]]]
KINDS = ("csv", "jsonl", "parquet")
EXAMPLES = read_examples((ROOT / "docs" / "downloads.md").read_text("utf-8"))


@pytest.fixture(scope="session")
def stored(database_file: Path) -> Rows:
    """The rows of each table."""
    with closing(sqlite3.connect(database_file)) as connection:
        return {name: list(connection.execute(f"SELECT * FROM {name} ORDER BY rowid")) for name in (*NAMES, NOT_OURS)}


def contents(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def listing(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / LISTING).read_text("utf-8"))
    return value


# Every row


@pytest.mark.parametrize("name", NAMES)
def test_csv_and_json_lines_hold_every_row_and_duckdb_reads_them(folder: Path, stored: Rows, name: str) -> None:
    content = (folder / "csv" / f"{name}.csv").read_bytes().decode("utf-8")
    header, *rows = csv.reader(io.StringIO(content, newline=""))
    assert header == [column.name for table in TABLES if table.name == name for column in table.columns]
    assert rows == [["" if cell is None else str(cell) for cell in row] for row in stored[name]]
    text = (folder / "jsonl" / f"{name}.jsonl").read_text("utf-8")
    assert [tuple(json.loads(line).values()) for line in text.splitlines()] == stored[name]
    assert "\\u" not in text
    with duckdb.connect() as connection:
        read = [f"read_csv('{folder}/csv/{name}.csv', all_varchar = true)", f"read_json('{folder}/jsonl/{name}.jsonl')"]
        counts = [
            len(connection.execute(f"FROM {source}").fetchall()) for source in (read if stored[name] else read[:1])
        ]
        assert {*counts} == {len(stored[name])}


@pytest.mark.parametrize("name", NAMES)
def test_parquet_holds_every_row_with_types_and_headings(
    folder: Path, stored: Rows, data_set: DataSet, name: str
) -> None:
    read = parquet.read_table(folder / "parquet" / f"{name}.parquet")
    (table,) = (table for table in data_set.tables if table.name == name)
    days = [is_date(column) for column in table.columns]
    expected = [tuple(read_days(row, days)) for row in stored[name]]
    assert [tuple(row.values()) for row in read.to_pylist()] == expected
    types = {"TEXT": "string", "INTEGER": "int64", "NUMERIC": "double"}
    named = ["date32[day]" if is_date(column) else types[column.type] for column in table.columns]
    assert [str(field.type) for field in read.schema] == named
    assert [field.nullable for field in read.schema] == [not column.required for column in table.columns]
    assert [field.metadata[b"title"].decode() for field in read.schema] == [field.heading for field in table.fields]
    assert read.schema.metadata[b"license"].decode().startswith("CC BY 4.0")


def test_workbook_holds_every_row_under_japanese_headings(folder: Path, stored: Rows, data_set: DataSet) -> None:
    book, titles = openpyxl.load_workbook(folder / "plans.xlsx"), [table.title for table in data_set.tables]
    assert book.sheetnames == ["このデータについて", *titles, "列の説明"]
    for table in data_set.tables:
        header, *rows = [[cell.value for cell in row] for row in book[table.title].iter_rows()]
        places = [header.index(field.heading) for field in table.fields]
        expected = [tuple(None if cell == "" else cell for cell in row) for row in stored[table.name]]
        days = [is_date(column) for column in table.columns]
        found = [[row[place] for place in places] for row in rows]
        found = [[c.date().isoformat() if d and c else c for c, d in zip(row, days, strict=True)] for row in found]
        assert [tuple(row) for row in found] == expected, table.name
        assert book[table.title].freeze_panes == "A2"
    told = [[cell.value for cell in row] for row in book["このデータについて"].iter_rows()]
    assert data_set.source in [row[2] for row in told]
    assert {row[0] for row in told} >= set(titles)
    explained = {(row[2].value, row[3].value) for row in book["列の説明"].iter_rows(min_row=2)}
    assert explained == {(table.name, column.name) for table in TABLES for column in table.columns}


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_holds_the_same_files_and_says_what_they_are(folder: Path, kind: str) -> None:
    with zipfile.ZipFile(folder / f"plans-{kind}.zip") as archive:
        assert archive.testzip() is None
        held = {name: archive.read(name) for name in archive.namelist()}
    assert {name for name in held if "/" in name} == {f"{kind}/{name}.{kind}" for name in NAMES}
    assert held == {name: content for name, content in contents(folder).items() if name in held}
    assert set(held) - {name for name in held if "/" in name} == {
        "README.txt", *{"csv": ["datapackage.json"], "parquet": ["duckdb.sql"]}.get(kind, [])
    }  # fmt: skip


# What is left out


def test_neither_the_search_nor_the_reports_wording_is_given_away(folder: Path, stored: Rows) -> None:
    wording = max((str(cell) for row in stored[NOT_OURS] for cell in row), key=len)
    assert len(wording) > 10
    for name, content in contents(folder).items():
        assert wording.encode() not in content, name
        assert "search_" not in name and "report_passages" not in name


# Read as docs/downloads.md shows


GIVEN = [
    {},
    {"organization": "商工会", "sector": "農", "fiscal_year": "令和６年度", "as_of": "R5", "due": "2026年", "state": "判定できない"},
    {"organization": "市", "sector": "觀光", "fiscal_year": "ｒ8", "as_of": "2024", "goal": "①", "reason": "未達成", "plan": "akishima"},
]  # fmt: skip


def test_duckdb_answers_the_questions_of_the_site_with_the_same_rows(
    folder: Path, database_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    queries = PLANS["queries"]
    found = Counter[str]()
    with duckdb.connect() as duck, closing(sqlite3.connect(database_file)) as lite:
        register(lite)
        duck.execute(Path("duckdb.sql").read_text("utf-8"))
        for (name, query), given in product(queries.items(), GIVEN):
            values = {word: given.get(word, "") for word in re.findall(r"(?<!:):(\w+)", query["sql"])}
            if name == "search":  # which needs our functions
                continue
            expected = lite.execute(query["sql"], values).fetchall()
            asked = ", ".join(f"_{word} := ?" for word in values)
            rows = duck.execute(f"FROM {name}({asked})", [*values.values()]).fetchall()
            if "MATERIALIZED (  -- what else" in query["sql"]:  # ordered before a join, which DuckDB does not keep
                rows, expected = sorted(rows, key=repr), sorted(expected, key=repr)
            assert (name, given, rows) == (name, given, expected)
            found[name] += len(rows)
        assert {name for name in queries if not found[name]} == {"search", "compare"}  # of one plan
        views = [table.name for table in read_schema() if table.is_view and table.name != "plan_facts"]
        for name in views:
            number = f"SELECT count(*) FROM {name}"
            assert (name, duck.execute(number).fetchone()) == (name, lite.execute(number).fetchone())


# The listing


def test_the_listing_names_every_file_with_its_size_and_digest(folder: Path, database_file: Path, stored: Rows) -> None:
    told = listing(folder)
    held = contents(folder)
    assert {file["path"] for file in told["files"]} == set(held) - {LISTING}
    for file in told["files"]:
        content = held[file["path"]]
        assert (file["size"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest()), file["path"]
        assert file["title"] and file["format"] and file["media_type"]
    database = database_file.read_bytes()
    assert told["database"]["sha256"] == hashlib.sha256(database).hexdigest()
    assert told["database"]["size"] == len(database)
    assert told["version"] == told["database"]["sha256"][:12]
    counts = {file["table"]: file["rows"] for file in told["files"] if file["format"] == "CSV" and "table" in file}
    assert counts == {name: len(stored[name]) for name in NAMES}
    assert sum(count > 0 for count in counts.values()) > 15


# Made again


def test_files_made_again_are_the_same_and_a_failure_leaves_them(
    folder: Path, database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = Path(shutil.copytree(folder, tmp_path / "files"))
    (again / "csv" / "gone.csv").write_text("x")
    write_files(database_file, METADATA, again, lambda _: None)
    assert contents(again) == contents(folder)

    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("keikaku.publish.catalogue.whole_set.write_zip", fail)
    with pytest.raises(FilesError, match="No space left"):
        write_files(database_file, METADATA, again, lambda _: None)
    assert contents(again) == contents(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["files"]


def test_a_folder_of_somebody_else_is_not_touched(database_file: Path, tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(FilesError, match="was not made by this command"):
        write_files(database_file, METADATA, tmp_path, lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_words_that_are_missing_are_named(database_file: Path, tmp_path: Path) -> None:
    metadata = tmp_path / "metadata.yml"
    metadata.write_text(METADATA.read_text("utf-8").replace("      goals:\n", "      goal:\n", 1), "utf-8")
    with pytest.raises(FilesError, match="says nothing of goals"):
        write_files(database_file, metadata, tmp_path / "files", lambda _: None)
    other = Path(shutil.copy(database_file, tmp_path / "other.db"))
    with pytest.raises(FilesError, match="says nothing of other"):
        write_files(other, METADATA, tmp_path / "files", lambda _: None)


def test_without_pyarrow_the_error_says_what_to_install(
    database_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(FilesError, match="pyarrow"):
        write_files(database_file, METADATA, tmp_path / "files", lambda _: None)
    assert not (tmp_path / "files").exists()


# The examples


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.tool == "DuckDB"], ids=lambda e: e.kind)
def test_the_examples_for_duckdb_run(folder: Path, monkeypatch: pytest.MonkeyPatch, example: Example) -> None:
    monkeypatch.chdir(folder)
    with duckdb.connect() as connection:
        assert connection.execute(example.code).fetchall()


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e.tool == "pandas"], ids=lambda e: e.kind)
def test_the_examples_for_pandas_run(
    folder: Path, database_file: Path, monkeypatch: pytest.MonkeyPatch, example: Example
) -> None:
    monkeypatch.chdir(database_file.parent if example.kind == "SQLite" else folder)
    told: dict[str, Any] = {}
    exec(example.code, told)
    (frame,) = (value for value in told.values() if isinstance(value, pd.DataFrame))
    assert len(frame) and list(frame.columns)
    if "corporate_number" in frame:
        assert [len(number) for number in frame["corporate_number"]] == [13]


def test_every_tool_is_shown_for_every_kind_of_file_that_it_reads_by_itself() -> None:
    kinds = {"CSV", "Parquet", "JSON Lines", "XLSX", "SQLite"}
    shown = {tool: {e.kind for e in EXAMPLES if e.tool == tool} for tool in ("DuckDB", "pandas", "R")}
    assert shown == {"DuckDB": kinds - {"XLSX", "SQLite"}, "pandas": kinds, "R": kinds}


def test_the_page_about_downloads_names_every_file(folder: Path) -> None:
    text = (ROOT / "docs" / "downloads.md").read_text("utf-8")
    named = {re.sub(r"^(csv|jsonl|parquet)/\w+", r"\1/TABLE", file["path"]) for file in listing(folder)["files"]}
    assert [name for name in sorted(named) if f"`{name}`" not in text] == []
