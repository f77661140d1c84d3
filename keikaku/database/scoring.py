"""Anyone's tables -> what is written in them by which a reader could tell whether each target was met, and what is not."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlean
from sqlite_utils import Database

from keikaku.database.rows import TABLES, build_rows, code_rows, fiscal_year_rows
from keikaku.importing.exporting import open_tables
from keikaku.plan.folder import read_tables
from keikaku.plan.model import City
from keikaku.schema.tables import SCHEMA

ASKED = {
    "has_number": "数",
    "has_unit": "単位",
    "has_baseline": "基準値",
    "has_year": "年",
    "has_direction": "よい向き",
    "has_body": "団体",
}
NAMED = 5  # targets that a line names


def describe_tables(path: Path) -> Iterator[str]:
    """Lines for the city, of a folder or a workbook; raises InvalidData where something in the tables is wrong."""
    with open_tables(path) as folder:
        city = read_tables(folder)
    plan = city.plans[0]
    counts = f"目標 {len(plan.goals)}行、施策 {len(plan.measures)}行、指標 {len(plan.indicators)}行"
    yield f"{path}：誤りはありません（{counts}）。"
    targets = read_checkability(city)
    if not targets:
        yield "目標値が一つもないので、達成したかどうかは、だれにも確かめられません。"
        return
    whole = sum(target["score"] == len(ASKED) for target in targets)
    yield f"目標値 {len(targets)}件のうち、確かめるのに要る六つがそろっているもの {whole}件。"
    for column, word in ASKED.items():
        lacking = [target for target in targets if not target[column]]
        named = "、".join(dict.fromkeys(target["label"] for target in lacking[:NAMED]))
        more = "など" if len(lacking) > NAMED else ""
        told = f"（ないもの {len(lacking)}件：{named}{more}）" if lacking else ""
        yield f"  {word} {len(targets) - len(lacking)}件{told}"


def read_checkability(city: City) -> list[dict[str, Any]]:
    """The rows of the view checkability for one municipality, without a file."""
    with closing(sqlean.connect(":memory:")) as connection:
        database = Database(connection, execute_plugins=False)
        database.executescript(SCHEMA.read_text("utf-8"))
        database.table("codes").insert_all(code_rows())
        database.table("fiscal_years").insert_all(fiscal_year_rows(1990, 2060))
        rows = build_rows(city)
        for table in TABLES:
            database.table(table).insert_all(rows[table])
        return list(database.query("SELECT * FROM checkability"))
