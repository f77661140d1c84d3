"""The stable addresses of the site described for programs (OpenAPI 3.1), from what the schema and metadata.yml say of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keikaku.database.content_hash import LENGTH
from keikaku.publish.filling import fill_data
from keikaku.publish.records.citation import FORMATS, RECORDS
from keikaku.publish.records.json_ld import DESCRIBED
from keikaku.publish.tables.query_forms import find_parameter

_TYPES = {"TEXT": "string", "INTEGER": "integer", "NUMERIC": "number"}
_TAGS = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Field:
    """A column; type is TEXT, INTEGER, NUMERIC, or "" for a computed one."""

    name: str
    type: str
    required: bool
    heading: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table or view; key is the column whose value is the end of a record's address, None without such addresses."""

    name: str
    title: str
    description: str
    fields: Sequence[Field]
    key: str | None
    example: str | None


@dataclass(frozen=True)
class Query:
    """A canned query with the names of its parameters, and heading and meaning of each column of its rows."""

    name: str
    title: str
    description: str
    parameters: Sequence[str]
    columns: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Site:
    """What the description is made from; root is the address of the home page without a slash at its end."""

    title: str
    description: str
    license: str
    license_url: str
    version: str
    root: str
    database: str
    tables: Sequence[Table]
    queries: Sequence[Query]
    most_rows: int


def build_openapi(site: Site) -> dict[str, Any]:
    described: dict[str, Any] = fill_data(
        "openapi.yml",
        site=site,
        types=_TYPES,
        formats=FORMATS,
        cited=RECORDS,
        described=DESCRIBED,
        hash_length=LENGTH,
        say_parameter=_say_parameter,
        say_plainly=_say_plainly,
    )
    return described


def _say_parameter(name: str) -> str:
    known = find_parameter(name)
    said = [known.label, f"空なら{known.empty}" if known.empty else "", known.help.rstrip("。")]
    return "。".join(filter(None, said))


def _say_plainly(html: str) -> str:
    """A description without its markup and its examples, which are links."""
    told = (part for part in html.split("</p>") if not part.strip().startswith("<p>例："))
    return "".join("".join(_TAGS.sub("", part).splitlines()) for part in told)
