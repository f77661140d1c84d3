"""Runs docs/notebooks/ against the site of this tree: `python -m tests.notebooks.running_notebooks` keeps what they show.

Guarantees: the same data on the same day gives the same bytes, whatever the port and the folder.
"""

import os
import tempfile
from pathlib import Path
from unittest.mock import patch

import nbformat
from nbclient import NotebookClient

from tests.browser.running_site import ROOT, running_site

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
SITE = "http://127.0.0.1:8001"  # what stands in the notebooks
SECONDS = 60


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
    with tempfile.TemporaryDirectory() as folder, running_site(Path(folder), baked=True) as address:
        for path in NOTEBOOKS:
            nbformat.write(run_notebook(path, address), path)
