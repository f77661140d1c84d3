"""One address of every route of the site, in every format: what attacks begin with."""

from datasette.app import Datasette

FORMATS = ("", ".json", ".csv", ".excel.csv", ".xlsx")
CITATIONS = ("bib", "ris", "json", "txt")
FIXED = [
    "/",
    "/?plan={plan}",
    "/timeline",
    "/timeline?_embed=1",
    "/data",
    "/about",
    "/print/{plan}-nogyo",
    "/verify",
    "/verify.json?hash=0123456789abcdef",
    "/changes.atom",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap/{plan}.xml",
    "/opensearch.xml",
    "/llms.txt",
    "/plans",
    "/plans.json",
    "/plans.db",
    "/plans?sql=select+code,name+from+measures",
    "/plans.json?sql=select+code,name+from+measures&_shape=array",
    "/plans.csv?sql=select+code,name+from+measures",
    "/plans.xlsx?sql=select+code,name+from+measures",
    "/plans/measures?_facet=sector_id&_facet=is_new",
    "/plans/measures.json?_facet=sector_id&_labels=on",
    "/plans/measures?_search=a&_sort_desc=number&_size=3",
    "/plans/measures?_where=number>3",
    "/plans/measures?_chart=1&_size=max",
    "/plans/measures?_embed=1",
    "/plans/search?q=%E7%B5%A6%E9%A3%9F",
    "/plans/search.json?q=%E7%B5%A6%E9%A3%9F",
    "/-/suggest?q=%E8%BE%B2",
    "/-/versions.json",
    "/-/settings.json",
    "/-/databases.json",
    "/-/plugins.json",
    "/-/metadata.json",
    "/-/health",
    "/static/site.css",
    "/static/search.js",
    "/static/favicon.svg",
    "/styles/site.css",
    "/styles/tables.css",
    "/files/files.json",
    "/pictures/home.png",
    "/favicon.ico",
    "/-/static/app.css",
    "/-/static/table.js",
    "/openapi.json",
    "/notebooks/start.ipynb",
    "/reconcile",
    "/reconcile?queries=%7B%22a%22:%7B%22query%22:%22%E5%95%86%E5%B7%A5%E4%BC%9A%22%7D%7D",
    "/reconcile/suggest?prefix=a",
    "/nothing",
]


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
