"""Runs docs/notebooks/ against the site of this tree: `python -m tests.notebooks.running_notebooks` keeps what they show.

Guarantees: the same data on the same day gives the same bytes, whatever the port and the folder.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient

from keikaku.serving import baking
from tests.browser.running_site import ROOT, running_site

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
SITE = "http://127.0.0.1:8001"  # what stands in the notebooks
SECONDS = 60


@contextmanager
def site_with_files(folder: Path, database: Path) -> Iterator[str]:
    """Address of a site that has the files of the whole data set, but no baked pages or pictures, which no notebook reads."""
    with patch.object(baking, "list_addresses", return_value=[]), patch.object(baking, "write_pictures"):
        baking.write_site(database, folder / "site", None, lambda _: None)
    with running_site(folder, database) as address:
        yield address


def run_notebook(path: Path, address: str) -> nbformat.NotebookNode:
    """The notebook with its outputs; raises CellExecutionError for the first cell that fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as home, patch.dict(os.environ, KEIKAKU_SITE=address, IPYTHONDIR=home):
        NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": home}}).execute()
    for cell in notebook.cells:
        cell.metadata.clear()  # when it ran
    notebook.metadata["language_info"] = {"name": "python"}  # without the version of this machine
    return nbformat.reads(nbformat.writes(notebook).replace(address, SITE), as_version=4)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, site_with_files(Path(folder), ROOT / "plans.db") as address:
        for path in NOTEBOOKS:
            nbformat.write(run_notebook(path, address), path)
