"""Which rules of metadata.yml hold for a table, found once: Datasette copies all metadata for each table of each page."""

from functools import lru_cache

from datasette import hookimpl
from datasette.app import Datasette


@hookimpl
def startup(datasette: Datasette) -> None:
    """Metadata stays as it is while the site runs; what a visitor may see is still asked for each request."""
    find_rules = datasette._table_permission_allows
    if not hasattr(find_rules, "cache_info"):
        datasette._table_permission_allows = lru_cache(maxsize=256)(find_rules)
