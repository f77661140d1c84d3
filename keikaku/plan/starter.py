"""The first files of a new plan: what must be there, filled in, and what may be there, as comments and headings."""

import json
from pathlib import Path

from keikaku.files.beside import read_data
from keikaku.plan.errors import refusal
from keikaku.plan.fiscal_year import read_fiscal_years
from keikaku.plan.folder import read_city
from keikaku.plan.plain_text import plain_text
from keikaku.plan.reading import is_missing


def read_span(folder: Path, years: str) -> tuple[int, int]:
    """The first and the last fiscal year of a plan in a folder. Raises InvalidData."""
    try:
        found = read_fiscal_years(plain_text(years).text)
    except ValueError as error:
        raise refusal(folder, "years", years=years, why=error) from None
    return found[0], found[-1]


def write_starter(
    folder: Path, code: str, name: str, title: str, years: str, document: str = "", retrieved: str = ""
) -> list[Path]:
    """Write the files of a plan into data/<municipality>/<plan>, and those of the municipality unless it has some.

    `years` is as 2021-2026, `document` what is read if that is not the plan itself, `retrieved` the day of that. Returns the new files, which can be built as they are. Raises InvalidData, with the files
    left to be mended where something in them is wrong.
    """
    first, last = read_span(folder, years)
    if folder.exists():
        raise refusal(folder, "exists")
    city = folder.parent
    if is_missing(city / "municipality.yml") and not (code and name):
        raise refusal(folder, "new city")
    values = {
        "city": city.resolve().name,
        "plan": folder.resolve().name,
        "code": code,
        "name": json.dumps(name, ensure_ascii=False),
        "title": json.dumps(title, ensure_ascii=False),
        "document": json.dumps(document or title, ensure_ascii=False),
        "retrieved": f'\n    retrieved: "{retrieved}"' if retrieved else "",
        "first": first,
        "last": last,
    }
    words = read_data(__file__, "starter.yml")
    texts = {folder / "plan.yml": words["plan"].format(**values)}
    texts |= {folder / f"{table}.csv": f"{headings}\n" for table, headings in words["tables"].items()}
    if is_missing(city / "municipality.yml"):
        texts[city / "municipality.yml"] = words["municipality"].format(**values)
        texts[city / "organizations.csv"] = f"{words['organizations']}\n"
    folder.mkdir(parents=True)
    for file, text in texts.items():
        file.write_text(text, "utf-8-sig" if file.suffix == ".csv" else "utf-8")  # the mark is for Excel
    read_city(city)
    return list(texts)
