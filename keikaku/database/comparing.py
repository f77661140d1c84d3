"""What is the same in plans of several municipalities: units, bodies and indicators, by rule and by data/same_as.yml."""

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from sqlite_utils import Database

from keikaku.database.rows import Row
from keikaku.files.beside import read_data, read_statements
from keikaku.plan.words import SameAs
from keikaku.search.text import normalise

_SQL = read_statements(__file__)
# Unit as printed -> the common unit, and how many of it one is.
UNITS = {
    unit: (common, factor)
    for common, others in read_data(__file__, "units.yml").items()
    for unit, factor in {common: 1, **others}.items()
}


def read_unit(printed: str) -> tuple[str, float]:
    """The common unit, and how many of it one of the printed unit is: 千人 is 1000 人. An unknown unit stands for itself."""
    unit = "".join(unicodedata.normalize("NFKC", printed).split()).removesuffix("/年")
    return UNITS.get(unit, (unit, 1))


def write_comparisons(database: Database, same_as: Iterable[SameAs]) -> None:
    """Write same_as, units and comparable_indicators, when all other tables are there."""
    database.table("same_as").insert_all(_pairs(same_as))
    printed = database.query("SELECT DISTINCT unit FROM indicators WHERE unit IS NOT NULL ORDER BY unit")
    columns = ("unit", "common_unit", "factor")
    units = (dict(zip(columns, (row["unit"], *read_unit(row["unit"])), strict=True)) for row in printed)
    database.table("units").insert_all(units)
    # Cached, since many cities call an indicator alike.
    key = lru_cache(maxsize=4096)(lambda text: normalise(text or "").strip())
    database.conn.create_function("subject_key", 1, key, deterministic=True)
    database.execute(_SQL["comparable_indicators"])


def _pairs(same_as: Iterable[SameAs]) -> Iterator[Row]:
    for group in same_as:
        first, *others = group.ids
        for other in others:
            pair = {"table_name": group.table, "row_id": first, "other_id": other}
            yield {**pair, "is_same": int(group.same), "evidence": group.evidence}
