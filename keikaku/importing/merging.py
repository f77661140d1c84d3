"""The lines that were read from a workbook, made whole, and what a merge changed."""

import re
from collections.abc import Iterator
from typing import Any

from keikaku.importing.headings import WORDS
from keikaku.importing.records import FIGURE_TABLES, NAMES, Figure, Line, Reading, key_of
from keikaku.importing.tables import as_csv
from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.plan.indicators import calendar_in, year_in

_CITED = ("document", "place")
Change = tuple[str, str, str]  # 追加, 変更 or 表にない; the table; what


def table_of(lines: list[Any], columns: list[str]) -> str:
    """The text of a table, in the order of its columns."""
    used = {key for line in lines for key, value in line.items() if value}
    keys = [key for key in columns if key in used] + sorted(used - set(columns))
    return as_csv([keys, *([line.get(key, "") for key in keys] for line in lines)])


def settle(reading: Reading, document: str) -> None:
    """Write what is known only at the end. `document` is the title of what the workbook is, in the plan's own list;
    empty where that is not known.
    """
    for name, role in reading.organizations.items():
        reading.add("organizations", (name,), {"name": name, "kind": _kind_of(name, role)}, {})
    for field, grade in reading.grades:
        label = reading.legend.get(grade, "")
        meaning = _meaning(field, label or grade)
        reading.add("grades", (field, grade), {"field": field, "grade": grade, "label": label, "meaning": meaning}, {})
    for lines in reading.lines.values():
        for line in lines:
            line |= {
                key: "、".join(f"{n}：{w}" if w else n for n, w in names.items())
                for key, names in line.lists.items()
                if names
            }
    for line in reading.lines["indicators"]:
        if line.cells is not None:
            _settle_figures(reading, line, document)
    for line in (*reading.lines["measures"], *reading.lines["indicators"]):
        if line.cells is not None:
            _settle_place(line, reading.document)


def _settle_place(line: Line, document: str) -> None:
    """A line that an earlier document says in the same words stays where that has it."""
    told, before = {key: line[key] for key in line if key not in _CITED}, line.before or {}
    is_same = told == {key: value for key, value in before.items() if key not in _CITED}
    if (
        before
        and (is_same or line.is_revised)
        and (before.get("document", "") != document or "!" not in before.get("place", ""))
    ):
        line |= {key: before.get(key, "") for key in _CITED}
    elif document:
        line["document"] = document
    else:
        line.pop("document", None)


def _settle_figures(reading: Reading, line: Line, document: str) -> None:
    """An indicator has the last of its targets and its first baseline; the other figures have lines of their own."""
    assert line.cells is not None
    printed = [one for one in line.figures if one.role in ("baseline", "target")]
    told = {one.calendar if one.year else calendar_in(one.said.text) for one in printed} - {"", None}
    line.figures = [
        one._replace(calendar=one.calendar or ("calendar" if told == {"calendar"} else "fiscal"))
        for one in line.figures
    ]
    targets = sorted((one for one in line.figures if one.role == "target"), key=lambda one: one.year or 9999)
    baselines = [one for one in line.figures if one.role == "baseline"]
    if targets and _settle_revision(reading, line, targets):
        targets = []
    if baselines and _settle_revision(reading, line, baselines[:1]):
        baselines = []
    rest = [one for one in line.figures if one.role not in ("target", "baseline")] + baselines + targets
    calendars: set[str] = set()
    for one in [*targets[-1:], *baselines[:1]]:
        is_early = one.role == "target" and one.year is not None and one.year < reading.years[0]
        if is_early or (one.year and calendars - {one.calendar}):
            continue
        rest.remove(one)
        year_key = "due_fiscal_year" if one.role == "target" else "baseline_year"
        line[one.role] = one.said.text
        line.cells |= {one.role: one.at, year_key: one.at}
        if one.year:
            line[year_key] = str(one.year)
            calendars.add(one.calendar)
    if "calendar" in calendars:
        line["calendar"] = "calendar"
    for one in rest:
        _add_figure(reading, line["id"], one, document)


def _settle_revision(reading: Reading, line: Line, figures: list[Figure]) -> bool:
    """Whether an earlier workbook had targets (or a baseline) of this indicator: others now are all of the next edition."""
    held: dict[int, list[Line]] = {}
    role = figures[0].role
    if line.before and role in line.before:
        year = line.before.get("due_fiscal_year" if role == "target" else "baseline_year")
        held[1] = [Line({"printed": line.before[role], "fiscal_year": year})]
    for one in reading.lines["figures"]:
        if one.before and one["indicator"] == line["id"] and one.get("role", "target") == role:
            held.setdefault(int(one.get("edition", "1")), []).append(one)
    if not held:
        return False
    newest = max(held)
    now = [Line(_figure_values(line["id"], one)) for one in figures]
    if {*map(_target_said, now)} != {*map(_target_said, held[newest])}:
        before = "、".join(said for said, _ in map(_target_said, held[newest]))
        for one in now:
            one |= {"role": role, "edition": str(newest + 1)}
            one |= {"document": reading.document} if reading.document else {}
            one.cells, one.before = {}, {"printed": before}
        reading.lines["figures"] += now
        newest += 1
    line.is_revised |= newest > 1
    return True


def _target_said(line: Line) -> tuple[str, str]:
    """What a target says, and for which year."""
    said = line.get("printed") or line.get("value", "")
    return said.replace(",", ""), line.get("fiscal_year") or str(year_in(said) or "")


def _figure_values(indicator: str, figure: Figure) -> dict[str, Any]:
    _, year, calendar, said, _ = figure
    is_plain = said.value is not None and said.text in (str(said.value), f"{said.value:,}")
    return {
        "indicator": indicator, "fiscal_year": year or (year_in(said.text) if said.value is None else None),
        "calendar": calendar if calendar == "calendar" else "",
        "value": said.value, "printed": "" if is_plain else said.text,
    }  # fmt: skip


def _add_figure(reading: Reading, indicator: str, figure: Figure, document: str) -> None:
    values, at = _figure_values(indicator, figure), figure.at
    role, year = figure.role, values["fiscal_year"]
    is_result = role == "result" and year is not None
    values |= {"document": document if is_result else reading.document, "role": "" if is_result else role}
    cells = dict.fromkeys(("indicator", "value", "printed"), at)
    reading.add("results" if is_result else "figures", (at,), values, cells)


def changes_of(reading: Reading) -> Iterator[Change]:
    """What is different from the workbook before."""
    labels = {line["id"]: line["label"] for line in reading.lines["indicators"]}
    read = {line["id"] for line in reading.lines["indicators"] if line.cells is not None}
    for table, lines in reading.lines.items():
        told = {key_of(table, line) for line in lines if line.cells is not None}
        for line in lines:
            name, before = _name_of(line, labels), line.before
            if line.cells is None:
                is_blank = table == "results" and line["indicator"] in read and line.year in reading.result_years
                if table in ("goals", "measures", "indicators", "evaluations") or (
                    is_blank and key_of(table, line) not in told
                ):
                    yield "表にない", NAMES[table], name
            elif before is None:
                if not reading.is_new:
                    yield "追加", NAMES[table], name
            elif table in FIGURE_TABLES:
                if "edition" in line and line["edition"] != before.get("edition"):
                    said = " → ".join(one.get("value") or one.get("printed", "") for one in (before, line))
                    yield "変更", NAMES[table], f"{name}：{said}"
            else:
                for key in line:
                    if key not in _CITED and line[key] != before.get(key):
                        yield "変更", NAMES[table], f"{name}：{before.get(key, '（空）')} → {line[key]}"


def _name_of(line: Line, labels: dict[str, str]) -> str:
    if indicator := line.get("indicator"):
        line = Line(line | {"label": labels.get(indicator, indicator)})
    keys = ("title", "name", "label", "grade", "measure", "goal", "id")
    year = f"（{format_fiscal_year(line.year)}）" if line.year else ""
    return next((line[key] for key in keys if key in line), "") + year


def _kind_of(name: str, role: str) -> str:
    other = "department" if role in ("lead", "support", "department", "responsible") else "association"
    kinds = WORDS["organizations"].items()
    return next((kind for kind, ends in kinds if re.search(f"(?:{ends})$", name)), other)


def _meaning(field: str, said: str) -> str:
    plain = re.sub(r"^[0-9０-９]+[\s　.．]*", "", said)
    known = WORDS["meanings"].get(field, {}).items()
    return next((meaning for meaning, pattern in known if re.fullmatch(pattern, plain)), "")
