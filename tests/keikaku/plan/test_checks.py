"""Every rule across the records of a plan: what breaks it is one line at its place, with the value and what is right.

In the tables, ‸ marks the place that the line must name; `old` is replaced where it first stands in the file.
"""

from collections.abc import Callable

import pytest

from keikaku.plan.checks import CHECKS, known_names
from keikaku.plan.model import PlanData

Faults = Callable[[str, str, str], tuple[list[str], str]]

UPDATE = (
    "{kind: milestone, label: アトリエマップの更新, due_fiscal_year: R7, due_kind: in, printed: その2年後に更新する, "
    "source: schedule, note: 作成"
)
MEASURE = """- code: {code}
  name: 別の施策
  goals: [1]
  organizations: [市]
  target: 継続実施
  indicators: [{{kind: continue, label: 別の施策}}]
  summary: 別の施策です。
  schedule: 続けます。

"""

# Name of the check -> what breaks it: file, old, new, the line after its place.
BROKEN = {
    "check_distinct": {
        "sector id twice": (
            "sectors.yml", "id: minato-rekishi", "id: ‸minato-geijutsu",
            "id 'minato-geijutsu' stands twice; line 1 has it; use another"),
        "sector name twice": (
            "sectors.yml", "name: 歴史", "name: ‸芸術", "name '芸術' stands twice; line 2 has it; use another"),
        "sector heading twice": (
            "sectors.yml", "heading: 2. 歴史", "heading: ‸1. 芸術", "heading '1. 芸術' stands twice; line 4"),
        "sector prefix twice": (
            "sectors.yml", "- id: minato-rekishi",
            "- {id: minato-bungaku, name: 文学, prefix: ‸芸, heading: 3. 文学, title: 文学}\n- id: minato-rekishi",
            "prefix '芸' stands twice; line 3 has it; use another"),
        "goal twice": (
            "goals.yml", "- sector: 史\n  number: 1",
            "- {sector: 芸, number: ‸2, title: 別の目標, summary: 別の目標です。}\n- sector: 史\n  number: 1",
            "goal 2 of 芸 stands twice; another number"),
        "measure code twice": (
            "measures.yml", "- code: 史-1", MEASURE.format(code="‸芸-1") + "- code: 史-1",
            "code '芸-1' stands twice; line 2 has it; use another"),
        "organization id twice": (
            "organizations.yml", "- id: minato-ken",
            "- {id: ‸minato-shotenkai, name: 港, kind: business, printed: [港]}\n- id: minato-ken",
            "id 'minato-shotenkai' stands twice; line 23 has it; use another"),
        "evaluation id twice": (
            "evaluations.yml", "minato-evaluation-3", "‸minato-evaluation-1", "id 'minato-evaluation-1' stands"),
        "event id twice": (
            "events.yml", "minato-event-2", "‸minato-event-1", "id 'minato-event-1' stands twice; line 1 has it"),
        "correction id twice": (
            "corrections.yml", "minato-correction-2", "‸minato-correction-1",
            "id 'minato-correction-1' stands twice; line 1 has it; use another"),
    },
    "check_ids": {
        "id that does not begin with the plan's": (
            "events.yml", "minato-event-2", "‸event-2", "id 'event-2'; begin it with 'minato-'"),
        "id of a measure": (
            "events.yml", "minato-event-2", "‸minato-geijutsu-1",
            "id 'minato-geijutsu-1' is also in measures; use another"),
        "id of a goal": (
            "corrections.yml", "minato-correction-2", "‸minato-rekishi-goal-1",
            "id 'minato-rekishi-goal-1' is also in goals; use another"),
        "id of an indicator": (
            "evaluations.yml", "minato-evaluation-3", "‸minato-rekishi-3-target-2",
            "id 'minato-rekishi-3-target-2' is also in indicators; use another"),
        "id of a change that is a goal's": (
            "changes.yml", "minato-change-1", "‸minato-rekishi-goal-1",
            "id 'minato-rekishi-goal-1' is also in goals; use another"),
        "id of an organization": (
            "events.yml", "minato-event-2", "‸minato-ken", "id 'minato-ken' is also in organizations; use"),
    },
    "check_plan_years": {
        "second half at the start": (
            "plan.yml", "second_half_start: R4", "second_half_start: ‸H30",
            "years 2018, 2018, 2025; start, second half and end in this order"),
        "fifty years": (
            "plan.yml", "end_fiscal_year: 令和7年度", "end_fiscal_year: ‸令和70年度",
            "the plan runs 50 years or more; mend one of its years"),
    },
    "check_plan_organizations": {
        "unknown member": ("plan.yml", "港北大学", "‸港南大学", "unknown organization '港南大学'; known: 港北大学, 大学"),
        "unknown consulted body": ("plan.yml", "[潮見県]", "[‸潮見]", "unknown organization '潮見'; known: 潮見県"),
    },
    "check_sectors": {
        "goal of an unknown sector": (
            "goals.yml", "- sector: 史\n  number: 1",
            "- {sector: ‸歴, number: 1, title: 別の目標, summary: 別の目標です。}\n- sector: 史\n  number: 1",
            "unknown sector '歴'; known: 史, 芸"),
        "evaluation of an unknown sector": (
            "evaluations.yml", "sector: 芸", "sector: ‸芸術", "unknown sector '芸術'; known: 芸"),
        "event of an unknown sector": ("events.yml", "sector: 芸", "sector: ‸歴", "unknown sector '歴'; known: 史, 芸"),
    },
    "check_goals": {
        "goal that the sector lacks": ("measures.yml", "[1, 2]", "[1, ‸3]", "芸 has no goal 3; it has 1, 2"),
    },
    "check_links": {
        "repeat of no measure": (
            "measures.yml", "repeat_of: 芸-4", "repeat_of: ‸芸-3",
            "'芸-3' is no original; the code of another measure that is not a repeat"),
        "repeat of itself": (
            "measures.yml", "repeat_of: 芸-4", "repeat_of: ‸史-5", "'史-5' is no original; the code of another"),
        "repeat of a repeat": (
            "measures.yml", "repeat_of: 芸-4", "repeat_of: ‸史-2", "'史-2' is no original; the code of another"),
        "joint with no measure": (
            "measures.yml", "[史-2]", "[史-2, ‸史-9]", "unknown measure '史-9'; known: 史-5, 史-4, 史-3"),
        "joint with itself": ("measures.yml", "[史-2]", "[史-2, ‸芸-2]", "芸-2 names itself; leave it out"),
        "joint on one side": ("measures.yml", "[史-2]", "[史-2, ‸史-1]", "史-1 does not name 芸-2 back; add it to 史-1"),
        "no schedule": (
            "measures.yml", "- code: 史-1",
            MEASURE.format(code="芸-9").replace("  schedule: 続けます。\n", "").replace("- ", "- ‸") + "- code: 史-1",
            "key 'schedule' is missing; add it (only a repeat may leave it out)"),
    },
    "check_promoters": {
        "unknown organization": (
            "measures.yml", "[文化協会, 市立美術館", "[文化協会, ‸市立図書館", "unknown organization '市立図書館'; known: 市立美術館, 市"),
        "everyday name in the place of a printed one": (
            "measures.yml", "[文化協会, 市立美術館", "[‸文協, 市立美術館", "unknown organization '文協'; known: 文化協会, みなと市文化協会"),
        "the same body by two names": (
            "measures.yml", "[文化協会, 市立美術館, 市]", "[文化協会, 市立美術館, 市, ‸みなと市]",
            "'みなと市' is '市' again; name each organization once"),
    },
    "check_organizations": {
        "unknown parent": (
            "organizations.yml", "parent: minato-shi", "parent: ‸minato-shiyakusho",
            "unknown organization 'minato-shiyakusho'; known: minato-shi"),
        "parent of itself": (
            "organizations.yml", "parent: minato-kyoiku-iinkai", "parent: ‸minato-shiryokan",
            "is its own parent in the end; name the body above it"),
        "everyday name of another": (
            "organizations.yml", "[県庁]", "‸[県庁, 市役所]", "'市役所' is a name of minato-shi; a name has one owner"),
        "printed name of another": (
            "organizations.yml", "[県, 潮見県]", "‸[県, 潮見県, 大学]", "'大学' is a name of minato-kohoku-dai"),
        "name of another": (
            "organizations.yml", "name: 潮見県", "name: ‸商店会", "'商店会' is a name of minato-shotenkai; a name"),
    },
    "check_targets": {
        "other value": (
            "measures.yml", "value: 3000", "value: ‸300",
            "value 300 は目標「来場者数 3,000人/回」と合いません (not what the target says); 3000 と読めます"),
        "other unit": (
            "measures.yml", "unit: 点", "unit: ‸件",
            "unit '件' は目標「令和6年度までに 200点」と合いません (not what the target says); '点' と読めます"),
        "other comparison": (
            "measures.yml", "'>='", "‸'>'",
            "comparator '>' は目標「毎年5校以上」と合いません (not what the target says); '>=' と読めます"),
        "no comparison": (
            "measures.yml", "{kind: quantity, label: 公演を行う学校の数, comparator: '>=',",
            "‸{kind: quantity, label: 公演を行う学校の数,", "comparator None は目標「毎年5校以上」と合いません"),
        "other period": (
            "measures.yml", "per: event", "per: ‸year",
            "per 'year' は目標「来場者数 3,000人/回」と合いません (not what the target says); 'event' と読めます"),
        "other due year": (
            "measures.yml", "due_fiscal_year: 令和6年度", "due_fiscal_year: ‸令和5年度",
            "due_fiscal_year 2023 は目標「令和6年度までに 200点」と合いません (not what the target says); 2024 と"),
        "in the year, not by it": (
            "measures.yml", "due_kind: by", "due_kind: ‸in", "due_kind 'in' は目標「令和5年度までに作成」と合いません"),
        "other kind": (
            "measures.yml", "{kind: continue", "{kind: ‸activity",
            "kind 'activity' は目標「継続実施」と合いません (not what the target says); 'continue' と読めます"),
        "indicator too many": (
            "measures.yml", "    - {kind: continue, label: 文化行列の実施}",
            "    ‸- {kind: continue, label: 文化行列の実施}\n    - {kind: continue, label: 行列}",
            "目標「継続実施」に指標が2個あります (2 indicators); 1個と読めます (it reads as 1)"),
        "target that cannot be read": ("measures.yml", "target: 継続実施", "target: ‸週3件", "目標「週3件」のうち「週」を読み取れません："),
        "readable part beside one that cannot be read": (
            "measures.yml", "案内板の設置、養成講座参加者数 毎年 20 名\n", "‸案内板の設置、週1回、養成講座参加者数 毎年 20 名\n", "目標「案内板の設置、週1回、"),
        "calendar year without a note": (
            "measures.yml", "target: 令和5年度までに作成\n  indicators:\n    - {kind",
            "target: 令和5年までに作成\n  indicators:\n    - ‸{kind",
            "calendar 'fiscal' は目標「令和5年までに作成」と合いません (not what the target says); 'calendar' と"),
    },
    "check_numbers": {
        "municipality code": (
            "plan.yml", '"990001"', '‸"990002"',
            "団体コード 990002 の検査数字が合いません (wrong check digit); ほかの数字が正しければ、末尾は 1 です (990001)"),
        "corporate number": (
            "plan.yml", '"8990000000001"', '‸"9990000000001"',
            "法人番号 9990000000001 の検査数字が合いません (wrong check digit); ほかの数字が正しければ、先頭は 8 です"),
    },
    "check_indicators": {
        "quantity without a value": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace("milestone", "quantity"),
            "kind quantity with value None None; a quantity has a value, others have neither"),
        "unit without a value": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace("source", "unit: 枚, source"),
            "kind milestone with value None '枚'; a quantity has a value, others have neither"),
        "kind of a due year that is not given": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace("due_fiscal_year: R7, ", ""),
            "due year and due_kind do not fit; give both or none"),
        "year that is neither by nor in": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace("due_kind: in, ", ""),
            "due year and due_kind do not fit; give both or none"),
        "part that the target does not print": (
            "measures.yml", "printed: 案内板の設置", "printed: ‸案内板を設置",
            "'案内板を設置' is not in the target; a part of it as printed"),
        "reading of the schedule without a note": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace(", note: 作成", "} #"),
            "an indicator from the schedule has no note; give its words and say how they were read"),
        "reading of the schedule without its words": (
            "measures.yml", UPDATE, "‸" + UPDATE.replace("printed: その2年後に更新する, ", ""),
            "an indicator from the schedule has no printed; give its words and say how they were read"),
    },
    "check_years": {
        "due year after the plan": (
            "measures.yml", "due_fiscal_year: R7", "due_fiscal_year: ‸R8",
            "fiscal year 2026 is outside the plan; 2018 to 2025"),
        "printed due year after the plan": (
            "measures.yml",
            "令和6年度までに 200点\n  indicators:\n" "    - {kind: quantity, label: 公開する古文書の点数, value: 200, unit: 点, due_fiscal_year: 令和6年度",
            "令和29年度までに 200点\n  indicators:\n" "    - {kind: quantity, label: 公開する古文書の点数, value: 200, unit: 点, due_fiscal_year: ‸令和29年度",
            "fiscal year 2047 is outside the plan; 2018 to 2025"),
        "event before the plan": (
            "events.yml", "平成30年度", "‸平成29年度", "fiscal year 2017 is outside the plan; 2018 to 2025"),
        "event that ends after the plan": (
            "events.yml", "end_fiscal_year: 令和3年度", "end_fiscal_year: ‸令和8年度",
            "fiscal year 2026 is outside the plan; 2018 to 2025"),
        "event that ends as it begins": (
            "events.yml", "end_fiscal_year: 令和3年度", "end_fiscal_year: ‸令和2年度",
            "the event ends before or as it begins; a later year, or leave it out"),
        "figure after the plan": (
            "results.csv", "芸-2,1,2023", "芸-2,1,‸2029", "fiscal year 2029 is outside the plan; 2018 to"),
    },
    "check_evaluations": {
        "unknown successor": (
            "evaluations.yml", "successor: 芸-1", "successor: ‸芸-3", "unknown measure '芸-3'; known: 芸-4, 芸-2, 芸-1"),
        "ended measure with a successor": (
            "evaluations.yml", "decision: 変更し実施", "decision: ‸終了",
            "decision and successor do not fit; only an ended measure has none"),
        "continued measure without one": (
            "evaluations.yml", "decision: 終了", "decision: ‸継続", "decision and successor do not"),
        "rule for an outcome that is not stated": (
            "evaluations.yml", "rule: none", "rule: ‸target_stated",
            "outcome and rule do not fit; rule is none exactly for not_stated"),
        "outcome without a rule": (
            "evaluations.yml", "rule: target_stated", "rule: ‸none", "outcome and rule do not fit; rule is"),
    },
    "check_events": {
        "row and sector": (
            "events.yml", "- id: minato-event-3\n", "- ‸id: minato-event-3\n  row: 全体\n",
            "row and sector: both or none; give one of them"),
        "neither row nor sector": (
            "events.yml", "- id: minato-event-3\n  sector: 芸\n", "- ‸id: minato-event-3\n",
            "row and sector: both or none; give one of them"),
        "unknown measure": ("events.yml", "[芸-2, 史-2]", "[芸-2, ‸史-9]", "unknown measure '史-9'; known: 史-5, 史-4, 史-3"),
    },
    "check_corrections": {
        "unknown measure": (
            "corrections.yml", "row: 史-5", "row: ‸史-6", "measures has no '史-6'; known: 史-5, 史-4, 史-3"),
        "sector by its id": (
            "corrections.yml", "row: 芸\n", "row: ‸minato-geijutsu\n", "sectors has no 'minato-geijutsu'; known:"),
        "unknown goal": ("corrections.yml", "row: 史-2\n", "row: ‸史-3\n", "goals has no '史-3'; known: 史-2, 史-1, 芸-2"),
        "nothing corrected": (
            "corrections.yml", "corrected: アトリエマップ", "corrected: ‸アトリエマツプ",
            "corrected is what is printed; leave it out to keep the print"),
        "unknown column": (
            "corrections.yml", "column: start_fiscal_year", "column: ‸start_year",
            "plans has no column 'start_year'; known: start_fiscal_year"),
        "column of another table": (
            "corrections.yml", "column: repeat_of", "column: ‸evidence", "measures has no column 'evidence'; known:"),
    },
    "check_changes": {
        "change id twice": (
            "changes.yml", "minato-change-1", "‸minato-change-2",
            "id 'minato-change-2' stands twice; line 1 has it; use another"),
        "oldest first": (
            "changes.yml", "date: 2026-04-01", "date: ‸2026-07-01",
            "2026-07-01 stands below an earlier day; put the newest first"),
        "unknown record": ("changes.yml", "史-3]", "‸史-9]", "unknown record '史-9'; known: 史-5, 史-4, 史-3"),
    },
    "check_withdrawn": {
        "withdrawn id twice": (
            "withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-event-11",
            "id 'minato-event-11' stands twice; line 1 has it; use another"),
        "id of another plan": (
            "withdrawn.yml", "id: minato-minato-bunko", "id: ‸minami-bunko",
            "id 'minami-bunko'; begin it with 'minato-'"),
        "id in use": (
            "withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-bunka-kyokai",
            "id 'minato-bunka-kyokai' is in use in organizations; a withdrawn id has no record"),
        "id of an indicator in use": (
            "withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-geijutsu-1-target-1",
            "id 'minato-geijutsu-1-target-1' is in use in indicators; a"),
        "replacement that does not exist": (
            "withdrawn.yml", "replaced_by: minato-event-8", "replaced_by: ‸minato-event-80",
            "events has no 'minato-event-80'; known: minato-event-8"),
        "replacement in another table": (
            "withdrawn.yml", "replaced_by: minato-event-8", "replaced_by: ‸minato-rekishi-3",
            "events has no 'minato-rekishi-3'; known: minato-event-"),
    },
    "check_results": {
        "unknown measure": ("results.csv", "史-4,1", "‸史-9,1", "unknown measure '史-9'; known: 史-5, 史-4, 史-3"),
        "unknown indicator": ("results.csv", "史-4,1", "史-4,‸2", "史-4 has no indicator 2; 1 to 1"),
        "two figures for a year": (
            "results.csv", "芸-2,1,2023", "芸-2,1,‸令和4年度", "a second figure for the same indicator and year; keep one"),
        "no figure and no status": (
            "results.csv", "12.5", "‸", "neither value nor status; give one of them, or drop the line"),
    },
}  # fmt: skip

CASES = {f"{check[6:]}: {name}": case for check, cases in BROKEN.items() for name, case in cases.items()}

# What looks odd and is allowed: file, old, new.
ALLOWED = {
    "a number left out": ("measures.yml", "- code: 芸-1", MEASURE.format(code="芸-30") + "- code: 芸-1"),
    "measures in any order": ("measures.yml", "- code: 芸-1", MEASURE.format(code="史-9") + "- code: 芸-1"),
    "a target beyond every rule, with a note": (
        "measures.yml", "target: 継続実施\n  indicators:\n    - {kind: continue, label: 文化行列の実施}",
        "target: 週3件\n  indicators:\n    - {kind: quantity, label: 件数, value: 3, unit: 件, note: 週に3件と読んだ}"),
    "a range, of which a note tells the rest": (
        "measures.yml", "target: 継続実施\n  indicators:\n    - {kind: continue, label: 文化行列の実施}",
        "target: 3～5件\n  indicators:\n    - {kind: quantity, label: 件数, value: 3, unit: 件, note: 下の数をとった}"),
    "a reading overruled by a note": (
        "measures.yml", "target: 継続実施\n  indicators:\n    - {kind: continue, label: 文化行列の実施}",
        "target: 3件\n  indicators:\n    - {kind: activity, label: 件数, note: 読み方：3件は事業の名前}"),
    "a milestone without a year": ("measures.yml", UPDATE, UPDATE.replace("due_fiscal_year: R7, due_kind: in, ", "")),
    "a period that only the schedule names, with a note": (
        "measures.yml", "target: 毎年5校以上\n  indicators:\n    - {kind: quantity,",
        "target: 5校以上\n  indicators:\n    - {kind: quantity, note: 毎年は予定の欄だけにある,"),
    "an organization that no measure names": (
        "organizations.yml", "- id: minato-ken",
        "- {id: minato-ko, name: 港, kind: business, printed: [港]}\n- id: minato-ken"),
    "a correction of a list that has a table of its own": ("corrections.yml", "column: repeat_of", "column: goals"),
    "changes of one day in any order": ("changes.yml", "date: 2026-04-01", "date: 2026-06-01"),
    "two evaluations with one successor": ("evaluations.yml", "successor: 史-3", "successor: 史-1"),
    "figures for one indicator in several years": ("results.csv", "芸-2,1,2023", "芸-2,1,R7"),
}  # fmt: skip


def test_every_check_is_broken_by_some_case() -> None:
    assert set(BROKEN) == {check.__name__ for _, check in CHECKS}


@pytest.mark.parametrize(("file", "old", "new", "fault"), CASES.values(), ids=CASES)
def test_each_broken_rule_is_one_line_with_its_place_its_value_and_what_would_be_right(
    faults: Faults, file: str, old: str, new: str, fault: str
) -> None:
    lines, place = faults(file, old, new)
    assert len(lines) == 1, lines
    assert lines[0].startswith(place + fault)
    assert "; " in lines[0]


@pytest.mark.parametrize(("file", "old", "new"), ALLOWED.values(), ids=ALLOWED)
def test_what_a_real_plan_may_have_is_accepted(faults: Faults, file: str, old: str, new: str) -> None:
    assert faults(file, old, new)[0] == []


def test_a_plan_under_another_name_than_its_folder_is_told_once(faults: Faults) -> None:
    lines, place = faults("plan.yml", "id: minato", "id: ‸minami")
    assert lines == [f"{place}id 'minami'; the name of the folder, 'minato'"]


def test_a_measure_of_an_unknown_sector_is_told_with_its_goals(faults: Faults) -> None:
    lines, place = faults("measures.yml", "- code: 史-1", MEASURE.format(code="‸歴-1") + "- code: 史-1")
    assert lines[0] == f"{place}unknown sector '歴'; known: 史, 芸"
    assert lines[1].endswith("歴 has no goal 1; it has none")
    assert len(lines) == 2


def test_a_circle_of_parents_is_told_for_each_of_it(faults: Faults) -> None:
    lines, _ = faults("organizations.yml", "parent: minato-shi", "parent: minato-shiryokan")
    assert [line.partition("; ")[0] for line in lines] == [
        "organizations.yml:10:11: is its own parent in the end",
        "organizations.yml:31:11: is its own parent in the end",
    ]


def test_an_organization_is_known_by_every_name(plan: PlanData) -> None:
    names = known_names(plan)
    assert {names[name] for name in ("みなと市文化協会", "文化協会", "文協")} == {"minato-bunka-kyokai"}
    assert len(names) == 18
