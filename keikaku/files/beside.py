"""What stands beside a module in a form of its own: words and tables in YAML, statements in SQL."""

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
