"""A workbook in which somebody fills in the figures of a plan: a row for each indicator and year that has none yet."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from keikaku.files.errors import FilesError
from keikaku.importing.reading import read_about
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.indicators import Figure, figures_of
from keikaku.plan.model import City, PlanData, Result
from keikaku.plan.references import PlacedIndicator, References
from keikaku.schema.codes import CODES
from keikaku.schema.conditions import find_word

Row = dict[str, Any]
_ASKED = PatternFill("solid", fgColor="FFFFF7D6")
_HEADING = PatternFill("solid", fgColor="FFE6EEF7")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_workbook(plans: list[tuple[City, PlanData]], until: int, every_year: bool, output: Path) -> int:
    """Write the workbook for years up to the fiscal year `until`; returns the number of its rows."""
    about = read_about()
    columns = about.known | about.asked | about.ids
    book = Workbook()
    sheet: Any = book.active
    sheet.title = about.sheet
    rows = [row for city, data in plans for row in list_rows(city, data, until, every_year)]
    for number, row in enumerate([about.headings, *rows], 1):
        for column, key in enumerate(columns, 1):
            cell = sheet.cell(number, column, row.get(key))
            cell.alignment = _WRAPPED
            if isinstance(cell.value, str):
                cell.data_type = "s"  # never a formula
            if number == 1:
                cell.font, cell.fill = Font(bold=True), _HEADING
            elif key in about.asked:
                cell.fill = _ASKED
    for column, (key, (_, width)) in enumerate(columns.items(), 1):
        dimension = sheet.column_dimensions[get_column_letter(column)]
        dimension.width, dimension.hidden = width, key in about.ids
    sheet.freeze_panes = sheet.cell(2, len(about.known) + 1)
    _offer_statuses(sheet, list(columns).index("status") + 1)
    _write_help(book, about.help_sheet, about.help)
    try:
        book.save(output)
    except OSError as error:
        raise FilesError(f"{output}: 書き込めません ({error.strerror})") from error
    return len(rows)


def list_rows(city: City, data: PlanData, until: int, every_year: bool = False) -> Iterator[Row]:
    """A row for each indicator with a target, and each year of its period that has no result of the whole, or every year."""
    known = References(city, data)
    starts = {period.name: period.start_fiscal_year for period in data.plan.periods}
    for placed in known.indicators:
        measure = placed.measure
        figures = figures_of(placed.indicator, measure.target if measure else None, [])
        targets = [figure for figure in figures if figure.role == "target"]
        if not targets or (measure and measure.repeat_of):  # what is told of the original is told of the repeat
            continue
        results = [figure for _, figure in results_of(known, data, placed)]
        whole = [figure for figure in results if figure.part is None and figure.last_year is not None]
        first = starts.get((measure and measure.period) or "") or data.plan.start_fiscal_year
        for year in range(first, min(data.plan.end_fiscal_year, until) + 1):
            if every_year or year not in {figure.last_year for figure in whole}:
                yield {
                    "code": (measure.code if measure else None) or placed.indicator.code,
                    "measure": measure.name if measure else None,
                    "plan_id": data.plan.id,
                    **_describe(placed, targets, whole, year),
                }


def results_of(known: References, data: PlanData, placed: PlacedIndicator) -> list[tuple[Result, Figure]]:
    """What results.csv tells of an indicator, as written and as read."""
    told = [r for r in data.results if known.indicators_at(r.measure, r.indicator) == [placed] and not r.estimate]
    return [(result, read_result(placed, result)) for result in told]


def read_result(placed: PlacedIndicator, result: Result) -> Figure:
    return figures_of(placed.indicator, None, [result])[-1]


def _describe(placed: PlacedIndicator, targets: list[Figure], results: list[Figure], year: int) -> Row:
    newest = max(((figure.last_year or 0, figure.edition) for figure in results), default=(0, 0))
    last = {_say(figure) for figure in results if (figure.last_year, figure.edition) == newest}
    return {
        "indicator": placed.indicator.label,
        "member": placed.indicator.member,
        "target": "、".join(dict.fromkeys(t.printed or placed.indicator.label for t in targets)),
        "unit": placed.indicator.unit,
        "last_year": format_fiscal_year(newest[0]) if last else None,
        "last_figure": last.pop() if len(last) == 1 else "／".join(sorted(map(str, last))) or None,
        "fiscal_year": f"{year}年" if placed.indicator.calendar == "calendar" else format_fiscal_year(year),
        "indicator_id": placed.id,
    }


def _say(figure: Figure) -> Any:
    if figure.value is not None:
        return figure.value
    return figure.text or find_word("figures", "status", figure.status)


def _offer_statuses(sheet: Any, column: int) -> None:
    words = [word for word, _ in CODES["figures", "status"].values()]
    offered = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
    offered.errorTitle, offered.error = "状況", f"{'・'.join(words)}のどれかを選んでください。"
    letter = get_column_letter(column)
    offered.add(f"{letter}2:{letter}{max(sheet.max_row, 2)}")
    sheet.add_data_validation(offered)


def _write_help(book: Workbook, title: str, lines: list[str]) -> None:
    sheet: Any = book.create_sheet(title)
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(lines, 1):
        sheet.cell(number, 1, line).alignment = _WRAPPED
