"""A folder is a municipality or a list of faults: each kind of fault is one line with its place, its value and what is right.

In the tables, ‸ marks the place that the line must name; `old` is replaced where it first stands in the file.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from keikaku.plan.errors import InvalidData
from keikaku.plan.folder import read_city
from keikaku.plan.model import City, PlanData

Faults = Callable[[str, str, str], tuple[list[str], str]]

WORD = "は使えない言葉です (unknown word);"
NUMBER = "は数として読めません (not a number); 単位や区切りのない数字だけを書く"
YEAR = "は年度として読めません ("
TEXT = "は文字ではありません (not text); 数字なら引用符で囲む"
WHOLE = "は使えません (Input should be a valid integer)"
NAME = "name: 市民美術展の開催"
FORM = "は形が違います (wrong form);"

# What is wrong: file, old, new, the line after its place.
CASES = {
    # keys
    "unknown key": ("goals.yml", "  number: 1\n", "  number: 1\n  ‸extra: 1\n", "キー extra はありません (unknown key); 使えるキー: document, place, id, sector"),
    "unknown key of the plan": ("plan.yml", "concept:", "‸motto: x\nconcept:", "キー motto はありません (unknown key)"),
    "unknown key of a document": ("plan.yml", "    author:", "    ‸writer: x\n    author:", "キー documents.0.writer はありません (unknown key)"),
    "unknown key of an indicator": ("measures.yml", "per: event}", "per: event, ‸every: 1}", "キー indicators.0.every はありません (unknown key)"),
    "a comma that cuts a value": ("measures.yml", "label: 来場者数", "label: 人,‸000人", "キー indicators.0.000人 はありません (unknown key); 使えるキー: docs/add-a-plan.ja.md のキー（カンマを含む値は引用符で囲む）"),
    "merge key": ("goals.yml", "  number: 1\n", "  number: 1\n  ‸<<: {a: 1}\n", "キー << はありません (unknown key)"),
    "missing key": ("goals.yml", "- sector: 芸\n  number: 1\n  title: 作品にふれる機会づくり", "- ‸sector: 芸\n  number: 1", "キー title がありません (missing); 書き加える"),
    "missing key of a document": ("plan.yml", "- title: みなと市文化振興計画中間報告書\n    subtitle", "- ‸subtitle", "キー title がありません (missing)"),
    "missing key of an indicator": ("measures.yml", "{kind: continue, label: 文化行列の実施}", "‸{kind: continue}", "キー label がありません (missing)"),
    # types
    "number for text": ("goals.yml", "title: 作品にふれる機会づくり", "title: ‸12", f"title: 12 {TEXT}"),
    "list for text": ("goals.yml", "title: 作品", "title: ‸[a, b] #", f"title: ['a', 'b'] {TEXT}"),
    "nothing for text": ("goals.yml", "title: 作品", "title:‸ #", f"title: None {TEXT}"),
    "text for a number": ("goals.yml", "number: 1", "number: ‸一", f"number: '一' {WHOLE}"),
    "digits in quotes for a number": ("goals.yml", "number: 1", "number: ‸'1'", f"number: '1' {WHOLE}"),
    "true for a number": ("goals.yml", "number: 1", "number: ‸true", f"number: True {WHOLE}"),
    "fraction for a whole number": ("goals.yml", "number: 1", "number: ‸1.5", f"number: 1.5 {WHOLE}"),
    "yes for true": ("measures.yml", "new: true", "new: ‸yes", "new: 'yes' は使えません (Input should be a valid boolean)"),
    "number for a list": ("measures.yml", "goals: [1]", "goals: ‸1", "goals: 1 は使えません (Input should be a valid list)"),
    "text for a record": ("goals.yml", "- sector", "- ‸text\n- sector", "記録になっていません (not a mapping); 「キー: 値」の行で書く"),
    # text
    "empty name": ("measures.yml", NAME, "name: ‸''", "name: '' が空です (empty); 文字を書く"),
    "blank name": ("measures.yml", NAME, "name: ‸'　'", r"name: '\u3000' が空です (empty)"),
    "space at the end": ("measures.yml", NAME, "name: ‸'市民美術展 '", "name: '市民美術展 ' の前後に空白があります (space around); 消す"),
    "line break in a name": ("measures.yml", NAME, 'name: ‸"市民\\n美術展"', r"name: '市民\n美術展' に見えない文字 U+000A があります (character)"),
    "private character": ("measures.yml", "name: 市民", 'name: ‸"\\uE000" #', r"name: '\ue000' に見えない文字 U+E000 があります"),
    **{
        f"name with U+{ord(unseen):04X}": ("measures.yml", NAME, f"name: ‸市民{unseen}展", f"name: {f'市民{unseen}展'!r} に見えない文字 U+{ord(unseen):04X} があります (character); 消して一行で書く")
        for unseen in "\u00ad\u200b\u202e\u2066\U000e0041"
    },
    "text of 1,001 characters": ("plan.yml", "concept: ", f"concept: ‸{'あ' * 1001} #", f"concept: '{'あ' * 56}... の長さは 1001 です (too long); 1000まで"),
    "summary of 161 characters": ("goals.yml", "summary: ふだん", f"summary: ‸{'あ' * 161} #", f"summary: '{'あ' * 56}... の長さは 161 です (too long); 160まで"),
    "evidence of 16 characters": ("evaluations.yml", "evidence: 目標を上回った", f"evidence: ‸{'目標を上' * 4}", f"evidence: '{'目標を上' * 4}' の長さは 16 です (too long); 15まで"),
    # forms
    "id with capitals": ("events.yml", "id: minato-event-1\n", "id: ‸Minato\n", f"id: 'Minato' {FORM} 小文字の英字で始め"),
    "municipality code without quotes": ("municipality.yml", '"470007"', "‸470007", f"code: 470007 {TEXT}"),
    "municipality code of five digits": ("municipality.yml", '"470007"', "‸'47000'", f"code: '47000' {FORM} 6桁の団体コードを引用符で囲む"),
    "corporate number of twelve digits": ("municipality.yml", '"8990000000001"', "‸'899000000000'", f"corporate_number: '899000000000' {FORM} 13桁の法人番号"),
    "thirteenth month": ("plan.yml", "2022-02", "‸2022-13", "documents.0.date: '2022-13' は年月日として読めません (not a date); 2026、2026-04、2026-04-01、令和8年4月 のように書く"),
    "prefix with a digit": ("sectors.yml", "prefix: 芸", "prefix: ‸芸1", f"prefix: '芸1' {FORM} 4字までの文字"),
    "version without its third part": ("changes.yml", "1.1.0", "‸'1.1'", f"version: '1.1' {FORM} 1.0.0 のような番号"),
    "column missing in a heading of a table": ("plan.yml", "[施策名, 評価, 後期の扱い]", "‸[施策名, 評価]", "documents.0.layout.table_headings.evaluations: ['施策名', '評価'] は使えません (List should have at least 3 items"),
    "day that the month never had": ("changes.yml", "2026-04-01", "‸2026-04-31", "date: '2026-04-31' は日付ではありません (not a day); 2026-04-01 のように書く"),
    "day without hyphens": ("withdrawn.yml", "2026-06-01", "‸'20260601'", "date: '20260601' は日付ではありません (not a day)"),
    # vocabularies
    "unknown outcome": ("evaluations.yml", "outcome: met", "outcome: ‸Met", f"outcome: 'Met' {WORD} 達成（met）、一部達成（partly_met）"),
    "unknown rule": ("evaluations.yml", "rule: none", "rule: ‸guess", f"rule: 'guess' {WORD} 目標への言及（target_stated）"),
    "unknown kind of organization": ("organizations.yml", "kind: prefecture", "kind: ‸club", f"kind: 'club' {WORD} 市区町村（municipality）"),
    "unknown kind of indicator": ("measures.yml", "{kind: continue", "{kind: ‸goal", f"indicators.0.kind: 'goal' {WORD}"),
    "unknown comparison": ("measures.yml", "comparator: '>='", "comparator: ‸'=>'", f"indicators.0.comparator: '=>' {WORD} 以上（>=）、以下（<=）、超（>）、未満（<） のどれか"),
    "unknown period": ("measures.yml", "per: event", "per: ‸week", f"indicators.0.per: 'week' {WORD} 年（year）、回（event）、月（month） のどれか"),
    "unknown role": ("measures.yml", "organizations: [商店会, 県, 市]", "organizations: [商店会, 県, 市]\n  roles: {県: ‸helper}", f"roles.県: 'helper' {WORD} 主担当（lead）、協力（support） のどれか"),
    "unknown part of a plan": ("plan.yml", "words: {goal:", "words: {‸chapter: 章, goal:", f"words.chapter: 'chapter' {WORD} 分野（sector）"),
    "meaning of another field": ("grades.yml", "- {field: decision, grade: 終了, label: 前期で終える, meaning: end}", "- ‸{field: decision, grade: 終了, meaning: met}", "grade: {'field': 'decision', 'grade': '終了', 'meaning': 'met'} の meaning met は decision には使えません; continue"),
    "unknown kind of slip": ("corrections.yml", "kind: omission", "kind: ‸typo", f"kind: 'typo' {WORD} 誤記（misprint）"),
    "unknown kind of change": ("changes.yml", "kind: added", "kind: ‸new", f"kind: 'new' {WORD} 追加（added）"),
    "unknown table": ("corrections.yml", "table: plans", "table: ‸plan", "table: 'plan' は使えません (Input should be 'plans', 'periods'"),
    "withdrawn from a table without pages": ("withdrawn.yml", "table: events", "table: ‸codes", "table: 'codes' は使えません (Input should be 'sectors'"),
    # numbers and years
    "year that the era never had": ("events.yml", "平成30年度", "‸昭和65年度", f"fiscal_year: '昭和65年度' {YEAR}'昭和65年度' is not a fiscal year: 昭和 has the years 1 to 64.); 令和6年度、R6、2024 のように書く"),
    "fraction for a year": ("events.yml", "平成30年度", "‸2018.5", f"fiscal_year: 2018.5 {YEAR}not a fiscal year)"),
    "two years for one": ("events.yml", "令和2年度", "‸令和2・3年度", f"fiscal_year: '令和2・3年度' {YEAR}"),
    "true for a year": ("events.yml", "令和2年度", "‸true", f"fiscal_year: True {YEAR}not a fiscal year)"),
    "goal 0": ("measures.yml", "[1, 2]", "[‸0, 2]", "goals.0: 0 は使えません (Input should be greater than or equal to 1)"),
    "goal named twice": ("measures.yml", "[1, 2]", "‸[1, 1]", "goals: [1, 1] に同じものが二度あります (twice); 一度だけ書く"),
    "organization named twice": ("measures.yml", "[文化協会, 市立美術館, 市]", "‸[文化協会, 市, 市]", "organizations: ['文化協会', '市', '市'] に同じものが二度あります"),
    "value with its unit": ("measures.yml", "value: 3000", "value: ‸3000人", f"indicators.0.value: '3000人' {NUMBER}"),
    "value with a separator": ("measures.yml", "value: 3000", "value: ‸'3,000'", f"indicators.0.value: '3,000' {NUMBER}"),
    "value beyond every count": ("measures.yml", "value: 3000", f"value: ‸3{'0' * 16}", f"indicators.0.value: 3{'0' * 16} {NUMBER}"),
    # cells of tables
    "other heading": ("results.csv", "measure,indicator", "‸code,indicator", "見出し「code」はありません (unknown column); 使える見出し:"),
    "semicolons for commas": ("results.csv", "芸-1,1,令和4年度,3200,,,", "‸芸-1;1;令和4年度;3200;;;", "キー fiscal_year がありません (missing)"),
    "row without a measure": ("results.csv", "芸-1,1", ",‸1", "指標「1」はありません (unknown)"),
    "number with a word": ("results.csv", "3200", "‸約3200", f"value: '約3200' {NUMBER}"),
    "separators in the wrong place": ("results.csv", "3200", '‸"32,00"', f"value: '32,00' {NUMBER}"),
    "decimal comma": ("results.csv", "12.5", '‸"12,5"', f"value: '12,5' {NUMBER}"),
    "number with an exponent": ("results.csv", "3200", "‸3.2E+03", f"value: '3.2E+03' {NUMBER}"),
    "no number at all": ("results.csv", "3200", "‸nan", f"value: 'nan' {NUMBER}"),
    "number as Python writes it": ("results.csv", "3200", "‸3_200", f"value: '3_200' {NUMBER}"),
    "number without end": ("results.csv", "3200", "‸" + "9" * 5000, f"value: '{'9' * 56}... {NUMBER}"),
    "place after a quoted cell": ("results.csv", '芸-1,1,令和4年度,3200', '芸-1,1,"令和4年度",‸many', f"value: 'many' {NUMBER}"),
    "indicator in words": ("results.csv", "芸-1,1", "芸-1,‸一", "指標「一」はありません (unknown)"),
    "indicator 0": ("results.csv", "芸-1,1", "芸-1,‸0", "indicator: 0 は使えません (Input should be greater than or equal to 1)"),
    "year in words": ("results.csv", "芸-1,1,令和4年度", "芸-1,1,‸昨年度", f"fiscal_year: '昨年度' {YEAR}"),
    "unknown status": ("results.csv", "not_met", "‸だめ", f"status: 'だめ' {WORD} 達成（met）"),
    "address without https": ("results.csv", "https://example.jp/minato/r5", "‸example.jp", f"source_url: 'example.jp' {FORM} https:// で始まるアドレス"),
    # files that cannot be read are told as test_reading.py has them
    "text after a quotation": ("goals.yml", "sector: 芸", "sector: '芸' ‸術", "YAMLとして読めません (not YAML: "),
}  # fmt: skip

KINDS = ("sectors", "goals", "measures", "grades", "evaluations", "events", "corrections", "changes", "withdrawn")
NO_LIST = "一覧になっていません (not a list); 一件ずつ、頭に - をつけて並べる"
NO_MAPPING = "記録になっていません (not a mapping); 「キー: 値」の行で書く"
UNKNOWN = "使い道のないファイルです (unknown file); 使えるのは "
# File, its new content (None: it goes), the line after its place.
WHOLE_FILES = {
    **{f"{file} is missing": (file, None, "読めません (cannot be read: No such file or directory)") for file in ("municipality.yml", "bunka/plan.yml")},
    **{f"{kind}.yml is in Shift JIS": (f"bunka/{kind}.yml", "市".encode("cp932"), "0x8e は UTF-8 ではありません") for kind in ("plan", *KINDS)},
    **{f"{kind}.yml is empty": (f"bunka/{kind}.yml", b"", NO_LIST) for kind in KINDS},
    "plan.yml is empty": ("bunka/plan.yml", b"", NO_MAPPING),
    "plan.yml is a list": ("bunka/plan.yml", b"- id: minato\n", NO_MAPPING),
    "goals.yml is one record": ("bunka/goals.yml", b"sector: a\n", NO_LIST),
    "results.csv is empty": ("bunka/results.csv", b"", "見出しの行がありません (no header)"),
    "a file of an unknown name": ("bunka/goal.yml", b"- title: a\n", f"{UNKNOWN}plan, sectors, goals"),
    "a file of a city in a plan": ("bunka/organizations.yml", b"[]", f"{UNKNOWN}plan, sectors"),
    "a file of a plan in a city": ("goals.csv", b"title\n", f"{UNKNOWN}municipality, organizations, ruby, synonyms の"),
    "the longer name of YAML": ("bunka/indicators.yaml", b"[]", UNKNOWN),
    "one record as a table": ("bunka/plan.csv", b"id\nminato\n", UNKNOWN),
    "both a list and a table": ("bunka/goals.csv", b"title\n", "goals.yml もあります (both); どちらか一つにする"),
}  # fmt: skip


def test_the_invented_plan_is_accepted(city: City, plan: PlanData) -> None:
    counts = {kind: len(getattr(plan, kind)) for kind in ("sectors", "goals", "measures", "evaluations", "events")}
    assert counts == {"sectors": 2, "goals": 4, "measures": 8, "evaluations": 5, "events": 10}
    assert (len(plan.corrections), len(plan.results), len(city.organizations)) == (7, 5, 8)


@pytest.mark.parametrize(("file", "old", "new", "fault"), CASES.values(), ids=CASES)
def test_each_fault_is_one_line_with_its_place_its_value_and_what_would_be_right(
    faults: Faults, file: str, old: str, new: str, fault: str
) -> None:
    lines, place = faults(file, old, new)
    assert len(lines) == 1, lines
    assert lines[0].startswith(place + fault)
    assert "; " in lines[0]
    assert "\n" not in lines[0]


@pytest.mark.parametrize(("file", "data", "fault"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_used_is_one_line(folder: Path, file: str, data: bytes | None, fault: str) -> None:
    if data is None:
        (folder / file).unlink()
    else:
        (folder / file).write_bytes(data)
    with pytest.raises(InvalidData) as refused:
        read_city(folder)
    assert str(refused.value).startswith(f"{folder / file}:1:1: {fault}")
    assert len(refused.value.problems) == 1


def test_only_a_municipality_and_a_plan_with_its_years_are_needed(folder: Path) -> None:
    for file in folder.rglob("*.*"):
        if file.name not in ("municipality.yml", "plan.yml"):
            file.unlink()
    (folder / "bunka" / "plan.yml").write_text("{id: minato, title: 計画, start_fiscal_year: R6, end_fiscal_year: R10}")
    assert [data.measures for data in read_city(folder).plans] == [[]]


def test_a_municipality_without_a_plan_is_told(folder: Path) -> None:
    (folder / "bunka").rename(folder / ".bunka")
    with pytest.raises(InvalidData, match=r"minato:1:1: 計画のフォルダーがありません \(no plan\)"):
        read_city(folder)


def test_all_faults_of_a_folder_are_told_together_in_the_order_of_files_and_lines(folder: Path, faults: Faults) -> None:
    faults("measures.yml", "name: アトリエマップの作成", "name: ''")
    faults("measures.yml", "new: true", "new: 1")
    faults("measures.yml", "unit: 人", "units: 人")
    faults("events.yml", "title: 計画の見直し", "title: ' '")
    faults("evaluations.yml", "rule: none", "rule: no")
    faults("municipality.yml", "name: みなと市", "name: 1")
    (folder / "bunka" / "goals.yml").write_bytes(b"\xff")
    lines, _ = faults("results.csv", "3200", "many")
    assert [":".join(line.split(":")[:2]).removeprefix("bunka/") for line in lines] == [
        *("evaluations.yml:27", "events.yml:4", "goals.yml:1", "measures.yml:9", "measures.yml:26", "measures.yml:28"),
        *("results.csv:2", "municipality.yml:3"),
    ]


def test_a_fault_is_told_once_not_again_for_every_record_that_refers_to_it(faults: Faults) -> None:
    lines, place = faults("organizations.yml", "name: みなと市\n", "name: ‸12\n")
    assert lines == [f"{place}name: 12 {TEXT}"]


def test_years_are_read_however_they_are_written(plan: PlanData) -> None:
    assert (plan.plan.start_fiscal_year, plan.plan.end_fiscal_year) == (2018, 2025)
    assert [(period.start_fiscal_year, period.end_fiscal_year) for period in plan.plan.periods] == [
        (2018, 2021),
        (2022, 2025),
    ]
    assert [result.fiscal_year for result in plan.results] == [2022, 2022, 2023, 2022, 2023]


# A table in the place of a list of records: kind, text of the file, what is read from its first record.
TABLES = {
    "words for codes": ("grades", "field,grade,meaning\ndecision,継続,継続\ndecision,変更し実施,変更\ndecision,終了,終了\n", {"meaning": "continue"}),
    "numbers of any width and separator": ("results", "measure,indicator,fiscal_year,value,publisher,source_url\n芸-1,１,２０２２,\"１２,３４５.５\",市,https://example.jp/\n", {"indicator": 1, "fiscal_year": 2022, "value": 12345.5}),
    "Japanese status and yes": ("results", "measure,fiscal_year,status,estimate,approximate,publisher,source_url\n芸-1,R4,未達成,はい,×,市,https://example.jp/\n", {"status": "not_met", "estimate": True, "approximate": False}),
    "codes and names that look like numbers": ("indicators", "code,label,sectors,kind\n012,1-1,歴史、芸,継続\n", {"code": "012", "label": "1-1", "sectors": ["歴史", "芸"]}),
    "printed cells": ("indicators", 'label,baseline,target,plan\n利用者,"7,649人（2019年度）","1万人以上",○\n', {"baseline": "7,649人（2019年度）", "target": "1万人以上", "plan": True}),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "read"), TABLES.values(), ids=TABLES)
def test_a_list_may_be_a_table(folder: Path, kind: str, text: str, read: dict[str, object]) -> None:
    (folder / "bunka" / f"{kind}.yml").unlink(missing_ok=True)
    (folder / "bunka" / f"{kind}.csv").write_text(text, "utf-8-sig")
    record = getattr(read_city(folder).plans[0], kind)[0]
    assert {key: getattr(record, key) for key in read} == read


def test_measures_may_be_a_table_as_a_japanese_spreadsheet_saves_it(folder: Path) -> None:
    for kind in ("measures", "evaluations", "events", "corrections", "changes", "withdrawn", "results"):
        for file in folder.rglob(f"{kind}.*"):
            file.unlink()
    table = "code,name,sector,goals,organizations,roles,marks\r\n1-(2)-①,朗読の会,芸術,1、2,市、文化協会,市：主担当,◎、前期：拡充\r\n"
    (folder / "bunka" / "measures.csv").write_bytes(table.encode("cp932"))
    (measure,) = read_city(folder).plans[0].measures
    assert (measure.code, measure.goals, measure.roles) == ("1-(2)-①", [1, 2], {"市": "lead"})
    assert (measure.organizations, measure.marks) == (["市", "文化協会"], ["◎", "前期：拡充"])
