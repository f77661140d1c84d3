"""static/standard/: the tables of a plan as Table Schema, and the example of docs/add-a-plan.ja.md as a workbook.

Guarantees: every key of every table stands in the schema with what the page says of it, and the same sources give the same bytes.
"""

import json
import re
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from keikaku.importing.exporting import export_workbook
from keikaku.plan.folder import CITY_FILES, MAPPINGS, PLAN_FILES, plain_types

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "add-a-plan.ja.md"
FOLDER = ROOT / "static" / "standard"
SCHEMA, EXAMPLE = FOLDER / "datapackage.json", FOLDER / "example.xlsx"
PLAN = Path("mihon", "sosei")  # the plan of the page that the workbook has
_BLOCK = re.compile(r"^```(?:csv|yaml) (?P<file>\S+)\n(?P<body>.*?)^```", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| (?P<keys>`.+?`) \|[^|]*\| (?P<meaning>.+?) \|$", re.MULTILINE)
_TABLES = {kind: model for kind, model in (CITY_FILES | PLAN_FILES).items() if kind not in (*MAPPINGS, "synonyms")}


def build_schema() -> str:
    """A Data Package of empty hands: its resources say what the file of each table would hold."""
    page = PAGE.read_text("utf-8")
    resources = [
        {
            "name": kind,
            "type": "table",
            "path": f"{kind}.csv",
            "schema": {
                "$schema": "https://datapackage.org/profiles/2.0/tableschema.json",
                "fields": list(_fields(model, re.split(rf"^### {kind}\b.*$", page, flags=re.MULTILINE)[1])),
                "missingValues": [""],
            },
        }
        for kind, model in _TABLES.items()
    ]
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "keikaku-standard",
        "title": "計画データ標準（案）",
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def _fields(model: type[BaseModel], section: str) -> Iterator[dict[str, Any]]:
    """One for each key; a number may have commas and a list stands in one cell, so that most are text."""
    rows = _ROW.finditer(section.partition("\n#")[0])
    meanings = {key: row["meaning"] for row in rows for key in re.findall(r"`(\w+)`", row["keys"])}
    for key, field in model.model_fields.items():
        kinds = set(plain_types(field.annotation))
        kind = (
            "string"
            if kinds & {str, list, dict}
            else "number"
            if Decimal in kinds
            else "integer"
            if int in kinds
            else "string"
        )
        described = {"name": key, "type": kind, "description": re.sub(r"\[(.+?)\]\(.+?\)", r"\1", meanings[key])}
        yield {**described, **({"constraints": {"required": True}} if field.is_required() else {})}


def write_example(folder: Path) -> Path:
    """The files of the page's example; returns the folder of the plan."""
    for block in _BLOCK.finditer(PAGE.read_text("utf-8")):
        file = folder / block["file"]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block["body"], "utf-8")
    return folder / PLAN


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    SCHEMA.write_text(build_schema(), "utf-8")
    with tempfile.TemporaryDirectory() as folder:
        export_workbook(write_example(Path(folder)), EXAMPLE)


if __name__ == "__main__":
    main()
