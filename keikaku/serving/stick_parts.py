"""Many plans without a server: a folder of folders, one for each municipality or prefecture, and a first page that leads to them.

Guarantees: each part is a folder of keikaku.serving.stick of its own, which works and is checked without the others; the first
page finds municipalities, plans and measures of all parts by name; the same data, code and libraries give the same bytes.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from keikaku.database.building import build_database
from keikaku.database.titles import keep_titles
from keikaku.files.proof import MANIFEST, list_differences, read_digests, write_manifest
from keikaku.files.read_only import open_read_only
from keikaku.files.replacing import replacing
from keikaku.plan.folder import find_cities, read_city
from keikaku.publish.filling import fill, read_rows
from keikaku.serving.baking import write_site
from keikaku.serving.stick import FACTS, read_facts, render, write_scripts, write_stick

SYNONYMS = "synonyms.yml"
INDEX = "index.json"  # every plan with its part, for programs
_PLANS = """
SELECT iif(:by = 'municipality', municipality_id, substr(municipality_code, 1, 2)) AS part,
    municipality_code, prefecture, municipality, municipality_id, id, title, theme, start_fiscal_year, end_fiscal_year
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
        whole = Path(temporary) / "plans.db"
        build_database(data, whole, {}, say)
        return write_first_page(new, by, whole)


def write_first_page(folder: Path, by: str, database: Path) -> int:
    """What stands above the parts, which must be there: the page that finds plans and leads to them, the list of all plans,
    how to check them. Of the database of all plans, what finds them is left.
    """
    with open_read_only(database) as connection:
        plans = read_rows(connection.execute, _PLANS, by=by)
    known = [read_facts(folder / part) for part in sorted({plan["part"] for plan in plans})]
    facts = {**known[0], "by": by, "is_part": False, "date": max(part["date"] for part in known)}
    del facts["database"]
    for path in ("styles/tables.css", "static/stick/page.js", "static/stick/search.js", "static/stick/verify.js"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / plans[0]["part"] / path, folder / path)
    keep_titles(database, [(plan["id"], plan["part"]) for plan in plans])
    write_scripts(folder / "db", database)
    (folder / FACTS).write_text(json.dumps(facts, indent=1))
    (folder / INDEX).write_text(json.dumps(plans, ensure_ascii=False, indent=0), "utf-8")
    (folder / "README.txt").write_text(fill("stick_readme.txt", **facts), "utf-8")
    (page,) = render(database, {"index.html": "stick_parts.html"}, {**facts, "plans": plans})
    (folder / "index.html").write_text(page, "utf-8")
    return write_manifest(folder)


def compare_parts(folder: Path, data: Path, say: Say) -> list[str]:
    """Make a folder of parts again from the data, and name the files that are not the same."""
    facts = read_facts(folder)
    with TemporaryDirectory() as temporary:
        again = Path(temporary) / "stick"
        write_parts(data, again, facts["by"], facts["address"], say)
        return list_differences(read_digests(again), read_digests(folder))
