"""Pages of plans of other shapes than Akishima's say the words of their own rows, and no other plan's."""

import json
import re
import shutil
from collections import Counter
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette
from openpyxl import load_workbook

from keikaku.publish.addresses import list_addresses
from tests.sites import ROOT, fill_folder, make_once

FIXTURES = ROOT / "tests" / "fixtures"
WORDS = ("前期", "後期", "推進団体", "昭島")
# What the tables of real cities print; minato and subete are invented with halves of their own.
PRINTED = {"kakogawa-sosei2": set(), "toyoake-danjo2": {"前期", "後期"}, "akishima-kihon4": {"昭島"}}
FILES = (".xlsx", ".bib", ".ris")


@pytest.fixture(scope="session")
async def all_shapes(shapes_folder: Path) -> Datasette:
    datasette = Datasette(config_dir=shapes_folder)
    await datasette.invoke_startup()
    return datasette


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


BY_CALENDAR_YEAR = ["targets?label=健康寿命", "results?label=健康寿命", "indicators/subete-kihon2-kenko-josei"]


@pytest.mark.parametrize("path", BY_CALENDAR_YEAR)
async def test_a_calendar_year_is_nowhere_told_as_a_fiscal_year(all_shapes: Datasette, path: str) -> None:
    main = (await all_shapes.client.get(f"/plans/{path}")).text.partition("<main")[2].partition('id="share"')[0]
    rows = [re.sub("<[^>]*>", " ", row) for row in re.split("<(?:tr|li|h1)[ >]", main) if "健康寿命" in row]
    assert re.search("20(22|29)年(?!度)", " ".join(rows))
    assert not re.search("令和(4|11)年", " ".join(rows))


async def test_deadlines_stand_under_their_year_as_counted(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/timeline?plan=subete-kihon2")).text
    assert '<span class="when">2029年</span>' in page and '<span class="when">令和11年度</span>' in page
    events = (await all_shapes.client.get("/calendar/kakogawa-sosei2.ics")).text.replace("\r\n ", "")
    assert "施策：安心して結婚・出産できる環境をつくる\\n" in events
    assert "期限：2026年（2026年12月31日まで）" in events and "DTSTART;VALUE=DATE:20261231" in events
    assert "DESCRIPTION:第2期加古川市まち・ひと・しごと創生総合戦略（抜粋）の目標の期限。" in events


@pytest.mark.parametrize("path", ["targets.xlsx?plan_id=kakogawa-sosei2", "measures/kakogawa-sosei2-measure-1.xlsx"])
async def test_a_workbook_names_the_documents_of_its_own_plan(all_shapes: Datasette, path: str) -> None:
    book = load_workbook(BytesIO((await all_shapes.client.get(f"/plans/{path}")).content))
    said = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value}
    sources = [text for text in said if text.endswith("を加工して作成")]
    assert len(sources) == 1 and "加古川市" in sources[0]
    assert not [text for text in said if "昭島" in text or text.startswith("出典：")]


async def test_a_workbook_and_a_suggestion_call_rows_by_the_word_of_their_plan(all_shapes: Datasette) -> None:
    answer = await all_shapes.client.get("/plans/measures.xlsx?plan_id=toyoake-danjo2")
    assert load_workbook(BytesIO(answer.content)).sheetnames[0] == "事業"
    told = (await all_shapes.client.get("/-/suggest?q=研修及び研究会の実施")).json()
    assert [found["label"] for found in told if found["url"]] == ["事業 11121"]
    answer = await all_shapes.client.get("/plans/indicators.xlsx?plan_id=subete-kihon2")
    assert load_workbook(BytesIO(answer.content)).sheetnames[0] == "成果指標"
    told = (await all_shapes.client.get("/-/suggest?q=避難場所を確認")).json()
    assert [found["label"] for found in told if found["url"]] == ["政策指標 4"]


async def test_the_page_of_a_target_calls_it_as_its_plan_does(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/indicators/subete-kihon2-target-1")).text
    assert "<title>人口（成果指標、" in page and "　成果指標</p>\n<h1>人口</h1>" in page


@pytest.mark.parametrize(
    ("asked", "called", "narrowed"),
    [
        ("q=人", ["施策・事業（6件）", "基本目標・政策指標・成果指標（7件）", "評価（1件）"], "<h3>分野・部門</h3>"),
        ("q=人&plan=subete-kihon2", ["成果指標（3件）", "事業（2件）"], "<h3>部門</h3>"),
        ("q=人&plan=kakogawa-sosei2", ["施策（2件）"], "</h1>"),
    ],
)
async def test_a_search_calls_what_it_finds_as_the_plans_of_it_do(
    all_shapes: Datasette, asked: str, called: list[str], narrowed: str
) -> None:
    page = (await all_shapes.client.get(f"/plans/search?{asked}")).text
    assert re.findall(r'<h2 id="kind-\w+">(.+?)</h2>', page) == called and narrowed in page


async def test_the_list_of_a_city_counts_nothing_of_another(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/unmet_targets?municipality=kakogawa")).text.partition("<main")[2]
    assert "<strong>0件</strong>あります。" in page.replace("\n", "")
    assert "昭島" not in page and "outcome" not in page.partition("<form")[0]


async def addresses_of(site: Datasette, plan: str) -> list[str]:
    described = site.metadata(database="plans")
    listed = await site.get_database("plans").execute_fn(lambda c: list(list_addresses(c.execute, described)))
    return [a.path for a in listed if a.plan == plan and not a.path.endswith(FILES)]


def kind(address: str) -> str:
    return re.sub(r"[\w%~-]+(?=[.?]|$)", "*", address, count=1)


@pytest.mark.parametrize(
    "shapes", [("toyoake",), ("kakogawa",), ("minato",), ("akishima", "kakogawa", "subete", "toyoake")]
)
async def test_sql_that_a_site_offers_has_rows_and_no_word_of_another_plan(
    tmp_path_factory: pytest.TempPathFactory, shapes: tuple[str, ...]
) -> None:
    def build(folder: Path) -> None:
        for shape in shapes:
            shutil.copytree(FIXTURES / shape, folder / "data" / shape)
        fill_folder(folder, "--data", folder / "data")

    site = Datasette(config_dir=make_once(tmp_path_factory, "offering-" + "-".join(shapes), build))
    await site.invoke_startup()
    page = (await site.client.get("/data")).text.partition('<ol class="cookbook">')[2].partition("</ol>")[0]
    asked = [unescape(href) for href in re.findall('href="(/plans[?]sql=[^"]*)"', page)]
    assert len(asked) > 3
    assert not re.search("前期|後期|推進団体|農協|〔" + ("|施策" if shapes == ("toyoake",) else ""), page)
    for address in asked:
        rows = (await site.client.get(address.replace("?", ".json?", 1) + "&_shape=array")).json()
        assert rows, address


async def test_a_site_of_one_plan_says_its_words_in_headings(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = Datasette(config_dir=make_once(tmp_path_factory, "one_shape", build_one_shape))
    await site.invoke_startup()
    for path in ("/", "/plans", "/plans/measures", "/plans/measure_overview", "/plans/search?q=保育園", "/about"):
        page = (await site.client.get(path)).text
        assert "事業" in page, path
        assert not re.search("〔|施策|推進団体", page), path


async def test_a_site_that_its_city_publishes_does_not_call_itself_unofficial(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = make_once(tmp_path_factory, "one_shape", build_one_shape)
    for publisher, is_official in (("豊明市", True), ("豊明市を見る会", False)):
        metadata = yaml.safe_load((folder / "metadata.yml").read_text("utf-8"))
        site = Datasette(config_dir=folder, metadata={**metadata, "publisher": publisher})
        await site.invoke_startup()
        for path in ("/", "/about", "/plans", "/plans/plans/toyoake-danjo2", "/print/toyoake-danjo2", "/data"):
            page = (await site.client.get(path)).text
            assert ("非公式" in page, "ものではありません" in page) == (not is_official,) * 2, (publisher, path)
        assert ("unofficial" in site.metadata("plugins")["citation"]["title_en"]) != is_official
        assert f"{publisher}が公開して" in page


# The city itself printed these, by the rule baseline.
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


async def test_progress_leads_to_who_told_which_result_where_somebody_did(all_shapes: Datasette) -> None:
    told = {row[0] for row in await ask(all_shapes, "SELECT DISTINCT plan_id FROM results")}
    plans = {row[0] for row in await ask(all_shapes, "SELECT id FROM plans")}
    assert told and plans - told
    for plan in sorted(plans):
        page = await read(all_shapes, f"/plans/progress?plan={plan}")
        assert (f'href="/plans/results?plan_id={plan}"' in page) == (plan in told), plan


async def test_without_sectors_squares_stand_under_the_highest_goal(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/progress?plan=kakogawa-sosei2")).text
    groups = re.findall(r"<h3>第2期加古川市まち・ひと・しごと創生総合戦略（抜粋）：([^<]+) <span", page)
    goals = await all_shapes.get_database("plans").execute(
        "SELECT title FROM goals WHERE plan_id = 'kakogawa-sosei2' AND parent_id IS NULL ORDER BY position"
    )
    titles = [row["title"] for row in goals.rows]
    assert groups
    assert groups == [title for title in titles if title in groups]


@pytest.mark.parametrize(
    ("path", "marks", "words"),
    [
        ("indicators/subete-kihon2-fukushi-1-target-4", {"whole": 1, "estimate": 3, "part": 1}, ["基準値 5,000千円<"]),
        ("indicators/subete-kihon2-fukushi-goal-4-target-1", {"whole": 2, "part": 1}, ["目標 35か所以上", ">26<"]),
        ("indicators/subete-kihon2-kenko-josei", {"whole": 1, "part": 1}, [">2019<", "目標 84.5歳"]),
        ("figures/minato-rekishi-2-target-1-result-1", {"whole": 2}, ["目標 5校以上", "R4"]),
    ],
)
async def test_figures_are_drawn_against_their_target(
    all_shapes: Datasette, path: str, marks: dict[str, int], words: list[str]
) -> None:
    page = (await all_shapes.client.get(f"/plans/{path}")).text
    drawn = page.partition('<figure class="drawing"')[2].partition("</svg>")[0]
    assert Counter(re.findall(r'class="point (\w+)"[^>]*><title>', drawn)) == marks
    assert re.search(r"<title id=[^>]+>[^<]+の年ごとの数字</title>\s*<desc id=[^>]+>[^<]+。", drawn)
    assert [word for word in words if word not in page] == []
    assert "当サイトが集めた公表の記録で、すべてではありません。" in page
    assert ("までに公表された実績を探しました。" in page) == path.startswith("indicators/subete")


SHOWN = {
    "/print/akishima-kihon4": (
        ["政策指標 4件", "地域活動に参加している市民の割合", "34.9%", "防災課"],
        ["施策 0件", "ごとの施策"],
    ),
    "/print/toyoake-danjo2": (
        ["前期：○ 着手・実施", "児童福祉課 <span", "学校教育課 <span"],
        ["目標の状態", "目標・指標"],
    ),
    "/plans/measures/toyoake-danjo2-11111": (["前期：○ 着手・実施"], ["カレンダー"]),
    "/plans/organizations/akishima-bosai-ka": (["避難場所を確認している人の割合"], ["施策はありません", "カレンダー"]),
    "/plans/evaluation_overview?plan_id=toyoake-danjo2": (["市の記号"], []),
    "/timeline?plan=toyoake-danjo2": (["で終わりました"], ["この年表の CSV", "カレンダーに入れる"]),
    "/?plan=kakogawa-sosei2": (["まち 住みたいまち、行きたいまち", "13</span>のKPI"], ["計画の全体"]),
    "/plans/plans/kakogawa-sosei2": (
        ["婚姻数　1,270件（2026年）", "「年」は12月31日", "すべて探したわけではありません", "13件のKPIのうち"],
        ["探しきって"],
    ),
    "/plans/measures/kakogawa-sosei2-measure-4": (
        ["「120件（2021～2026年度累計）」", "「2,539千人（2026年度）」", "（千人）", "実績の記録はまだありませんが"],
        ["当サイトが集めた公表の記録で、すべてではありません。ここにない", "（人）", "2,539,000"],
    ),
    "/plans/indicators/subete-kihon2-fukushi-goal-4-target-1": (
        ["見直された", "「30か所（令和8年度）」", "→ 「35か所以上」"],
        [],
    ),
    "/calendar/kakogawa-sosei2.ics": (
        ["【期限】観光入込客数 2\\,539千人", "DTSTART;VALUE=DATE:20261231"],
        ["539\\,000"],
    ),
    "/plans/search?q=パソコン": (["家庭でパソコンを利用している市民の割合"], []),
    "/plans/bodies?plan=akishima-kihon4": (["防災課"], ["0件"]),
}


@pytest.mark.parametrize("path", SHOWN)
async def test_a_page_shows_what_its_plan_has_and_nothing_else(all_shapes: Datasette, path: str) -> None:
    page = await read(all_shapes, path)
    shown, absent = SHOWN[path]
    assert [words for words in shown if words not in page] == []
    assert [words for words in absent if words in (page.partition("<main")[2] or page)] == []


ALONE = ("akishima", "kakogawa", "minato", "toyoake")


@pytest.fixture(scope="session", params=ALONE)
async def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """A site of one city."""

    def build(folder: Path) -> None:
        shutil.copytree(FIXTURES / request.param, folder / "data" / request.param)
        fill_folder(folder, "--data", folder / "data")

    datasette = Datasette(config_dir=make_once(tmp_path_factory, f"alone_{request.param}", build))
    await datasette.invoke_startup()
    return datasette


async def read(site: Datasette, path: str) -> str:
    response = await site.client.get(path)
    assert response.status_code == 200, path
    return response.text


async def ask(site: Datasette, sql: str) -> list[tuple]:
    return [tuple(row) for row in (await site.get_database("plans").execute(sql)).rows]


async def test_repeats_are_spoken_of_only_where_there_are_some(alone: Datasette) -> None:
    repeats = await ask(alone, "SELECT 1 FROM measures WHERE repeat_of IS NOT NULL LIMIT 1")
    ((plan,),) = await ask(alone, "SELECT id FROM plans")
    for path, words in (("/plans/promises", "だけを載せています"), (f"/plans/plans/{plan}", "再掲")):
        assert bool(repeats) == (words in await read(alone, path)), path
    assert "再掲" not in await read(alone, "/")


async def test_home_counts_targets_in_the_words_of_the_plan_and_leaves_out_what_it_has_not(alone: Datasette) -> None:
    page = await read(alone, "/")
    ((id_, word, targets),) = await ask(
        alone, "SELECT f.id, f.target_word, o.original_targets FROM plan_facts f JOIN plan_overview o ON o.id = f.id"
    )
    assert (f'<span class="n">{targets}</span>の{word}' in page) == bool(targets)
    assert (f"{word}と結果（Excel）" in page) == bool(targets)
    now = await ask(
        alone,
        "SELECT 1 FROM timeline, current_fiscal_year AS c WHERE c.fiscal_year BETWEEN timeline.fiscal_year AND end_fiscal_year",
    )
    assert ("<h3>今年度の" in page) == bool(now), id_
    assert "ありません。</p>" not in page


async def test_examples_of_a_search_find_something(alone: Datasette) -> None:
    page = await read(alone, "/")
    examples = re.findall(r'class="tap" href="/plans/search\?q=([^"]+)"', page)
    assert examples or not await ask(alone, "SELECT 1 FROM measures LIMIT 1")
    for word in examples:
        assert (await alone.client.get(f"/plans/search.json?q={word}&_shape=array")).json(), word


async def test_navigation_leads_to_rows(alone: Datasette) -> None:
    page = await read(alone, "/")
    paths = re.findall(r'<li><a href="(/plans/[a-z_]+)"', page.partition("<main")[0])
    assert "/plans/promises" in paths or "/plans/progress" in paths
    for path in paths:
        assert (await alone.client.get(f"{path}.json?_shape=array")).json(), path


LISTS = (
    "/plans/targets?plan_id=kakogawa-sosei2&repeat_of__isnull=1", "/plans/measures?plan_id=kakogawa-sosei2",
    "/plans/targets_due?fiscal_year=2026&plan=kakogawa-sosei2",
    "/plans/organization_overview?municipality_id=kakogawa", "/timeline?plan=kakogawa-sosei2",
    "/plans/plans/kakogawa-sosei2", "/plans/figures/kakogawa-sosei2-measure-1-target-1-target-1",
    "/?plan=kakogawa-sosei2",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_of_one_plan_cites_its_documents_only(all_shapes: Datasette, path: str) -> None:
    cited = re.findall("「([^「」]+)」（(加古川市|すべて市|みなと市|豊明市|昭島市)[、）]", await read(all_shapes, path))
    assert set(cited) == {("第2期加古川市まち・ひと・しごと創生総合戦略", "加古川市")}


CITED = {
    "indicators/subete-kihon2-target-1": ["第2次すべて市総合計画", "令和5年度進捗報告"],
    "measures/subete-kihon2-no-91": ["第2次すべて市総合計画"],
    "plans/subete-kihon2": ["第2次すべて市総合計画", "中間見直し", "令和5年度進捗報告"],
}


@pytest.mark.parametrize(
    ("picture", "credited"),
    [
        ("results/subete-kihon2-target-1", ["第2次すべて市総合計画", "令和5年度進捗報告"]),
        ("outcomes/subete-kihon2", ["第2次すべて市総合計画"]),
        ("bodies/subete-kihon2", ["第2次すべて市総合計画", "中間見直し"]),
        ("progress/kakogawa-sosei2", ["第2期加古川市まち・ひと・しごと創生総合戦略"]),
    ],
)
async def test_a_picture_credits_the_documents_of_what_it_shows(
    all_shapes: Datasette, picture: str, credited: list[str]
) -> None:
    figure = (await read(all_shapes, f"/charts/{picture}")).partition("</figure>")[0].partition("出典：")[2]
    assert re.findall("「([^「」]+)」（", figure) == credited


@pytest.mark.parametrize("record", CITED)
async def test_a_record_cites_every_document_of_its_figures(all_shapes: Datasette, record: str) -> None:
    text = await read(all_shapes, f"/cite/{record}.txt")
    japanese = text.partition("\n\n")[0].rpartition("。「")[2]
    assert re.findall("([^「」]+)」（すべて市", japanese) == CITED[record]


SAID = {
    "/plans/targets?plan_id=minato&repeat_of__isnull=1": "目標の一覧（みなと市文化振興計画、再掲を除く）",
    "/plans/measures?plan_id=minato&is_new=1": "施策（「新規」のもの、みなと市文化振興計画）",
    "/plans/evaluation_overview?outcome__in=partly_met,not_met": "評価の一覧（「判定」が「一部達成・未達成」のどれか）",
    "/plans/timeline?fiscal_year__lte=2020&end_fiscal_year__gte=2020": "年表（令和2年度以後に終わる、令和2年度までに始まる）",
}


@pytest.mark.parametrize("path", SAID)
async def test_conditions_are_said_as_people_say_them(all_shapes: Datasette, path: str) -> None:
    page = await read(all_shapes, path)
    assert f"<title>{SAID[path]} | " in page
    assert f"「{SAID[path]}」『" in page


async def test_the_timeline_opens_with_a_plan_that_has_one(all_shapes: Datasette) -> None:
    page = await read(all_shapes, "/timeline")
    assert "<h1>第2次すべて市総合計画の年表</h1>" in page


async def test_a_row_names_what_it_refers_to(all_shapes: Datasette) -> None:
    page = await read(all_shapes, "/plans/indicators/subete-kihon2-target-1")
    assert '<a href="/plans/documents/subete-kihon2-document-1">第2次すべて市総合計画</a></dd>' in page


async def test_a_measure_shows_where_its_targets_start_from(all_shapes: Datasette) -> None:
    page = " ".join((await read(all_shapes, "/plans/measures/kakogawa-sosei2-measure-1")).split())
    assert "基準値（2019年） 1,191件" in page
    assert "基準値（令和元年度） 500件" in page
    assert page.count('href="/plans/indicators/kakogawa-sosei2-measure-1-target-1"') == 1


async def test_a_list_leaves_out_columns_that_say_nothing(all_shapes: Datasette) -> None:
    path = "/plans/targets{}?plan_id=kakogawa-sosei2"
    page = await read(all_shapes, path.format(""))
    heads = set(re.findall(r'rel="nofollow">([^<]+)</a>', page.partition("<thead>")[2].partition("</thead>")[0]))
    assert {"目標値", "基準値"} <= {head.strip() for head in heads}
    assert {"約", "内訳", "再掲の元"}.isdisjoint(head.strip() for head in heads)
    assert {"is_approximate", "trend"} <= set(
        (await read(all_shapes, path.format(".csv"))).partition("\r\n")[0].split(",")
    )


async def test_a_municipality_has_a_page_with_its_plans_and_no_other_citys(all_shapes: Datasette) -> None:
    page = " ".join((await read(all_shapes, "/plans/municipalities/subete")).split())
    assert re.findall(r'<h2><a class="tap" href="/plans/plans/([\w-]+)"', page) == ["subete-kihon2", "subete-kihon1"]
    assert "<td>2016〜2020年度</td>" in page
    assert "令和8年度（今年度）（9件）" in page or "期限が来る目標" in page
    assert not re.search("加古川|豊明|みなと|昭島", page.partition("<main")[2])


async def test_a_theme_has_a_page_with_plans_of_all_cities(all_shapes: Datasette) -> None:
    page = await read(all_shapes, "/themes/%E7%B7%8F%E5%90%88")
    assert "<h1>総合の計画</h1>" in page
    assert 'href="/plans/plans/subete-kihon2"' in page
    assert (await all_shapes.client.get("/themes/none")).status_code == 404


TRAILS = {
    "plans/subete-kihon2": ["すべて市", "第2次すべて市総合計画"],
    "sectors/subete-kihon2-fukushi": ["すべて市", "第2次すべて市総合計画", "福祉"],
    "measures/subete-kihon2-no-91": ["すべて市", "第2次すべて市総合計画", "環境", "No. 91"],
    "events/subete-kihon2-event-1": ["すべて市", "第2次すべて市総合計画", "年表"],
    "organizations/subete-fukushi-ka": ["すべて市"],
    "indicators/subete-kihon2-kenko-josei": ["すべて市", "第2次すべて市総合計画", "指標", "健康寿命"],
    "municipalities/subete": ["すべて市"],
}


@pytest.mark.parametrize("record", TRAILS)
async def test_every_page_of_a_plan_says_whose_it_is(all_shapes: Datasette, record: str) -> None:
    page = await read(all_shapes, f"/plans/{record}")
    trail = page.partition('<nav class="crumbs"')[2].partition("</nav>")[0]
    said = [re.sub("<[^>]+>", "", item).strip() for item in re.findall("<li>(.*?)</li>", trail, re.S)]
    assert said[0] == "ホーム"
    assert said[1:][: len(TRAILS[record])] == TRAILS[record]


FACETS = {
    "measures": ["plan_id"],
    "targets": ["municipality", "theme", "plan_id"],
    "plans": ["municipality_id", "theme"],
    "municipalities": ["prefecture"],
    "organization_overview": ["municipality"],
}


@pytest.mark.parametrize("table", FACETS)
async def test_a_table_of_many_plans_is_narrowed_by_whose_it_is(all_shapes: Datasette, table: str) -> None:
    page = await read(all_shapes, f"/plans/{table}")
    assert [column for column in FACETS[table] if f'id="facet-{column}"' not in page] == []


@pytest.mark.parametrize("query", ["progress", "targets_due", "unreported", "final_year", "measures_by_goal"])
async def test_a_query_is_narrowed_by_municipality_and_by_theme(all_shapes: Datasette, query: str) -> None:
    rows = (
        await all_shapes.client.get(f"/plans/{query}.json?_shape=array&municipality=subete&fiscal_year=2026")
    ).json()
    assert {row["計画"] for row in rows} - {"第1次すべて市総合計画"} == {"第2次すべて市総合計画"}
    themed = (await all_shapes.client.get(f"/plans/{query}.json?_shape=array&theme=総合&fiscal_year=2026")).json()
    assert themed == [row for row in rows if row["計画"] == "第2次すべて市総合計画"]


async def test_plans_that_follow_each_other_are_linked_both_ways_and_compared(all_shapes: Datasette) -> None:
    for plan, other in (("subete-kihon1", "subete-kihon2"), ("subete-kihon2", "subete-kihon1")):
        page = await read(all_shapes, f"/plans/plans/{plan}")
        assert f'href="/plans/plans/{other}"' in page
        assert 'href="/plans/plan_successions?plan_id=subete-kihon2"' in page
    found = await ask(
        all_shapes,
        "SELECT change, before_name, before_target, target FROM plan_successions WHERE table_name = 'measures'",
    )
    assert found[0] == ("kept", "見守りの訪問", "平成32年度までに1,200世帯", "訪問 800～1,000世帯（令和8年度）")
    assert [change for change, *_ in found[1:]] == ["added"] * 3


async def test_grades_of_a_city_stay_in_its_letters_and_count_as_no_outcome_of_ours(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/plans/toyoake-danjo2")).text
    assert "評価" in page and not re.search("うち(未|一部)達成", page)
    chart = (await all_shapes.client.get("/charts/outcomes/toyoake-danjo2.svg")).text
    assert re.search(">A [^<]*[0-9]+件<", chart) and not re.search("達成|当サイトの判定", chart)
    rows = (
        await all_shapes.client.get("/plans/evaluation_overview.json?_shape=array&_size=max&grade__notblank=1")
    ).json()
    assert rows and {row["outcome"] for row in rows if row["judged_by"] == "city"} == {None}


async def test_a_plan_counts_the_bodies_that_it_names_as_their_list_does(all_shapes: Datasette) -> None:
    counts = (await all_shapes.client.get("/plans/plan_overview.json?_shape=array")).json()
    listed = {
        plan["id"]: await all_shapes.client.get(f"/plans/bodies.json?_shape=array&_size=max&plan={plan['id']}")
        for plan in counts
    }
    assert {plan["id"]: plan["organizations"] for plan in counts} == {
        id_: len(answer.json()) for id_, answer in listed.items()
    }
    assert {plan["organizations"] for plan in counts} > {0}


async def test_the_title_of_a_record_names_the_plan_where_its_city_has_several(all_shapes: Datasette) -> None:
    for path in ("indicators/subete-kihon2-kenko-josei", "measures/subete-kihon2-1-1-1"):
        assert "すべて市「第2次すべて市総合計画」" in await title_of(all_shapes, f"/plans/{path}")
    assert "加古川市）" in await title_of(all_shapes, "/plans/measures/kakogawa-sosei2-measure-1")


async def title_of(site: Datasette, path: str) -> str:
    response = await site.client.get(path)
    assert response.status_code == 200, path
    return response.text.partition("<title>")[2].partition("</title>")[0]


async def test_a_form_offers_what_the_plan_asked_has(all_shapes: Datasette) -> None:
    page = (await all_shapes.client.get("/plans/progress?plan=kakogawa-sosei2")).text
    assert 'name="sector"' not in page and 'name="organization"' not in page
    every = (await all_shapes.client.get("/plans/progress?municipality=minato")).text
    offered = every.partition('name="sector"')[2].partition("</select>")[0]
    assert "歴史" in offered and "福祉" not in offered


async def test_linked_data_names_no_author_that_nobody_printed_and_gives_the_plan_no_licence_of_ours(
    all_shapes: Datasette,
) -> None:
    record = (await all_shapes.client.get("/plans/plans/toyoake-danjo2.jsonld")).json()
    assert (
        "author" not in record["isBasedOn"] and "license" not in record and record["sdLicense"].startswith("https://")
    )
    html = (await all_shapes.client.get("/data")).text
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    described = json.loads(found)
    assert len({json.dumps(area) for area in described["spatialCoverage"]}) == len(described["spatialCoverage"])
    assert {"author" in work for work in described["isBasedOn"]} == {True, False}


async def test_a_plan_without_a_review_of_its_first_half_has_no_rows_of_one(all_shapes: Datasette) -> None:
    evaluated = (
        await all_shapes.client.get("/plans/evaluations.json?_shape=array&_size=max&successor_id__notblank=1")
    ).json()
    rows = (await all_shapes.client.get("/plans/first_to_second_half.json?_shape=array&_size=max")).json()
    plans = (await all_shapes.client.get("/plans/plans.json?_shape=array")).json()
    reviewed = {row["plan_id"] for row in evaluated}
    assert {row["計画"] for row in rows} == {plan["title"] for plan in plans if plan["id"] in reviewed}
    page = (await all_shapes.client.get("/plans/first_to_second_half?plan=toyoake-danjo2")).text
    assert "見直しの前と後を結ぶ評価の記録は、当サイトにありません" in page and "0件が引き継がれ" not in page


async def test_the_printed_plan_counts_targets_as_the_page_of_the_plan_does(all_shapes: Datasette) -> None:
    counts = (await all_shapes.client.get("/plans/plan_overview.json?_shape=array")).json()
    words = {
        plan["id"]: plan["target_word"]
        for plan in (await all_shapes.client.get("/plans/plan_facts.json?_shape=array")).json()
    }
    counted = {plan["id"]: plan["original_targets"] for plan in counts if plan["original_targets"]}
    assert len(counted) > 3
    for plan, number in counted.items():
        page = (await all_shapes.client.get(f"/print/{plan}")).text
        assert f"{words[plan]} {number}件" in page.partition("載せているもの")[2].partition("</dd>")[0], plan
