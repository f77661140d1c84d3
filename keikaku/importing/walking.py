"""The tables of a workbook, row by row -> a Reading.

Guarantees: each cell of every sheet stands once in its log; people, telephone numbers and mail addresses in none of its
records; nothing is read from a table with a heading that nobody knows, and a row that is neither heading, note, total nor
data is refused.
"""

import re

from keikaku.importing.cells import Said, clean, grade_spelled
from keikaku.importing.headings import FIGURES, PATTERNS, WORDS, Table, faults_of, find_tables, plain
from keikaku.importing.records import Reading
from keikaku.importing.rows import Row
from keikaku.importing.tables import CellProblem, Sheet
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import format_fiscal_year, short_fiscal_year


def read_tables(sheets: list[Sheet], reading: Reading) -> None:
    """Raises InvalidData where a table is of no known layout."""
    years, layout = reading.years, reading.layout
    found: list[Table] = []
    problems: list[CellProblem] = []
    chosen = [s for s in sheets if not s.is_hidden and (not layout.sheets or s.name in layout.sheets)]
    for sheet in sheets:
        tables = find_tables(sheet, layout, years) if sheet in chosen else []
        if sheet not in chosen:
            _leave(reading, sheet, "隠れたシートです" if sheet.is_hidden else "選ばれていないシートです")
        elif not tables and _looks_like_table(sheet):
            known = "、".join(_texts_of(sheet, max(range(len(sheet.rows)), key=lambda n: len(_texts_of(sheet, n)))))
            right = (
                "読まないシートなら、読むシートだけを --sheet で選ぶ。読むシートなら、--dry-run で layout.yml をつくる"
            )
            problems.append(
                CellProblem(sheet.rows[0][0].address, 1, 1, f"わかる見出しがありません（{known[:60]}）", right)
            )
        elif not tables:
            _leave(reading, sheet, "表のないシートです")
        problems += [problem for table in tables for problem in faults_of(table, years, layout)]
        found += tables
    if not found and not problems:
        name = sheets[0].name if sheets else "?"
        problems.append(CellProblem(name, 1, 1, "読める表がありません", "表のあるシートを選ぶ"))
    if problems:
        raise InvalidData(problems)
    _find_levels(reading, found)
    names = {column.heading for table in found for column in table.of("label") if not column.slot}
    said = {re.sub(r"名称?$|\(.*\)", "", name.rpartition("/")[2]) for name in names}
    reading.target_word = said.pop() if len(said) == 1 else ""
    for table in found:
        reading.notes += table.notes
        reading.result_years |= {column.year or table.year for column in table.of("result", "year", "cost", "baseline")}
        if table.year and any(column.year is None for column in table.of("result", "estimate", "grade", "decision")):
            year = format_fiscal_year(table.year)
            reading.notes.append(
                f"シート「{table.sheet.name}」の、年度のない実績と評価は、{year}のものとして読みました。"
            )
        _read_table(reading, table)
    if reading.problems:
        raise InvalidData(reading.problems)
    _settle_titles(reading)
    for sheet in {id(table.sheet): table.sheet for table in found}.values():
        if sheet.hidden:
            shown = "、".join(sheet.hidden[:20]) + "など" * (len(sheet.hidden) > 20)
            reading.notes.append(f"シート「{sheet.name}」の、隠れている{shown}も読みました。")
    if any(cell.format is None for table in found for cell in table.sheet.rows[0]):
        note = "このファイルからは表示の形式がわからないので、千円単位の表示なども、もとの数で読みました。.xlsx なら、表示のとおりに読みます。"
        reading.notes.append(note)
    if any(column.block is not None for table in found for column in table.columns):
        in_order = "、".join(map(short_fiscal_year, reading.block_years))
        note = f"年度の書かれていない欄は、左から順に {in_order} の数として読みました。表の年度とその後の数は、見込みとしました。"
        reading.notes.append(note)


def _looks_like_table(sheet: Sheet) -> bool:
    return sum(sum(cell.value is not None or cell.is_unsaved for cell in row) >= 3 for row in sheet.rows) >= 2


def _leave(reading: Reading, sheet: Sheet, why: str) -> None:
    for number in range(len(sheet.rows)):
        _tell_row(reading, sheet, number, Said("読まない", why=why))


def _find_levels(reading: Reading, tables: list[Table]) -> None:
    """The levels in printed order, and the one whose names are measures: the last word for it, else for a step."""
    for table in tables:
        first = 0 if table is tables[0] else table.heading_rows.stop
        headings = (_heading_row(table.sheet, number) for number in range(first, table.end))
        reading.levels += [heading[0] for heading in headings if heading]
        reading.levels += [column.level for column in table.of("level")]
    reading.levels = list(dict.fromkeys(reading.levels))
    for known in (WORDS["measures"], WORDS["steps"]):
        if named := [level for level in reading.levels if level in known]:
            reading.measure_level = named[-1]
            return


def _texts_of(sheet: Sheet, number: int) -> list[str]:
    return list(dict.fromkeys(clean(cell.value) for cell in sheet.rows[number] if cell.value is not None))


def _heading_row(sheet: Sheet, number: int) -> tuple[str, str] | None:
    """The level and the name that a row of one text gives for the rows below it."""
    texts = _texts_of(sheet, number)
    found = PATTERNS["heading_row"].fullmatch(texts[0]) if len(texts) == 1 else None
    return (found["level"], found["name"].strip("「」【】") or texts[0]) if found else None


def _read_table(reading: Reading, table: Table) -> None:
    sheet, reading.above, first = table.sheet, {}, table.heading_rows.start
    if sheet.rows[0][0].address not in reading.log:  # the first table of its sheet
        reading.context, first = [], 0
        if table.year:  # what was told of one year is told of the next
            reading.counts.clear()
    texts_of = {number: _texts_of(sheet, number) for number in range(first, table.end)}
    headings = [[*map(plain, texts_of[number])] for number in table.heading_rows]
    last = max((n for n in range(table.heading_rows.stop, table.end) if len(texts_of[n]) > 1), default=0)
    for number, texts in texts_of.items():
        heading = _heading_row(sheet, number)
        if heading:
            levels = [level for level, _ in reading.context]
            keep = levels.index(heading[0]) if heading[0] in levels else len(levels)
            reading.context = [*reading.context[:keep], heading]
        count = len(texts) + any(cell.is_unsaved for cell in sheet.rows[number])
        only = texts[0] if texts and count == 1 else ""
        if heading or not count or number in table.heading_rows or [*map(plain, texts)] in headings:
            _tell_row(reading, sheet, number, Said("見出し"))
        elif number < table.heading_rows.start:
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif only and (PATTERNS["notes"].fullmatch(only) or (number > last and not _is_row(table, number))):
            reading.legend |= {grade_spelled(sign): said for sign, said in PATTERNS["legend"].findall(only)}
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif only and not _is_data(table, number):
            wrong = f"{number + 1}行目の「{only[:30]}」が、見出しか注かわかりません"
            right = "見出しなら「基本目標1 …」のように段の名前をつけ、注なら「※」をつける"
            reading.refuse(sheet.rows[number][0], wrong, right)
        elif _is_total(table, number):
            _tell_row(reading, sheet, number, Said("合計の行"))
        else:
            Row(reading, table, number).read()


def _is_data(table: Table, number: int) -> bool:
    """Whether a row of one text is a row of the table, whose other cells are blank."""
    filled = {c for c, cell in enumerate(table.sheet.rows[number]) if cell.value is not None}
    return filled <= {column.index for column in table.of("label", *FIGURES)}


def _is_row(table: Table, number: int) -> bool:
    """Whether the one text of a row stands in a column of the table, and is no note below its names."""
    column, text = next(
        (c, str(cell.value)) for c, cell in enumerate(table.sheet.rows[number]) if cell.value is not None
    )
    is_name = len(text) <= 40 and not text.endswith("。")
    return any(one.index == column and (is_name or one.role not in ("level", "label")) for one in table.columns)


def _is_total(table: Table, number: int) -> bool:
    """合計 as the part that an indicator counts is a row as the others."""
    parts = {column.index for column in table.of("member")}
    cells = enumerate(table.sheet.rows[number])
    return any(PATTERNS["totals"].fullmatch(plain(cell.value)) for c, cell in cells if cell.value and c not in parts)


def _tell_row(reading: Reading, sheet: Sheet, number: int, said: Said) -> None:
    for cell in sheet.rows[number]:
        reading.tell(cell, "", said)


def _settle_titles(reading: Reading) -> None:
    """A goal that is spelled in several ways under one code has the most frequent one; the report names the others."""
    for goal in reading.lines["goals"]:
        if not (titles := reading.titles.get(goal["id"])):
            continue
        goal["title"] = max(titles, key=lambda title: titles[title])
        if others := sorted(set(titles) - {goal["title"]}):
            code = f"（{goal['code']}）" if "code" in goal else ""
            note = f"{goal['level']}{code}「{goal['title']}」は、「{'」「'.join(others)}」とも書かれています。"
            reading.notes.append(note)
