"""The tables of a workbook, row by row -> a Reading.

Guarantees: each cell of every sheet stands once in its log; people, telephone numbers and mail addresses in none of its
records; nothing is read from a table with a heading that nobody knows, and a row that is neither heading, note, total nor
data is refused.
"""

import re

from keikaku.importing.cells import Said, clean
from keikaku.importing.headings import FIGURES, Layout, Table, faults_of, find_tables, plain, words
from keikaku.importing.records import Reading, Row
from keikaku.importing.rows import read_row
from keikaku.importing.tables import Cell, CellProblem, Sheet
from keikaku.plan.errors import InvalidData
from keikaku.plan.fiscal_year import short_fiscal_year

_HEADING_ROW = re.compile(r"(?P<level>{levels})[\s　]*[0-9０-９Ⅰ-Ⅻⅰ-ⅻ一二三四五六七八九十①-⑳(（:：「【.-].*")


def read_tables(sheets: list[Sheet], years: tuple[int, int], layout: Layout) -> Reading:
    """Raises InvalidData where a table is of no known layout."""
    reading = Reading(years, layout)
    found: list[Table] = []
    problems = []
    for sheet in sheets:
        if sheet.is_hidden or (layout.sheets and sheet.name not in layout.sheets):
            _leave(reading, sheet, "隠れたシートです" if sheet.is_hidden else "選ばれていないシートです")
            continue
        tables = find_tables(sheet, layout, years)
        if not tables and _looks_like_table(sheet):
            problems.append(
                (
                    "わかる見出しがありません",
                    sheet.rows[0][0].address,
                    "--sheet で読むシートを選ぶか、--dry-run で layout.yml をつくる",
                )
            )
        elif not tables:
            _leave(reading, sheet, "表のないシートです")
        for table in tables:
            problems += [(wrong, at, right) for at, wrong, right in faults_of(table, years, layout)]
        found += tables
    if not found and not problems:
        problems.append(("読める表がありません", sheets[0].name if sheets else "?", "表のあるシートを選ぶ"))
    if problems:
        raise InvalidData([CellProblem(at, 1, 1, wrong, right) for wrong, at, right in problems])
    _find_levels(reading, found)
    for table in found:
        _read_table(reading, table)
    _settle_titles(reading)
    return reading


def _looks_like_table(sheet: Sheet) -> bool:
    return sum(sum(cell.value is not None for cell in row) >= 3 for row in sheet.rows) >= 2


def _leave(reading: Reading, sheet: Sheet, why: str) -> None:
    for row in sheet.rows:
        for cell in row:
            reading.tell(cell, "", Said("空欄") if cell.value is None else Said("読まない", why=why))


def _find_levels(reading: Reading, tables: list[Table]) -> None:
    """The levels in printed order, and the one whose names are measures: the last word for it, else for a step."""
    for table in tables:
        above = 0 if table.heading_rows.start == 0 or table is tables[0] else table.heading_rows.start
        for number in range(above if table is tables[0] else table.heading_rows.stop, table.end):
            if heading := _heading_row(table.sheet, number):
                reading.levels.append(heading[0])
        reading.levels += [column.level for column in table.columns if column.role == "level"]
    reading.levels = list(dict.fromkeys(reading.levels))
    for known in (words()["measures"], words()["steps"]):
        if named := [level for level in reading.levels if level in known]:
            reading.measure_level = named[-1]
            return


def _texts_of(sheet: Sheet, number: int) -> list[str]:
    return list(dict.fromkeys(clean(cell.value) for cell in sheet.rows[number] if cell.value is not None))


def _heading_row(sheet: Sheet, number: int) -> tuple[str, str] | None:
    """The level and the name that a row of one text gives for the rows below it."""
    texts = _texts_of(sheet, number)
    levels = re.sub(r"\s", "", words()["levels"])
    pattern = re.compile(_HEADING_ROW.pattern.replace("{levels}", levels))
    found = pattern.fullmatch(texts[0]) if len(texts) == 1 else None
    if not found:
        return None
    return found["level"], re.sub(r"^[\s　:：]+", "", texts[0].removeprefix(found["level"])).strip("「」【】") or texts[
        0
    ]


def _read_table(reading: Reading, table: Table) -> None:
    sheet, reading._above = table.sheet, {}
    first = 0 if sheet.rows[0][0].address not in reading.log else table.heading_rows.start
    if first == 0:
        reading._context = []
    texts_of = {number: _texts_of(sheet, number) for number in range(first, table.end)}
    headings = [texts_of[number] for number in table.heading_rows]
    last = max((n for n in range(table.heading_rows.stop, table.end) if len(texts_of[n]) > 1), default=0)
    for number, texts in texts_of.items():
        is_heading = number in table.heading_rows or texts in headings
        if heading := _heading_row(sheet, number):
            _enter(reading, *heading)
        if is_heading or heading or not texts:
            _tell_row(reading, sheet, number, Said("見出し"))
        elif number < table.heading_rows.start:
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif len(texts) == 1 and (re.fullmatch(words()["notes"], texts[0]) or number > last):
            _read_legend(reading, texts[0])
            _tell_row(reading, sheet, number, Said("題名・注"))
        elif len(texts) == 1 and not _is_data(table, number):
            raise _refuse(sheet.rows[number][0], f"{number + 1}行目の「{texts[0][:30]}」が、見出しか注かわかりません")
        elif any(re.fullmatch(words()["totals"], plain(text)) for text in texts):
            _tell_row(reading, sheet, number, Said("合計の行"))
        else:
            read_row(reading, Row(table, number, dict(enumerate(sheet.rows[number]))))


def _is_data(table: Table, number: int) -> bool:
    """Whether a row of one text is a row of the table, whose other cells are blank."""
    filled = [c for c, cell in enumerate(table.sheet.rows[number]) if cell.value is not None]
    roles = {column.index: column.role for column in table.columns}
    return bool(filled) and all(roles.get(c) == "label" or roles.get(c) in FIGURES for c in filled)


def _refuse(cell: Cell, wrong: str) -> InvalidData:
    right = "見出しなら「基本目標1 …」のように段の名前をつけ、注なら「※」をつける"
    return InvalidData([CellProblem(cell.address, 1, 1, wrong, right)])


def _tell_row(reading: Reading, sheet: Sheet, number: int, said: Said) -> None:
    for cell in sheet.rows[number]:
        reading.tell(cell, "", Said("空欄") if cell.value is None else said)


def _enter(reading: Reading, level: str, title: str) -> None:
    before = [one for one, _ in reading._context]
    keep = before.index(level) if level in before else len(before)
    reading._context = [*reading._context[:keep], (level, title)]


def _read_legend(reading: Reading, note: str) -> None:
    """What a note says of grades: A：目標を上回る、B：…"""
    for grade, said in re.findall(
        r"(?:^|[\s　、。:：※])([A-FＡ-ＦSＳ◎○△×◯〇Ⅰ-Ⅴ１-５1-5])\s*[:：＝=…]\s*([^\s　、。]+)", note
    ):
        reading.legend[grade] = said


def _settle_titles(reading: Reading) -> None:
    """A goal that is spelled in several ways under one code has the most frequent one; the report names the others."""
    for record in reading.tables["goals"]:
        titles = reading._titles[record.key]
        record.values["title"] = max(titles, key=lambda title: titles[title])
        if others := sorted(set(titles) - {record.values["title"]}):
            code = f"（{record.values['code']}）" if record.values["code"] else ""
            reading.notes.append(
                f"{record.values['level']}{code}「{record.values['title']}」は、「{'」「'.join(others)}」とも書かれています。"
            )
    years = [
        short_fiscal_year(year) for year in (reading.layout.years or range(reading.years[0], reading.years[1] + 1))
    ]
    if any(told.said.kind == "数" and "活動指標" in told.heading for told in reading.log.values()):
        reading.notes.append(
            f"年度の書かれていない欄は、左から順に {'、'.join(years)} の数として読みました。表の年度とその後の数は、見込みとしました。"
        )
