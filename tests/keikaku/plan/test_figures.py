"""Figures and results name one indicator, and agree with their own cell; each fault is told at its cell."""

import shutil
from pathlib import Path

import pytest

from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.indicators import complete, direction_of, figures_of
from keikaku.plan.model import Indicator, Result

CITY = Path(__file__).resolve().parents[2] / "fixtures" / "subete"

# What is wrong: file, old, new, the fault without its folder.
FAULTS = {
    "no such indicator": (
        "figures.csv",
        ",通いの場,目標値,令和6年度",
        ",通いの物,目標値,令和6年度",
        "figures.csv:2:2: 指標「通いの物」はありません (unknown)",
    ),
    "a label that has members": (
        "results.csv", "健康寿命 男性", "健康寿命", "results.csv:2:2: 指標「健康寿命」はありません (unknown)",
    ),
    "a code of two indicators": (
        "results.csv",
        "健康寿命 男性",
        "K2",
        "results.csv:2:2: 「K2」は2つの指標をさします (ambiguous); 指標の id を書く: subete-kihon2-fukushi-goal-1-target-1",
    ),
    "no indicator at that position": (
        "results.csv",
        "福-1,3,R6",
        "福-1,9,R6",
        "results.csv:18:5: 「福-1」の9番目の指標はありません (no indicator); 指標は4個です",
    ),
    "neither measure nor indicator": (
        "results.csv", ",来た人の数,R5", ",,R5", "results.csv:14:1: result: ",
    ),
    "another unit": (
        "figures.csv", "24か所", "24店舗", "figures.csv:2:17: 「24店舗」の単位はか所ではありません (another unit)",
    ),
    "another year": (
        "figures.csv",
        "24か所",
        "24か所（令和5年度）",
        "figures.csv:2:11: 2024 は「24か所（令和5年度）」の年度ではありません (another year); 2023 と読めます",
    ),
    "another year than the baseline's": (
        "indicators.yml",
        "  baseline: 12人（令和2年度）",
        "  baseline: 12人（令和2年度）\n  baseline_year: R3",
        "indicators.yml:34:18: 2021 は「12人（令和2年度）」の年度ではありません (another year); 2020 と読めます",
    ),
    "a baseline in another unit": (
        "indicators.yml",
        "12人（令和2年度）",
        "12件（令和2年度）",
        "indicators.yml:33:13: 「12件（令和2年度）」の単位は人ではありません (another unit)",
    ),
    "thousands or ones": (
        "results.csv",
        '補助の費用,R5,,,"5,400千円"',
        "補助の費用,R5,,5400,",
        "results.csv:12:12: 「5,000千円（令和3年度）」と数えているので、5,400 がどの単位かわかりません",
    ),
    "thousands or ones in a cell": (
        "results.csv",
        '補助の費用,R5,,,"5,400千円"',
        "補助の費用,R5,,,5400",
        "results.csv:12:13: 「5400」に単位がないのに、「5,000千円（令和3年度）」と数えています",
    ),
    "the same year twice": (
        "figures.csv", "R7,27か所", "R6,27か所", "figures.csv:3:11: 同じ指標・年度・出典の数字がもうあります (twice)",
    ),
    "no such document": (
        "figures.csv",
        "26,以上,2,,中間見直し",
        "26,以上,2,,中間報告",
        "figures.csv:4:30: 文書「中間報告」はありません (unknown); 近いもの: 中間見直し",
    ),
    "an evaluation of no indicator": (
        "evaluations.csv", ",ごみの量,", ",ごみの質,", "evaluations.csv:6:30: 指標「ごみの質」はありません (unknown)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_at_its_place(file: str, old: str, new: str, fault: str, tmp_path: Path) -> None:
    city = Path(shutil.copytree(CITY, tmp_path / "subete"))
    path = city / "kihon2" / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(InvalidData) as error:
        read_city(city)
    told = [str(problem).removeprefix(f"{city}/kihon2/") for problem in error.value.problems]
    assert len(told) == 1
    assert told[0].startswith(fault), told[0]


# Baseline, target and result as printed -> the numbers as they are shown, and the target: value, comparison, direction and its source.
CELLS = {
    ("66.0％", "67.0％", "67％"): (["66.0", "67.0", "67"], (67, None, "up", "baseline")),
    ("2,205千人", "2,539千人", "2539000人"): (["2,205千", "2,539千", "2539000"], (2539000, None, "up", "baseline")),
    ("△18.0%", "５～10％（令和５年度）", None): (["△18.0", "5〜10"], (5, None, None, None)),
    ("65.0％（R3）", "現状値以上", "66％"): (["65.0", "65.0", "66"], (65, ">=", "up", "printed")),
    ("1,200人", "現状維持", None): (["1,200", "1,200"], (1200, None, "keep", "printed")),
    ("65％", "現状値を維持（令和8年度）", None): (["65", "65"], (65, None, "keep", "printed")),
    ("約20ha", "維持", None): (["20", "20"], (20, None, "keep", "printed")),
    (None, "現状値以上", "66％"): (["66"], (None, None, "up", "printed")),
    ("集計中", "現状維持", None): ([], (None, None, "keep", "printed")),
    ("65％", "全国平均以上", None): (["65"], (None, None, "up", "printed")),
    (None, "0件", "2件"): (["0", "2"], (0, None, "down", "ours")),
    ("3件", "0件", None): (["3", "0"], (0, None, "down", "baseline")),
    ("0件", "0件", None): (["0", "0"], (0, None, "keep", "baseline")),
    (None, "0件", "△2件"): (["0", "△2"], (0, None, None, None)),
    ("10人以上", "20人以上", "約15人"): (["20", "15"], (20, ">=", "up", "printed")),
    ("5人", "≧20人", "10人以上"): (["5", "20"], (20, ">=", "up", "printed")),
    (None, "5%", "8%"): (["5", "8"], (5, None, None, None)),
}  # fmt: skip


@pytest.mark.parametrize(("cells", "amounts", "meaning"), [(cells, *told) for cells, told in CELLS.items()])
def test_a_number_is_shown_as_printed_and_reckoned_from_the_baseline_where_the_target_says_so(
    cells: tuple[str | None, ...], amounts: list[str], meaning: tuple[object, ...]
) -> None:
    baseline, target, result = cells
    indicator = complete(Indicator(label="数", baseline=baseline, target=target))
    results = [Result(indicator="数", fiscal_year="R5", printed=result)] if result else []
    figures = figures_of(indicator, None, results)
    assert [figure.amount for figure in figures if figure.amount] == amounts
    (aim,) = (figure for figure in figures if figure.role == "target")
    assert (aim.value, aim.comparator, *direction_of(indicator, figures)) == meaning
    assert (aim.text is None) == (aim.value is not None)
