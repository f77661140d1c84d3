"""The reading of printed targets: tables of cases, laws over generated targets, and every plan in data/."""

import unicodedata
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from keikaku.plan.fiscal_year import half_width, read_fiscal_year
from keikaku.plan.target import LONGEST_TARGET, Indicator, UnreadableTarget, parse_target, read_parts

FULL_WIDTH = str.maketrans({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
MEANING = ("kind", "comparator", "value", "unit", "per", "due_fiscal_year", "due_kind")
MEASURE_FILES = sorted((Path(__file__).parents[3] / "data").glob("*/*/measures.yml"))


DIRECTIONS = {">=": "up", ">": "up", "<=": "down", "<": "down", None: None}


def amount(value, unit=None, comparator=None, **others):
    known = {"kind": "quantity", "value": value, "unit": unit, "comparator": comparator}
    return {**known, "direction": DIRECTIONS[comparator], **others}


def by(year):
    return {"due_fiscal_year": year, "due_kind": "by"}


def within(year):
    return {"due_fiscal_year": year, "due_kind": "in"}


def words(kind, label=None, **others):
    return {"kind": kind, "label": label, **others}


def unprinted(indicators):
    return [replace(indicator, printed="") for indicator in indicators]


SINGLE = [
    # the forms of the first plan
    ("4社/年", amount(4, "社", per="year")),
    ("2回/年", amount(2, "回", per="year")),
    ("毎年1回以上", amount(1, "回", ">=", per="year")),
    ("毎年5件以上", amount(5, "件", ">=", per="year")),
    ("毎年 1 回以上開 催", amount(1, "回", ">=", per="year")),
    ("毎年 10,000kgを使用", amount(10000, "kg", per="year")),
    ("実施農家数 8件/年間", amount(8, "件", per="year", label="実施農家数")),
    ("出品数 225点/ 年間", amount(225, "点", per="year", label="出品数")),
    ("ロケ実績 100 件/ 年", amount(100, "件", per="year", label="ロケ実績")),
    ("観光案内所利用者 10,000 人/年間", amount(10000, "人", per="year", label="観光案内所利用者")),
    ("来場者数 80,000 人/回", amount(80000, "人", per="event", label="来場者数")),
    ("相談件数 8 件／年", amount(8, "件", per="year", label="相談件数")),
    ("令和8年度までに40社", amount(40, "社", **by(2026))),
    ("調査を令和6年度 までに実施", words("milestone", "調査", **by(2024))),
    ("令和6年度までに具現化", words("milestone", "具現化", **by(2024))),
    ("令和8年度までに実施", words("milestone", **by(2026))),
    ("令和7年度までに 新たな資源を発掘", words("milestone", "新たな資源を発掘", **by(2025))),
    ("令和5年度に実施", words("milestone", **within(2023))),
    ("継続実施", words("continue")),
    ("継続開催", words("continue", "開催")),
    ("継続して検討", words("continue", "検討")),
    ("活動継続", words("continue", "活動")),
    # numbers and units
    ("1万人", amount(10000, "人")),
    ("2.5万人", amount(25000, "人")),
    ("1万5千人", amount(15000, "人")),
    ("1万5,000人", amount(15000, "人")),
    ("3千件", amount(3000, "件")),
    ("1億2千万円", amount(120000000, "円")),
    ("5百万円", amount(5000000, "円")),
    ("100万円/年", amount(1000000, "円", per="year")),
    ("１０，０００人", amount(10000, "人")),
    ("待機児童0人", amount(0, "人", label="待機児童")),
    ("満足度3.5以上", amount(3.5, None, ">=", label="満足度")),
    ("3カ所", amount(3, "カ所")),
    ("10トン", amount(10, "トン")),
    ("60パーセント", amount(60, "%")),
    ("9割以上", amount(9, "割", ">=")),
    ("半数以上の店舗", amount(50, "%", ">=", label="店舗")),
    ("過半数", amount(50, "%", ">")),
    ("SNS10件", amount(10, "件", label="SNS")),
    ("約100人", amount(100, "人", approximate=True)),
    ("5件程度/年", amount(5, "件", per="year", approximate=True)),
    ("5割弱", amount(5, "割", approximate=True)),
    ("100人余り", amount(100, "人", approximate=True)),
    ("10以上の事業所", amount(10, None, ">=", label="事業所")),
    # comparators
    ("60％以上", amount(60, "%", ">=")),
    ("50人以下", amount(50, "人", "<=")),
    ("5件以内", amount(5, "件", "<=")),
    ("5件未満", amount(5, "件", "<")),
    ("1,000人超", amount(1000, "人", ">")),
    ("5件を超える", amount(5, "件", ">")),
    ("5件を超えない", amount(5, "件", "<=")),
    ("5件を下回らない", amount(5, "件", ">=")),
    ("5件を超過", amount(5, "件", ">")),
    ("5%を切る", amount(5, "%", "<")),
    ("5%に満たない", amount(5, "%", "<")),
    ("全国平均（75%）以上", amount(75, "%", ">=", label="全国平均")),
    # changes belong to the unit, so that a rise never reads as a level
    ("前年度比5%増", amount(5, "%増", label="前年度比")),
    ("令和元年度比10%以上の増加", amount(10, "%増加", ">=", label="令和元年度比")),
    ("令和2年度比10%減", amount(10, "%減", label="令和2年度比")),
    ("10%減少（対H25）", amount(10, "%減少")),
    ("CO2を2013年度比46%削減", amount(46, "%削減", label="CO2を2013年度比", direction="up")),
    ("0.5ポイント向上", amount(0.5, "ポイント向上", direction="up")),
    ("5%増以上", amount(5, "%増", ">=")),
    ("5人増員", amount(5, "人増員", direction="up")),
    ("50%に引き上げ", amount(50, "%", direction="up")),
    # periods
    ("年間延べ1,200人", amount(1200, "人", per="year", label="延べ")),
    ("年間来場者数 10万人", amount(100000, "人", per="year", label="来場者数")),
    ("年1回", amount(1, "回", per="year")),
    ("年に2回開催", amount(2, "回", per="year")),
    ("1年に2回", amount(2, "回", per="year")),
    ("3か所/年", amount(3, "か所", per="year")),
    ("5件/年度", amount(5, "件", per="year")),
    ("10団体以上／年", amount(10, "団体", ">=", per="year")),
    ("10団体／年以上", amount(10, "団体", ">=", per="year")),
    ("5件（毎年）", amount(5, "件", per="year")),
    ("2回/月", amount(2, "回", per="month")),
    ("2回/か月", amount(2, "回", per="month")),
    ("毎月1回", amount(1, "回", per="month")),
    ("月2回以上", amount(2, "回", ">=", per="month")),
    ("毎回20名", amount(20, "名", per="event")),
    ("1回あたり 50,000人", amount(50000, "人", per="event")),
    ("青少年5人", amount(5, "人", label="青少年")),
    # due years
    ("令和7年度末までに5件", amount(5, "件", **by(2025))),
    ("令和8年度までに、40社", amount(40, "社", **by(2026))),
    ("令和8年度末時点で40社", amount(40, "社", **within(2026))),
    ("R8までに5件", amount(5, "件", note="R8は令和8年度と読みました", **by(2026))),
    ("R8 5件", amount(5, "件", note="R8は令和8年度と読みました", **within(2026))),
    ("2026年度に5件", amount(5, "件", **within(2026))),
    ("60%以上（令和8年度）", amount(60, "%", ">=", **within(2026))),
    ("令和8年度までに毎年5件", amount(5, "件", per="year", **by(2026))),
    ("令和8年度まで継続実施", words("continue", **by(2026))),
    ("令和6年度までに調査、検討を実施", words("milestone", "調査、検討", **by(2024))),
    # words only
    ("継続的に実施", words("continue")),
    ("引き続き実施", words("continue")),
    ("毎年継続実施", words("continue", per="year")),
    ("継続して毎年5件", amount(5, "件", per="year")),
    ("検討・実施", words("activity", "検討・実施")),
    ("実施", words("activity")),
    ("毎年開催", words("activity", "開催", per="year")),
    ("商工会、観光協会と連携", words("activity", "商工会、観光協会と連携")),
    ("6次産業化の推進", words("activity", "6次産業化の推進")),
    ("年間計画の策定", words("activity", "年間計画の策定")),
    ("一人ひとりの参加", words("activity", "一人ひとりの参加")),
    # what other cities print
    ("令和八年度までに40社", amount(40, "社", **by(2026))),
    ("令和二十一年度までに40社", amount(40, "社", **by(2039))),
    ("二〇二六年度に実施", words("milestone", **within(2026))),
    ("令和8年度迄に40社", amount(40, "社", **by(2026))),
    ("R元年度までに5件", amount(5, "件", **by(2019))),
    ("平成31・令和元年度に5件", amount(5, "件", **within(2019))),
    ("令和8年度における5件", amount(5, "件", **within(2026))),
    ("令和8年度において40社", amount(40, "社", **within(2026))),
    ("平成32年度までに5件", amount(5, "件", note="平成32年度は令和2年度のことです", **by(2020))),
    ("5件（Ｈ３４）", amount(5, "件", note="H34年度は令和4年度のことです", **within(2022))),
    ("令和32年度までに5件", amount(5, "件", **by(2050))),
    ("1,270件（2026年）", amount(1270, "件", calendar="calendar", **within(2026))),
    ("令和8年までに40社", amount(40, "社", calendar="calendar", **by(2026))),
    ("18,519人（2020年9月末時点）",
     amount(18519, "人", calendar="date", note="2020年9月末は令和2年度です", **within(2020))),
    ("令和9年3月までに5件", amount(5, "件", calendar="date", note="令和9年3月は令和8年度です", **by(2026))),
    ("120件（2021～2026年度累計）", amount(120, "件", accumulation="total", first_year=2021, **within(2026))),
    ("令和4年度から令和8年度までの累計50件", amount(50, "件", accumulation="total", first_year=2022, **within(2026))),
    ("1,200人（2021～2026年累計）",
     amount(1200, "人", accumulation="total", first_year=2021, calendar="calendar", **within(2026))),
    ("1,890人（2021～2026年度平均）", amount(1890, "人", accumulation="mean", first_year=2021, **within(2026))),
    ("年平均5件", amount(5, "件", per="year", accumulation="mean")),
    ("累計 5件", amount(5, "件", accumulation="total")),
    ("計画期間中に5件", amount(5, "件", accumulation="total")),
    ("年度に5件", amount(5, "件", per="year")),
    ("年あたり5件", amount(5, "件", per="year")),
    ("5件（年）", amount(5, "件", per="year")),
    ("毎年5件ずつ", amount(5, "件", per="year")),
    ("毎年5%ずつ削減", amount(5, "%削減", per="year", direction="up")),
    ("10.0％減少（H31）", amount(10, "%減少", note="H31は令和元年度と読みました", **within(2019))),
    ("5%低下", amount(5, "%低下")),
    ("5%縮減", amount(5, "%縮減", direction="up")),
    ("5%抑制", amount(5, "%抑制", direction="up")),
    ("5%カット", amount(5, "%カット", direction="up")),
    ("5%拡大", amount(5, "%拡大")),
    ("5%に抑制", amount(5, "%", direction="down")),
    ("削減率47%", amount(47, "%", label="削減率")),
    ("マイナス5%", amount(-5, "%")),
    ("△18.0%", amount(-18, "%")),
    ("▲7,810", amount(-7810)),
    ("-3", amount(-3)),
    ("0", amount(0)),
    ("0件", amount(0, "件")),
    ("１位", amount(1, "位")),
    ("2,539千人", amount(2539000, "人")),
    ("36.5トン", amount(36.5, "トン")),
    ("３ｈａ", amount(3, "ha")),
    ("3件/1000人", amount(3, "件/1000人")),
    ("3,052件未満", amount(3052, "件", "<")),
    ("5～10件", amount(5, "件", value_to=10)),
    ("5件～10件", amount(5, "件", value_to=10)),
    ("年1〜2回", amount(1, "回", per="year", value_to=2)),
    ("概ね80%", amount(80, "%", approximate=True)),
    ("およそ80%程度", amount(80, "%", approximate=True)),
    ("刑法犯 1,800件", amount(1800, "件", label="刑法犯")),
    ("2020年代に実施", words("activity", "2020年代に実施")),
    ("2回目の開催", words("milestone", "2回目の開催")),
    ("2校目", words("milestone", "2校目")),
    ("第5次計画の策定", words("milestone", "第5次計画の策定")),
    ("実施（R6）", words("milestone", "実施", note="R6は令和6年度と読みました", **within(2024))),
    ("全科目", words("activity", "全科目")),
    ("面的体制整備", words("activity", "面的体制整備")),
    # whom a number is of
    ("40歳以上の受診率 50%", amount(50, "%", label="40歳以上の受診率")),
    ("20～64歳 50%", amount(50, "%", label="20~64歳")),
    ("80歳以上（令和8年度）", amount(80, "歳", ">=", **within(2026))),
    # what is kept, or said of the number that the indicator began with
    ("80％を維持", amount(80, "%", direction="keep")),
    ("65％（現状維持）", amount(65, "%", direction="keep")),
    ("現状維持（65％）", amount(65, "%", direction="keep")),
    ("60%以上を維持", amount(60, "%", ">=")),
    ("0件を維持", amount(0, "件")),
    *((printed, words("activity", printed, direction=direction, against=against)) for printed, direction, against in [
        ("維持", "keep", "="), ("現状維持", "keep", "="), ("現状値を維持", "keep", "="), ("現在の水準を維持", "keep", "="),
        ("現状値以上", "up", ">="), ("現状値以上を維持", "up", ">="), ("基準値を上回る", "up", ">"),
        ("現状値以下", "down", "<="), ("現状値未満", "down", "<"),
        ("全国平均以上", "up", None), ("県平均を上回る", "up", None), ("維持・向上", "up", None), ("アップ", "up", None),
        ("増加傾向", "up", None), ("前年度より増加", "up", None), ("現状値より減少", "down", None),
        ("減少させる", "down", None), ("ダウン", "down", None),
    ]),
]  # fmt: skip

SEVERAL = [
    (
        "20組の親子 40人",
        [("20組の親子", amount(20, "組", label="親子")), ("40人", amount(40, "人", label="親子"))],
    ),
    (
        "認定農業者の経営改善計画の達成、農業経営セミナー参加者数 毎年 20 名",
        [
            ("認定農業者の経営改善計画の達成", words("activity", "認定農業者の経営改善計画の達成")),
            ("農業経営セミナー参加者数 毎年 20 名", amount(20, "名", per="year", label="農業経営セミナー参加者数")),
        ],
    ),
    (
        "開催数年間2回 以上、イベント参 加者 20名/回",
        [
            ("開催数年間2回 以上", amount(2, "回", ">=", per="year", label="開催数")),
            ("イベント参 加者 20名/回", amount(20, "名", per="event", label="イベント参加者")),
        ],
    ),
    (
        "90万人（H27）、92万人（H28）",
        [
            ("90万人（H27）", amount(900000, "人", note="H27は平成27年度と読みました", **within(2015))),
            ("92万人（H28）", amount(920000, "人", note="H28は平成28年度と読みました", **within(2016))),
        ],
    ),
    ("20組40人", [("20組", amount(20, "組")), ("40人", amount(40, "人"))]),
    ("5件以上10件以下", [("5件以上", amount(5, "件", ">=")), ("10件以下", amount(10, "件", "<="))]),
    (
        "セミナー2回・相談会3回",
        [("セミナー2回", amount(2, "回", label="セミナー")), ("相談会3回", amount(3, "回", label="相談会"))],
    ),
    ("継続実施、5件/年", [("継続実施", words("continue")), ("5件/年", amount(5, "件", per="year"))]),
    (
        "令和6年度に検討、令和8年度までに実施",
        [
            ("令和6年度に検討", words("milestone", "検討", **within(2024))),
            ("令和8年度までに実施", words("milestone", **by(2026))),
        ],
    ),
    (
        "検討 → 実施（R6） → 継続",
        [
            ("検討", words("activity", "検討")),
            ("実施（R6）", words("milestone", "実施", note="R6は令和6年度と読みました", **within(2024))),
            ("継続", words("continue")),
        ],
    ),
    # the time that opens a target holds for later numbers that name none
    (
        "令和8年度までにセミナー2回、相談会5回",
        [
            ("令和8年度までにセミナー2回", amount(2, "回", label="セミナー", **by(2026))),
            ("相談会5回", amount(5, "回", label="相談会", **by(2026))),
        ],
    ),
    (
        "毎年5回、参加者100人/回、令和8年度までに40社",
        [
            ("毎年5回", amount(5, "回", per="year")),
            ("参加者100人/回", amount(100, "人", per="event", label="参加者")),
            ("令和8年度までに40社", amount(40, "社", **by(2026))),
        ],
    ),
]

# The reason and the part that the message names -> targets that are refused.
UNREADABLE = {
    ("empty", ""): ["", " ", "、", "―", "（）", "毎年", "令和8年度", "令和8年度までに", "-", "－", "‐", "–", "○"],
    ("no value", ""): [
        "集計中", "調査未実施", "設定なし", "なし", "皆増", "該当なし", "未公表", "算定不可", "不明", "N/A", "ー",
    ],
    ("too long", ""): ["件" * (LONGEST_TARGET + 1), "5" * 100_000],
    ("not due", "令和6年度"): ["令和6年度から実施", "令和6年度以降に5件", "令和6年度の5%減"],
    ("two times", ""): ["毎年毎月5件", "令和6年度に検討し令和8年度に実施"],
    ("span", ""): ["令和6～8年度に5件", "令和6年度から令和8年度までに5件"],
    ("alternative", "または"): ["5件または10人", "10件、または20人"],
    ("after", "5件ずつ"): ["5件ずつ"],
    ("after", "1校につき"): ["1校につき3回"],
    ("after", "300人/"): ["300人/日"],
    ("after", "10件から"): ["10件から20件へ"],
    ("after", "10校のうち"): ["10校のうち3校"],
    ("apart", ""): ["1人1回", "1日平均300人"],
    ("apart", "3か所で5回"): ["3か所で5回"],
    ("apart", "5件1"): ["5件1"],
    ("after", "80%台"): ["80%台"],
    ("bent", "数"): ["数10件", "毎年数10件"],
    ("range", ""): ["10～5件", "5～10万円", "5人～10件"],
    ("scale", "1千2千"): ["1千2千人"],
    ("bent", "週"): ["週1回"],
    ("bent", "上限"): ["上限50人"],
    ("bent", "プラス"): ["プラス5%"],
    ("bent", "来年度"): ["来年度までに5件"],
    ("number", "29"): ["29（4）"],
    ("number", "5年間"): ["20店舗（5年間）"],
    ("number", "2024"): ["2024", "実施（2024）"],
    ("number", "8.3"): ["R8.3"],
    ("number", "①"): ["①実施"],
    ("number", "三施設"): ["三施設の整備"],
    ("number", "ゼロ"): ["待機児童ゼロ"],
    (None, None): [
        "5、6回", "5 6回", "10, 000人", "10,00人", ".5件", "2024に実施", "5実施", "5²件", "½件", "一回以上", "十万人", "千5百円",
        "三分の1", "売上の倍増", "5年以内に実施", "3年に1回", "3年間で15回", "隔年1回", "毎週1回", "1日あたり300人", "10kg/人",
        "4/5", "2割5分", "最低5件", "令和4年度実績5件", "29年度実績", "R6.4.1までに5件", "昭和70年度までに5件", "30t-CO2",
        "令和150年3月までに5件",
    ],
}  # fmt: skip
REFUSED = [(printed, *named) for named, targets in UNREADABLE.items() for printed in targets]


@pytest.mark.parametrize(("printed", "expected"), SINGLE, ids=[printed for printed, _ in SINGLE])
def test_reads_a_target_with_one_indicator(printed, expected):
    assert parse_target(printed) == [Indicator(**expected, printed=printed)]


@pytest.mark.parametrize(("printed", "expected"), SEVERAL, ids=[printed for printed, _ in SEVERAL])
def test_reads_a_target_with_several_indicators(printed, expected):
    assert parse_target(printed) == [Indicator(**fields, printed=part) for part, fields in expected]


@pytest.mark.parametrize(("printed", "reason", "part"), REFUSED, ids=[printed[:20] for printed, *_ in REFUSED])
def test_refuses_a_target_rather_than_guess_and_names_the_part(printed, reason, part):
    with pytest.raises(
        UnreadableTarget, match=r"^目標「[^\n]*」[^\n]*を読み取れません：[^\n]+ \(cannot be read: [^\n]+\)$"
    ) as error:
        parse_target(printed)
    assert reason in (None, error.value.reason)
    assert part in (None, "", error.value.part)


def test_an_unreadable_part_hides_none_of_the_others():
    parts = read_parts("毎年5件以上、約20～10人、令和8年度までに実施")
    assert [(part.printed, bool(part.indicators), part.error and part.error.reason) for part in parts] == [
        ("毎年5件以上", True, None), ("約20～10人", False, "range"), ("令和8年度までに実施", True, None)
    ]  # fmt: skip


pieces = st.sampled_from([
    *"5０１２,、。・/／ の（）約超万千人件回%年月増～△-が\n", "10,000", "2.5", "半数", "年間", "毎年", "毎月", "以上", "未満",
    "令和8年度", "R6", "平成32年度", "2024", "までに", "に", "から", "比", "継続", "実施", "来場者数", "親子", "CO2",
    "令和八年度", "3月", "累計", "平均", "または", "目", "第", "ずつ", "削減", "に抑える", "ﾊﾟｰｾﾝﾄ",
])  # fmt: skip
near_targets = st.lists(pieces, max_size=10).map("".join)


@given(st.one_of(near_targets, st.text()))
def test_any_text_gives_sound_indicators_or_its_own_error(text):
    try:
        indicators = parse_target(text)
    except UnreadableTarget:
        return
    assert indicators
    for indicator in indicators:
        assert (indicator.kind == "quantity") == (indicator.value is not None)
        assert (indicator.due_fiscal_year is None) == (indicator.due_kind is None)
        assert indicator.printed
        assert indicator.printed in text


@given(near_targets)
def test_a_target_with_digits_never_reads_as_words_alone(text):
    """Digits in a name (CO2), an ordinal or a baseline (令和元年度比) are words; others give a value or a due year."""
    try:
        indicators = parse_target(text)
    except UnreadableTarget:
        return
    if any(digit in text.replace("CO2", "") for digit in "0123456789０１２") and not {*"比第目"} & {*text}:
        assert any(indicator.value is not None or indicator.due_fiscal_year for indicator in indicators)


READABLE = [printed for printed, _ in SINGLE + SEVERAL]


@given(st.sampled_from(READABLE), st.data())
def test_spaces_of_the_page_layout_make_no_difference(printed, data):
    """A space may stand anywhere but inside a number or a word of ASCII letters, where it could part two of them."""
    ascii_word = {*"0123456789,.", *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    spaced = printed[0]
    for before, after in pairwise(printed):
        if not {half_width(before), half_width(after)} <= ascii_word:
            spaced += data.draw(st.sampled_from(["", "", " ", "\n", "\N{IDEOGRAPHIC SPACE} "]))
        spaced += after
    assert unprinted(parse_target(spaced)) == unprinted(parse_target(printed))


def full_width(printed):
    return printed.translate(FULL_WIDTH)


def decomposed(printed):
    return unicodedata.normalize("NFD", printed)


def with_invisible(printed):
    return "\ufeff" + "".join(character + "\u200b\u00ad" for character in printed)


VARIANTS = (full_width, decomposed, with_invisible)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("printed", READABLE)
def test_width_nfd_and_invisible_characters_make_no_difference(printed, variant):
    assert unprinted(parse_target(variant(printed))) == unprinted(parse_target(printed))


@given(near_targets, st.lists(st.sampled_from(VARIANTS), unique=True))
def test_variants_of_any_target_read_or_are_refused_alike(text, variants):
    varied = text
    for variant in variants:
        varied = variant(varied)
    read = [
        [(unprinted(part.indicators), part.error and part.error.reason) for part in read_parts(printed)]
        for printed in (text, varied)
    ]
    assert read[0] == read[1]


MEASURES = [
    pytest.param(measure, id=f"{file.parent.name} {measure['code']}")
    for file in MEASURE_FILES
    for measure in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def meaning_in_data(indicator):
    due = indicator.get("due_fiscal_year")
    return {name: indicator.get(name) for name in MEANING} | {"due_fiscal_year": read_fiscal_year(due) if due else None}


@pytest.mark.parametrize("measure", MEASURES)
def test_the_data_of_a_measure_says_what_its_target_says(measure):
    """`per` may stand in the data alone where a note says where it was printed instead."""
    given_indicators = [indicator for indicator in measure["indicators"] if indicator.get("source") != "schedule"]
    read = parse_target(measure["target"])
    assert len(read) == len(given_indicators)
    for in_data, parsed in zip(given_indicators, read, strict=True):
        expected = meaning_in_data(in_data)
        if in_data.get("note") and parsed.per is None:
            expected["per"] = None
        assert {name: getattr(parsed, name) for name in MEANING} == expected
