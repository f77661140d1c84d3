"""The first files of a new plan: what must be there, filled in, and what may be there, as comments and headings."""

import json
from pathlib import Path

from keikaku.plan.errors import refusal
from keikaku.plan.fiscal_year import read_fiscal_years
from keikaku.plan.folder import read_city
from keikaku.plan.plain_text import plain_text
from keikaku.plan.reading import is_missing

MUNICIPALITY = """\
# この市区町村について。計画が二つ以上あっても、このファイルは一つです。
id: {city}  # フォルダーの名前と同じ
code: "{code}"  # 全国地方公共団体コード、6桁
name: {name}
# corporate_number: "0000000000000"  # 法人番号、13桁
"""
PLAN = """\
# この計画について。# で始まる行は説明です。計画に書かれているものだけ、# を消して書きます。
id: {city}-{plan}  # 公開したあとは変えません
title: {title}
start_fiscal_year: {first}  # 令和3年度、R3、2021 のどれでも
end_fiscal_year: {last}
# theme: 子育て  # 何についての計画か
# concept: 計画の合言葉
# follows: {city}-mae  # この計画の前の計画の id
# words: {{goal: 基本目標, measure: 施策, organization: 担当課, target: KPI}}  # この計画での呼び名
# periods:  # 前期・後期など、計画が期間を分けているときだけ
#   - {{name: 前期, start_fiscal_year: R3, end_fiscal_year: R5}}
documents:  # 読んだ文書。一つ目が、ふつうの出典になります
  - title: {document}{retrieved}
#   url: https://
#   date: 2021-03
"""
ORGANIZATIONS = "id,name,kind,parent,printed"
TABLES = {  # headings that most plans need; docs/add-a-plan.ja.md has all
    "goals": "code,level,parent,title",
    "measures": "code,name,goals,organizations,marks,target",
    "indicators": "goals,measures,label,member,baseline,target,organizations",
    "results": "indicator,fiscal_year,value,printed,status,note,source_url",
}


def read_span(folder: Path, years: str) -> tuple[int, int]:
    """The first and the last fiscal year of a plan in a folder. Raises InvalidData."""
    try:
        found = read_fiscal_years(plain_text(years).text)
    except ValueError as error:
        raise refusal(folder, "years", years=years, why=error) from None
    return found[0], found[-1]


def write_starter(
    folder: Path, code: str, name: str, title: str, years: str, document: str = "", retrieved: str = ""
) -> list[Path]:
    """Write the files of a plan into data/<municipality>/<plan>, and those of the municipality unless it has some.

    `years` is as 2021-2026, `document` what is read if that is not the plan itself, `retrieved` the day of that. Returns the new files, which can be built as they are. Raises InvalidData, with the files
    left to be mended where something in them is wrong.
    """
    first, last = read_span(folder, years)
    if folder.exists():
        raise refusal(folder, "exists")
    city = folder.parent
    if is_missing(city / "municipality.yml") and not (code and name):
        raise refusal(folder, "new city")
    values = {
        "city": city.resolve().name,
        "plan": folder.resolve().name,
        "code": code,
        "name": json.dumps(name, ensure_ascii=False),
        "title": json.dumps(title, ensure_ascii=False),
        "document": json.dumps(document or title, ensure_ascii=False),
        "retrieved": f'\n    retrieved: "{retrieved}"' if retrieved else "",
        "first": first,
        "last": last,
    }
    texts = {folder / "plan.yml": PLAN.format(**values)}
    texts |= {folder / f"{table}.csv": f"{headings}\n" for table, headings in TABLES.items()}
    if is_missing(city / "municipality.yml"):
        texts[city / "municipality.yml"] = MUNICIPALITY.format(**values)
        texts[city / "organizations.csv"] = f"{ORGANIZATIONS}\n"
    folder.mkdir(parents=True)
    for file, text in texts.items():
        file.write_text(text, "utf-8-sig" if file.suffix == ".csv" else "utf-8")  # the mark is for Excel
    read_city(city)
    return list(texts)
