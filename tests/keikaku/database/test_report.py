"""The report's text agrees with the data, or every single difference is one line with both sides; its wording is kept.

Changes are (file, old, new); the report itself is the file `report.txt`. Every occurrence of `old` is replaced.
"""

import os
import shutil
from pathlib import Path

import pytest

from keikaku.database.report import compare_report, read_passages, read_report, squeeze
from keikaku.database.rows import Row
from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.model import City, PlanData

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REPORT = FIXTURES / "report.txt"
REAL_REPORT = os.environ.get("KEIKAKU_REPORT", "").rpartition("=")[2]
REAL_CITY = Path(__file__).resolve().parents[3] / "data" / "akishima"

Change = tuple[str, str, str]


def read_changed(tmp_path: Path, *changes: Change) -> tuple[Path, City]:
    """The report and the data after these changes."""
    folder = Path(shutil.copytree(FIXTURES / "minato", tmp_path / "minato"))
    shutil.copy(REPORT, folder / "report.txt")
    for file, old, new in changes:
        (path,) = folder.rglob(file)
        text = path.read_text("utf-8")
        assert old in text, f"{file} no longer has {old!r}"
        path.write_text(text.replace(old, new), "utf-8")
    return folder / "report.txt", read_city(folder)


def compare_changed(tmp_path: Path, *changes: Change) -> list[str]:
    """The differences after these changes, without the path of the report."""
    report, city = read_changed(tmp_path, *changes)
    data = city.plans[0]
    return [str(d).removeprefix(f"{report}:") for d in compare_report(read_report(report, data), city, data)]


PARADE = """施策名\t基本目標\t推進団体\t指標
港まつりの文化行列\t②\t商店会、県、市\t継続実施

【内容】
行列を行う。
【スケジュール】
続ける。
"""

# What is changed, the beginning of the line of the report that each change is told at, and the difference.
DIFFERENCES: dict[str, tuple[list[Change], str, str]] = {
    "report title": (
        [("plan.yml", "title: みなと市文化振興計画中間報告書", "title: みなと市文化計画中間報告書")],
        "",
        "report title: not found in the report's 'みなと市文化振興計画中間 報告書~前期のふりかえりと後期の取組~令和４年２月みなと市文化会議'; the data has 'みなと市文化計画中間報告書'",
    ),
    "report subtitle": ([("report.txt", "後期の取組~", "後期の計画~")], "", "report subtitle: not found in the report's 'みなと市文化振興計画中間 報告書~前期のふりかえりと後期の計"),
    "report author": ([("plan.yml", "みなと市文化会議", "文化推進会議")], "", "report author: not found in the report's "),
    "report year": ([("report.txt", "令和４年２月", "令和５年２月")], "", "report date: the report has [2023]; the data has [2022]"),
    "report month": ([("plan.yml", "2022-02", "2022-03")], "", "month of the report: not found in the report's "),
    "report date of another era": ([("report.txt", "令和４年２月", "平成３１年２月")], "", "report date: the report has [2019]; the data has [2022]"),
    "plan title": ([("plan.yml", "title: みなと市文化振興計画\n", "title: みなと市文化計画\n")], "", "title: not found in the"),
    "concept": ([("report.txt", "海と暮らしに", "海とくらしに")], "", "concept: not found in the report's 'みなと市では、平成30年から8年間の"),
    "member": ([("plan.yml", "港北大学]", "商店会]")], "", "member: not found in the report's 'みなと市では"),
    "consulted body": ([("plan.yml", "[潮見県]", "[商店会]")], "", "consulted body: not found in the report's 'みなと市では"),
    "name given as printed": ([("organizations.yml", "[商店会]", "[商店会, 商店街振興組合]")], "", "minato-shotenkai: the report names it nowhere as '商店街振興組合'; the data has ['商店会', '商店街振興組合'] as printed"),
    "sector title": ([("sectors.yml", "title: 歴史", "title: 歴史と文化財")], "２．歴史", "title of 歴史: not found in the report's '２．歴史'; the data has '歴史と文化財'"),
    "vision": ([("report.txt", "ひらかれた芸術のまち", "開かれた芸術のまち")], "1. 芸術", "vision of 芸術: the report has 'だれもが作り手になれる、開かれた芸術のまち'; the data has 'だれもが作り手になれる、ひらかれた芸術のまち'"),
    "vision that is not printed": ([("sectors.yml", "title: 歴史", "title: 歴史\n  vision: 語りつぐまち")], "２．歴史", "vision of 歴史: the report has ''; the data has '語りつぐまち'"),
    "goal title": (
        [("goals.yml", "title: 記録を守り伝える", "title: 記録を守る")],
        "２．歴史",
        "goals of 歴史: the report has [(1, '記録を守り伝える'), (2, '歴史を生かしたにぎわい')]; the data has [(1, '記録を守る'), (2, '歴史を生かしたにぎわい')]",
    ),
    "goal number": (
        [("report.txt", "②歴史を", "③歴史を"), ("corrections.yml", "row: 史-2", "row: 史-1"), ("report.txt", "早期", "賑わい")],
        "２．歴史",
        "goals of 歴史: the report has [(1, '記録を守り伝える'), (3, '歴史を生かしたにぎわい')]",
    ),
    "code that the data lacks": (
        [
            ("report.txt", "【史 - 5】※再掲\n", "【史 - 5】※再掲\n\n施策名\t基本目標\t推進団体\t指標\nア\t①\t市\t継続\n\n【史 - 6】\n"),
            ("measures.yml", "code: 史-5", "code: 史-6"),
            ("corrections.yml", "row: 史-5", "row: 史-4"),
            ("corrections.yml", "【史 - 5】※再掲", "【史 - 4】"),
            ("report.txt", "【史 - 6】\n", "【史 - 6】※再掲\n"),
        ],
        "",
        "codes: the report has ['芸-1', '芸-2', '芸-4', '史-1', '史-2', '史-3', '史-4', '史-5', '史-6']; the data has ['芸-1', '芸-2', '芸-4', '史-1', '史-2', '史-3', '史-4', '史-6']",
    ),
    "code that the report lacks": (
        [("report.txt", "【芸 - 4】※新規", "【芸 - 5】※新規"), ("corrections.yml", "【芸 - 4】", "【芸 - 5】")],
        "",
        "codes: the report has ['芸-1', '芸-2', '芸-5', '史-1', '史-2', '史-3', '史-4', '史-5']; the data has ['芸-1', '芸-2', '芸-4', '史-1', '史-2', '史-3', '史-4', '史-5']",
    ),
    "code printed twice": ([("report.txt", "【史 - 5】※再掲\n", "【史 - 4】※新規\n\n" + PARADE + "【史 - 5】※再掲\n")], "", "codes: the report has ['芸-1', '芸-2', '芸-4', '史-1', '史-2', '史-3', '史-4', '史-4', '史-5']"),
    "measure without its table": ([("report.txt", "アトリエマップの作成\t②\t商店会、市\t令和5年度 までに作成\n", "")], "【芸 - 4】", "芸-4 has no table; a line of cells under the headings"),
    "measure name": ([("measures.yml", "name: 港まつりの文化行列", "name: 港まつりの行列")], "【史 - 4】", "name of 史-4: the report has '港まつりの文化行列'; the data has '港まつりの行列'"),
    "goals of a measure": ([("measures.yml", "goals: [1, 2]\n  organizations: [教育", "goals: [2]\n  organizations: [教育")], "【史 - 3】", "goals of 史-3: the report has '12'; the data has '2'"),
    "goals that cannot be read": ([("report.txt", "古文書の公開\t①\t", "古文書の公開\t一\t")], "【史 - 1】", "goals of 史-1: the report has '一'; the data has '1'"),
    "organization": ([("measures.yml", "[商店会, 県, 市]", "[商店会, 大学, 市]")], "【史 - 4】", "organizations of 史-4: the report has ['商店会', '県', '市']; the data has ['商店会', '大学', '市']"),
    "organization by another of its names": (
        [("measures.yml", "[教育委員会, 美術館, 市]", "[教育委員会, 市立美術館, 市]")],
        "【史 - 3】",
        "organizations of 史-3: the report has ['教育委員会', '美術館', '市']; the data has ['教育委員会', '市立美術館', '市']",
    ),
    "order of organizations": ([("measures.yml", "[商店会, 県, 市]", "[県, 商店会, 市]")], "【史 - 4】", "organizations of 史-4: the report has ['商店会', '県', '市']; the data has ['県', '商店会', '市']"),
    "organization left out": (
        [("report.txt", "商店会、県、市", "商店会、市"), ("organizations.yml", "[県, 潮見県]", "[潮見県, 県]")],
        "【史 - 4】",
        "organizations of 史-4: the report has ['商店会', '市']; the data has ['商店会', '県', '市']",
    ),
    "target": ([("report.txt", "来場者数 3,000 人／回", "来場者数 5,000 人／回")], "【芸 - 1】", "target of 芸-1: the report has '来場者数5,000人/回'; the data has '来場者数3,000人/回'"),
    "mark of a new measure": ([("report.txt", "【史 - 4】※新規", "【史 - 4】")], "【史 - 4】", "new of 史-4: the report has False; the data has True"),
    "mark of a repeat": ([("report.txt", "と連携（再掲）", "と連携")], "【史 - 2】 ※", "repeat of 史-2: the report has False; the data has True"),
    "joint measure": ([("report.txt", "【芸 - 2】 ※【史 - 2】と連携", "【芸 - 2】 ※【史 - 3】と連携")], "【芸 - 2】 ※", "joint of 芸-2: the report has ['史-3']; the data has ['史-2']"),
    "original of a repeat": ([("measures.yml", "repeat_of: 芸-2", "repeat_of: 芸-1")], "【史 - 2】 ※", "original of 史-2: the report has ['芸-2']; the data has '芸-1'"),
    "schedule that is not printed": ([("report.txt", "【スケジュール】\n\n毎年秋に開催する。\n", "")], "【芸 - 1】", "schedule of 芸-1: the report has False; the data has True"),
    "number of evaluations": ([("report.txt", "郷土史講座の開催\t参加者数は目標に届かなかった。案内人の育成につなげて続ける。\t継続\n", "")], "", "evaluated measures: the report has 4; the data has 5"),
    "name of an evaluation": ([("evaluations.yml", "name: 街角コンサート", "name: まちかどコンサート")], "街角コンサート\t", "name of minato-evaluation-3: the report has '街角コンサート'; the data has 'まちかどコンサート'"),
    "decision": ([("report.txt", "\t変更し 実施", "\t継続")], "古文書の整理\t", "decision of minato-evaluation-4: the report has '継続'; the data has '変更し実施'"),
    "evidence": (
        [("evaluations.yml", "evidence: 公演に至らなかった", "evidence: 公演できなかった")],
        "学校への 出前公演\t",
        "evidence of minato-evaluation-2: not found in the report's '日程が合う学校がなく、公演に至らなかった。'; the data has '公演できなかった'",
    ),
    "event": ([("report.txt", "計画の見直し", "計画の改定")], "みなと市文化振興計画\t", "events of みなと市文化振興計画 2021: the report has '計画の改定'; the data has '計画の見直し'"),
    "order of events in one cell": (
        [("report.txt", "市民美術展の会場を美術館へ移転 街角コンサートを開始", "街角コンサートを開始 市民美術展の会場を美術館へ移転")],
        "芸術\t",
        "events of 芸術 2018: the report has '街角コンサートを開始市民美術展の会場を美術館へ移転'; the data has '市民美術展の会場を美術館へ移転街角コンサートを開始'",
    ),
    "event that the data lacks": ([("report.txt", "文化行列の見直し", "文化行列の見直し 計画の終了")], "歴史\t", "events of 歴史 2025: the report has '文化行列の見直し計画の終了'; the data has '文化行列の見直し'"),
    "event that is not printed": (
        [("events.yml", "- id: minato-event-10", "- {id: minato-event-12, row: 全体, fiscal_year: R7, title: 終了}\n- id: minato-event-10")],
        "年度\t",
        "events of 全体 2025: the report has ''; the data has '終了'",
    ),
    "year of the table of events": (
        [
            ("report.txt", "令和6年度\t令和7年度\n", "令和6年度\t令和8年度\n"),
            ("report.txt", "文化行列の見直し", ""),
            ("events.yml", "fiscal_year: 令和7年度", "fiscal_year: 令和5年度"),
            ("report.txt", 'type: none"> 古文書の公開', 'type: none"> 古文書の公開 文化行列の見直し'),
        ],
        "年度\t",
        "years: the report has [2018, 2019, 2020, 2021, 2022, 2023, 2024, 2026]; the data has [2018, 2019, 2020, 2021, 2022, 2023, 2024, 2025]",
    ),
    "year that cannot be read": ([("report.txt", "\t令和6年度\t令和7年度\n", "\t令和六年度\t令和7年度\n")], "年度\t", "years: the report has [2018, 2019, 2020, 2021, 2022, 2023, '令和六年度', 2025]; the data has ["),
    "print of a correction": ([("corrections.yml", "printed: 令和30年度", "printed: 令和31年度")], "古文書の整理\t", "print of minato-correction-6: not found in the report's '古文書の整理\\t令和30年度から整理を進めた。"),
}  # fmt: skip

# What looks different and says the same.
SAME: dict[str, list[Change]] = {
    "full width for half width": [("report.txt", "200 点", "２００点"), ("report.txt", "毎年20名", "毎年２０名")],
    "half width for full width": [("report.txt", "（教育委員会）", "(教育委員会)"), ("report.txt", "／回", "/回")],
    "white space inside words": [("report.txt", "商店会、県、市", "商店 会、 県、　市")],
    "an ideographic space in a heading": [("report.txt", "２．歴史", "2.　歴史")],
    "a heading with a space": [("report.txt", "前期の評価\n", "前期 の評価\n")],
    "stray markup": [("report.txt", "文化行列の見直し", '<ul class="x"> 文化行列の見直し</ul>')],
    "a space in the names of rows and years": [("report.txt", "\n全体\t", "\n全 体\t"), ("report.txt", "\n年度\t", "\n年 度\t")],
    "Windows line ends": [("report.txt", "\n", "\r\n")],
    "a space at the end of lines": [("report.txt", "\n", " \n")],
    "no empty lines": [("report.txt", "\n\n", "\n")],
    "a heading of the table again": [("report.txt", "街角コンサート\t", "施策名\t評価\t後期の扱い\n街角コンサート\t")],
}  # fmt: skip

# Without these no report can be compared at all.
UNUSABLE: dict[str, tuple[list[Change], str]] = {
    "another report": ([("report.txt", "はじめに", "はしがき")], "report.txt:1:1: no line 'はじめに' in the report; the text of this"),
    "no evaluations": ([("report.txt", "前期の評価\n", "\n")], "report.txt:1:1: no line '前期の評価' in the report; the text of this"),
    "no measures": ([("report.txt", "後期の施策\n", "\n")], "report.txt:1:1: no line '後期の施策' in the report; the text of this"),
}  # fmt: skip


def test_the_invented_report_agrees_with_the_data(tmp_path: Path) -> None:
    assert compare_changed(tmp_path) == []


@pytest.mark.parametrize(("changes", "at", "difference"), DIFFERENCES.values(), ids=DIFFERENCES)
def test_each_difference_is_one_line_at_its_place_with_both_sides(
    tmp_path: Path, changes: list[Change], at: str, difference: str
) -> None:
    differences = compare_changed(tmp_path, *changes)
    assert len(differences) == 1, differences
    lines = (tmp_path / "minato" / "report.txt").read_text("utf-8").splitlines()
    place = next(number for number, line in enumerate(lines, 1) if line.startswith(at))
    assert differences[0].startswith(f"{place}:1: {difference}")
    assert "; " in differences[0]


@pytest.mark.parametrize("changes", SAME.values(), ids=SAME)
def test_layout_and_width_make_no_difference(tmp_path: Path, changes: list[Change]) -> None:
    assert compare_changed(tmp_path, *changes) == []


@pytest.mark.parametrize(("changes", "fault"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_text_without_the_parts_of_the_report_is_refused(tmp_path: Path, changes: list[Change], fault: str) -> None:
    with pytest.raises(InvalidData) as refused:
        compare_changed(tmp_path, *changes)
    assert fault in str(refused.value)
    assert len(refused.value.problems) == 1


def test_a_report_without_the_table_of_years_is_told(tmp_path: Path) -> None:
    assert "1:1: the report has no table of years; a row of fiscal years" in compare_changed(
        tmp_path, ("report.txt", "\n年度\t", "\n年代\t")
    )


MISSING = {
    "every chapter": ([("report.txt", "1. 芸術\n", ""), ("report.txt", "２．歴史\n", "")], "sector headings"),
    "one chapter": ([("report.txt", "1. 芸術\n", "")], "sector headings"),
    "every measure of a chapter": ([("report.txt", "【史 - ", "〔史 - ")], "codes"),
    "every table": ([("report.txt", "\t", " ")], "evaluated measures"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "what"), MISSING.values(), ids=MISSING)
def test_a_report_that_lacks_a_whole_part_is_told(tmp_path: Path, changes: list[Change], what: str) -> None:
    assert what in [line.split(": ")[1] for line in compare_changed(tmp_path, *changes)]


def test_several_differences_are_told_together_in_the_order_of_the_report(tmp_path: Path) -> None:
    differences = compare_changed(
        tmp_path,
        ("report.txt", "計画の見直し", "計画の改定"),
        ("report.txt", "街角コンサート\t会場", "街角の演奏会\t会場"),
        ("measures.yml", "name: 港まつりの文化行列", "name: 港まつりの行列"),
    )
    assert [line.split(": ")[1] for line in differences] == [
        "name of minato-evaluation-3",
        "name of 史-4",
        "events of みなと市文化振興計画 2021",
    ]


def test_a_report_that_is_missing_or_not_utf8_is_one_line_with_its_place(tmp_path: Path, plan: PlanData) -> None:
    with pytest.raises(InvalidData, match=r"none\.txt:1:1: 読めません \(cannot be read: No such file or directory\)"):
        read_report(tmp_path / "none.txt", plan)
    (tmp_path / "sjis.txt").write_bytes(REPORT.read_bytes() + "終わり".encode("cp932"))
    with pytest.raises(InvalidData, match=r"sjis\.txt:154:1: 0x8f は UTF-8 ではありません"):
        read_report(tmp_path / "sjis.txt", plan)


def test_squeezed_text_has_no_white_space_and_one_width() -> None:
    assert squeeze(" 市　民\tＡ／１\n（①）") == "市民A/1(1)"


@pytest.fixture
def passages(city: City, plan: PlanData) -> dict[str, Row]:
    found = read_passages(read_report(REPORT, plan), city, plan)
    by_id = {passage["id"]: passage for passage in found}
    assert len(by_id) == len(found)
    return by_id


def test_the_report_has_a_passage_on_the_plan_each_goal_each_original_and_each_evaluation(
    plan: PlanData, passages: dict[str, Row]
) -> None:
    originals = [measure for measure in plan.measures if measure.repeat_of is None]
    assert len([p for p in passages.values() if p["table_name"] == "plans"]) == 2
    assert len([p for p in passages.values() if p["table_name"] == "goals"]) == len(plan.goals)
    assert len([p for p in passages.values() if p["table_name"] == "measures"]) == 2 * len(originals)
    assert len([p for p in passages.values() if p["table_name"] == "evaluations"]) == len(plan.evaluations)


WORDING = {
    "minato-passage-1": ("はじめに", "みなと市では、平成30年から8年間の「みなと市文化振興計画」を定め、"),
    "minato-geijutsu-goal-1-passage-1": ("作品にふれる機会づくり", "美術館の外でも作品と出会えるよう、学校や商店街に展示の場を広げる必要がある。\n市民が自分の作品を見せる場を大切にする。"),
    "minato-geijutsu-1-passage-1": ("内容", "市民から募った作品を美術館に一堂に展示する。\n会期中は作者による解説の時間を設ける。"),
    "minato-rekishi-4-passage-2": ("スケジュール", "継続して実施する。"),
    "minato-evaluation-3-passage-1": ("評価", "会場の確保が難しく、担い手も減ったため終える。"),
}  # fmt: skip


@pytest.mark.parametrize(("id_", "wording"), WORDING.items(), ids=WORDING)
def test_a_passage_is_the_wording_of_the_report_with_its_heading(
    passages: dict[str, Row], id_: str, wording: tuple[str, str]
) -> None:
    assert passages[id_]["heading"] == wording[0]
    assert passages[id_]["text"].startswith(wording[1])


def test_every_passage_stands_in_the_report(passages: dict[str, Row]) -> None:
    text = squeeze(REPORT.read_text("utf-8").replace("\n- ", "\n"))
    assert [id_ for id_, passage in passages.items() if squeeze(passage["text"]) not in text] == []


@pytest.mark.skipif(not REAL_REPORT, reason="the report is not published here; KEIKAKU_REPORT names a copy")
def test_the_real_report_agrees_with_the_data() -> None:
    city = read_city(REAL_CITY)
    assert compare_report(read_report(Path(REAL_REPORT), city.plans[0]), city, city.plans[0]) == []
