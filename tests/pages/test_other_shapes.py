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


# The city itself printed these, by the rule baseline; the last column is our figures' number of squares of that plan.
PERCENTS = {"地域活動": -18.0, "家庭生活": 43.1, "家庭でパソコン": 62.1, "避難場所": -14.2}


async def test_progress_shows_the_rates_that_a_city_printed(all_shapes: Datasette) -> None:
    asked = "plan=akishima-kihon4&as_of=2011&rule="
    rows = (await all_shapes.client.get(f"/plans/progress.json?_shape=array&{asked}baseline")).json()
    assert {
        label: row["達成率（％）"] for label in PERCENTS for row in rows if row["指標"].startswith(label)
    } == PERCENTS
    page = (await all_shapes.client.get(f"/plans/progress?{asked}baseline")).text
    assert "達成率：基準値からの前進＝（実績値－基準値）÷（目標値－基準値）" in page
    assert all(f">{percent}<" in page for percent in PERCENTS.values())
    refused = (await all_shapes.client.get("/plans/progress?plan=subete-kihon2&rule=ratio")).text
    assert "減らす目標なので、割り算の率は使えません" in refused


async def test_without_sectors_squares_stand_under_the_highest_goal(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/progress?plan=kakogawa-sosei2")).text
    groups = re.findall(r"<h3>第2期加古川市まち・ひと・しごと創生総合戦略：([^<]+) <span", page)
    goals = await all_shapes.get_database("plans").execute(
        "SELECT title FROM goals WHERE plan_id = 'kakogawa-sosei2' AND parent_id IS NULL ORDER BY position"
    )
    titles = [row["title"] for row in goals.rows]
    assert groups
    assert groups == [title for title in titles if title in groups]


@pytest.mark.parametrize(
    ("path", "marks", "words"),
    [
        ("indicators/subete-kihon2-fukushi-1-target-4", {"whole": 1, "estimate": 3, "part": 1}, ["基準値 5,000,000円"]),
        ("indicators/subete-kihon2-fukushi-goal-4-target-1", {"whole": 2, "part": 1}, ["目標 35か所以上", ">26<"]),
        ("indicators/subete-kihon2-kenko-josei", {"whole": 1, "part": 1}, [">2019<", "目標 84.5歳"]),
        ("figures/minato-rekishi-2-target-1-result-1", {"whole": 2}, ["目標 5校以上", "R4"]),
        ("measures/minato-rekishi-3", {}, ["未</tspan>", "公表された状況"]),
    ],
)
async def test_figures_are_drawn_against_their_target(
    all_shapes: Datasette, path: str, marks: dict[str, int], words: list[str]
) -> None:
    page = (await all_shapes.client.get(f"/plans/{path}")).text
    drawn = page.partition('<svg class="results-chart"')[2].partition("</svg>")[0]
    assert Counter(re.findall(r'class="point (\w+)"', drawn)) == marks
    assert re.search(r"<title id=[^>]+>[^<]+の年ごとの数字</title>\s*<desc id=[^>]+>[^<]+。", drawn)
    assert [word for word in words if word not in page] == []
    assert "当サイトが集めた公表の記録で、すべてではありません。" in page
    assert ("までに公表された実績を探しました。" in page) == path.startswith("indicators/subete")
