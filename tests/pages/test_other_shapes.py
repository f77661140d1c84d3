"""Pages of plans of other shapes than Akishima's say the words of their own rows, and no other plan's; more of them in said.yml."""

import json
import re
from collections import Counter
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from datasette.app import Datasette
from openpyxl import load_workbook

from keikaku.publish.addresses import list_addresses
from tests.pages.conftest import copy_cities, open_site
from tests.pages.listing_page import ask, open_address, rows_of
from tests.sites import make_once

WORDS = ("前期", "後期", "推進団体", "昭島")
# What the tables of real cities print; minato and subete are invented with halves of their own.
PRINTED = {"kakogawa-sosei2": set(), "toyoake-danjo2": {"前期", "後期"}, "akishima-kihon4": {"昭島"}}
FILES = (".xlsx", ".bib", ".ris")


@pytest.mark.parametrize("plan", PRINTED)
async def test_no_permanent_address_of_a_plan_says_a_word_of_another(all_shapes: Datasette, plan: str) -> None:
    described = all_shapes.metadata(database="plans")
    listed = await all_shapes.get_database("plans").execute_fn(lambda c: list(list_addresses(c.execute, described)))
    addresses = [a.path for a in listed if a.plan == plan and not a.path.endswith(FILES)]
    assert len(addresses) > 50
    found: Counter[str] = Counter()
    for address in addresses:
        page, kind = (
            await open_address(all_shapes, unescape(address)),
            re.sub(r"[\w%~-]+(?=[.?]|$)", "*", address, count=1),
        )
        found.update(f"{word} {kind}" for word in WORDS if word in page and word not in PRINTED[plan])
    assert found == {}


@pytest.mark.parametrize(
    "path", ["targets?label=健康寿命", "results?label=健康寿命", "indicators/subete-kihon2-kenko-josei"]
)
async def test_a_calendar_year_is_nowhere_told_as_a_fiscal_year(all_shapes: Datasette, path: str) -> None:
    main = (await open_address(all_shapes, f"/plans/{path}")).partition("<main")[2].partition('id="share"')[0]
    rows = [re.sub("<[^>]*>", " ", row) for row in re.split("<(?:tr|li|h1)[ >]", main) if "健康寿命" in row]
    assert re.search("20(22|29)年(?!度)", " ".join(rows))
    assert not re.search("令和(4|11)年", " ".join(rows))


async def open_book(site: Datasette, path: str) -> tuple[str, set[str]]:
    """Name of the first sheet, and all that a workbook says."""
    book = load_workbook(BytesIO((await site.client.get(f"/plans/{path}")).content))
    return book.sheetnames[0], {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}


@pytest.mark.parametrize("path", ["targets.xlsx?plan_id=kakogawa-sosei2", "measures/kakogawa-sosei2-measure-1.xlsx"])
async def test_a_workbook_names_the_documents_of_its_own_plan(all_shapes: Datasette, path: str) -> None:
    _, said = await open_book(all_shapes, path)
    sources = [text for text in said if text.endswith("を加工して作成")]
    assert len(sources) == 1 and "加古川市" in sources[0]
    assert not [text for text in said if "昭島" in text or text.startswith("出典：")]


async def test_a_workbook_and_a_suggestion_call_rows_by_the_word_of_their_plan(all_shapes: Datasette) -> None:
    books = {"measures.xlsx?plan_id=toyoake-danjo2": "事業", "indicators.xlsx?plan_id=subete-kihon2": "成果指標"}
    assert {path: (await open_book(all_shapes, path))[0] for path in books} == books
    for typed, label in {"研修及び研究会の実施": "事業 11121", "避難場所を確認": "政策指標 4"}.items():
        told = (await all_shapes.client.get(f"/-/suggest?q={typed}")).json()
        assert [found["label"] for found in told if found["url"]] == [label]


# What a pattern finds on a page, in its order, after the place where it is looked for.
KINDS, TRAIL, CITED = r'<h2 id="kind-\w+">(.+?)</h2>', "(?s)<li>(.*?)</li>", "「([^「」]+)」（"
FOUND = {
    ("/plans/search?q=人", "", KINDS): ["施策・事業（6件）", "基本目標・政策指標・成果指標（7件）", "評価（1件）"],
    ("/plans/search?q=人&plan=subete-kihon2", "", KINDS): ["成果指標（3件）", "事業（2件）"],
    ("/plans/search?q=人&plan=kakogawa-sosei2", "", KINDS): ["施策（2件）"],
    ("/plans/municipalities/subete", "", r'<h2><a class="tap" href="/plans/plans/([\w-]+)"'): ["subete-kihon2", "subete-kihon1"],
    # documents
    ("/charts/results/subete-kihon2-target-1", "出典：", CITED): ["第2次すべて市総合計画", "令和5年度進捗報告"],
    ("/charts/outcomes/subete-kihon2", "出典：", CITED): ["第2次すべて市総合計画"],
    ("/charts/bodies/subete-kihon2", "出典：", CITED): ["第2次すべて市総合計画", "中間見直し"],
    ("/charts/progress/kakogawa-sosei2", "出典：", CITED): ["第2期加古川市まち・ひと・しごと創生総合戦略"],
    ("/cite/indicators/subete-kihon2-target-1.txt", "年、", CITED): ["第2次すべて市総合計画", "令和5年度進捗報告"],
    ("/cite/measures/subete-kihon2-no-91.txt", "年、", CITED): ["第2次すべて市総合計画"],
    ("/cite/plans/subete-kihon2.txt", "年、", CITED): ["第2次すべて市総合計画", "中間見直し", "令和5年度進捗報告"],
    # trails from home
    ("/plans/plans/subete-kihon2", "ホーム</a>", TRAIL): ["すべて市", "第2次すべて市総合計画"],
    ("/plans/sectors/subete-kihon2-fukushi", "ホーム</a>", TRAIL): ["すべて市", "第2次すべて市総合計画", "福祉"],
    ("/plans/measures/subete-kihon2-no-91", "ホーム</a>", TRAIL): ["すべて市", "第2次すべて市総合計画", "環境", "No. 91"],
    ("/plans/events/subete-kihon2-event-1", "ホーム</a>", TRAIL): ["すべて市", "第2次すべて市総合計画", "年表"],
    ("/plans/organizations/subete-fukushi-ka", "ホーム</a>", TRAIL): ["すべて市"],
    ("/plans/indicators/subete-kihon2-kenko-josei", "ホーム</a>", TRAIL): ["すべて市", "第2次すべて市総合計画", "指標", "健康寿命（女性）"],
    ("/plans/municipalities/subete", "ホーム</a>", TRAIL): ["すべて市"],
}  # fmt: skip


@pytest.mark.parametrize(("path", "after", "pattern"), FOUND)
async def test_a_page_lists_what_is_of_its_plan(all_shapes: Datasette, path: str, after: str, pattern: str) -> None:
    part = (await open_address(all_shapes, path)).partition(after or "<html")[2]
    part = re.split("</figure>|\n\n" if pattern is CITED else "</nav>" if pattern is TRAIL else "</main>", part)[0]
    wanted = FOUND[path, after, pattern]
    found = [re.sub("<[^>]+>", "", word).strip() for word in re.findall(pattern, part)]
    assert found[: len(wanted)] == wanted and (len(found) == len(wanted) or pattern is TRAIL)


LISTS = (
    "plans/targets?plan_id=kakogawa-sosei2&repeat_of__isnull=1", "plans/measures?plan_id=kakogawa-sosei2",
    "plans/targets_due?fiscal_year=2026&plan=kakogawa-sosei2", "plans/organization_overview?municipality_id=kakogawa",
    "timeline?plan=kakogawa-sosei2", "plans/plans/kakogawa-sosei2", "?plan=kakogawa-sosei2",
    "plans/figures/kakogawa-sosei2-measure-1-target-1-target-1",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_a_page_of_one_plan_cites_its_documents_only(all_shapes: Datasette, path: str) -> None:
    page = await open_address(all_shapes, f"/{path}")
    cited = re.findall("「([^「」]+)」（(加古川市|すべて市|みなと市|豊明市|昭島市)[、）]", page)
    assert set(cited) == {("第2期加古川市まち・ひと・しごと創生総合戦略", "加古川市")}


@pytest.mark.parametrize(
    "cities", [("toyoake",), ("kakogawa",), ("minato",), ("akishima", "kakogawa", "subete", "toyoake")]
)
async def test_sql_that_a_site_offers_has_rows_and_no_word_of_another_plan(
    tmp_path_factory: pytest.TempPathFactory, cities: tuple[str, ...]
) -> None:
    build = lambda folder: copy_cities(folder, *cities)  # noqa: E731
    site = await open_site(make_once(tmp_path_factory, "alone-" + "-".join(cities), build))
    page = (await open_address(site, "/data")).partition('<ol class="cookbook">')[2].partition("</ol>")[0]
    asked = [unescape(href) for href in re.findall('href="(/plans[?]sql=[^"]*)"', page)]
    assert len(asked) > 3
    assert not re.search("前期|後期|推進団体|農協|〔" + ("|施策" if cities == ("toyoake",) else ""), page)
    for address in asked:
        assert (await site.client.get(address.replace("?", ".json?", 1) + "&_shape=array")).json(), address


@pytest.fixture(scope="session")
def toyoake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_once(tmp_path_factory, "alone-toyoake", lambda folder: copy_cities(folder, "toyoake"))


async def test_a_site_of_one_plan_says_its_words_in_headings(toyoake: Path) -> None:
    site = await open_site(toyoake)
    for path in ("/", "/plans", "/plans/measures", "/plans/measure_overview", "/plans/search?q=保育園", "/about"):
        page = await open_address(site, path)
        assert "事業" in page and not re.search("〔|施策|推進団体", page), path


@pytest.mark.parametrize(("publisher", "is_official"), [("豊明市", True), ("豊明市を見る会", False)])
async def test_a_site_that_its_city_publishes_does_not_call_itself_unofficial(
    toyoake: Path, publisher: str, is_official: bool
) -> None:
    metadata = yaml.safe_load((toyoake / "metadata.yml").read_text("utf-8"))
    site = await open_site(toyoake, metadata={**metadata, "publisher": publisher})
    for path in ("/", "/about", "/plans", "/plans/plans/toyoake-danjo2", "/print/toyoake-danjo2", "/data"):
        page = await open_address(site, path)
        assert ("非公式" in page, "ものではありません" in page) == (not is_official,) * 2, path
    assert ("unofficial" in site.metadata("plugins")["citation"]["title_en"]) != is_official
    assert f"{publisher}が公開して" in page


# The city itself printed these, by the rule baseline.
PERCENTS = {"地域活動": -18.0, "家庭生活": 43.1, "家庭でパソコン": 62.1, "避難場所": -14.2}


async def test_progress_shows_the_rates_that_a_city_printed(all_shapes: Datasette) -> None:
    asked = "progress?plan=akishima-kihon4&as_of=2011&rule=baseline"
    rates = {row["指標"]: row["達成率（％）"] for row in await rows_of(all_shapes, asked)}
    assert {label: rate for label in PERCENTS for name, rate in rates.items() if name.startswith(label)} == PERCENTS
    page = await open_address(all_shapes, f"/plans/{asked}")
    assert "達成率：基準値からの前進＝（実績値－基準値）÷（目標値－基準値）" in page
    assert all(f">{percent}<" in page for percent in PERCENTS.values())


async def test_progress_leads_to_who_told_which_result_where_somebody_did(all_shapes: Datasette) -> None:
    told = await ask(all_shapes, "SELECT id, id IN (SELECT plan_id FROM results) FROM plans ORDER BY id")
    assert {known for _, known in told} == {0, 1}
    for plan, known in told:
        page = await open_address(all_shapes, f"/plans/progress?plan={plan}")
        assert (f'href="/plans/results?plan_id={plan}"' in page) == known, plan


async def test_without_sectors_squares_stand_under_the_highest_goal(all_shapes: Datasette) -> None:
    page = await open_address(all_shapes, "/plans/progress?plan=kakogawa-sosei2")
    groups = re.findall(r"<h3>第2期加古川市まち・ひと・しごと創生総合戦略（抜粋）：([^<]+) <span", page)
    highest = "SELECT title FROM goals WHERE plan_id = 'kakogawa-sosei2' AND parent_id IS NULL ORDER BY position"
    assert groups and groups == [title for (title,) in await ask(all_shapes, highest) if title in groups]


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
    page = await open_address(all_shapes, f"/plans/{path}")
    drawn = page.partition('<figure class="drawing"')[2].partition("</svg>")[0]
    assert Counter(re.findall(r'class="point (\w+)"[^>]*><title>', drawn)) == marks
    assert re.search(r"<title id=[^>]+>[^<]+の年ごとの数字</title>\s*<desc id=[^>]+>[^<]+。", drawn)
    words = [*words, "当サイトが集めた公表の記録で、すべてではありません。"]
    assert [word for word in words if word not in page] == []
    assert ("までに公表された実績を探しました。" in page) == path.startswith("indicators/subete")


@pytest.fixture(scope="session", params=["akishima", "kakogawa", "minato", "toyoake"])
async def alone(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Datasette:
    """A site of one city."""
    build = lambda folder: copy_cities(folder, request.param)  # noqa: E731
    return await open_site(make_once(tmp_path_factory, f"alone-{request.param}", build))


async def test_repeats_are_spoken_of_only_where_there_are_some(alone: Datasette) -> None:
    ((plan, repeats),) = await ask(alone, "SELECT id, EXISTS (SELECT 1 FROM measures WHERE repeat_of > '') FROM plans")
    for path, words in (("/plans/promises", "だけを載せています"), (f"/plans/plans/{plan}", "再掲")):
        assert bool(repeats) == (words in await open_address(alone, path)), path
    assert "再掲" not in await open_address(alone, "/")


async def test_home_counts_targets_in_the_words_of_the_plan_and_leaves_out_what_it_has_not(alone: Datasette) -> None:
    page = await open_address(alone, "/")
    counted = "SELECT target_word, original_targets FROM plan_facts JOIN plan_overview USING (id)"
    ((word, targets),) = await ask(alone, counted)
    assert (f'<span class="n">{targets}</span>の{word}' in page) == bool(targets)
    assert (f"{word}と結果（Excel）" in page) == bool(targets)
    now = "SELECT 1 FROM timeline AS t, current_fiscal_year AS c WHERE c.fiscal_year BETWEEN t.fiscal_year AND end_fiscal_year"
    assert ("<h3>今年度の" in page) == bool(await ask(alone, now))
    assert "ありません。</p>" not in page


async def test_examples_of_a_search_and_the_navigation_lead_to_rows(alone: Datasette) -> None:
    page = await open_address(alone, "/")
    examples = re.findall(r'class="tap" href="/plans/search\?q=([^"]+)"', page)
    assert examples or not await ask(alone, "SELECT 1 FROM measures LIMIT 1")
    names = re.findall(r'<li><a href="/plans/([a-z_]+)"', page.partition("<main")[0])
    assert {"promises", "progress"} & {*names}
    for path in [f"/plans/search.json?q={word}&_shape=array" for word in examples] + [
        f"/plans/{n}.json?_shape=array" for n in names
    ]:
        assert (await alone.client.get(path)).json(), path


async def test_a_list_leaves_out_columns_that_say_nothing(all_shapes: Datasette) -> None:
    page = await open_address(all_shapes, "/plans/targets?plan_id=kakogawa-sosei2")
    heads = re.findall(r'rel="nofollow">([^<]+)</a>', page.partition("<thead>")[2].partition("</thead>")[0])
    heads = {head.strip() for head in heads}
    assert heads >= {"目標値", "基準値"} and heads.isdisjoint({"約", "内訳", "再掲の元"})
    file = await open_address(all_shapes, "/plans/targets.csv?plan_id=kakogawa-sosei2")
    assert {"is_approximate", "trend"} <= {*file.partition("\r\n")[0].split(",")}


@pytest.mark.parametrize("query", ["progress", "targets_due", "unreported", "final_year", "measures_by_goal"])
async def test_a_query_is_narrowed_by_municipality_and_by_theme(all_shapes: Datasette, query: str) -> None:
    rows = await rows_of(all_shapes, f"{query}?municipality=subete&fiscal_year=2026")
    assert {row["計画"] for row in rows} - {"第1次すべて市総合計画"} == {"第2次すべて市総合計画"}
    themed = await rows_of(all_shapes, f"{query}?theme=総合&fiscal_year=2026")
    assert themed == [row for row in rows if row["計画"] == "第2次すべて市総合計画"]


async def test_plans_that_follow_each_other_are_compared(all_shapes: Datasette) -> None:
    sql = "SELECT change, before_name, before_target, target FROM plan_successions WHERE table_name = 'measures'"
    kept, *others = await ask(all_shapes, sql)
    assert kept == ("kept", "見守りの訪問", "平成32年度までに1,200世帯", "訪問 800～1,000世帯（令和8年度）")
    assert [change for change, *_ in others] == ["added"] * 3


async def test_grades_of_a_city_count_as_no_outcome_of_ours(all_shapes: Datasette) -> None:
    rows = await rows_of(all_shapes, "evaluation_overview?grade__notblank=1")
    assert rows and {row["outcome"] for row in rows if row["judged_by"] == "city"} == {None}


async def test_a_plan_counts_the_bodies_that_it_names_as_their_list_does(all_shapes: Datasette) -> None:
    counts = {plan["id"]: plan["organizations"] for plan in await rows_of(all_shapes, "plan_overview")}
    assert counts == {plan: len(await rows_of(all_shapes, f"bodies?plan={plan}")) for plan in counts}
    assert {*counts.values()} > {0}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("indicators/subete-kihon2-kenko-josei", "すべて市「第2次すべて市総合計画」"),
        ("measures/subete-kihon2-1-1-1", "すべて市「第2次すべて市総合計画」"),
        ("measures/kakogawa-sosei2-measure-1", "加古川市）"),
    ],
)
async def test_the_title_of_a_record_names_the_plan_where_its_city_has_several(
    all_shapes: Datasette, path: str, words: str
) -> None:
    page = await open_address(all_shapes, f"/plans/{path}")
    assert words in page.partition("<title>")[2].partition("</title>")[0]


async def test_linked_data_names_no_author_that_nobody_printed_and_gives_the_plan_no_licence_of_ours(
    all_shapes: Datasette,
) -> None:
    record = (await all_shapes.client.get("/plans/plans/toyoake-danjo2.jsonld")).json()
    assert "author" not in record["isBasedOn"] and "license" not in record
    assert record["sdLicense"].startswith("https://")
    html = await open_address(all_shapes, "/data")
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.S)
    described = json.loads(found)
    assert len({json.dumps(area) for area in described["spatialCoverage"]}) == len(described["spatialCoverage"])
    assert {"author" in work for work in described["isBasedOn"]} == {True, False}


async def test_a_plan_without_a_review_of_its_first_half_has_no_rows_of_one(all_shapes: Datasette) -> None:
    reviewed = "SELECT title FROM plans WHERE id IN (SELECT plan_id FROM evaluations WHERE successor_id > '')"
    rows = await rows_of(all_shapes, "first_to_second_half")
    assert {row["計画"] for row in rows} == {title for (title,) in await ask(all_shapes, reviewed)}


async def test_the_printed_plan_counts_targets_as_the_page_of_the_plan_does(all_shapes: Datasette) -> None:
    counted = (
        "SELECT id, target_word, original_targets FROM plan_overview JOIN plan_facts USING (id) WHERE original_targets"
    )
    plans = await ask(all_shapes, counted)
    assert len(plans) > 3
    for plan, word, number in plans:
        page = await open_address(all_shapes, f"/print/{plan}")
        assert f"{word} {number}件" in page.partition("載せているもの")[2].partition("</dd>")[0], plan
