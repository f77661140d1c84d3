"""Figures and results name one indicator, and agree with their own cell; each fault is told at its cell."""

import shutil
from pathlib import Path

import pytest

from keikaku.files.beside import read_data
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.indicators import complete, direction_of, figures_of
from keikaku.plan.model import Indicator, Result

CITY = Path(__file__).resolve().parents[2] / "fixtures" / "subete"
FAULTS = read_data(__file__, "faults.yml")["figures"]


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
