"""Every rule across the records of a city and its plans: what breaks it is one line at its place, with what is right.

In the tables, ‸ marks the place that the line must name; `old` is replaced where it first stands in the file.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.plan.checks import CHECKS
from keikaku.plan.folder import read_city
from keikaku.plan.model import City
from keikaku.plan.references import References
from tests.keikaku.conftest import read_faults

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

"""
PARADE = "target: 継続実施\n  indicators:\n    - {kind: continue, label: 文化行列の実施}"
AT_RESULTS = "史-4,1,令和5年度,12.5"

# Name of the check -> what breaks it: file, old, new, the line after its place.
BROKEN = {
    "check_ids": {
        "sector id twice": ("sectors.yml", "id: minato-rekishi", "id: ‸minato-geijutsu", "id「minato-geijutsu」が二度あります (twice); 1件目と違うものにする"),
        "sector name twice": ("sectors.yml", "name: 歴史", "name: ‸芸術", "name「芸術」が二度あります (twice)"),
        "sector heading twice": ("sectors.yml", "heading: 2. 歴史", "heading: ‸1. 芸術", "heading「1. 芸術」が二度あります (twice)"),
        "sector prefix twice": ("sectors.yml", "prefix: 史", "prefix: ‸芸", "prefix「芸」が二度あります (twice)"),
        "measure code twice": ("measures.yml", "- code: 史-1", MEASURE.format(code="‸芸-1") + "- code: 史-1", "code「芸-1」が二度あります (twice); 1件目と違うものにする"),
        "goal twice": ("goals.yml", "- sector: 史\n  number: 1", "- ‸{sector: 芸, number: 2, title: 別の目標}\n- sector: 史\n  number: 1", "id minato-geijutsu-goal-2 は goals にもあります (id twice); 違う id を書く"),
        "evaluation id twice": ("evaluations.yml", "minato-evaluation-3", "‸minato-evaluation-1", "id minato-evaluation-1 は evaluations にもあります (id twice)"),
        "event id twice": ("events.yml", "minato-event-2", "‸minato-event-1", "id minato-event-1 は events にもあります (id twice)"),
        "correction id twice": ("corrections.yml", "minato-correction-2", "‸minato-correction-1", "id minato-correction-1 は corrections にもあります"),
        "change id twice": ("changes.yml", "minato-change-1", "‸minato-change-2", "id minato-change-2 は changes にもあります (id twice)"),
        "id that does not begin with the plan's": ("events.yml", "minato-event-2", "‸event-2", "id event-2 (wrong beginning); minato- で始める"),
        "id of a measure": ("events.yml", "minato-event-2", "‸minato-geijutsu-1", "id minato-geijutsu-1 は measures にもあります"),
        "id of a goal": ("corrections.yml", "minato-correction-2", "‸minato-rekishi-goal-1", "id minato-rekishi-goal-1 は goals にもあります"),
        "id of an indicator": ("evaluations.yml", "minato-evaluation-3", "‸minato-rekishi-3-target-2", "id minato-rekishi-3-target-2 は indicators にもあります"),
        "id of a change that is a goal's": ("changes.yml", "minato-change-1", "‸minato-rekishi-goal-1", "id minato-rekishi-goal-1 は goals にもあります"),
        "id of an organization": ("events.yml", "minato-event-2", "‸minato-ken", "id minato-ken は organizations にもあります"),
    },
    "check_plan": {
        "ends before it begins": ("plan.yml", "end_fiscal_year: 令和7年度", "end_fiscal_year: ‸平成29年度", "終わりの年度 2017 が始まりの 2018 より前です (ends first)"),
        "fifty years": ("plan.yml", "end_fiscal_year: 令和7年度", "end_fiscal_year: ‸令和70年度", "計画が50年以上あります (too long); 年度を直す"),
        "periods that overlap": ("plan.yml", "{name: 後期, start_fiscal_year: R4", "‸{name: 後期, start_fiscal_year: R3", "後期 の年度が順になっていません (years out of order); 2018から2025までを、前から順に重ねずに書く"),
        "a period after the plan": ("plan.yml", "{name: 後期, start_fiscal_year: R4, end_fiscal_year: 令和7年度}", "‸{name: 後期, start_fiscal_year: R4, end_fiscal_year: 令和8年度}", "後期 の年度が順になっていません"),
        "periods of one name": ("plan.yml", "- {name: 後期, start_fiscal_year: R4, end_fiscal_year: 令和7年度}", "- {name: 後期, start_fiscal_year: R4, end_fiscal_year: R6}\n  - ‸{name: 後期, start_fiscal_year: R7, end_fiscal_year: R7}", "「後期」が二度あります (twice)"),
        "documents of one title": ("plan.yml", "documents:\n", "documents:\n  - title: みなと市文化会議\n  - ‸title: みなと市文化会議\n", "「みなと市文化会議」が二度あります (twice)"),
    },
    "check_plan_organizations": {
        "unknown member": ("plan.yml", "港北大学", "‸港南大学", "団体「港南大学」はありません (unknown); 近いもの: 港北大学、大学"),
        "unknown consulted body": ("plan.yml", "[潮見県]", "[‸潮見]", "団体「潮見」はありません (unknown); 近いもの: 潮見県"),
    },
    "check_references": {
        "goal of an unknown sector": ("goals.yml", "- sector: 史\n  number: 1", "- {sector: ‸歴, number: 1, title: 別の目標}\n- sector: 史\n  number: 1", "分野「歴」はありません (unknown); 近いもの: 歴史"),
        "event of an unknown sector": ("events.yml", "sector: 芸", "sector: ‸歴", "分野「歴」はありません (unknown); 近いもの: 歴史"),
        "evaluation of an unknown period": ("evaluations.yml", "period: 前期", "period: ‸中期", "期間「中期」はありません (unknown); 近いもの: 後期、前期"),
        "evaluation by an unknown body": ("evaluations.yml", "decision: 継続", "decision: 継続\n  organization: ‸文化部", "団体「文化部」はありません (unknown); 近いもの: 文化協会"),
        "repeat of no measure": ("measures.yml", "repeat_of: 芸-4", "repeat_of: ‸芸-3", "再掲の元の施策「芸-3」はありません (unknown); 近いもの: 芸-4、芸-2、芸-1"),
        "joint with no measure": ("measures.yml", "[史-2]", "[史-2, ‸史-9]", "連携する施策「史-9」はありません (unknown); 近いもの: 史-5、史-4、史-3"),
        "part of a measure below": ("measures.yml", "name: 市民美術展の開催", "name: 市民美術展の開催\n  parent: ‸史-1", "「史-1」が後にあります (stands below); 上にあるものを先に書く"),
        "goal below itself": ("goals.yml", "title: 作品にふれる機会づくり", "title: 作品にふれる機会づくり\n  parent: ‸作品にふれる機会づくり", "「作品にふれる機会づくり」が後にあります (stands below)"),
        "unknown goal above": ("goals.yml", "title: 作品にふれる機会づくり", "title: 作品にふれる機会づくり\n  parent: ‸政策1", "上の目標「政策1」はありません (unknown)"),
        "unknown document": ("goals.yml", "title: 作品にふれる機会づくり", "title: 作品にふれる機会づくり\n  document: ‸年次報告書", "文書「年次報告書」はありません (unknown); 近いもの: みなと市文化振興計画中間報告書"),
        "unknown successor": ("evaluations.yml", "successor: 芸-1", "successor: ‸芸-3", "引き継ぐ施策「芸-3」はありません (unknown); 近いもの: 芸-4、芸-2、芸-1"),
        "event of an unknown measure": ("events.yml", "[芸-2, 史-2]", "[芸-2, ‸史-9]", "施策「史-9」はありません (unknown); 近いもの: 史-5、史-4、史-3"),
    },
    "check_measures": {
        "goal that the sector lacks": ("measures.yml", "[1, 2]", "[1, ‸3]", "目標「3」はありません (unknown); 近いもの: 1、2"),
        "repeat of itself": ("measures.yml", "repeat_of: 芸-4", "repeat_of: ‸史-5", "「史-5」は元の施策ではありません (no original); 再掲でない、ほかの施策を書く"),
        "repeat of a repeat": ("measures.yml", "repeat_of: 芸-4", "repeat_of: ‸史-2", "「史-2」は元の施策ではありません (no original)"),
        "joint with itself": ("measures.yml", "[史-2]", "[史-2, ‸芸-2]", "「芸-2」の joint にこの施策がありません (not named back); 両方に書く"),
        "joint on one side": ("measures.yml", "[史-2]", "[史-2, ‸史-1]", "「史-1」の joint にこの施策がありません (not named back)"),
    },
    "check_promoters": {
        "unknown organization": ("measures.yml", "[文化協会, 市立美術館", "[文化協会, ‸市立図書館", "団体「市立図書館」はありません (unknown); 近いもの: 市立美術館、市"),
        "everyday name in the place of a printed one": ("measures.yml", "[文化協会, 市立美術館", "[‸文協, 市立美術館", "団体「文協」はありません (unknown); 近いもの: 文化協会、みなと市文化協会"),
        "the same body by two names": ("measures.yml", "[文化協会, 市立美術館, 市]", "[文化協会, 市立美術館, 市, ‸みなと市]", "「みなと市」は「市」と同じものです (the same record); 一度だけ書く"),
        "role of a body that is not named": ("measures.yml", "organizations: [商店会, 県, 市]", "organizations: [商店会, 県, 市]\n  roles: {大学: ‸lead}", "この施策の団体「大学」はありません (unknown); 近いもの: 商店会、市、県"),
        "task of a body that is not named": ("measures.yml", "organizations: [商店会, 県, 市]", "organizations: [商店会, 県, 市]\n  tasks: {大学: ‸調べる}", "この施策の団体「大学」はありません (unknown)"),
    },
    "check_targets": {
        "other value": ("measures.yml", "value: 3000", "value: ‸300", "value 300 は目標「来場者数 3,000人/回」と合いません (not what the target says); 3000 と読めます"),
        "other unit": ("measures.yml", "unit: 点", "unit: ‸件", "unit '件' は目標「令和6年度までに 200点」と合いません (not what the target says); '点' と読めます"),
        "other comparison": ("measures.yml", "'>='", "‸'>'", "comparator '>' は目標「毎年5校以上」と合いません (not what the target says); '>=' と読めます"),
        "no comparison": ("measures.yml", "{kind: quantity, label: 公演を行う学校の数, comparator: '>=',", "‸{kind: quantity, label: 公演を行う学校の数,", "comparator None は目標「毎年5校以上」と合いません"),
        "other period": ("measures.yml", "per: event", "per: ‸year", "per 'year' は目標「来場者数 3,000人/回」と合いません (not what the target says); 'event' と読めます"),
        "other due year": ("measures.yml", "due_fiscal_year: 令和6年度", "due_fiscal_year: ‸令和5年度", "due_fiscal_year 2023 は目標「令和6年度までに 200点」と合いません (not what the target says); 2024 と"),
        "in the year, not by it": ("measures.yml", "due_kind: by", "due_kind: ‸in", "due_kind 'in' は目標「令和5年度までに作成」と合いません"),
        "other kind": ("measures.yml", "{kind: continue", "{kind: ‸activity", "kind 'activity' は目標「継続実施」と合いません (not what the target says); 'continue' と読めます"),
        "end of a range left out": ("measures.yml", PARADE, "target: 3～5件\n  indicators:\n    - ‸{label: 件数, value: 3, unit: 件, note: 下の数をとった}", "value_to None は目標「3～5件」と合いません"),
        "indicator too many": ("measures.yml", "    - {kind: continue, label: 文化行列の実施}", "    ‸- {kind: continue, label: 文化行列の実施}\n    - {kind: continue, label: 行列}", "目標「継続実施」に指標が2個あります (2 indicators); 1個と読めます (it reads as 1)"),
        "target that cannot be read": ("measures.yml", "target: 継続実施", "target: ‸週3件", "目標「週3件」のうち「週」を読み取れません："),
        "readable part beside one that cannot be read": ("measures.yml", "案内板の設置、養成講座参加者数 毎年 20 名\n", "‸案内板の設置、週1回、養成講座参加者数 毎年 20 名\n", "目標「案内板の設置、週1回、"),
        "calendar year without a note": ("measures.yml", "target: 令和5年度までに作成\n  indicators:\n    - {kind", "target: 令和5年までに作成\n  indicators:\n    - ‸{kind", "calendar 'fiscal' は目標「令和5年までに作成」と合いません (not what the target says); 'calendar' と"),
    },
    "check_indicators": {
        "quantity without a value": ("measures.yml", UPDATE, "‸" + UPDATE.replace("milestone", "quantity"), "数の指標に数がありません (no value); value か target を書く"),
        "value of what is only done": ("measures.yml", UPDATE, "‸" + UPDATE.replace("source", "value: 3, source"), "kind milestone に数 3 があります (a value); 数の目標は quantity"),
        "better in the other direction than is printed": ("measures.yml", "comparator: '>=', ", "comparator: '>=', direction: ‸down, ", "direction down は、「毎年5校以上」の向き up と食い違います (a contradiction); 目標の言葉とよい向きをそろえる"),
        "kind of a due year that is not given": ("measures.yml", UPDATE, "‸" + UPDATE.replace("due_fiscal_year: R7, ", ""), "due_fiscal_year と due_kind の一方だけがあります (one of two)"),
        "year that is neither by nor in": ("measures.yml", UPDATE, "‸" + UPDATE.replace("due_kind: in, ", ""), "due_fiscal_year と due_kind の一方だけがあります (one of two)"),
        "due before the plan": ("measures.yml", "due_fiscal_year: R7", "due_fiscal_year: ‸H29", "期限 2017 が計画の年度の外です (outside the plan); 2018 から"),
        "part that the target does not print": ("measures.yml", "printed: 案内板の設置", "printed: ‸案内板を設置", "「案内板を設置」は目標の中にありません (not in the target); 目標の一部をそのまま書く"),
        "reading of the schedule without a note": ("measures.yml", UPDATE, "‸" + UPDATE.replace(", note: 作成", "} #"), "スケジュールからの指標に note がありません (no note)"),
        "reading of the schedule without its words": ("measures.yml", UPDATE, "‸" + UPDATE.replace("printed: その2年後に更新する, ", ""), "スケジュールからの指標に printed がありません (no printed)"),
    },
    "check_events": {
        "event before the plan": ("events.yml", "平成30年度", "‸平成29年度", "年度 2017 は計画の外です (outside the plan); 2018 から 2025"),
        "event that ends after the plan": ("events.yml", "end_fiscal_year: 令和3年度", "end_fiscal_year: ‸令和8年度", "年度 2026 は計画の外です (outside the plan); 2018 から 2025"),
        "event that ends as it begins": ("events.yml", "end_fiscal_year: 令和3年度", "end_fiscal_year: ‸令和2年度", "終わりの年度 2020 が始まりより後ではありません (ends first); 後の年度にするか、消す"),
        "row and sector": ("events.yml", "- id: minato-event-3\n", "- ‸id: minato-event-3\n  row: 全体\n", "row と sector の両方があります (both); どちらか一つを書く"),
    },
    "check_evaluations": {
        "moved target without its phrase": ("evaluations.yml", "successor: 芸-2", "successor: 芸-2\n  target_change: ‸number_dropped", "目標がどう変わったかの、引き継ぐ施策か根拠の言葉がありません (no ground)"),
        "nothing named": ("evaluations.yml", "- id: minato-evaluation-3\n  sector: 芸\n  name: 街角コンサート", "- ‸id: minato-evaluation-3\n  sector: 芸", "何の評価かが書かれていません (nothing named); name、measure、goal、indicator のどれかを書く"),
        "decision that is no grade": ("evaluations.yml", "decision: 終了", "decision: ‸中止", "grades の記号「中止」はありません (unknown); 近いもの: 変更し実施、終了、継続"),
        "grade that is none": ("evaluations.yml", "decision: 終了", "decision: 終了\n  grade: ‸A", "grades の記号「A」はありません (unknown); 近いもの: なし"),
        "year after the plan": ("evaluations.yml", "decision: 終了", "decision: 終了\n  fiscal_year: ‸R8", "年度 2026 は計画の外です"),
        "ended measure with a successor": ("evaluations.yml", "decision: 変更し実施", "decision: ‸終了", "「終了」なのに引き継ぐ施策があります (a successor); どちらかを直す"),
        "continued measure without one": ("evaluations.yml", "decision: 終了", "decision: ‸継続", "「継続」なのに引き継ぐ施策がありません (no successor); successor を書く"),
        "rule for an outcome that is not stated": ("evaluations.yml", "rule: none", "rule: ‸target_stated", "outcome と rule が合いません (do not fit); not_stated のときだけ rule は none"),
        "outcome with the rule for none": ("evaluations.yml", "rule: target_stated", "rule: ‸none", "outcome と rule が合いません (do not fit)"),
        "outcome of nobody": ("evaluations.yml", "outcome: met\n  rule: target_stated", "outcome: ‸met", "だれの判定かがわかりません (whose); rule を書くか、judged_by: city とする"),
    },
    "check_corrections": {
        "unknown measure": ("corrections.yml", "row: 史-5", "row: ‸史-6", "measures の「史-6」はありません (unknown); 近いもの: 史-5、史-4、史-3"),
        "unknown goal": ("corrections.yml", "row: 史-2\n", "row: ‸史-3\n", "goals の「史-3」はありません (unknown)"),
        "nothing corrected": ("corrections.yml", "corrected: アトリエマップ", "corrected: ‸アトリエマツプ", "corrected が printed と同じです (the same); 印字のままなら corrected を消す"),
        "unknown column": ("corrections.yml", "column: start_fiscal_year", "column: ‸start_year", "plans の列「start_year」はありません (unknown); 近いもの: start_fiscal_year、"),
        "column of another table": ("corrections.yml", "column: repeat_of", "column: ‸evidence", "measures の列「evidence」はありません (unknown)"),
    },
    "check_changes": {
        "oldest first": ("changes.yml", "date: 2026-04-01", "date: ‸2026-07-01", "2026-07-01 が前の日より後です (out of order); 新しいものを先に書く"),
        "unknown record": ("changes.yml", "史-3]", "‸史-9]", "記録「史-9」はありません (unknown); 近いもの: 史-5、史-4、史-3"),
    },
    "check_withdrawn": {
        "withdrawn id twice": ("withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-event-11", "id「minato-event-11」が二度あります (twice); 1件目と違うものにする"),
        "id of another city": ("withdrawn.yml", "id: minato-minato-bunko", "id: ‸minami-bunko", "id minami-bunko (wrong beginning); minato- で始める"),
        "id in use": ("withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-bunka-kyokai", "id minato-bunka-kyokai は organizations で使われています (in use); 取り下げたIDは使わない"),
        "id of an indicator in use": ("withdrawn.yml", "id: minato-minato-bunko", "id: ‸minato-geijutsu-1-target-1", "id minato-geijutsu-1-target-1 は indicators で使われています (in use)"),
        "replacement that does not exist": ("withdrawn.yml", "replaced_by: minato-event-8", "replaced_by: ‸minato-event-80", "events の「minato-event-80」はありません (unknown); 近いもの: minato-event-8"),
        "replacement in another table": ("withdrawn.yml", "replaced_by: minato-event-8", "replaced_by: ‸minato-rekishi-3", "events の「minato-rekishi-3」はありません (unknown); 近いもの: minato-event-3"),
    },
    "check_figures": {
        "a goal by two names": ("measures.yml", "goals: [1]", "goals: [1, ‸作品にふれる機会づくり]", "「作品にふれる機会づくり」は「1」と同じものです (the same record); 一度だけ書く"),
        "a measure by two names": ("events.yml", "measures: [芸-1]", "measures: [芸-1, ‸市民美術展の開催]", "「市民美術展の開催」は「芸-1」と同じものです (the same record); 一度だけ書く"),
        "a joint measure by two names": ("measures.yml", "joint: [史-2]", "joint: [史-2, ‸minato-rekishi-2]", "「minato-rekishi-2」は「史-2」と同じものです (the same record)"),
        "a member by two names": ("plan.yml", "members: [みなと市,", "members: [みなと市, ‸市,", "「市」は「みなと市」と同じものです (the same record)"),
        "a grade twice": ("grades.yml", "- {field: decision, grade: 終了", "- {field: decision, grade: ‸継続}\n- {field: decision, grade: 終了", "「継続」が二度あります (twice); 一度だけ書く"),
        "unknown measure": ("results.csv", "史-4,1", "‸史-9,1", "「史-9」の1番目の指標はありません (no indicator); 指標は0個です"),
        "unknown indicator": ("results.csv", "史-4,1", "史-4,‸2", "「史-4」の2番目の指標はありません (no indicator); 指標は1個です"),
        "one figure twice": ("results.csv", AT_RESULTS, f"芸-1,1,‸R4,3300,,,https://example.jp/minato/r4,みなと市\n{AT_RESULTS}", "同じ指標・年度・出典の数字がもうあります (twice); 一つにするか、edition を変える"),
        "one figure twice by two names": ("results.csv", AT_RESULTS, f"市民美術展の開催,1,‸R4,3300,,,https://example.jp/minato/r4,みなと市\n{AT_RESULTS}", "同じ指標・年度・出典の数字がもうあります (twice)"),
        "nobody who says it": ("results.csv", "r5,みなと市", "r5,‸", "だれが述べた実績か、書かれていません (no publisher); publisher に、"),
        "no document and no address": ("results.csv", "（百人）,https://example.jp/minato/r5", "（百人）,‸", "どこで述べられた実績か、書かれていません (no source); source_url に、"),
        "no figure and no status": ("results.csv", "12.5", "‸", "数字も状況もありません (nothing told); value、status、printed のどれかを書くか、行を消す"),
    },
}  # fmt: skip

# Of what the plans share.
SHARED = {
    "municipality code": ("municipality.yml", '"470007"', '‸"470008"', "団体コード 470008 の検査数字が合いません (wrong check digit); ほかの数字が正しければ、末尾は 7 です (470007)"),
    "no prefecture": ("municipality.yml", '"470007"', '‸"480002"', "団体コード 480002 の都道府県がありません (no prefecture); 01 から 47 で始まる"),
    "corporate number": ("municipality.yml", '"8990000000001"', '‸"9990000000001"', "法人番号 9990000000001 の検査数字が合いません (wrong check digit); ほかの数字が正しければ、先頭は 8 です"),
    "organization id twice": ("organizations.yml", "- id: minato-ken", "- {id: ‸minato-shotenkai, name: 港, kind: business}\n- id: minato-ken", "id「minato-shotenkai」が二度あります (twice); 5件目と違うものにする"),
    "organization of another city": ("organizations.yml", "- id: minato-ken", "- {id: ‸minami-kou, name: 港, kind: business}\n- id: minato-ken", "id minami-kou (wrong beginning); minato- で始める"),
    "unknown parent": ("organizations.yml", "parent: minato-shi", "parent: ‸minato-shiyakusho", "上の団体「minato-shiyakusho」はありません (unknown); 近いもの: minato-shi"),
    "parent of itself": ("organizations.yml", "parent: minato-kyoiku-iinkai", "parent: ‸minato-shiryokan", "自分が自分の上の団体になります (its own parent); 上にある団体を書く"),
    "everyday name of another": ("organizations.yml", "[県庁]", "‸[県庁, 市役所]", "「市役所」は minato-shi の名前でもあります (a name of two); 一つの名前は一つの団体だけのものにする"),
    "printed name of another": ("organizations.yml", "[県, 潮見県]", "‸[県, 潮見県, 大学]", "「大学」は minato-kohoku-daigaku の名前でもあります (a name of two)"),
    "name of another": ("organizations.yml", "name: 潮見県", "name: ‸商店会", "「商店会」は minato-shotenkai の名前でもあります (a name of two)"),
    "a plan that follows none": ("plan.yml", "concept:", "follows: ‸minato-mae\nconcept:", "前の計画「minato-mae」はありません (unknown); 近いもの: なし"),
    "a plan that follows itself": ("plan.yml", "concept:", "follows: ‸minato\nconcept:", "「minato」はこの計画より前に始まっていません (not before it); 前の計画の id を書く"),
}  # fmt: skip

CASES = {f"{check[6:]}: {name}": case for check, cases in BROKEN.items() for name, case in cases.items()} | SHARED

# What looks odd and is allowed: file, old, new.
ALLOWED = {
    "a number left out": ("measures.yml", "- code: 芸-1", MEASURE.format(code="芸-30") + "- code: 芸-1"),
    "measures in any order": ("measures.yml", "- code: 芸-1", MEASURE.format(code="史-9") + "- code: 芸-1"),
    "a code of another form": ("measures.yml", "- code: 芸-1\n", "- name: 朗読\n  code: Ⅰ-(1)ア\n- {name: 朗読, sector: 芸術, goals: [1, 歴史を生かしたにぎわい]}\n- code: 芸-1\n"),
    "a target beyond every rule, with a note": ("measures.yml", PARADE, "target: 週3件\n  indicators:\n    - {kind: quantity, label: 件数, value: 3, unit: 件, note: 週に3件と読んだ}"),
    "a reading overruled by a note": ("measures.yml", PARADE, "target: 3件\n  indicators:\n    - {kind: activity, label: 件数, note: 読み方：3件は事業の名前}"),
    "a milestone without a year": ("measures.yml", UPDATE, UPDATE.replace("due_fiscal_year: R7, due_kind: in, ", "")),
    "a target due after the plan": ("measures.yml", "due_fiscal_year: R7", "due_fiscal_year: R12"),
    "a period that only the schedule names, with a note": ("measures.yml", "target: 毎年5校以上\n  indicators:\n    - {kind: quantity,", "target: 5校以上\n  indicators:\n    - {kind: quantity, note: 毎年は予定の欄だけにある,"),
    "an organization that no measure names": ("organizations.yml", "- id: minato-ken", "- {id: minato-ko, name: 港, kind: 事業者}\n- id: minato-ken"),
    "a correction of a list that has a table of its own": ("corrections.yml", "column: repeat_of", "column: goals"),
    "changes of one day in any order": ("changes.yml", "date: 2026-04-01", "date: 2026-06-01"),
    "two evaluations with one successor": ("evaluations.yml", "successor: 史-3", "successor: 史-1"),
    "an event of neither row nor sector": ("events.yml", "- id: minato-event-3\n  sector: 芸\n", "- id: minato-event-3\n"),
    "figures for one indicator in several years": ("results.csv", "芸-2,1,2023", "芸-2,1,R7"),
    "figures of two publishers": ("results.csv", "芸-2,1,2023", "芸-2,1,R4"),
    "a place by its English code or Japanese word": ("measures.yml", "kind: continue", "kind: 継続"),
}  # fmt: skip


def test_every_check_is_broken_by_some_case() -> None:
    assert set(BROKEN) == {check.find.__name__ for check in CHECKS}


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


def test_a_city_under_another_name_than_its_folder_is_told_once(faults: Faults) -> None:
    lines, place = faults("municipality.yml", "id: minato", "id: ‸minato2")
    assert lines[0] == f"{place}id minato2 がフォルダーの名前と違います (not the folder's name); minato"


def test_a_measure_of_an_unknown_sector_is_told_with_its_goals(faults: Faults) -> None:
    lines, place = faults("measures.yml", "- code: 史-1", MEASURE.format(code="‸歴-1") + "- code: 史-1")
    assert lines[0].startswith(f"{place}分野「歴」はありません (unknown); 近いもの: 歴史")
    assert "目標「1」はありません (unknown); 近いもの: なし" in lines[1]
    assert len(lines) == 2


def test_a_circle_of_parents_is_told_for_each_of_it(faults: Faults) -> None:
    lines, _ = faults("organizations.yml", "parent: minato-shi", "parent: minato-shiryokan")
    assert [line.partition(" (")[0] for line in lines] == [
        "organizations.yml:10:11: 自分が自分の上の団体になります",
        "organizations.yml:31:11: 自分が自分の上の団体になります",
    ]


def test_a_result_that_two_indicators_could_have_is_refused(folder: Path) -> None:
    (folder / "bunka" / "indicators.csv").write_text("code,label,target\n史-4,観客,100人以上\n", "utf-8")
    (line,) = read_faults(folder)
    assert line.startswith("bunka/results.csv:6:1: 「史-4」は2つの指標をさします (ambiguous); 指標の id を書く: ")
    assert line.endswith("minato-rekishi-4-target-1、minato-target-1")


def write_indicators(folder: Path, lines: str) -> None:
    (folder / "bunka" / "results.csv").unlink()
    (folder / "bunka" / "indicators.csv").write_text(f"measures,plan,label,target\n{lines}", "utf-8")


def test_a_blank_place_among_others_is_refused(folder: Path) -> None:
    write_indicators(folder, "史-4,,観客,100人以上\n,,演者,10人以上\n")
    (line,) = read_faults(folder)
    assert line.startswith(
        "bunka/indicators.csv:3:1: 「演者」の場所が空です (no place); 上の行と同じでも施策や目標を書く"
    )


@pytest.mark.parametrize("first", ["史-4,,", ",,"])
def test_an_indicator_of_the_whole_plan_is_accepted(folder: Path, first: str) -> None:
    write_indicators(folder, f"{first}観客,100人以上\n,{'はい' if first[0] == '史' else ''},演者,10人以上\n")
    assert [x.label for x in read_city(folder).plans[0].indicators] == ["観客", "演者"]


def test_an_organization_is_known_by_every_name(city: City) -> None:
    names = References(city, city.plans[0]).organizations
    assert {names[name] for name in ("みなと市文化協会", "文化協会", "文協")} == {"minato-bunka-kyokai"}
    assert len(names) == 18
