"""Pages of plans of other shapes than Akishima's say the words of their own rows, and no other plan's."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from datasette.app import Datasette

from keikaku.publish.addresses import list_addresses
from tests.conftest import ROOT, fill_folder, make_once

FIXTURES = ROOT / "tests" / "fixtures"
WORDS = ("前期", "後期", "推進団体", "昭島")
# What the tables of real cities print; minato and subete are invented with halves of their own.
PRINTED = {"kakogawa-sosei2": set(), "toyoake-danjo2": {"前期", "後期"}, "akishima-kihon4": {"昭島"}}
FILES = (".xlsx", ".bib", ".ris")


@pytest.fixture(scope="session")
async def all_shapes(tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    datasette = Datasette(config_dir=make_once(tmp_path_factory, "all_shapes", build_all_shapes))
    await datasette.invoke_startup()
    return datasette


def build_all_shapes(folder: Path) -> None:
    fill_folder(folder, "--data", FIXTURES)


def build_one_shape(folder: Path) -> None:
    shutil.copytree(FIXTURES / "toyoake", folder / "data" / "toyoake")
    fill_folder(folder, "--data", folder / "data")


@pytest.mark.parametrize("plan", PRINTED)
async def test_no_permanent_address_of_a_plan_says_a_word_of_another(all_shapes: Datasette, plan: str) -> None:
    found: Counter[str] = Counter()
    asked = 0
    for address in await addresses_of(all_shapes, plan):
        response = await all_shapes.client.get(address)
        assert response.status_code == 200, address
        asked += 1
        found.update(f"{word} {kind(address)}" for word in WORDS if word in response.text and word not in PRINTED[plan])
    assert asked > 50
    assert found == {}


@pytest.mark.parametrize(
    ("indicator", "shown"),
    [
        ("kakogawa-sosei2-measure-4-target-2", ["2,205千人", "2,539千人"]),
        ("kakogawa-sosei2-measure-4-target-3", ["56.7%", "67.0%"]),
        ("subete-kihon2-kenko-josei", ["83.1歳", "84.5歳", "83.0歳"]),
        ("subete-kihon2-1-1-1-target-1", ["800〜1,000世帯", "900世帯"]),
    ],
)
async def test_figures_are_shown_as_printed(all_shapes: Datasette, indicator: str, shown: list[str]) -> None:
    page = re.sub("<[^>]*>", "", (await all_shapes.client.get(f"/plans/indicators/{indicator}")).text)
    assert [number for number in shown if number not in page] == []
    assert not re.search("2,539,000|67%|83歳", page)


async def addresses_of(site: Datasette, plan: str) -> list[str]:
    described = site.metadata(database="plans")
    listed = await site.get_database("plans").execute_fn(lambda c: list(list_addresses(c.execute, described)))
    return [a.path for a in listed if a.plan == plan and not a.path.endswith(FILES)]


def kind(address: str) -> str:
    return re.sub(r"[\w%~-]+(?=[.?]|$)", "*", address, count=1)


async def test_a_site_of_one_plan_says_its_words_in_headings(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Datasette(config_dir=make_once(tmp_path_factory, "one_shape", build_one_shape))
    await site.invoke_startup()
    for path in ("/", "/plans", "/plans/measures", "/plans/measure_overview", "/plans/search?q=保育園", "/about"):
        page = (await site.client.get(path)).text
        assert "事業" in page, path
        assert not re.search("〔|施策|推進団体", page), path
