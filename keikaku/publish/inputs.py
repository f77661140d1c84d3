"""What pages depend on: the rows of their plan and those of no plan, named by digests.

A page of a plan shows no row of another plan, so that its digest changes only with that plan's rows, with what all plans
share, and when a site of one plan becomes one of many.
"""

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from keikaku.publish.addresses import list_records
from keikaku.schema.tables import read_schema

SHARED = None


def digest_inputs(execute: Callable[..., Any]) -> dict[str | None, str]:
    """Plan -> digest of its inputs; SHARED -> that of the rows which belong to no plan alone."""
    owners = {row_id: plan for plan, _, row_id in list_records(execute)}
    digests: dict[str | None, Any] = {SHARED: hashlib.sha256()}
    plans = sorted(set(owners.values()))
    digests[SHARED].update(b"%d" % min(len(plans), 2))
    for table in read_schema():
        if not table.is_view and not table.name.startswith("search_"):
            for row in execute(f"SELECT * FROM {table.name} ORDER BY rowid"):
                owner = _find_owner(row, owners)
                digests.setdefault(owner, hashlib.sha256()).update(repr((table.name, row)).encode())
    shared = digests[SHARED].hexdigest()
    return {
        plan: hashlib.sha256(f"{digest.hexdigest()} {shared}".encode()).hexdigest()[:16]
        for plan, digest in digests.items()
    }


def _find_owner(row: Iterable[Any], owners: dict[str, str]) -> str | None:
    """The plan of the first record that a row is or names."""
    return next((owners[value] for value in row if isinstance(value, str) and value in owners), SHARED)
