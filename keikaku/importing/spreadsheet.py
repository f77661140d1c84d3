"""A city's spreadsheet -> the folder of a plan, with a report on every cell; `build_db.py import`."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from keikaku.importing.exporting import is_exported, tables_of
from keikaku.importing.headings import Layout, find_tables
from keikaku.importing.plan_files import Target, Written, write_plan, write_tables
from keikaku.importing.records import Reading
from keikaku.importing.report import write_report
from keikaku.importing.tables import read_sheets, refusal
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import today_in_japan
from keikaku.plan.reading import read_yaml
from keikaku.plan.starter import read_span


class Outcome(NamedTuple):
    reading: Reading
    written: Written
    report: tuple[Path, Path]


def import_spreadsheet(
    file: Path, folder: Path, city_code: str, city_name: str, title: str, years: str,
    document: str = "", sheets: tuple[str, ...] = (), layout: Path | None = None, report: Path = Path(), write: bool = True,
) -> Outcome:  # fmt: skip
    """Raises InvalidData where the file is none, or has a table of an unknown layout."""
    today = today_in_japan().isoformat()
    target = Target(folder, city_code, city_name, title, years, document or file.name, write, today)
    span, told = read_span(folder, years), _read_layout(layout) if layout else Layout()
    told.sheets += sheets
    book = read_sheets(file)
    if unknown := set(told.sheets) - {sheet.name for sheet in book}:
        names = "、".join(sheet.name for sheet in book)
        raise refusal(file, f"シート「{'」「'.join(sorted(unknown))}」がありません", f"{names} のどれか")
    if is_exported(book):
        reading, written = Reading(span, told), write_tables(tables_of(book), target)
    else:
        reading, written = write_plan(book, span, told, target)
    return Outcome(reading, written, write_report(reading, written, file, report))


def _read_layout(path: Path) -> Layout:
    try:
        return Layout.model_validate(read_yaml(path).value)
    except ValidationError as error:
        wrong = ".".join(map(str, error.errors()[0]["loc"]))
        keys = "、".join(Layout.model_fields)
        raise refusal(path, f"layout.yml の形ではありません ({wrong})", f"使えるキー: {keys}") from None


def propose_layout(file: Path, years: tuple[int, int]) -> str:
    """A layout.yml for a workbook: its headings as they are read, and ？ for what is not known."""
    known, asked = list[str](), list[str]()
    for sheet in read_sheets(file):
        tables = find_tables(sheet, Layout(), years)
        rows = [[cell.value for cell in row if isinstance(cell.value, str)] for row in sheet.rows[:30]]
        widest: list[str] = max(rows, key=len, default=[])
        asked += [] if tables else widest
        for table in tables:
            asked += [heading for heading, _ in table.unknown] + [c.heading for c in table.columns if c.role == "year"]
            known += [column.heading for column in table.columns if column.role != "year"]
    lines = [f'  {json.dumps(heading, ensure_ascii=False)}: "？"' for heading in dict.fromkeys(asked)]
    same = [f"#   {heading}" for heading in dict.fromkeys(known)]
    told = "\n".join([*lines, "#  次の見出しは、このまま読めます", *same]) if lines else "  {}"
    return Path(__file__).with_name("layout.yml").read_text("utf-8").replace("HEADINGS", told)


def run_import(file: Path, folder: Path, dry_run: bool, report: Path, layout: Path | None, **options: Any) -> list[str]:
    """Import, and say what came of it; where the table is unknown, a dry run leaves a layout.yml to correct."""
    try:
        done = import_spreadsheet(file, folder, layout=layout, report=report, write=not dry_run, **options)
    except InvalidData as error:
        proposal = report / "layout.yml"
        if not dry_run or layout is not None:
            raise
        if proposal.exists():
            return [str(error), f"{proposal} がもうあります。直して --layout {proposal} で渡すか、消してやり直します。"]
        proposal.write_text(propose_layout(file, read_span(folder, options["years"])), "utf-8")
        how = f"{proposal} をつくりました。「？」を書きかえて、--layout {proposal} で渡してください。"
        return [str(error), how]
    unclear = sum(told.said.kind == "わからない" for told in done.reading.log.values())
    lines = [f"{what}　{table}　{text}" for what, table, text in done.written.changes]
    lines.append(f"{len(done.reading.log):,}セルを調べました。わからなかったセルは{unclear}件です：{done.report[0]}")
    if dry_run:
        return [*lines, f"{folder} には、まだ書いていません。"]
    lines.append(f"{folder} に書きました。次は build_db.py check です。")
    if done.reading.is_new or done.reading.document:
        name = options.get("document") or file.name
        lines.append(
            f"出典は「{name}」です。{folder / 'plan.yml'} の documents に、公開されている題名とアドレスを書いてください。"
        )
    return lines
