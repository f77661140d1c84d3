"""The tables as Parquet for engines that read folders: TABLE/prefecture_code=13/plan=ID/rows.parquet, as Hive names partitions.

Rows of a municipality have no plan, those of all plans no prefecture: theirs is `-`. A folder holds one plan at most, so that a new
plan changes no other file; the same rows give the same bytes.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from keikaku.files.replacing import replacing
from keikaku.publish.catalogue.data_set import DataSet, TableInfo, read_data_set
from keikaku.publish.catalogue.formats import write_parquet

NOBODY = "-"
MARK = "_keikaku"  # what tells a folder of ours; engines pass over names that begin with _
Owner = tuple[str, str]  # prefecture and plan


def write_partitions(database: Path, metadata: Path, folder: Path) -> int:
    """Write the folder, whole or not at all; returns the number of its files. Raises FilesError."""
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
