"""One record of the database as schema.org knows it, in JSON-LD whose context is inside: no reader needs the network.

The permanent address of a record is its @id, and whatever it names has an @id of the same kind; json_ld.yml says what a
record of each table tells. What is no CreativeWork cannot be part of the data set in schema.org: it is a subject of it.
"""

import json
from collections.abc import Callable
from typing import Any

from keikaku.files.beside import read_data
from keikaku.publish.filling import read_rows

Json = dict[str, Any]
Execute = Callable[..., Any]

_MAPPING = read_data(__file__, "json_ld.yml")
DESCRIBED: tuple[str, ...] = tuple(_MAPPING["tables"])
# Where a record is read from, if not from its table.
_SOURCES = {"plans": "plan_facts"}


def build_record(execute: Execute, table: str, row_id: str, root: str, license_url: str) -> Json | None:
    """The record under this id, None if there is none; raises KeyError for a table that is not in DESCRIBED.

    `root` is the address of the site, with a slash at its end.
    """
    told = _MAPPING["tables"][table]
    row = next(iter(read_rows(execute, f"SELECT * FROM {_SOURCES.get(table, table)} WHERE id = :id", id=row_id)), None)
    if row is None:
        return None
    known = {"plan_id": row_id, "root": root, **row}
    data_set = {"@type": "Dataset", "@id": f"{root}data#dataset"}
    address = f"{root}plans/{table}/{row_id}"
    described: Json = {"@context": _MAPPING["context"], "@id": address, "identifier": row_id, "url": address}
    described["@type"] = _find_type(table, row.get("kind"))
    described |= {word: _read(execute, source, known) for word, source in told.items()}
    if "isPartOf" in told:
        described |= {"isPartOf": [*described["isPartOf"], data_set], "sdLicense": license_url, "inLanguage": "ja"}
    else:
        described["subjectOf"].append(data_set)
    return {word: value for word, value in described.items() if value not in (None, [], "")}


def _read(execute: Execute, source: str | Json, known: Json) -> Any:
    """What a property says; see json_ld.yml."""
    if not isinstance(source, dict):
        return known[source] if source else []
    ((kind, sql),) = source.items()
    rows = execute(sql, known).fetchall()
    if kind == "records":
        return [_name_record(known["root"], *row) for row in rows]
    value = rows[0][0] if rows else None
    return json.loads(value, object_pairs_hook=_known) if kind == "json" and value else value


def _known(pairs: list[tuple[str, Any]]) -> Json:
    """What is not known is not said."""
    return {word: value for word, value in pairs if value is not None}


def _name_record(root: str, table: str, row_id: str, name: str, kind: str = "") -> Json:
    return {"@type": _find_type(table, kind), "@id": f"{root}plans/{table}/{row_id}", "name": name}


def _find_type(table: str, kind: str | None) -> str | list[str]:
    type_: str | list[str] = _MAPPING["types"][table]
    return _MAPPING["organizations"].get(kind, type_) if table == "organizations" else type_
