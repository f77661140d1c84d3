"""Rules across the records of a plan: each a small function that yields problems at their place.

A check names the kinds of record that it looks at; it runs only when all of them were read without a fault, so that
one slip is not told as many.
"""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import chain
from typing import Any

from keikaku.plan import ids
from keikaku.plan.errors import Problem
from keikaku.plan.model import Indicator, Measure, PlanData
from keikaku.plan.reading import Document
from keikaku.plan.target import Indicator as Reading
from keikaku.plan.target import read_parts
from keikaku.schema.tables import read_schema

Documents = dict[str, Document]
Check = Callable[[PlanData, Documents], Iterator[Problem]]
CHECKS: list[tuple[frozenset[str], Check]] = []
READ_KEYS = (
    "kind", "comparator", "value", "value_to", "unit", "per", "due_fiscal_year", "due_kind", "first_year", "calendar",
    "approximate", "accumulation",
)  # fmt: skip


def find_problems(data: PlanData, documents: Documents, complete: set[str], folder: str) -> Iterator[Problem]:
    """Run every check whose kinds of record are in `complete`."""
    if "plan" in complete and data.plan.id != folder:
        yield documents["plan"].problem(("id",), f"id {data.plan.id!r}", f"the name of the folder, {folder!r}")
        complete = complete - {"plan"}
    for needed, check in CHECKS:
        if needed <= complete:
            yield from check(data, documents)


def _check(*needed: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.append((frozenset(needed), check))
        return check

    return register


def _repeated(document: Document, key: str, records: list[Any]) -> Iterator[Problem]:
    first: dict[object, int] = {}
    for i, record in enumerate(records):
        value = getattr(record, key)
        if value in first:
            line = document.places.get((first[value], key), (1, 1))[0]
            yield document.problem((i, key), f"{key} {value!r} stands twice", f"line {line} has it; use another")
        first.setdefault(value, i)


def _near(value: str, known: set[str]) -> str:
    close = get_close_matches(value, sorted(known), n=3, cutoff=0.3)
    return f"known: {', '.join(close or sorted(known)[:5]) or 'none'}"


def known_names(data: PlanData) -> dict[str, str]:
    """Every name of every organization -> its id."""
    return {name: o.id for o in data.organizations for name in (o.name, *o.printed, *o.aliases)}


def made_ids(data: PlanData) -> Iterator[tuple[str, str, str | None]]:
    """Table, id and code of every record whose id no file gives, by the rules of ids.py; sectors may be unknown."""
    sectors = {s.prefix: s.id for s in data.sectors}
    for goal in data.goals:
        yield "goals", ids.goal_id(str(sectors.get(goal.sector)), goal.number), None
    for measure in data.measures:
        id_ = ids.measure_id(str(sectors.get(measure.prefix)), measure.number)
        yield "measures", id_, measure.code
        yield from (("indicators", ids.indicator_id(id_, i), None) for i in range(1, len(measure.indicators) + 1))


def known_records(data: PlanData) -> dict[str, tuple[str, str]]:
    """The code of every measure and the id of every record -> its table and its id, those that no file gives included."""
    known = {data.plan.id: ("plans", data.plan.id)}
    for table, id_, code in made_ids(data):
        known |= dict.fromkeys((id_, code or id_), (table, id_))
    for table in ("sectors", "organizations", "evaluations", "events", "corrections"):
        known |= {record.id: (table, record.id) for record in getattr(data, table)}
    return known


@_check("sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")
def check_distinct(data: PlanData, documents: Documents) -> Iterator[Problem]:
    for kind, keys in (
        ("sectors", ("id", "name", "prefix", "heading")),
        ("measures", ("code",)),
        ("organizations", ("id",)),
        ("evaluations", ("id",)),
        ("events", ("id",)),
        ("corrections", ("id",)),
    ):
        for key in keys:
            yield from _repeated(documents[kind], key, getattr(data, kind))
    numbers: set[tuple[str, int]] = set()
    for i, goal in enumerate(data.goals):
        if (goal.sector, goal.number) in numbers:
            yield documents["goals"].problem(
                (i, "number"), f"goal {goal.number} of {goal.sector} stands twice", "another number"
            )
        numbers.add((goal.sector, goal.number))


@_check("plan", "sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections", "changes")
def check_ids(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """Ids begin with the plan's and none is given to records of two kinds, those that no file gives included."""
    owner = {id_: table for table, id_, _ in made_ids(data)}
    for kind in ("sectors", "organizations", "evaluations", "events", "corrections", "changes"):
        for i, record in enumerate(getattr(data, kind)):
            if not record.id.startswith(f"{data.plan.id}-"):
                yield documents[kind].problem((i, "id"), f"id {record.id!r}", f"begin it with '{data.plan.id}-'")
            if owner.get(record.id, kind) != kind:
                yield documents[kind].problem(
                    (i, "id"), f"id {record.id!r} is also in {owner[record.id]}", "use another"
                )
            owner[record.id] = kind


@_check("plan")
def check_plan_years(data: PlanData, documents: Documents) -> Iterator[Problem]:
    plan = data.plan
    if not plan.start_fiscal_year < plan.second_half_start <= plan.end_fiscal_year:
        yield documents["plan"].problem(
            ("second_half_start",),
            f"years {plan.start_fiscal_year}, {plan.second_half_start}, {plan.end_fiscal_year}",
            "start, second half and end in this order",
        )
    if plan.end_fiscal_year - plan.start_fiscal_year >= 50:
        yield documents["plan"].problem(("end_fiscal_year",), "the plan runs 50 years or more", "mend one of its years")


@_check("plan")
def check_numbers(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """The check digits of the municipality code (its last digit) and of the corporate number (its first) are right."""
    code, number = data.plan.municipality_code, data.plan.corporate_number
    right_code, right_number = code[:-1] + municipality_check_digit(code), corporate_check_digit(number) + number[1:]
    for key, name, given, right, place in (
        ("municipality_code", "団体コード", code, right_code, "末尾"),
        ("corporate_number", "法人番号", number, right_number, "先頭"),
    ):
        if given != right:
            digit = right[-1] if place == "末尾" else right[0]
            wrong = f"{name} {given} の検査数字が合いません (wrong check digit)"
            yield documents["plan"].problem((key,), wrong, f"ほかの数字が正しければ、{place}は {digit} です ({right})")


def municipality_check_digit(code: str) -> str:
    """The sixth digit of a 全国地方公共団体コード, by its first five: JIS X 0401 and 0402, modulus 11."""
    total = sum(int(digit) * weight for digit, weight in zip(code[:5], (6, 5, 4, 3, 2), strict=True))
    return str((11 - total % 11) % 10)


def corporate_check_digit(number: str) -> str:
    """The first digit of a 法人番号, by the other twelve: 法人番号の指定等に関する省令, article 2, modulus 9."""
    total = sum(int(digit) * (1 + i % 2) for i, digit in enumerate(reversed(number[1:])))
    return str(9 - total % 9)


@_check("plan", "organizations")
def check_plan_organizations(data: PlanData, documents: Documents) -> Iterator[Problem]:
    names = known_names(data)
    for role in ("members", "consulted"):
        for i, name in enumerate(getattr(data.plan, role)):
            if name not in names:
                yield documents["plan"].problem((role, i), f"unknown organization {name!r}", _near(name, set(names)))


@_check("sectors", "goals", "measures", "evaluations", "events")
def check_sectors(data: PlanData, documents: Documents) -> Iterator[Problem]:
    known = {s.prefix for s in data.sectors}
    places = chain(
        (("goals", (i, "sector"), g.sector) for i, g in enumerate(data.goals)),
        (("measures", (i, "code"), m.prefix) for i, m in enumerate(data.measures)),
        (("evaluations", (i, "sector"), e.sector) for i, e in enumerate(data.evaluations)),
        (("events", (i, "sector"), e.sector) for i, e in enumerate(data.events) if e.sector),
    )
    for kind, path, prefix in places:
        if prefix not in known:
            yield documents[kind].problem(path, f"unknown sector {prefix!r}", _near(prefix, known))


@_check("goals", "measures")
def check_goals(data: PlanData, documents: Documents) -> Iterator[Problem]:
    known: dict[str, set[int]] = {}
    for goal in data.goals:
        known.setdefault(goal.sector, set()).add(goal.number)
    for i, measure in enumerate(data.measures):
        for j, number in enumerate(measure.goals):
            if number not in known.get(measure.prefix, set()):
                has = ", ".join(map(str, sorted(known.get(measure.prefix, set())))) or "none"
                yield documents["measures"].problem(
                    (i, "goals", j), f"{measure.prefix} has no goal {number}", f"it has {has}"
                )


@_check("measures")
def check_links(data: PlanData, documents: Documents) -> Iterator[Problem]:
    measures = {m.code: m for m in data.measures}
    for i, measure in enumerate(data.measures):
        if measure.repeat_of is not None:
            original = measures.get(measure.repeat_of)
            if original is None or original is measure or original.repeat_of:
                yield documents["measures"].problem(
                    (i, "repeat_of"),
                    f"{measure.repeat_of!r} is no original",
                    "the code of another measure that is not a repeat",
                )
        elif measure.schedule is None:
            yield documents["measures"].problem(
                (i,), "key 'schedule' is missing", "add it (only a repeat may leave it out)"
            )
        for j, code in enumerate(measure.joint):
            if code == measure.code:
                yield documents["measures"].problem((i, "joint", j), f"{code} names itself", "leave it out")
            elif code not in measures:
                yield documents["measures"].problem(
                    (i, "joint", j), f"unknown measure {code!r}", _near(code, set(measures))
                )
            elif measure.code not in measures[code].joint:
                yield documents["measures"].problem(
                    (i, "joint", j), f"{code} does not name {measure.code} back", f"add it to {code}"
                )


@_check("measures", "organizations")
def check_promoters(data: PlanData, documents: Documents) -> Iterator[Problem]:
    names = {name: o.id for o in data.organizations for name in o.printed}
    for i, measure in enumerate(data.measures):
        seen: dict[str, str] = {}
        for j, name in enumerate(measure.organizations):
            path = (i, "organizations", j)
            if name not in names:
                yield documents["measures"].problem(path, f"unknown organization {name!r}", _near(name, set(names)))
            elif names[name] in seen:
                yield documents["measures"].problem(
                    path, f"{name!r} is {seen[names[name]]!r} again", "name each organization once"
                )
            else:
                seen[names[name]] = name


@_check("organizations")
def check_organizations(data: PlanData, documents: Documents) -> Iterator[Problem]:
    parents = {o.id: o.parent for o in data.organizations}
    owner: dict[str, str] = {}
    for i, organization in enumerate(data.organizations):
        if organization.parent is not None and organization.parent not in parents:
            yield documents["organizations"].problem(
                (i, "parent"), f"unknown organization {organization.parent!r}", _near(organization.parent, set(parents))
            )
        elif _leads_round(organization.id, parents):
            yield documents["organizations"].problem(
                (i, "parent"), "is its own parent in the end", "name the body above it"
            )
        for key in ("name", "printed", "aliases"):
            names = [organization.name] if key == "name" else getattr(organization, key)
            for name in names:
                if owner.setdefault(name, organization.id) != organization.id:
                    yield documents["organizations"].problem(
                        (i, key), f"{name!r} is a name of {owner[name]}", "a name has one owner"
                    )


def _leads_round(start: str, parents: dict[str, str | None]) -> bool:
    seen = set()
    step: str | None = start
    while step is not None and step not in seen:
        seen.add(step)
        step = parents.get(step)
    return step is not None


@_check("measures")
def check_targets(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """The indicators say what the printed target says; a part beyond read_parts needs a note on how it was read.

    A note that begins with 読み方： overrules the reading, and the page shows it.
    """
    for i, measure in enumerate(data.measures):
        for path, wrong, right in _find_misread(measure):
            yield documents["measures"].problem((i, *path), wrong, right)


Fault = tuple[tuple[str | int, ...], str, str]


def _find_misread(measure: Measure) -> Iterator[Fault]:
    parts = read_parts(measure.target)
    left = [(j, x) for j, x in enumerate(measure.indicators) if x.source == "target"]
    read = [indicator for part in parts for indicator in part.indicators]
    error = next((part.error for part in parts if part.error), None)
    if error is None and len(left) != len(read) and not any(_is_overruled(x) for _, x in left):
        count = f"目標「{measure.target}」に指標が{len(left)}個あります ({len(left)} indicators)"
        yield ("indicators",), count, f"{len(read)}個と読めます (it reads as {len(read)})"
        return
    for right in read:
        match = _indicator_for(right, left, measure.target) if error else next(iter(left), None)
        if match is None:
            yield (
                ("indicators",),
                f"「{right.printed}」の指標がありません (no indicator)",
                "その部分の指標を加える (add one)",
            )
            continue
        left.remove(match)
        yield from _find_differences(*match, right)
    if error and not (left and all(x.note for _, x in left)):
        yield (
            ("target",),
            str(error),
            "印字のとおりに書くか、どう読んだかを指標の note に書く (say in a note how it was read)",
        )


def _indicator_for(right: Reading, given: list[tuple[int, Indicator]], target: str) -> tuple[int, Indicator] | None:
    """The indicator that was read from the same part of a target."""
    return next(((j, x) for j, x in given if (x.printed or target) == right.printed), None)


def _find_differences(j: int, indicator: Indicator, right: Reading) -> Iterator[Fault]:
    if _is_overruled(indicator):
        return
    for key in READ_KEYS:
        must = getattr(right, key)
        given = getattr(indicator, key, getattr(Reading, key, None))  # what has no key needs a note
        if given != must and not (
            indicator.note and (key not in Indicator.model_fields or (key, must) == ("per", None))
        ):
            yield (
                ("indicators", j, key),
                f"{key} {given!r} は目標「{right.printed}」と合いません (not what the target says)",
                f"{must!r} と読めます (it reads as {must!r})",
            )


def _is_overruled(indicator: Indicator) -> bool:
    return (indicator.note or "").startswith("読み方：")


@_check("measures")
def check_indicators(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """An indicator has what its kind needs, and its printed part stands in the target."""
    for i, measure in enumerate(data.measures):
        for j, x in enumerate(measure.indicators):
            path = (i, "indicators", j)
            if (x.kind == "quantity") != (x.value is not None) or (x.value is None and x.unit is not None):
                yield documents["measures"].problem(
                    path,
                    f"kind {x.kind} with value {x.value!r} {x.unit!r}",
                    "a quantity has a value, others have neither",
                )
            if (x.due_fiscal_year is None) != (x.due_kind is None):
                yield documents["measures"].problem(path, "due year and due_kind do not fit", "give both or none")
            if x.source == "schedule":
                for key in ("printed", "note"):
                    if getattr(x, key) is None:
                        yield documents["measures"].problem(
                            path,
                            f"an indicator from the schedule has no {key}",
                            "give its words and say how they were read",
                        )
            elif x.printed is not None and x.printed not in measure.target:
                yield documents["measures"].problem(
                    (*path, "printed"), f"{x.printed!r} is not in the target", "a part of it as printed"
                )


@_check("plan", "measures", "events", "results")
def check_years(data: PlanData, documents: Documents) -> Iterator[Problem]:
    first, last = data.plan.start_fiscal_year, data.plan.end_fiscal_year
    places = chain(
        (
            ("measures", (i, "indicators", j, "due_fiscal_year"), x.due_fiscal_year)
            for i, m in enumerate(data.measures)
            for j, x in enumerate(m.indicators)
        ),
        (("events", (i, "fiscal_year"), e.fiscal_year) for i, e in enumerate(data.events)),
        (("events", (i, "end_fiscal_year"), e.end_fiscal_year) for i, e in enumerate(data.events)),
        (("results", (i, "fiscal_year"), r.fiscal_year) for i, r in enumerate(data.results)),
    )
    for kind, path, year in places:
        if year is not None and not first <= year <= last:
            yield documents[kind].problem(path, f"fiscal year {year} is outside the plan", f"{first} to {last}")
    for i, event in enumerate(data.events):
        if event.end_fiscal_year is not None and event.end_fiscal_year <= event.fiscal_year:
            yield documents["events"].problem(
                (i, "end_fiscal_year"), "the event ends before or as it begins", "a later year, or leave it out"
            )


@_check("measures", "evaluations")
def check_evaluations(data: PlanData, documents: Documents) -> Iterator[Problem]:
    codes = {m.code for m in data.measures}
    for i, evaluation in enumerate(data.evaluations):
        if evaluation.successor is not None and evaluation.successor not in codes:
            yield documents["evaluations"].problem(
                (i, "successor"), f"unknown measure {evaluation.successor!r}", _near(evaluation.successor, codes)
            )
        if (evaluation.decision == "終了") != (evaluation.successor is None):
            yield documents["evaluations"].problem(
                (i, "decision"), "decision and successor do not fit", "only an ended measure has none"
            )
        if (evaluation.rule == "none") != (evaluation.outcome == "not_stated"):
            yield documents["evaluations"].problem(
                (i, "rule"), "outcome and rule do not fit", "rule is none exactly for not_stated"
            )


@_check("measures", "events")
def check_events(data: PlanData, documents: Documents) -> Iterator[Problem]:
    codes = {m.code for m in data.measures}
    for i, event in enumerate(data.events):
        if (event.row is None) == (event.sector is None):
            yield documents["events"].problem((i,), "row and sector: both or none", "give one of them")
        for j, code in enumerate(event.measures):
            if code not in codes:
                yield documents["events"].problem((i, "measures", j), f"unknown measure {code!r}", _near(code, codes))


@_check("plan", "sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")
def check_corrections(data: PlanData, documents: Documents) -> Iterator[Problem]:
    rows = {
        "plans": {data.plan.id},
        "sectors": {s.prefix for s in data.sectors},
        "goals": {f"{g.sector}-{g.number}" for g in data.goals},
        "measures": {m.code for m in data.measures},
        "organizations": {o.id for o in data.organizations},
        "evaluations": {e.id for e in data.evaluations},
        "events": {e.id for e in data.events},
    }
    columns = {table: _columns(table) for table in rows}
    for i, correction in enumerate(data.corrections):
        if correction.row not in rows[correction.table]:
            yield documents["corrections"].problem(
                (i, "row"),
                f"{correction.table} has no {correction.row!r}",
                _near(correction.row, rows[correction.table]),
            )
        if correction.column not in columns[correction.table]:
            yield documents["corrections"].problem(
                (i, "column"),
                f"{correction.table} has no column {correction.column!r}",
                _near(correction.column, columns[correction.table]),
            )
        if correction.printed == correction.corrected:
            yield documents["corrections"].problem(
                (i, "corrected"), "corrected is what is printed", "leave it out to keep the print"
            )


def _columns(table: str) -> set[str]:
    """What a correction may touch: columns of the table, and lists with a table of their own (measure_goals: goals)."""
    schema = [t for t in read_schema() if not t.is_view]
    start = table.removesuffix("s") + "_"
    lists = {t.name.removeprefix(start) for t in schema if t.name.startswith(start)}
    return lists | {c.name for t in schema if t.name == table for c in t.columns}


_EVERYTHING = ("plan", "sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")


@_check(*_EVERYTHING, "changes", "withdrawn")
def check_changes(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """The newest change comes first, and every record named is or was there."""
    if not data.changes:
        return
    document = documents["changes"]
    yield from _repeated(document, "id", data.changes)
    known = {*known_records(data), *(w.id for w in data.withdrawn)}
    for i, change in enumerate(data.changes):
        if i and change.date > data.changes[i - 1].date:
            yield document.problem((i, "date"), f"{change.date} stands below an earlier day", "put the newest first")
        for j, record in enumerate(change.records):
            if record not in known:
                yield document.problem((i, "records", j), f"unknown record {record!r}", _near(record, known))


@_check(*_EVERYTHING, "changes", "withdrawn")
def check_withdrawn(data: PlanData, documents: Documents) -> Iterator[Problem]:
    """A withdrawn id is used no more, and what replaces it is a record of the same table."""
    if not data.withdrawn:
        return
    document = documents["withdrawn"]
    yield from _repeated(document, "id", data.withdrawn)
    used = {id_: table for table, id_ in known_records(data).values()}
    used |= {change.id: "changes" for change in data.changes}
    for i, withdrawn in enumerate(data.withdrawn):
        if not withdrawn.id.startswith(f"{data.plan.id}-"):
            yield document.problem((i, "id"), f"id {withdrawn.id!r}", f"begin it with '{data.plan.id}-'")
        if withdrawn.id in used:
            yield document.problem(
                (i, "id"), f"id {withdrawn.id!r} is in use in {used[withdrawn.id]}", "a withdrawn id has no record"
            )
        same = {id_ for id_, table in used.items() if table == withdrawn.table}
        if withdrawn.replaced_by is not None and withdrawn.replaced_by not in same:
            yield document.problem(
                (i, "replaced_by"),
                f"{withdrawn.table} has no {withdrawn.replaced_by!r}",
                _near(withdrawn.replaced_by, same),
            )


@_check("measures", "results")
def check_results(data: PlanData, documents: Documents) -> Iterator[Problem]:
    counts = {m.code: len(m.indicators) for m in data.measures}
    seen = set()
    for i, result in enumerate(data.results):
        key = (result.measure, result.indicator, result.fiscal_year)
        if result.measure not in counts:
            yield documents["results"].problem(
                (i, "measure"), f"unknown measure {result.measure!r}", _near(result.measure, set(counts))
            )
        elif result.indicator > counts[result.measure]:
            yield documents["results"].problem(
                (i, "indicator"),
                f"{result.measure} has no indicator {result.indicator}",
                f"1 to {counts[result.measure]}",
            )
        if key in seen:
            yield documents["results"].problem(
                (i, "fiscal_year"), "a second figure for the same indicator and year", "keep one"
            )
        seen.add(key)
        if result.value is None and result.status is None:
            yield documents["results"].problem(
                (i, "value"), "neither value nor status", "give one of them, or drop the line"
            )
