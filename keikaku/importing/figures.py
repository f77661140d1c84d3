"""Figures that somebody filled in -> rows of results.csv: none is written where one is wrong, and none twice.

A figure is that of the same indicator, year, part and publisher (or source, where a document tells it) as one before: if
it says the same as any edition, there is nothing to do; otherwise it becomes the next edition, and the earlier ones stay.
"""

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from keikaku.files.errors import FilesError
from keikaku.importing.reading import FilledRow, read_about, read_filled
from keikaku.importing.tables import CellProblem, as_csv, refusal
from keikaku.importing.workbook import read_result, results_of
from keikaku.plan.errors import InvalidData, Problem, collecting, without_english
from keikaku.plan.fiscal_year import format_fiscal_year, read_fiscal_year
from keikaku.plan.folder import find_cities, find_plans, read_city, validate_results
from keikaku.plan.indicators import Figure
from keikaku.plan.model import City, PlanData, Result
from keikaku.plan.reading import Document, is_missing, read_text
from keikaku.plan.references import PlacedIndicator, References
from keikaku.schema.conditions import find_word

COLUMNS = (
    *("measure", "indicator", "fiscal_year", "value", "printed", "status", "part", "note"),
    *("publisher", "source_url", "published_on", "recorded_on", "document", "calendar", "edition"),
)
Record = dict[str, Any]
Plans = dict[str, tuple[Path, City, PlanData]]
_LEFT_ALONE = "隠れている右端の二列を、つくったときのままにする"


class Told(NamedTuple):
    """What became of a filled row: 追加, 訂正 or 変更なし."""

    what: str
    name: str
    before: str
    now: str

    def __str__(self) -> str:
        return f"{self.what}　{self.name}：" + (f"{self.before} → {self.now}" if self.before else self.now)


def read_plans(data: Path, plan_id: str | None = None) -> Plans:
    """The plans of data/ (or the one with the id) by their ids, with their folders."""
    plans = {
        plan.plan.id: (folder, city, plan)
        for path in find_cities(data)
        for city in [read_city(path)]
        for folder, plan in zip(find_plans(path), city.plans, strict=True)
    }
    if plan_id is not None and plan_id not in plans:
        raise refusal(data, f"計画「{plan_id}」はありません", f"{'、'.join(plans)} のどれか")
    return {id_: plan for id_, plan in plans.items() if plan_id in (None, id_)}


def import_figures(file: Path, data: Path, recorded_on: str, until: int) -> tuple[list[Told], list[Path]]:
    """Add what is filled in to results.csv of its plans; `until` is the running fiscal year.

    Returns what became of each row, and the files that were written. Raises InvalidData with every wrong cell of the file.
    """
    plans = read_plans(data)
    problems: list[Problem] = []
    told: list[Told] = []
    writing: dict[Path, str] = {}
    rows = read_filled(file)
    for row in rows:
        if row.text("plan_id") not in plans:
            problems.append(row.fault("plan_id", f"計画のID「{row.text('plan_id')}」がわかりません", _LEFT_ALONE))
    for id_, (folder, city, plan) in plans.items():
        with collecting(problems):
            own = [row for row in rows if row.text("plan_id") == id_]
            said, records = _Plan(city, plan, until).merge(own, recorded_on)
            told += said
            if records:
                path = folder / "results.csv"
                writing[path] = _add_records(path, records)
    if problems:
        raise InvalidData(problems)
    for path, text in writing.items():
        _write(path, text)
    return told, list(writing)


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_text(text, "utf-8", newline="")
        new.replace(path)
    except OSError as error:
        raise FilesError(f"{path}: 書き込めません ({error.strerror})") from error
    finally:
        new.unlink(missing_ok=True)


class _Plan:
    """A plan and its indicators by their ids."""

    def __init__(self, city: City, data: PlanData, until: int) -> None:
        self.city, self.data, self.until = city, data, until
        self.known = References(city, data)
        self.indicators = {placed.id: placed for placed in self.known.indicators}

    def merge(self, rows: list[FilledRow], recorded_on: str) -> tuple[list[Told], list[Record]]:
        problems: list[Problem] = []
        for row in rows:
            if (id_ := row.text("indicator_id")) not in self.indicators:
                problems.append(row.fault("indicator_id", f"指標のID「{id_}」はこの計画にありません", _LEFT_ALONE))
        rows = [row for row in rows if row.text("indicator_id") in self.indicators]
        left = [(row, self.read(row, problems) | {"recorded_on": recorded_on}) for row in rows]
        found: list[Result] = []
        while left and not found:
            try:
                found = self.validate(left)
            except InvalidData as error:  # what is wrong beside that is told in the same run
                problems += error.problems
                left = list(_without(left, {one.file for one in error.problems}))
        told, new = [], []
        for i, ((row, _), result) in enumerate(zip(left, found, strict=True)):
            if any(_is_same(earlier, result) for earlier in found[:i] if earlier.indicator == result.indicator):
                wrong = "同じ指標・年度・一部・公表したところの行が二つあります"
                problems.append(row.fault("fiscal_year", wrong, "一つだけ残す"))
            said, edition = self.compare(self.indicators[row.text("indicator_id")], result)
            told.append(said)
            if edition:
                new.append((row, result.model_dump(exclude_unset=True) | ({"edition": edition} if edition > 1 else {})))
        if problems:
            raise InvalidData({one.file: one for one in reversed(problems)}.values())  # of a cell what was found first
        self.validate([(row, dict(record)) for row, record in new], added=True)
        return told, [record for _, record in new]

    def read(self, row: FilledRow, problems: list[Problem]) -> Record:
        """A row of results.csv, as far as it can be read, before it is validated."""
        placed = self.indicators[row.text("indicator_id")]
        problems += [*row.find_unsaved(), *self.find_other_year(row)]
        told: Record = {"indicator": placed.id, "fiscal_year": row.text("fiscal_year")}
        told |= {key: row.text(key) for key in ("status", "part", "note", "publisher", "document", "source_url")}
        with collecting(problems):
            told |= row.number(placed.indicator.unit)
        with collecting(problems):
            told["published_on"] = row.day()
        told = {key: value for key, value in told.items() if value != ""}
        if placed.indicator.calendar != "fiscal":
            told["calendar"] = placed.indicator.calendar
        if placed.measure and placed.measure.code:
            told["measure"] = placed.measure.code
        if not told.keys() & {"value", "printed", "status"}:
            right = "どちらかを入れるか、この行をすべて空にする"
            problems.append(row.fault("value", "実績も状況も空です", right))
        return told

    def find_other_year(self, row: FilledRow) -> Iterator[Problem]:
        """A year in which nothing of the plan was done yet."""
        first, text = self.data.plan.start_fiscal_year, row.text("fiscal_year")
        with suppress(ValueError):
            if not first <= (year := read_fiscal_year(text)) <= self.until:
                wrong = f"「{text}」は{'計画が始まる前の' if year < first else 'まだ始まっていない'}年度です"
                right = f"{format_fiscal_year(first)}から{format_fiscal_year(self.until)}まで"
                yield row.fault("fiscal_year", wrong, right)

    def validate(self, read: list[tuple[FilledRow, Record]], added: bool = False) -> list[Result]:
        """With `added`, also against the results that are there. Raises InvalidData at the cells."""
        rows = [row for row, _ in read]
        document = Document("", [record for _, record in read], {})
        against = self.data if added else self.data.model_copy(update={"results": []})
        for i, row in enumerate(rows):  # in the place of a line, the number of the row
            places = {key: (i, 1 + list(row).index(key)) for key in row}
            document.places.update({(i, key): place for key, place in places.items()})
            document.places.update({(i,): places["value"], (i, "printed"): places["value"]})
        try:
            return validate_results(self.city, against, document)
        except InvalidData as error:
            raise InvalidData(_at_cell(one, rows[one.line]) for one in error.problems) from None

    def compare(self, placed: PlacedIndicator, result: Result) -> tuple[Told, int]:
        """What becomes of a figure, and its edition; 0 where there is nothing to do."""
        figure = read_result(placed, result)
        name = " ".join(filter(None, (result.measure, placed.indicator.label, placed.indicator.member, result.part)))
        name = f"{name}（{format_fiscal_year(result.fiscal_year)}）"
        told = [(r, f) for r, f in results_of(self.known, self.data, placed) if _is_same(r, result)]
        now = _say(figure, placed)
        if any(_value_of(figure) == _value_of(earlier) and not _adds(result, r) for r, earlier in told):
            return Told("変更なし", name, "", now), 0
        if not told:
            return Told("追加", name, "", now), 1
        newest = max((earlier for _, earlier in told), key=lambda earlier: earlier.edition)
        return Told("訂正", name, _say(newest, placed), now), newest.edition + 1


def _is_same(old: Result, new: Result) -> bool:
    """Whether two results of an indicator tell of the same thing."""
    if any(getattr(old, key) != getattr(new, key) for key in ("fiscal_year", "part", "calendar", "first_year")):
        return False
    is_same_page = bool(old.source_url and old.source_url == new.source_url)
    return is_same_page or (old.publisher or old.source_url) == (new.publisher or new.source_url)


def _without(read: list[tuple[FilledRow, Record]], wrong: set[str]) -> Iterator[tuple[FilledRow, Record]]:
    """The rows without their wrong cells; not those without a year, or of which a wrong cell says nothing."""
    for row, record in read:
        keys = {key for key in row if row[key].address in wrong}
        rest = {key: value for key, value in record.items() if key not in keys}
        if not keys or ("fiscal_year" in rest and len(rest) < len(record)):
            yield row, rest


def _adds(new: Result, old: Result) -> bool:
    """Whether a result tells more of itself than an earlier one of the same number, as that it is final now (確定値)."""
    told = ("note", "published_on", "document", "source_url")
    return any(getattr(new, key) not in (None, getattr(old, key)) for key in told)


def _value_of(figure: Figure) -> tuple[Any, ...]:
    return figure.value, figure.value_to, figure.text, figure.status


def _say(figure: Figure, placed: PlacedIndicator) -> str:
    number = figure.text or "" if figure.value is None else f"{figure.value:,}{placed.indicator.unit or ''}"
    said = " ".join(filter(None, (number, find_word("figures", "status", figure.status))))
    return f"{said}（{figure.note}）" if figure.note else said


def _at_cell(problem: Problem, row: FilledRow) -> CellProblem:
    """A problem of a record in the words of the sheet."""
    headings = read_about().headings | {"printed": read_about().headings["value"]}
    key, colon, rest = problem.wrong.partition(": ")
    wrong = f"{headings[key]}: {rest}" if colon and key in headings else problem.wrong
    right = re.sub("value の代わりに、| printed に|か、edition を変える", "", problem.right)
    right = re.sub(rf"\b({'|'.join(headings)})\b", lambda key: headings[key[0]], right)
    return CellProblem(list(row.values())[problem.column - 1].address, 1, 1, without_english(wrong), right)


def _add_records(path: Path, records: list[Record]) -> str:
    """The text of results.csv with more rows; columns that it lacks come last."""
    if not is_missing(other := path.with_suffix(".yml")):
        raise refusal(other, "results.yml には書き加えられません", "results.csv に書きかえる")
    before = "" if is_missing(path) else read_text(path, also_cp932=True)
    rows = [row for row in csv.reader(io.StringIO(before, newline="")) if any(row)] or [list(COLUMNS)]
    columns = rows[0] + [key for key in COLUMNS if key not in rows[0] and any(key in record for record in records)]
    written = [record | {"fiscal_year": format_fiscal_year(record["fiscal_year"])} for record in records]
    old = ([*row, *[""] * (len(columns) - len(row))] for row in rows[1:])
    new = ([record.get(key, "") for key in columns] for record in written)
    return as_csv([columns, *old, *new], "\r\n" if "\r\n" in before else "\n")
