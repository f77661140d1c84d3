"""One address of every route of the site, in every format: what attacks begin with."""

from pathlib import Path

from datasette.app import Datasette

FORMATS = ("", ".json", ".csv", ".excel.csv", ".xlsx")
CITATIONS = ("bib", "ris", "json", "txt")
FIXED = Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines()


async def list_addresses(site: Datasette, plan: str) -> list[str]:
    """With every table, view and query, and a row of every table; `plan` is the id of one."""
    db = site.get_database("plans")
    hidden = await db.hidden_table_names()
    tables = [name for name in await db.table_names() if name not in hidden]
    listings = [*tables, *await db.view_names(), *await site.get_canned_queries("plans", None)]
    found = [address.replace("{plan}", plan) for address in FIXED]
    found += [f"/plans/{name}{ending}" for name in listings for ending in FORMATS]
    for table in tables:
        keys = await db.primary_keys(table)
        if keys == ["id"] and (row := (await db.execute(f"select id from {table} limit 1")).first()):
            found += [f"/plans/{table}/{row['id']}{ending}" for ending in (*FORMATS, ".jsonld")]
            found += [f"/cite/{table}/{row['id']}.{ending}" for ending in CITATIONS]
            found += [f"/calendar/{row['id']}.ics"]
    return found
