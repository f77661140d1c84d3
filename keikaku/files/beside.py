"""What stands beside a module in a form of its own: words, tables and patterns in YAML, statements in SQL."""

import re
from pathlib import Path
from typing import Any

import yaml


def read_data(module: str, name: str) -> Any:
    """What the YAML file of this name says."""
    return yaml.load(Path(module).with_name(name).read_text("utf-8"), Loader=yaml.CSafeLoader)


def read_statements(module: str) -> dict[str, str]:
    """The statements of the SQL file of the module's own name, by the names that stand above them: `-- name: NAME`."""
    parts = re.split(r"^-- name: (\w+)\n", Path(module).with_suffix(".sql").read_text("utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def compile_patterns(patterns: dict[str, str], **known: str) -> dict[str, re.Pattern[str]]:
    """Regular expressions by their names, in which `{name}` stands for one before it (or `known`) and white space for nothing."""
    for name, pattern in patterns.items():
        filled = re.sub(r"\{([a-z_]+)\}", lambda found: known[found[1]], re.sub(r"\s", "", pattern))
        known[name] = filled
    return {name: re.compile(known[name]) for name in patterns}
