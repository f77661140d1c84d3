"""Many plans without a server: a folder of folders, one for each municipality or prefecture, and a first page that leads to them.

Guarantees: each part is a folder of keikaku.serving.stick of its own, which works and is checked without the others; the same
data, code and libraries give the same bytes. Records have no files besides their pages in it: plans.db and files/ have them all.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from keikaku.database.building import build_database
from keikaku.files.proof import MANIFEST, list_differences, read_digests, write_manifest
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.plan.fiscal_year import format_date
from keikaku.plan.folder import find_cities, read_city
from keikaku.publish.filling import fill
from keikaku.serving.baking import write_site
from keikaku.serving.stick import FACTS, read_facts, write_stick

SYNONYMS = "synonyms.yml"
INDEX = "index.json"  # every plan with its part, for programs
_PLANS = """
SELECT municipality_code, prefecture, municipality, municipality_id, id, title, theme, start_fiscal_year, end_fiscal_year
FROM plan_facts ORDER BY municipality_code, start_fiscal_year, id
"""
Say = Callable[[str], None]


def write_parts(data: Path, folder: Path, by: str, address: str | None, say: Say) -> int:
    """Write the folder anew, `by` municipality or prefecture, and return how many files it has; raises FilesError and InvalidData."""
    groups: dict[str, list[Path]] = {}
    for city in find_cities(data):
        groups.setdefault(city.name if by == "municipality" else read_city(city).municipality.code[:2], []).append(city)
    with replacing(folder, MANIFEST) as new, TemporaryDirectory() as temporary:
        for name, cities in sorted(groups.items()):
            part = Path(temporary) / name
            for city in cities:
                shutil.copytree(city, part / "data" / city.name)
            if (data / SYNONYMS).is_file():  # what names plans of several parts is for none of them
                shutil.copy(data / SYNONYMS, part / "data")
            database = part / "plans.db"
            build_database(part / "data", database, {}, say)
            write_site(database, part / "site", address, say)
            say(f"{name}: {write_stick(database, part / 'site', new / name, is_part=True)} files")
            shutil.rmtree(part)
        return write_first_page(new, by)


def write_first_page(folder: Path, by: str) -> int:
    """What stands above the parts, which must be there: the page that leads to them, the list of all plans, how to check them."""
    parts = sorted(file.parent for file in folder.glob(f"*/{FACTS}"))
    plans = [{"part": part.name, **plan} for part in parts for plan in _read_plans(part / "plans.db")]
    known = [read_facts(part) for part in parts]
    facts = {**known[0], "by": by, "date": max(part["date"] for part in known)}
    del facts["database"]
    for path in ("styles/home.css", "static/stick/verify.js"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(parts[0] / path, folder / path)
    (folder / FACTS).write_text(json.dumps(facts, indent=1))
    (folder / INDEX).write_text(json.dumps(plans, ensure_ascii=False, indent=0), "utf-8")
    (folder / "README.txt").write_text(fill("stick_readme.txt", **facts), "utf-8")
    day = facts["date"] and format_date(facts["date"])
    page = fill("stick_parts.html", plans=plans, day=day, **facts)
    (folder / "index.html").write_text(page, "utf-8")
    return write_manifest(folder)


def compare_parts(folder: Path, data: Path, say: Say) -> list[str]:
    """Make a folder of parts again from the data, and name the files that are not the same."""
    facts = read_facts(folder)
    with TemporaryDirectory() as temporary:
        again = Path(temporary) / "stick"
        write_parts(data, again, facts["by"], facts["address"], say)
        return list_differences(read_digests(again), read_digests(folder))


def _read_plans(database: Path) -> list[dict[str, Any]]:
    with closing(open_read_only(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(_PLANS)]
