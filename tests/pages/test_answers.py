"""Pages of single queries: each says in words, counts and pictures what its rows say."""

import re

import pytest

from tests.pages.listing_page import open_page, rows_of

UNMET = ["出前授業", "人材確保", "たま工業交流展", "大型商業施設", "個店づくり", "創業セミナー"]


async def test_unmet_targets_give_reason_evidence_and_what_became_of_them(site):
    page = await open_page(site, "/plans/unmet_targets")
    rows = await rows_of(site, "unmet_targets")
    assert f"{len(rows)}件" in page.text
    assert [word for word in UNMET if word not in page.text] == []
    for row in rows:
        for column in ("施策", "根拠の語", "今後", "引き継いだ施策", "団体"):
            assert (row[column] or "") in page.text, row
    assert page.links["/about#judgement"]


async def test_unmet_targets_filter_by_reason_and_sector_with_counts(site):
    page = await open_page(site, "/plans/unmet_targets")
    for parameter in ("reason", "sector"):
        links = {
            link: int(re.search(r"(\d+)\s*$", text)[1])
            for link, text in page.links.items()
            if f"unmet_targets?{parameter}=" in link
        }
        assert links
        for link, count in links.items():
            assert len(await rows_of(site, link.removeprefix("/plans/"))) == count, link
            assert f"{count}件：" in (await open_page(site, link)).text


@pytest.mark.parametrize("group", ["分野", "理由", "期限", "今後"])
async def test_unmet_targets_can_be_grouped(site, group):
    page = await open_page(site, f"/plans/unmet_targets?_group={group}")
    assert list(page.faults()) == []
    counts = [int(count) for _, text in page.headings for count in re.findall(r"（(\d+)件）", text)]
    rows = await rows_of(site, "unmet_targets")
    evaluated = {row["ID"] for row in rows if row["評価ID"]}
    beside = [row for row in rows if not row["評価ID"] and row["ID"] in evaluated]
    assert [row["番号"] for row in beside] == ["工-4", "工-5"]
    assert sum(counts) == len(rows) - len(beside)
    listed = page.html.partition('class="result-count"')[2].partition('id="judgement"')[0]
    cards = re.findall(r"<h3><a href=[^>]+>(.*?)</a></h3>", listed)
    assert len(cards) == sum(counts) == 16


@pytest.mark.parametrize("table", ["evaluations", "evaluation_overview"])
async def test_a_list_of_evaluations_begins_with_how_all_came_out(site, two_plans, table):
    page = await open_page(site, f"/plans/{table}")
    assert outcomes(page.html) == [OUTCOMES_OF_37]
    assert page.html.index('<figure class="drawing"') < page.html.index("result-count")
    assert len(outcomes((await open_page(two_plans, f"/plans/{table}?plan_id=akishima")).html)) == 1


async def test_unmet_targets_begin_with_how_all_came_out_and_with_what_was_not_met(site, two_plans):
    page = await open_page(site, "/plans/unmet_targets")
    headings = [text for level, text in page.headings if level == 2 and "件）" in text]
    assert headings == [
        "未達成・未実施の評価（6件）",
        "一部達成の評価（7件）",
        "期限の年度が終わり、当サイトに実績の記録がないもの（3件）",
    ]
    assert "ほかの2件は、引き継ぐ前の評価と一緒に、上に示しています" in page.text
    assert outcomes(page.html) == [OUTCOMES_OF_37]
    assert page.html.index('<figure class="drawing"') < page.html.index('id="filter"')
    assert "前期の施策の目標は、この報告書に載っていません" in page.text
    minato = await open_page(two_plans, "/plans/unmet_targets?plan=minato")
    assert outcomes(minato.html) == [
        "前期の評価 5件の結果（当サイトの判定）：○ 達成 1件 △ 一部達成 1件 × 未達成 1件 － 未実施 1件 ？ 記載なし 1件"
    ]
    assert "載っていません" not in minato.text
    captions = re.findall("<figcaption>(.*?)</figcaption>", (await open_page(two_plans, "/plans/unmet_targets")).html)
    assert captions == ["みなと市文化振興計画の評価の結果", "昭島市産業振興計画の評価の結果"]


OUTCOMES_OF_37 = (
    "前期の評価 37件の結果（当サイトの判定）：○ 達成 2件 △ 一部達成 7件 × 未達成 3件 － 未実施 3件 ？ 記載なし 22件"
)


def outcomes(html: str) -> list[str]:
    """What each bar says, and that its parts are as many as its words."""
    said = []
    for drawing in re.findall(r'<figure class="drawing">(.*?)</figure>', html, re.DOTALL):
        label, *counts = re.findall(r"<text[^>]*>([^<]{2,})</text>", drawing)
        assert drawing.count("<rect") == len(counts)
        said.append(f"{label}：{' '.join(counts)}")
    return said


async def test_first_to_second_half_is_drawn_and_written_after_what_changed(site):
    page = await open_page(site, "/plans/first_to_second_half")
    rows = await rows_of(site, "first_to_second_half")
    assert [page.html.count(part) for part in ('role="img"', "<title id=", "<desc id=")] == [2, 2, 2]
    ended = sum(row["変化"] == "終了" for row in rows)
    assert f"終了{ended}件" in page.html
    assert f"{ended}件は終了とされました" in page.text
    assert sum(map(int, re.findall(r"→ [^<]+：(\d+)件</title>", page.html))) == 2 * len(rows)
    patterns = set(re.findall(r'<pattern id="wide-(p\d+)"', page.html))
    assert len(patterns) == len({row["変化"] for row in rows})
    before, _, after = page.html.partition('id="changed"')
    wanted = {row["後の名前"] or row["前の名前"] for row in rows if row["変化"] != "同じ名前で継続"}
    assert set(re.findall(r"<a [^>]*>([^<]+)</a>", after.partition("</section>")[0])) == wanted
    assert 'id="picture"' in after and 'id="picture"' not in before


async def test_unreported_targets_stand_under_each_of_their_bodies_with_a_text_to_ask(site):
    page = await open_page(site, "/plans/unreported")
    headings = [text for level, text in page.headings if level == 2]
    assert headings[1:4] == ["昭島市（24件）", "昭島市商工会（12件）", "昭島観光まちづくり協会（9件）"]
    boxes = re.findall(r"<textarea[^>]* readonly>(.*?)</textarea>", page.html, re.DOTALL)
    assert len(boxes) == 2
    for box in boxes:
        assert "昭島市" in box and "「昭島市産業振興計画」" in box
        assert re.findall(r"^\d+\. ", box, re.MULTILINE) == [f"{n}. " for n in range(1, 25)]
        assert "「観-10 広域観光の推進」の目標「広域観光の実施」（令和6年度に実施）の、令和6年度の実績" in box
        assert "これらの記録がありません" in box


async def test_the_sheet_of_the_final_year_can_be_ticked_and_never_depends_on_the_day(site, two_plans):
    page = await open_page(site, "/plans/final_year")
    assert [text for level, text in page.headings if "件）" in text] == [
        "期限が来るもの（4件）", "期限の年度が終わったもの（7件）", "毎年・毎回の目標（20件）"
    ]  # fmt: skip
    assert page.html.count("□&nbsp;達成") == 31
    assert re.search(r'<time class="days-left"\s+datetime="2027-03-31">2027年3月31日まで</time>', page.html)
    assert not re.search(r"あと\d+日", page.html)
    minato = await open_page(two_plans, "/plans/final_year?plan=minato")
    assert minato.html.count("□&nbsp;達成") == 6
    assert "昭島" not in minato.html.partition("区分")[0].partition('class="table-wrapper"')[2]


async def test_first_to_second_half_shows_five_moved_targets_as_our_judgement(site):
    page = await open_page(site, "/plans/first_to_second_half")
    part = page.html.partition('id="goalposts"')[2].partition("</section>")[0]
    rows = re.findall(
        r'code">([^<]+)</span>.*?文書の言葉「([^」]+)」.*?data-label="変化">(\S+) <span class="chip">当サイトの判定',
        part,
        re.DOTALL,
    )
    assert rows == [
        ("工-8", "参加数は目標に達していない", "数の目標がなくなった"),
        ("商-6", "開催数は目標に達していない", "数の目標がなくなった"),
        ("農-4", "地場野菜の使用率", "数えるものが変わった"),
        ("共-3", "セミナーを実施し目標を達成", "数えるものが変わった"),
        ("共-4", "毎年目標人数を達成", "数の目標がなくなった"),
    ]
    asked = await rows_of(site, "first_to_second_half")
    assert [row["後の番号"] for row in asked if row["目標の変化"]] == [code for code, _, _ in rows]


async def test_organizations_together_are_a_matrix_whose_numbers_agree_with_the_list(site):
    page = await open_page(site, "/plans/organizations_together")
    rows = await rows_of(site, "organizations_together")
    matrix = page.html.partition('class="matrix"')[2].partition("</table>")[0]
    names = re.findall(r'organization=[^"]+">([^<]+)</a>', matrix)
    lines = [re.findall(r"<td[^>]*>([^<]+)</td>", line) for line in matrix.split("<tr>")[2:]]
    assert len(names) == 10
    wanted = {frozenset((row["団体"], row["相手の団体"])): row["施策の数"] for row in rows}
    for one, line in zip(names, lines, strict=True):
        for other, number in zip(names, line, strict=True):
            if one != other:
                assert number == str(wanted.get(frozenset((one, other)), "・")), (one, other)


async def test_a_target_stands_once_among_those_past_their_year(two_plans):
    page = (await two_plans.client.get("/plans/unmet_targets?plan=minato")).text
    cards = re.findall(r"芸-4</span> アトリエマップの作成</a></h3>(.*?)</li>", page, re.DOTALL)
    assert sorted(re.findall(r"(令和\d年度)", card) for card in cards) == [["令和5年度"], ["令和7年度"]]


@pytest.mark.parametrize(
    ("asked", "number", "first"),
    [
        ("", 40, "工-1"),
        ("sector=観光", 7, "観-1"),
        ("organization=商工会", 28, "工-1"),
        ("due=令和8年度", 4, "商-1"),
        ("due=2026&organization=市", 4, "商-1"),  # with its departments
        ("state=overdue_unreported", 5, "工-4"),
        ("state=期限経過・実績の記録なし&sector=工業", 2, "工-4"),
        ("plan=akishima&due=令和元年度", 0, None),
    ],
)
async def test_promises_are_listed_once_each_under_their_sector(site, asked, number, first):
    rows = await rows_of(site, f"promises?{asked}")
    assert (len(rows), rows[0]["番号"] if rows else None) == (number, first)
    page = await open_page(site, f"/plans/promises?{asked}")
    main = page.html.partition("<main")[2]
    listed = re.findall(r'<th scope="row"><a class="title" href="/plans/measures/([\w-]+)"', main)
    assert listed == [row["ID"] for row in rows]
    headings = re.findall(r'<h2><a href="/plans/sectors/[\w-]+">(\w+)</a>', main)
    assert headings == list(dict.fromkeys(row["分野"] for row in rows))


async def test_bodies_tell_what_they_promised_and_how_it_stands(site):
    rows = await rows_of(site, "bodies")
    assert len(rows) == 23
    city = rows[0]
    assert (city["団体"], city["施策の数"]) == ("昭島市", 38)
    assert city["目標の状態"].startswith("今年度が期限 3、期限経過・実績の記録なし 5、")
    page = await open_page(site, "/plans/bodies")
    listed = re.findall(r'<th scope="row"><a class="title" href="/plans/organizations/([\w-]+)"', page.html)
    assert listed == [row["団体ID"] for row in rows]
