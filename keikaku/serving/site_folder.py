"""Where the files lie that were made from a database: in the folder `site` beside it, or in the one that is just being made."""

from pathlib import Path
from weakref import WeakKeyDictionary

from datasette.app import Datasette

FOLDER = "site"

_folders: WeakKeyDictionary[Datasette, Path] = WeakKeyDictionary()


def find_site(datasette: Datasette) -> Path:
    """The folder need not be there."""
    return _folders.get(datasette) or Path(datasette.get_database().path or "").absolute().with_name(FOLDER)


def use_site(datasette: Datasette, folder: Path) -> None:
    """Look for the files in another folder."""
    _folders[datasette] = folder
