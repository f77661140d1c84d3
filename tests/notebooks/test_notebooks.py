"""The notebooks run from a site's address to their last cell, and what is kept of them is fit to be read."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from keikaku.publish.catalogue.guides import LOCAL, Notebook, point_at, read_notebooks
from tests.notebooks.running_notebooks import NOTEBOOKS, SITE, run_notebook, site_with_files

MOST_BYTES = 60_000


@pytest.fixture(scope="module")
def ran(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[Path, nbformat.NotebookNode]:
    """Every notebook, run now."""
    with site_with_files(tmp_path_factory.mktemp("notebooks"), site_folder / "plans.db") as address:
        return {path: run_notebook(path, address) for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end_and_shows_the_same_kinds_of_things(
    path: Path, ran: dict[Path, nbformat.NotebookNode]
) -> None:
    """The figures change with the data and, past due dates, with the day; the rest does not."""
    kept, now = nbformat.read(path, as_version=4), ran[path]
    assert [c.source for c in now.cells] == [c.source for c in kept.cells]
    for before, after in zip(kept.cells, now.cells, strict=True):
        if before.cell_type == "code":
            kinds = [sorted(o.get("data", {"text": 0})) for o in before.outputs]
            assert kinds == [sorted(o.get("data", {"text": 0})) for o in after.outputs], "run make notebooks"


def test_a_chart_and_a_table_come_out(ran: dict[Path, nbformat.NotebookNode]) -> None:
    shown = {path.stem: json.dumps([c.get("outputs") for c in n.cells], ensure_ascii=False) for path, n in ran.items()}
    assert all(word in shown["unmet_targets"] for word in ("image/svg+xml", "未達成の目標", "工業", "データの版"))
    assert all(word in shown["parquet_with_duckdb"] for word in ("corporate_number", "VARCHAR", "令和6年度", "商工会"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_kept_is_small_and_of_no_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert len(text.encode()) < MOST_BYTES
    assert not re.search(r"/(?:tmp|home|root|work|Users)/|\\\\Users|error|Traceback", text.replace('"stderr"', "error"))
    assert set(re.findall(r"http://127[\d.]+:\d+", text)) == {SITE}
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert notebook.cells[0].source.startswith("# ")
    assert "http" not in "".join(cell.source.replace(SITE, "") for cell in code if "import" not in cell.source)


# From the site


async def test_the_site_gives_them_away_with_its_own_address(site) -> None:
    page = (await site.client.get("/data")).text
    for notebook in read_notebooks():
        assert f'href="/notebooks/{notebook.name}.ipynb"' in page
        assert notebook.title in page
        answer = await site.client.get(f"/notebooks/{notebook.name}.ipynb")
        assert answer.headers["content-type"].startswith("application/x-ipynb+json")
        assert answer.headers["access-control-allow-origin"] == "*"
        told = nbformat.reads(answer.text, as_version=4)
        assert LOCAL not in answer.text
        assert 'os.environ.get("KEIKAKU_SITE", "http://localhost")' in told.cells[1].source
    assert (await site.client.get("/notebooks/nosuch.ipynb")).status_code == 404


@pytest.mark.parametrize("odd", ['http://a"b', "http://x\\", "javascript:alert(1)", "http://a b/"])
def test_an_odd_address_does_not_get_into_the_code(odd: str) -> None:
    notebook = Notebook("n", "t", f'"{LOCAL}"')
    assert point_at(notebook, odd) == notebook.content
    assert point_at(notebook, "https://example.jp/plans/") == '"https://example.jp/plans"'
