"""The few names of Datasette 0.65 that are not part of its public interface: what needs them imports them from here.

DatasetteError      raised by pages for a visitor's mistake: it has a status, and Datasette has no public one
TableView           the page of a table; keikaku.views.table_page sorts its first page by the key too
forget_handler      Datasette asks every handler of an exception and sends the first answer; its own would make a second
                    page for each, in English, and print every traceback
local_metadata      metadata.yml as read: what it leaves out is said from the data, for pages and JSON alike
keep_permissions    what metadata.yml allows of a table is found by a copy of all of it, for each table that a page names
set_base_url        settings are given before metadata.yml is read, in which a publisher names the site's address
"""

from functools import lru_cache
from typing import Any

from datasette import handle_exception as _core_handler
from datasette.app import Datasette
from datasette.plugins import pm as _plugins
from datasette.views.base import DatasetteError
from datasette.views.table import TableView

__all__ = ["DatasetteError", "TableView", "forget_handler", "keep_permissions", "local_metadata", "set_base_url"]


def forget_handler() -> None:
    """Leave exceptions to our own handler; a second call does nothing."""
    if _plugins.is_registered(_core_handler):
        _plugins.unregister(_core_handler)


def keep_permissions(datasette: Datasette) -> None:
    """Find what is allowed of a table once; visitors may ask for tables that are not there."""
    find: Any = lru_cache(maxsize=500)(datasette._table_permission_allows)
    datasette._table_permission_allows = find


def set_base_url(datasette: Datasette, base: str) -> None:
    """The path below which Datasette makes its own links."""
    datasette._settings["base_url"] = base


def local_metadata(datasette: Datasette) -> dict[str, Any]:
    """What metadata.yml says, to be added to before the site starts."""
    metadata: dict[str, Any] = datasette._metadata_local
    return metadata
