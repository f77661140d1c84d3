"""Anyone's tables, as a folder or a workbook: what is wrong in them, and what their targets lack."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.files.beside import read_data
from tests.sites import ROOT

CASES = read_data(__file__, "scoring.yml")

FIXTURES = ROOT / "tests" / "fixtures"
EXAMPLE = """\
：誤りはありません（目標 2行、施策 2行、指標 5行）。
目標値 6件のうち、確かめるのに要る六つがそろっているもの 0件。
  数 6件
  単位 6件
  基準値 5件（ないもの 1件：催しの数）
  年 6件
  よい向き 5件（ないもの 1件：催しの数）
  団体 0件（ないもの 6件：出生数、待機児童数、催しの数、市に誇りを感じる人の割合など）
"""
WATCHED = (
    "indicators.csv",
    'plan,label,organizations,baseline,target\nはい,本の貸出,図書館,"1,000冊（R2年度）","1,500冊以上（R8年度）"\n',
)


def check(path: Path) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", "--tables", str(path)])
    return done.exit_code, done.output.replace(str(path), "")


def test_the_example_workbook_says_what_its_targets_lack() -> None:
    assert check(ROOT / "static" / "standard" / "example.xlsx") == (0, EXAMPLE)


@pytest.mark.parametrize(
    "plan", sorted(path.parent for path in FIXTURES.glob("*/*/plan.yml") if path.parent.name != "bunka"), ids=str
)
def test_the_tables_of_any_plan_can_be_checked_alone(plan: Path) -> None:
    status, said = check(plan)
    assert (status, said.splitlines()[0][:9]) == (0, "：誤りはありません")


@pytest.mark.parametrize(("file", "text", "status", "said"), CASES["mistakes are told and else what is lacking"])
def test_mistakes_are_told_and_else_what_is_lacking(
    tmp_path: Path, file: str, text: str, status: int, said: str
) -> None:
    (tmp_path / file).write_text(text, "utf-8")
    found = check(tmp_path)
    assert (found[0], said in found[1]) == (status, True), found


@pytest.mark.parametrize("path", ["nothing", ROOT / "static" / "favicon.svg"])
def test_what_is_no_table_is_refused(tmp_path: Path, path: str | Path) -> None:
    status, said = check(tmp_path / path)
    assert (status, said.count("\n")) == (1, 1)
