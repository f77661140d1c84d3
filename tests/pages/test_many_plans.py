"""A database of many plans: no page lists them all, and every one of them can be reached."""

import re
import shutil
import sqlite3
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette

from tests.sites import SERVED

NUMBER = 70


@pytest.fixture(scope="module")
async def crowded(site_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """The site with so many more plans that have a title and a report, and nothing else."""
    folder = tmp_path_factory.mktemp("crowded")
    for name in SERVED:
        (folder / name).symlink_to((site_folder / name).resolve())
    shutil.copy(site_folder / "plans.db", folder)
    connection = sqlite3.connect(folder / "plans.db")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(plans)")]
    plan = dict(zip(columns, connection.execute("SELECT * FROM plans LIMIT 1").fetchone(), strict=True))
    for number in range(1, NUMBER + 1):
        new = {**plan, "id": f"city{number:02}", "title": f"第{number:02}市の計画", "municipality": f"第{number:02}市"}
        new |= {name: f"{number:013}" for name in ("municipality_code", "corporate_number") if name in columns}
        connection.execute(
            f"INSERT INTO plans VALUES ({', '.join('?' * len(columns))})", [new[name] for name in columns]
        )
    connection.commit()
    connection.execute("ANALYZE")  # else the planner knows of one plan
    connection.close()
    datasette = Datasette(config_dir=folder)
    await datasette.invoke_startup()
    return datasette


async def read(site: Datasette, path: str) -> str:
    response = await site.client.get(quote(path, safe="/?&=.+_%:"))
    assert response.status_code == 200, response.text
    return str(response.text)


async def test_home_shows_the_first_plans_and_leads_to_the_others(crowded: Datasette) -> None:
    page = await read(crowded, "/")
    assert f"収めている計画（{NUMBER + 1}件）" in page
    assert "<h1>どの市の、どの計画？</h1>" in page
    assert len(re.findall(r'<h3><a class="tap" href="/plans/plans/\w+"', page)) == 12
    assert f'href="/plans/plans">{NUMBER + 1}件の計画から選ぶ</a>' in page
    assert "第70市の計画" in await read(crowded, "/?plan=city70")
    assert "という計画はありません" in await read(crowded, "/?plan=nowhere")


async def test_of_many_plans_one_is_chosen_by_a_part_of_its_name(
    crowded: Datasette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keikaku.views.table_words.MOST_CHOICES", 20)
    box = r'<input id="p-plan" type="text" name="plan" value="{}"\s+autocomplete="off" aria-describedby="h-plan">'
    page = await read(crowded, "/plans/progress")
    assert (
        re.search(box.format(""), page)
        and "名前の一部を書くと、それを含むものから選べます。空のままならすべての計画です。" in page
    )
    assert re.search(box.format("計画"), await read(crowded, "/plans/progress?plan=計画"))  # too many have it
    page = await read(crowded, "/plans/progress?plan=６９市")
    offered = re.findall(
        r'<option value="(\w*)"( selected)?>(.+?)</option>', page.partition('id="p-plan"')[2].partition("</select>")[0]
    )
    assert offered == [
        ("", "", "すべての計画"),
        ("６９市", " selected", "「６９市」を含む1件から選ぶ"),
        ("city69", "", "第69市の計画"),
    ]
    page = await read(crowded, "/plans/progress?plan=city69")
    assert '<option value="">すべての計画</option>' in page and '<option value="city69" selected>第69市の計画' in page


@pytest.mark.parametrize("path", ["/", "/plans/measures", "/plans/search?q=給食"])
async def test_the_source_of_a_page_of_all_is_one_report_and_a_number(crowded: Datasette, path: str) -> None:
    page = await read(crowded, path)
    assert f'ほか<a href="/plans/plans">{NUMBER}の計画</a>を加工して作成' in page
    assert page.count("を加工して作成") <= 6


@pytest.mark.parametrize("path", ["/plans/measures/akishima-kogyo-1", "/plans/goals/akishima-kogyo-goal-1"])
async def test_the_source_of_a_page_of_one_plan_is_its_report(crowded: Datasette, path: str) -> None:
    page = await read(crowded, path)
    assert "（昭島市産業活性化のための協創プロジェクト、2023年3月）を加工して作成" in page
    assert "の計画の報告書" not in page


async def test_the_timeline_of_a_plan_names_no_other(crowded: Datasette) -> None:
    page = await read(crowded, "/timeline?plan=city05")
    assert "第05市の計画の年表" in page
    assert "第06市" not in page
    assert 'href="/plans/plans">ほかの計画を選ぶ</a>' in page


async def test_unmet_targets_name_the_chosen_plan_only(crowded: Datasette) -> None:
    page = await read(crowded, "/plans/unmet_targets?plan=akishima")
    assert "第06市" not in page
    assert 'href="/plans/plans">計画を選ぶ</a>' in page
    one = (await crowded.client.get("/plans/unmet_targets.json?plan=akishima&_shape=array")).json()
    every = (await crowded.client.get("/plans/unmet_targets.json?_shape=array")).json()
    assert one == every
    assert (await crowded.client.get("/plans/unmet_targets.json?plan=city05&_shape=array")).json() == []
    assert f"{len(every)}件" in page


QUESTIONS = ("promises", "progress", "unreported", "bodies", "organizations_together")


@pytest.mark.parametrize("question", QUESTIONS)
async def test_a_question_of_all_plans_shows_few_rows_and_all_of_a_plan(crowded: Datasette, question: str) -> None:
    assert "のうち、はじめの15件" in await read(crowded, f"/plans/{question}")
    assert "のうち、はじめの" not in await read(crowded, f"/plans/{question}?plan=akishima")


@pytest.mark.parametrize("question", ["progress", "organizations_together"])
async def test_what_only_the_first_plans_are_asked_for_says_so(crowded: Datasette, question: str) -> None:
    assert "はじめの60計画" in await read(crowded, f"/plans/{question}")
    assert "はじめの60計画の" not in await read(crowded, f"/plans/{question}?plan=akishima")


async def test_the_page_of_data_names_no_calendar_of_many_plans(crowded: Datasette) -> None:
    page = await read(crowded, "/data")
    assert page.count(".ics") <= 1
    assert "計画ごとにあります" in page
