"""What was measured, as Markdown between the marks of a page of docs/, by a template of templates/; and what it was measured on."""

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def fill(name: str, **measured: Any) -> str:
    """The text of templates/NAME."""
    return _TEMPLATES.get_template(name).render(measured).rstrip("\n")


def replace_measured(page: Path, text: str) -> None:
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    page.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")


def describe_machine() -> str:
    return (
        f"Datasette {version('datasette')}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} on "
        f"{platform.machine()} with {os.cpu_count()} processors, which servers and wrk share."
    )


def say_bytes(size: float) -> str:
    return f"{size / 1e6:,.0f} MB"


def _say_about(number: float) -> str:
    """To about two digits."""
    return f"{number:,.{0 if number >= 10 else 1 if number >= 1 else 2}f}"


_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# {{ 1234.5|number }}, with as many decimals as named; {{ 0.123|about }}; {{ 2000000|bytes }}
_TEMPLATES.filters.update(about=_say_about, bytes=say_bytes, number=lambda value, decimals=0: f"{value:,.{decimals}f}")
