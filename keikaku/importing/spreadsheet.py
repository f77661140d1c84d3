"""A city's spreadsheet -> the folder of a plan, with a report on every cell; `build_db.py import`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from keikaku.importing.exporting import is_exported, tables_of
from keikaku.importing.headings import Layout, find_tables
from keikaku.importing.plan_files import Target, Written, write_plan, write_tables
from keikaku.importing.records import Reading
from keikaku.importing.report import write_report
from keikaku.importing.tables import Sheet, read_sheets, refusal
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import read_fiscal_year, read_fiscal_years
from keikaku.plan.plain_text import plain_text
from keikaku.plan.reading import read_yaml

PROPOSAL = """\
# 表の見出しを、取り込みの言葉に言いかえます。「？」を、基準値、目標値、R5 実績、指標名、単位、施策、担当課、読まない、などに書きかえて、
# --layout layout.yml で渡してください。「？」のままでは取り込みません。
headings:
{headings}
sheets: []  # 読むシート。空なら、すべて
years: []  # 見出しに年度のない欄が並ぶとき、左から順の年度（[令和2年度, 令和3年度]）
directions: {{}}  # 多いほどよいか少ないほどよいかを、指標の名前ごとに（{{犯罪の件数: down}}）
"""


@dataclass(frozen=True)
class Outcome:
    reading: Reading
    written: Written
    report: tuple[Path, Path]


def import_spreadsheet(
    file: Path, folder: Path, code: str, name: str, title: str, years: str,
    sheets: tuple[str, ...] = (), layout: Path | None = None, report: Path = Path(), write: bool = True,
) -> Outcome:  # fmt: skip
    """Raises InvalidData where the file is none, or has a table of an unknown layout."""
    target = Target(folder, code, name, title, years, write)
    told = _read_layout(layout) if layout else Layout()
    told.sheets += sheets
    book = read_sheets(file)
    if unknown := set(told.sheets) - {sheet.name for sheet in book}:
        names = "、".join(sheet.name for sheet in book)
        raise refusal(file, f"シート「{'」「'.join(sorted(unknown))}」がありません", f"{names} のどれか")
    if is_exported(book):
        reading = Reading(_span(years), told)
        written = write_tables(tables_of(book), target)
    else:
        reading, written = write_plan(book, _span(years), told, target)
    return Outcome(reading, written, write_report(reading, written, file, report))


def _span(years: str) -> tuple[int, int]:
    try:
        first, *others = read_fiscal_years(plain_text(years).text)
    except ValueError as error:
        raise refusal(years, f"年度として読めません ({error})", "2021-2026 のように書く") from None
    return first, [first, *others][-1]


def _read_layout(path: Path) -> Layout:
    values: Any = read_yaml(path).value
    kinds = {"headings": dict, "years": list, "sheets": list, "directions": dict}
    if not isinstance(values, dict) or any(not isinstance(values.get(k), kinds.get(k, ())) for k in values):
        raise refusal(path, "layout.yml の形ではありません", f"使えるキー: {', '.join(kinds)}")
    try:
        years = [read_fiscal_year(str(year)) for year in values.get("years", [])]
    except ValueError as error:
        raise refusal(path, f"years を読めません ({error})", "令和2年度のように書く") from None
    return Layout(values.get("headings", {}), years, list(values.get("sheets", [])), values.get("directions", {}))


def propose_layout(file: Path, years: str, layout: Path | None = None) -> str:
    """A layout.yml for a workbook: its headings as they are read, and ？ for what is not known."""
    span, told = _span(years), _read_layout(layout) if layout else Layout()
    lines = dict[str, str]()
    for sheet in read_sheets(file):
        for table in find_tables(sheet, told, span):
            lines |= {heading: "？" for heading, _ in table.unknown}
            lines |= {c.heading: told.headings.get(c.heading, "？") if c.role == "year" else "" for c in table.columns}
        if not find_tables(sheet, told, span):
            lines |= dict.fromkeys(_widest_row(sheet), "？")
    known = [f"  {_quoted(h)}: {_quoted(v)}" for h, v in lines.items() if v]
    same = [f"#   {h}" for h, v in lines.items() if not v]
    return PROPOSAL.format(
        headings="\n".join([*known, "#  次の見出しは、このまま読めます", *same]) if known else "  {}"
    )


def _widest_row(sheet: Sheet) -> list[str]:
    rows = [[str(cell.value) for cell in row if isinstance(cell.value, str)] for row in sheet.rows[:30]]
    return max(rows, key=len, default=[])


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, default_style='"', width=1000).strip()


def run_import(file: Path, folder: Path, dry_run: bool, report: Path, layout: Path | None, **options: Any) -> list[str]:
    """Import, and say what came of it; where the table is unknown, a dry run leaves a layout.yml to correct."""
    code, name, title, years, sheets = (options[k] for k in ("city_code", "city_name", "title", "years", "sheets"))
    try:
        done = import_spreadsheet(file, folder, code, name, title, years, sheets, layout, report, not dry_run)
    except InvalidData as error:
        if not dry_run:
            raise
        proposal = report / "layout.yml"
        if layout is None and not proposal.exists():
            proposal.write_text(propose_layout(file, years), "utf-8")
            return [
                str(error),
                f"{proposal} をつくりました。「？」を書きかえて、--layout {proposal} で渡してください。",
            ]
        raise
    unclear = sum(told.said.kind == "わからない" for told in done.reading.log.values())
    lines = [f"{what}　{table}　{text}" for what, table, text in done.written.changes]
    lines.append(f"{len(done.reading.log):,}セルを調べました。わからなかったセルは{unclear}件です：{done.report[0]}")
    return [
        *lines,
        f"{folder} には、まだ書いていません。" if dry_run else f"{folder} に書きました。次は build_db.py check です。",
    ]
