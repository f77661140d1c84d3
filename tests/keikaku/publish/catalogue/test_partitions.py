"""docs/questions.sql: the same rows from plans.db, from Parquet by DuckDB, and (long) from Parquet by Spark."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from keikaku.publish.catalogue.formats import write_partitions
from tests.sites import ROOT

ASKED = (ROOT / "docs" / "questions.sql").read_text("utf-8")
QUESTIONS = dict(re.findall(r"^-- name: (\w+)\n(.*?);$", ASKED, re.MULTILINE | re.DOTALL))
NOBODY_ASKS = {"bodies_in_several_municipalities"}  # of the plans here no two name such a body
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, shapes_folder: Path) -> Path:
    place = tmp_path_factory.mktemp("partitions")
    shutil.copy(shapes_folder / "plans.db", place)
    write_partitions(place / "plans.db", ROOT / "metadata.yml", place / "parquet")
    return place


def compare(place: Path, ask: Callable[[str], Rows]) -> None:
    with closing(sqlite3.connect(place / "plans.db")) as connection:
        expected = {name: connection.execute(sql).fetchall() for name, sql in QUESTIONS.items()}
    assert {name for name, rows in expected.items() if not rows} == NOBODY_ASKS
    assert {name: ask(sql) for name, sql in QUESTIONS.items()} == expected


def test_there_are_twelve_questions_and_every_folder_is_of_one_plan(place: Path) -> None:
    assert len(QUESTIONS) == 12
    folder = place / "parquet" / "measures"
    found = {file.parent.relative_to(folder).as_posix() for file in folder.rglob("*.parquet")}
    plans = (
        "13/plan=akishima-kihon4", "23/plan=toyoake-danjo2", "28/plan=kakogawa-sosei2", "47/plan=minato",
        "47/plan=subete-kihon1", "47/plan=subete-kihon2",
    )  # fmt: skip
    assert found == {f"prefecture_code={plan}" for plan in plans} - {"prefecture_code=13/plan=akishima-kihon4"}


def test_duckdb_answers_with_the_rows_of_sqlite(place: Path) -> None:
    with duckdb.connect() as connection:
        for folder in sorted((place / "parquet").iterdir()):
            if folder.is_dir():
                connection.execute(
                    f"CREATE VIEW {folder.name} AS FROM read_parquet('{folder}/*/*/*.parquet', hive_partitioning = true)"
                )
        compare(place, lambda sql: connection.execute(sql).fetchall())


@pytest.mark.long
def test_spark_answers_with_the_rows_of_sqlite(place: Path) -> None:
    sql = pytest.importorskip("pyspark.sql", reason="pip install -e .[spark]")
    spark = sql.SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        for folder in sorted((place / "parquet").iterdir()):
            if folder.is_dir():
                spark.read.parquet(str(folder)).createOrReplaceTempView(folder.name)
        compare(place, lambda asked: [tuple(row) for row in spark.sql(asked).collect()])
    finally:
        spark.stop()
