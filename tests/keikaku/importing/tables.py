"""The ten layouts of cities' tables as workbooks, with what they say as the lines of a plan's tables; all names are invented."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook

Rows = list[list[Any]]


@dataclass(frozen=True)
class Table:
    """`rows` of a sheet (or of several by name), `merged` areas, `formats` of cells, and the lines of the plan's tables."""

    rows: Rows | dict[str, Rows]
    expected: dict[str, list[dict[str, str]]]
    merged: tuple[str, ...] = ()
    formats: dict[str, str] = field(default_factory=dict)
    years: str = "2021-2026"


def write(file: Path, table: Table) -> Path:
    book = Workbook()
    book.remove(book.active)
    sheets = table.rows if isinstance(table.rows, dict) else {"第1表": table.rows}
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for area in table.merged:
            sheet.merge_cells(area)
        for at, said in table.formats.items():
            sheet[at].number_format = said
    book.save(file)
    return file


def line(**values: Any) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


GROUPS = [line(level="基本目標", title="ひとを育てる"), line(level="基本目標", title="まちを守る")]

TABLES = {
    "final table": Table(
        [
            ["政策指標（平成13年度から平成22年度）"],
            ["No.", "指標", "当初値 12年度", "達成値 22年度", "目標値", "達成率", "担当課"],
            [1, "活動に参加する市民の割合", 0.372, 0.349, 0.5, -0.18, "生活課"],
            [2, "図書の貸出", "1,200冊", "１，３００冊", "1,500冊", "33.3%", "図書館"],
            ["※達成率は、当初値からの割合です。"],
        ],
        {
            "indicators": [
                line(code=1, label="活動に参加する市民の割合", baseline="37.2%", baseline_year=2000, target="50%", organizations="生活課"),
                line(code=2, label="図書の貸出", baseline="1,200冊", baseline_year=2000, target="1,500冊", organizations="図書館"),
            ],
            "results": [
                line(indicator=1, fiscal_year=2010, printed="34.9%"),
                line(indicator=2, fiscal_year=2010, printed="１，３００冊"),
            ],
        },
        formats={"C3": "0.0%", "D3": "0.0%", "E3": "0%", "F3": "0.0%"},
        years="平成13-22年度",
    ),
    "path of targets": Table(
        [
            ["指標", "単位", "現状値\nR3年度", "目標値"],
            ["", "", "", "R4", "R5", "R6"],
            ["来訪者", "万人", 90, 92, 94, 96],
            ["待機児童数", "人", 3, "0", "－", 0],
        ],
        {
            "indicators": [
                line(label="来訪者", unit="万人", baseline=90, baseline_year=2021, target=96, due_fiscal_year=2024),
                line(label="待機児童数", unit="人", baseline=3, baseline_year=2021, target=0, due_fiscal_year=2024),
            ],
            "figures": [
                line(indicator=1, role="target", fiscal_year=2022, value=92),
                line(indicator=1, role="target", fiscal_year=2023, value=94),
                line(indicator=2, role="target", fiscal_year=2022, value=0),
            ],
        },
        merged=("A1:A2", "B1:B2", "C1:C2", "D1:F1"),
    ),
    "pairs of years": Table(
        [
            ["事業名", "成果指標", "令和3年度", "", "令和4年度", ""],
            ["", "", "計画", "実績", "計画", "実績"],
            ["子ども食堂", "開いた回数", 10, 12, 11, None],
            ["〃", "来た人", "100人", "120人", "110人", "集計中"],
        ],
        {
            "measures": [line(name="子ども食堂")],
            "indicators": [
                line(measures=1, label="開いた回数", target=11, due_fiscal_year=2022),
                line(measures=1, label="来た人", target="110人", due_fiscal_year=2022),
            ],
            "figures": [
                line(indicator=1, role="target", fiscal_year=2021, value=10),
                line(indicator=2, role="target", fiscal_year=2021, printed="100人"),
            ],
            "results": [
                line(indicator=1, fiscal_year=2021, value=12),
                line(indicator=2, fiscal_year=2021, printed="120人"),
                line(indicator=2, fiscal_year=2022, printed="集計中"),
            ],
        },
        merged=("A1:A2", "B1:B2", "C1:D1", "E1:F1"),
    ),
    "pairs of rows": Table(
        [
            ["指標", "区分", "R3", "R4"],
            ["道路の点検", "計画", "5か所", "6か所"],
            [None, "実績", "5か所", "7か所"],
        ],
        {
            "indicators": [line(label="道路の点検", target="6か所", due_fiscal_year=2022)],
            "figures": [line(indicator=1, role="target", fiscal_year=2021, printed="5か所")],
            "results": [
                line(indicator=1, fiscal_year=2021, printed="5か所"),
                line(indicator=1, fiscal_year=2022, printed="7か所"),
            ],
        },
        merged=("A2:A3",),
    ),
    "years in cells": Table(
        [
            ["基本目標", "施策", "KPI", "基準値", "現状値（令和4年度）", "目標値"],
            ["ひとを育てる", "産み育てる環境をつくる", "出生数", "1,191件（2019年）", 1180, "1,270件（2026年）"],
            ["同上", "同上", "助成", "500件（2019年度）", "", "600件以上（2026年度）"],
            ["まちを守る", "安全な道にする", "事故", "△1.5％（2019年度）", "-", "集計中"],
        ],
        {
            "goals": GROUPS,
            "measures": [line(name="産み育てる環境をつくる", goals=1), line(name="安全な道にする", goals=2)],
            "indicators": [
                line(measures=1, label="出生数", baseline="1,191件（2019年）", target="1,270件（2026年）"),
                line(measures=1, label="助成", baseline="500件（2019年度）", target="600件以上（2026年度）"),
                line(measures=2, label="事故", baseline="△1.5％（2019年度）", target="集計中"),
            ],
            "results": [line(indicator=1, fiscal_year=2022, value=1180)],
        },
    ),
    "results and estimates": Table(
        [
            ["指標名", "単位", "29年度実績", "30年度実績", "31年度見込み"],
            ["ごみの量", "トン", "36.5", 35, "▲34"],
        ],
        {
            "indicators": [line(label="ごみの量", unit="トン", kind="record")],
            "results": [
                line(indicator=1, fiscal_year=2017, value=36.5),
                line(indicator=1, fiscal_year=2018, value=35),
            ],
            "figures": [line(indicator=1, role="estimate", fiscal_year=2019, value=-34, printed="▲34")],
        },
        years="2015-2020",
    ),
    "milestones": Table(
        [
            ["取組の工程（目標）"],
            ["取組", "R6", "R7", "R8"],
            ["地図の電子化", "検討", "実施", "継続"],
        ],
        {
            "measures": [line(name="地図の電子化")],
            "indicators": [line(measures=1, label="地図の電子化", target="継続", due_fiscal_year=2026)],
            "figures": [
                line(indicator=1, role="target", fiscal_year=2024, printed="検討"),
                line(indicator=1, role="target", fiscal_year=2025, printed="実施"),
            ],
        },
    ),
    "grades only": Table(
        [
            ["NO", "部", "課", "事業名", "目的", "総合評価", "前回評価"],
            [1, "総務部", "管財課", "庁舎の修繕", "庁舎を長く使います。", "A", "B"],
            [2, "福祉部", "福祉課", "見守り", "孤立を防ぎます。", "－", "A"],
            [3, "福祉部", "福祉課", "配食", "栄養を補います。", "完了", ""],
            ["※ A：目標を上回る　B：80%以上"],
        ],
        {
            "measures": [
                line(code=1, name="庁舎の修繕", organizations="総務部管財課"),
                line(code=2, name="見守り", organizations="福祉部福祉課"),
                line(code=3, name="配食", organizations="福祉部福祉課"),
            ],
            "evaluations": [
                line(measure=1, grade="A", judged_by="city"),
                line(measure=3, grade="完了", judged_by="city"),
            ],
            "grades": [line(field="outcome", grade="A", label="目標を上回る", meaning="met"), line(field="outcome", grade="完了")],
        },
    ),
    "flat macro sheet": Table(
        [
            ["調整用"] * 12,
            ["年度", "事務事業ID", "事務事業名", "政策番号\n十の位", "政策番号\n一の位", "政策名", "部課名", "課長名",
             "⑤ 活動指標（量）\nア：名称", "⑤ 活動指標（量）\nア：単位", "⑤活動指標\nア", "事業費計  （A）", "⑤活動指標\nア", "事業費計  （A）"],
            [7, "0086", "見回り", "0", "6", "　自然を守る", "市民部環境課", "見本 太郎", "回数", "回", "11", 3089, 12.5, 0],
            [7, "0090", "清掃", "0", 6, "自然を守る", "市民部環境課", "見本 花子", 0, 0, 0, 5, 0, None],
            [7, "0091", "植樹", "0", 6, "自然をまもる", "市民部環境課", "見本 花子", "本数", "本", "－", 5, "29（4）", 7],
        ],
        {
            "goals": [line(level="政策", code="06", title="自然を守る")],
            "measures": [
                line(code="0086", name="見回り", goals=1, organizations="市民部環境課"),
                line(code="0090", name="清掃", goals=1, organizations="市民部環境課"),
                line(code="0091", name="植樹", goals=1, organizations="市民部環境課"),
            ],
            "indicators": [
                line(measures=1, label="事業費計", kind="cost"),
                line(measures=1, label="回数", unit="回", kind="record", note="活動指標"),
                line(measures=2, label="事業費計", kind="cost"),
                line(measures=3, label="事業費計", kind="cost"),
                line(measures=3, label="本数", unit="本", kind="record", note="活動指標"),
            ],
            "results": [
                line(indicator=1, fiscal_year=2024, value=3089),
                line(indicator=2, fiscal_year=2024, value=11),
                line(indicator=3, fiscal_year=2024, value=5),
                line(indicator=4, fiscal_year=2024, value=5),
            ],
            "figures": [
                line(indicator=1, role="estimate", fiscal_year=2025, value=0),
                line(indicator=2, role="estimate", fiscal_year=2025, value=12.5),
                line(indicator=4, role="estimate", fiscal_year=2025, value=7),
                line(indicator=5, role="estimate", fiscal_year=2025, printed="29（4）"),
            ],
        },
        years="2024-2025",
    ),
    "sheet of a measure": Table(
        [
            ["基本目標1　ひとを育てる"],
            ["施策1-1　学びを広げる"],
            ["事業名", "主担当課", "関係課", "事業費（予算）", "事業費（決算）"],
            ["移動図書館", "図書館", "学校教育課、生涯学習課", 1200, 1100],
            ["夜の教室", "生涯学習課", "", 300, 0],
            ["KPI", "単位", "基準値（R2）", "R4実績", "目標値（R8）"],
            ["貸出", "冊", 1000, 1200, 2000],
            ["講座", "回", None, 5, 8],
        ],
        {
            "goals": [line(level="基本目標", title="1　ひとを育てる"), line(level="施策", parent=1, title="1-1　学びを広げる")],
            "measures": [
                line(name="移動図書館", goals=2, organizations="図書館、学校教育課、生涯学習課", roles="図書館：主担当、学校教育課：協力、生涯学習課：協力"),
                line(name="夜の教室", goals=2, organizations="生涯学習課", roles="生涯学習課：主担当"),
            ],
            "indicators": [
                line(measures=1, label="事業費", kind="cost"),
                line(measures=2, label="事業費", kind="cost"),
                line(goals=2, label="貸出", unit="冊", baseline=1000, baseline_year=2020, target=2000, due_fiscal_year=2026),
                line(goals=2, label="講座", unit="回", target=8, due_fiscal_year=2026),
            ],
            "figures": [
                line(indicator=1, role="estimate", value=1200),
                line(indicator=1, role="result", value=1100),
                line(indicator=2, role="estimate", value=300),
                line(indicator=2, role="result", value=0),
            ],
            "results": [
                line(indicator=3, fiscal_year=2022, value=1200),
                line(indicator=4, fiscal_year=2022, value=5),
            ],
        },
    ),
    "one sheet a department": Table(
        {
            "総務部": [
                ["令和4年度　施策の進み具合"],
                ["施策名", "指標名", "基準値", "目標値"],
                ["庁舎を守る", "修繕", "3件", "5件"],
                ["施策名", "指標名", "基準値", "目標値"],
                ["↑", "点検", "10回", "12回"],
                ["※ 件数は延べです。"],
            ],
            "福祉部": [
                ["施策名", "指標名", "基準値", "目標値"],
                ["見守る", "訪問", "100件", "増加"],
                [None, "相談", "20件", "維持"],
                ["合計", None, "120件", None],
            ],
        },
        {
            "measures": [line(name="庁舎を守る", organizations="総務部"), line(name="見守る", organizations="福祉部")],
            "indicators": [
                line(measures=1, label="修繕", baseline="3件", target="5件"),
                line(measures=1, label="点検", baseline="10回", target="12回"),
                line(measures=2, label="訪問", baseline="100件", target="増加"),
                line(measures=2, label="相談", baseline="20件", target="維持"),
            ],
        },
    ),
}  # fmt: skip
