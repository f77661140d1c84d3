"""metadata.yml: help for everything that is published, and canned queries that answer whatever they are asked."""

import re
from html import unescape
from typing import Any
from urllib.parse import quote

import pytest
import yaml
from datasette.app import Datasette

from keikaku.schema.codes import CODES
from keikaku.schema.conditions import find_terms
from tests.sites import ROOT

METADATA: dict[str, Any] = yaml.safe_load((ROOT / "metadata.yml").read_text("utf-8"))
PLANS: dict[str, Any] = METADATA["databases"]["plans"]
QUERIES: dict[str, dict[str, Any]] = PLANS["queries"]
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")
HELP = re.compile(r"[^：]{1,15}：[^：].*。")
SEARCH_COLUMNS = ["kind", "id", "title", "snippet", "url"]
ODD = ["'", '"', "%", "*", "NEAR(", "🐋", "-1", "；drop table measures", "あ" * 400, "x" * 3_000]


async def rows(site: Datasette, path: str) -> list[dict[str, Any]]:
    response = await site.client.get(quote(path, safe="/?&=.+_"))
    assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:300]}"
    return list(response.json())


async def answers(site: Datasette, query: str, column: str, **parameters: str) -> list[Any]:
    """One column of a canned query's answer."""
    asked = "".join(f"&{name}={value}" for name, value in parameters.items())
    return [row[column] for row in await rows(site, f"/plans/{query}.json?_shape=array{asked}")]


def parameters_of(query: str) -> list[str]:
    return sorted(set(re.findall(r":(\w+)", QUERIES[query]["sql"])))


def examples_of(query: str) -> list[str]:
    return [unescape(link) for link in re.findall(r'<a href="(/plans/[^"]+)"', QUERIES[query]["description_html"])]


async def published_columns(site: Datasette) -> dict[str, list[str]]:
    """Table or view -> columns, without the search index and what SQLite keeps for itself."""
    db = site.get_database("plans")
    names = [name for name in await db.table_names() if not name.startswith(("sqlite_", "search_index"))]
    return {name: await db.table_columns(name) for name in [*names, *await db.view_names()]}


async def test_every_table_view_and_column_has_japanese_help_and_nothing_else_has(site: Datasette) -> None:
    published = await published_columns(site)
    described = {name: table["columns"] for name, table in PLANS["tables"].items()}
    assert {name: sorted(columns) for name, columns in described.items()} == {
        name: sorted(columns) for name, columns in published.items()
    }
    assert [
        n for n, t in PLANS["tables"].items() if not all(JAPANESE.search(t[k]) for k in ("title", "description"))
    ] == []
    assert [
        (table, column, text)
        for table, columns in described.items()
        for column, text in columns.items()
        if not HELP.fullmatch(text) or not JAPANESE.search(text.partition("：")[2])
    ] == []


async def test_headings_are_unique_within_their_table() -> None:
    headings = {n: [text.partition("：")[0] for text in t["columns"].values()] for n, t in PLANS["tables"].items()}
    assert [name for name, words in headings.items() if len(set(words)) < len(words)] == []


async def test_sorts_facets_and_labels_name_columns(site: Datasette) -> None:
    published = await published_columns(site)
    assert [
        (name, column)
        for name, table in PLANS["tables"].items()
        for column in [
            *table.get("facets", []),
            *(table[k] for k in ("sort", "sort_desc", "label_column") if k in table),
        ]
        if column not in published[name]
    ] == []


async def test_source_and_licence_are_named(site: Datasette) -> None:
    assert (
        site.metadata("source")
        == "「昭島市産業振興計画についての報告書」（昭島市産業活性化のための協創プロジェクト、2023年3月）を加工して作成"
    )
    described = site.metadata("description_html", database="plans")
    assert METADATA["license"].startswith("CC BY 4.0")
    assert "creativecommons.org/licenses/by/4.0" in METADATA["license_url"]
    for words in ("非公式", "公共データ利用規約（第1.0版）", "原文の文章は自治体のもの"):
        assert words in described


@pytest.mark.parametrize("query", QUERIES)
async def test_query_is_described_and_answers_without_parameters(site: Datasette, query: str) -> None:
    assert JAPANESE.search(QUERIES[query]["title"])
    assert JAPANESE.search(QUERIES[query]["description_html"])
    for name in parameters_of(query):
        assert f"<code>{name}</code>" in QUERIES[query]["description_html"]
    found = await rows(site, f"/plans/{query}.json?_shape=array")
    assert bool(found) == (query != "compare")  # which needs two municipalities
    if query == "compare":
        return
    if query == "search":
        assert list(found[0])[:5] == SEARCH_COLUMNS
    else:
        assert [heading for heading in found[0] if not JAPANESE.search(heading) and heading != "ID"] == []
        assert "ID" in list(found[0])[-2:] or "団体ID" in found[0]


@pytest.mark.parametrize("query", [query for query in QUERIES if examples_of(query)])
async def test_examples_of_a_query_are_pages_with_rows(site: Datasette, query: str) -> None:
    for link in examples_of(query):
        response = await site.client.get(quote(link, safe="/?&=.+_"))
        assert response.status_code == 200, link
        assert response.text.count("\n") > 1, link
        path, _, arguments = link.partition("?")
        if path.removeprefix("/plans/") in QUERIES:
            assert await rows(site, f"{path}.json?_shape=array&{arguments}"), link


@pytest.mark.parametrize("query", [query for query in QUERIES if parameters_of(query)])
async def test_odd_input_is_answered(site: Datasette, query: str) -> None:
    for odd in ODD:
        for name in {*parameters_of(query)} - {"fiscal_year", "as_of"}:
            response = await site.client.get(f"/plans/{query}.json?_shape=array&{name}={quote(odd, safe='')}")
            assert response.status_code == 200, (name, odd[:20], response.text[:300])


async def test_measures_by_organization_takes_any_name(site: Datasette) -> None:
    async def codes(name: str) -> list[str]:
        return await answers(site, "measures_by_organization", "番号", organization=name)

    shokokai = await codes("商工会")
    assert len(shokokai) == 33
    assert {"工-1", "商-1", "共-10"} <= set(shokokai)
    assert "観-9" not in shokokai
    nokyo = ["農-2", "農-3", "農-4", "農-5", "農-6", "農-8", "農-9", "観-3", "共-4"]
    for name in ("農協", "農業協同組合", "JA", "ＪＡ", "ja", "東京みどり農業協同組合", "akishima-nokyo"):
        assert await codes(name) == nokyo, name
    assert await codes("だれも知らない団体") == []
    assert len(await codes("")) == 46


async def test_measures_of_a_department_count_as_its_bodys(site: Datasette) -> None:
    path = "/plans/measures_by_organization.json?_shape=array&organization=市"
    found = {row["番号"]: row for row in await rows(site, path)}
    assert len(found) == 45
    assert "農-5" not in found
    assert found["共-8"]["該当する団体"] == "市(環境部)"
    assert found["観-2"]["再掲"] == "再掲"
    assert found["工-3"]["再掲"] is None
    assert await answers(site, "measures_by_organization", "番号", organization="市（環境部）") == ["共-8"]


PARTS = {"前期：未達成": 1, "前期：未実施": 1, "前期：一部達成": 2, "期限経過・実績の記録なし": 4}


async def test_unmet_targets_say_why(site: Datasette) -> None:
    found = await rows(site, "/plans/unmet_targets.json?_shape=array")
    first_half = {(row["分野"], row["施策"]): row["理由"] for row in found if row["理由"].startswith("前期：")}
    assert {
        ("工業", "事業所による出前授業の体制確立"): "前期：未実施",
        ("工業", "近隣の大学、高専、工業高校等と連携した人材確保支援"): "前期：未達成",
        ("工業", "たま工業交流展の参加支援"): "前期：未達成",
        ("商業", "大型商業施設とのコラボレーション"): "前期：未実施",
        ("商業", "特色ある個店づくり"): "前期：未実施",
        ("商業", "創業セミナーの実施"): "前期：未達成",
    }.items() <= first_half.items()
    assert not any("事業承継" in row["施策"] for row in found)
    ranks = [(PARTS[row["理由"]], "工業商業農業観光共通".index(row["分野"])) for row in found]
    assert ranks == sorted(ranks)
    assert {r["理由"] for r in await rows(site, "/plans/unmet_targets.json?_shape=array&reason=未実施")} == {
        "前期：未実施"
    }
    assert {r["分野"] for r in await rows(site, "/plans/unmet_targets.json?_shape=array&sector=商")} == {"商業"}


OVERDUE = ["工-4", "工-5", "観-4", "観-9", "観-10"]
YEARLY = ["工-2", "工-6", "工-9", "商-4", "農-1", "農-1", "農-2", "農-4", "農-6", "農-7", "農-8", "農-9", "農-9", "観-1", "観-6", "観-7", "観-8", "共-2", "共-3"]  # fmt: skip


async def test_unreported_targets_can_be_asked_for_by_body(site: Datasette) -> None:
    assert await answers(site, "unreported", "番号") == [*OVERDUE, *YEARLY]
    found = await rows(site, "/plans/unreported.json?_shape=array&organization=農協")
    assert [row["番号"] for row in found] == ["農-2", "農-4", "農-6", "農-8", "農-9", "農-9"]
    assert found[1]["たずねること"] == (
        "「農-4 学校給食での地場野菜の使用」の目標「学校給食での昭島産の野菜等の使用量」（毎年 10,000kgを使用）の、令和7年度の実績"
    )
    assert {row["最後の実績"] for row in found} == {None, "令和3年度", "令和4年度", "令和5年度"}
    assert await answers(site, "unreported", "番号", organization="どこにもない団体") == []


async def test_the_final_year_has_what_is_due_what_was_due_and_what_is_yearly(site: Datasette) -> None:
    found = await rows(site, "/plans/final_year.json?_shape=array")
    parts: dict[str, list[str]] = {}
    for row in found:
        parts.setdefault(row["区分"], []).append(row["番号"])
    assert list(parts) == ["期限が来るもの", "期限の年度が終わったもの", "毎年・毎回の目標"]
    assert parts["期限が来るもの"] == ["商-1", "商-5", "観-9", "共-8"]
    assert sorted(parts["期限の年度が終わったもの"]) == sorted([*OVERDUE, "共-6", "共-7"])
    assert sorted(parts["毎年・毎回の目標"]) == sorted([*YEARLY, "共-10"])


CHECKABLE = "has_number, has_unit, has_baseline, has_year, has_direction, has_body, score"


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("工-6", (1, 1, 0, 1, 1, 1, 5)),  # 毎年1回以上
        ("工-2", (1, 1, 0, 1, 0, 1, 4)),  # 4社/年: that more is better is our reading
        ("観-8", (1, 1, 0, 0, 0, 1, 3)),  # 50,000人/回: no year
        ("工-4", (0, 0, 0, 1, 0, 1, 2)),  # by a year, no number
        ("工-1", (0, 0, 0, 0, 0, 1, 1)),  # 継続実施
    ],
)
async def test_what_is_there_to_check_a_target_by(site: Datasette, code: str, known: tuple[int, ...]) -> None:
    db = site.get_database("plans")
    assert tuple((await db.execute(f"SELECT {CHECKABLE} FROM checkability WHERE code = ?", [code])).rows[0]) == known


async def test_ended_and_new_measures(site: Datasette) -> None:
    assert await answers(site, "ended_measures", "施策") == [
        "空き店舗オーナーと創業者のマッチング",
        "昭島ブランド・フードグランプリの開催",
        "まちコン等地域イベントの開催",
        "昭島観光案内所の総合拠点化",
    ]
    assert await answers(site, "new_measures", "番号") == ["工-10", "観-9", "観-10", "共-5", "共-6", "共-7", "共-8"]


@pytest.mark.parametrize("year", ["2024", "2024年度", "令和6年度", "令和６年", "令和 6 年度", "R6", "Ｒ６", "r6", "6"])
async def test_targets_due_in_a_year_however_it_is_written(site: Datasette, year: str) -> None:
    assert await answers(site, "targets_due", "番号", fiscal_year=year) == ["工-4", "工-5", "観-10"]


async def test_years_left_out_mean_this_year_within_the_plan(site: Datasette) -> None:
    sql = "SELECT label FROM fiscal_years WHERE fiscal_year = min(2026, (SELECT fiscal_year FROM current_fiscal_year))"
    this_year = (await site.get_database("plans").execute(sql)).single_value()
    assert set(await answers(site, "targets_due", "期限")) == {this_year}
    assert set(await answers(site, "events_by_year", "年度")) == {this_year}


async def test_events_of_a_year_include_those_that_span_it(site: Datasette) -> None:
    spanning = "広域連携による観光資源の掘り起し"
    for year in ("2018", "令和2年度", "R4"):
        assert spanning in await answers(site, "events_by_year", "項目", fiscal_year=year)
    assert spanning not in await answers(site, "events_by_year", "項目", fiscal_year="2023")
    assert await answers(site, "events_by_year", "年度", fiscal_year="令和元年") == ["令和元年度"] * 4


async def test_measures_by_goal(site: Datasette) -> None:
    assert len(await answers(site, "measures_by_goal", "番号")) == 85
    for goal in ("2", "②", "市民が「農」と触れ合う機会の創出"):
        codes = await answers(site, "measures_by_goal", "番号", sector="農業", goal=goal)
        assert codes == ["農-1", "農-3", "農-4", "農-5", "農-6", "農-8", "農-9"]


async def test_linked_measures_stand_once_in_a_pair(site: Datasette) -> None:
    found = await rows(site, "/plans/linked_measures.json?_shape=array")
    assert {(row["番号"], row["相手の番号"]): row["つながり"] for row in found} == {
        ("工-3", "観-2"): "連携・再掲",
        ("工-7", "商-2"): "連携・再掲",
        ("商-3", "観-5"): "連携・再掲",
        ("商-3", "共-1"): "再掲",
        ("農-9", "観-3"): "連携・再掲",
        ("観-8", "共-9"): "再掲",
    }
    assert len(found) == 6


async def test_first_half_goes_over_into_the_second(site: Datasette) -> None:
    found = await rows(site, "/plans/first_to_second_half.json?_shape=array")
    changes = {(row["前の名前"], row["後の番号"]): row["変化"] for row in found}
    assert len(found) == len(changes) == 37 + 7
    assert changes["技術・商品のPR", "工-2"] == "同じ名前で継続"
    assert changes["直売所マップの作成", "農-3"] == "名前を変えて継続"
    assert changes["特色ある個店づくり", "商-5"] == "内容を変更"
    assert changes["近隣の大学、高専、工業高校等と連携した人材確保支援", "工-5"] == "内容と名前を変更"
    assert changes["まちコン等地域イベントの開催", None] == "終了"
    assert changes[None, "共-8"] == "新規"


async def test_organizations_together_do_not_count_repeats(site: Datasette) -> None:
    path = "/plans/organizations_together.json?_shape=array"
    everyone = {(row["団体"], row["相手の団体"]): row["施策の数"] for row in await rows(site, path)}
    asked = {(row["団体"], row["相手の団体"]): row for row in await rows(site, f"{path}&organization=農協")}
    nokyo = "東京みどり農業協同組合"
    assert asked[nokyo, "昭島市"]["施策の番号"] == "農-2、農-3、農-4、農-6、農-8、農-9、共-4"
    assert {pair[0] for pair in asked} == {nokyo}
    for (one, other), row in asked.items():
        assert (
            row["施策の数"]
            == len(row["施策の番号"].split("、"))
            == everyone.get((one, other), everyone.get((other, one)))
        )


async def test_search_leads_to_pages_and_puts_repeats_after_their_originals(site: Datasette) -> None:
    found = await rows(site, "/plans/search.json?_shape=array&q=観光")
    assert {row["kind"] for row in found} == {"measure", "goal", "organization", "evaluation", "event"}
    for row in found:
        response = await site.client.get(f"{row['url']}.json")
        assert response.status_code == 200, row["url"]
    ids = await answers(site, "search", "id", q="郷土芸能まつり")
    assert ids.index("akishima-kanko-8") < ids.index("akishima-kyotsu-9")
    assert await answers(site, "search", "id", q="該当する言葉がない") == []
    assert len(await answers(site, "search", "id")) == 40


async def test_a_column_of_codes_is_shown_in_words(site: Datasette) -> None:
    """Wherever every value of a column is a code, a reader gets its word: a view has the words of what it is made from."""
    codes = {code for terms in CODES.values() for code in terms if code.isascii() and code.isalpha()}
    db = site.get_database("plans")
    coded, bare = 0, []
    for table, columns in (await published_columns(site)).items():
        for column in columns:
            values = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'
            found = {str(row[0]) for row in (await db.execute(values)).rows}
            if found and found <= codes:
                coded += 1
                bare += [] if find_terms(table, column) else [(table, column)]
    assert coded > 20
    assert bare == []
