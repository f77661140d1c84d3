"""The stable addresses of the site described for programs (OpenAPI 3.1), from what the schema and metadata.yml say of them."""

import re
from collections.abc import Mapping
from typing import Any

from keikaku.database.content_hash import LENGTH
from keikaku.publish.filling import fill_data
from keikaku.publish.records.citation import FORMATS, RECORDS
from keikaku.publish.records.json_ld import DESCRIBED
from keikaku.publish.tables.query_forms import find_parameter

_TYPES = {"TEXT": "string", "INTEGER": "integer", "NUMERIC": "number"}
_TAGS = re.compile(r"<[^>]+>")


def build_openapi(site: Mapping[str, Any]) -> dict[str, Any]:
    """From title, description, license, license_url, version, database, most_rows (of a page), root (the address of the home
    page without a slash at its end), tables and queries.

    A table or view has name, title, description, fields, key (the column whose value is the end of a record's address, None
    without such addresses) and example (a value of it); a field has name, type (TEXT, INTEGER, NUMERIC, or "" for a
    computed one), required, heading and meaning. A query has name, title, description, parameters (names), and columns with
    heading and meaning of each.
    """
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
