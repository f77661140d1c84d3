"""What is published as a document of fixed form stands in templates/ beside this; here it is filled in.

XML and SVG escape what is filled in, text takes it as it is, YAML takes it as JSON and gives the data that it describes,
iCalendar takes it as the value of a property.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from html import escape
from typing import Any

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

Row = dict[str, Any]
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")  # which YAML takes for line breaks or refuses
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


def fill(name: str, /, **words: Any) -> str:
    """The text of templates/NAME."""
    return _environment(name.rpartition(".")[2]).get_template(name).render(words)


def fill_data(name: str, /, **words: Any) -> Any:
    """What the YAML of templates/NAME says, in the order in which it stands there."""
    return yaml.load(fill(name, **words), yaml.CSafeLoader)


def read_rows(execute: Callable[..., Any], sql: str, **values: Any) -> list[Row]:
    """The rows of a statement by the names of their columns."""
    found = execute(sql, values)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]


def _write_json(value: Any) -> str:
    return _UNPRINTABLE.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(value, ensure_ascii=False))


def _write_property(value: Any) -> str:
    """Line breaks as \\n, what separates values with a backslash, no control characters (RFC 5545)."""
    plain = _CONTROL.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "bib": str,
    "ics": _write_property,
    "ris": str,
    "sql": str,
    "txt": str,
    "xml": lambda value: escape(str(value)),
    "yml": _write_json,
}


@cache
def _environment(kind: str) -> Environment:
    write = _WRITERS.get(kind, _WRITERS["xml"])
    return Environment(
        loader=PackageLoader("keikaku.publish"),
        autoescape=True,  # so that what a macro gives is told from a word
        finalize=lambda value: value if isinstance(value, Markup) else Markup(write(value)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
