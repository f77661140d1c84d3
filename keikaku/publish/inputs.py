"""What pages depend on: the rows of their municipality and those of none, named by digests.

A page of a plan shows no row of another municipality, so that its digest changes only with its municipality's rows, with
what all share, and when a site of one plan becomes one of many.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from keikaku.publish.addresses import list_records
from keikaku.schema.tables import read_schema

SHARED = None
_FIGURES = """
    SELECT f.id, p.municipality_id
    FROM figures AS f JOIN indicators AS i ON i.id = f.indicator_id JOIN plans AS p ON p.id = i.plan_id
"""


def digest_inputs(execute: Callable[..., Any]) -> dict[str | None, str]:
    """Plan -> digest of its inputs; SHARED -> that of the rows which belong to no plan alone."""
    plans: dict[str, str] = dict(execute("SELECT id, municipality_id FROM plans ORDER BY id"))
    owners = {row_id: plans[plan] for plan, _, row_id in list_records(execute)} | dict(execute(_FIGURES))
    owners |= {city: city for city in plans.values()}
    digests: dict[str | None, Any] = {SHARED: hashlib.sha256()}
    digests[SHARED].update(b"%d" % min(len(plans), 2))
    for table in read_schema():
        if not table.is_view and not table.name.startswith("search_"):
            for row in execute(f"SELECT * FROM {table.name} ORDER BY rowid"):
                owner = _find_owner(row, owners)
                digests.setdefault(owner, hashlib.sha256()).update(repr((table.name, row)).encode())
    shared = digests[SHARED].hexdigest()
    cities = {
        city: hashlib.sha256(f"{digest.hexdigest()} {shared}".encode()).hexdigest()[:16]
        for city, digest in digests.items()
    }
    return {SHARED: cities[SHARED]} | {plan: cities[city] for plan, city in plans.items()}


def _find_owner(row: Iterable[Any], owners: dict[str, str]) -> str | None:
    """The municipality of the first record that a row is or names."""
    return next((owners[value] for value in row if isinstance(value, str) and value in owners), SHARED)
