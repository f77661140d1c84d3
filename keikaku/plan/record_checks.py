"""Rules across the records of a plan, but its targets and figures."""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from keikaku.plan.checking import Fault, Path, Plan, fault, find_repeated, needs, unknown
from keikaku.plan.model import Measure
from keikaku.schema.tables import read_schema

LONGEST_PLAN = 50  # years

# Kind -> key -> what it names, and the table of it.
NAMED: dict[str, dict[str, tuple[str, str]]] = {
    "goals": {"sector": ("分野", "sectors"), "parent": ("上の目標", "goals")},
    "measures": {
        "sector": ("分野", "sectors"),
        "parent": ("上の施策", "measures"),
        "period": ("期間", "periods"),
        "repeat_of": ("再掲の元の施策", "measures"),
        "joint": ("連携する施策", "measures"),
    },
    "indicators": {
        "sectors": ("分野", "sectors"),
        "goals": ("目標", "goals"),
        "measures": ("施策", "measures"),
        "organizations": ("団体", "organizations"),
    },
    "evaluations": {
        "sector": ("分野", "sectors"),
        "measure": ("施策", "measures"),
        "goal": ("目標", "goals"),
        "period": ("期間", "periods"),
        "organization": ("団体", "organizations"),
        "successor": ("引き継ぐ施策", "measures"),
    },
    "events": {"sector": ("分野", "sectors"), "measures": ("施策", "measures")},
}
_EVERYTHING = (
    *("plan", "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events", "corrections"),
    *("changes", "withdrawn"),
)
UNIQUE = (("sectors", ("id", "name", "prefix", "heading")), ("measures", ("code",)))


@needs("plan", "sectors", "goals", "measures", "evaluations", "events", "corrections", "changes")
def check_ids(plan: Plan) -> Iterator[Fault]:
    """Ids begin with the plan's, and none is given to two records, those that no file gives included."""
    data, start = plan.data, f"{plan.data.plan.id}-"
    twice = [f for kind, keys in UNIQUE for key in keys for f in find_repeated(kind, key, getattr(data, kind))]
    if twice:
        yield from twice
        return
    owner = {organization.id: "organizations" for organization in plan.city.organizations}
    made = {"goals": [id_ for _, id_ in plan.known.each_goal], "measures": [id_ for _, id_ in plan.known.each_measure]}
    made["indicators"] = [placed.id for placed in plan.known.indicators]
    for kind in ("sectors", "goals", "measures", "indicators", "evaluations", "events", "corrections", "changes"):
        records: list[Any] = getattr(data, kind)
        for i, id_ in enumerate(made.get(kind) or [record.id for record in records]):
            where, path = plan.known.indicators[i].path if kind == "indicators" else (kind, (i,))
            if not id_.startswith(start):
                yield fault(where, (*path, "id"), "wrong beginning", id=id_, start=start)
            if id_ in owner:
                yield fault(where, (*path, "id"), "id twice", id=id_, owner=owner[id_])
            owner[id_] = kind


@needs("plan")
def check_plan(plan: Plan) -> Iterator[Fault]:
    """The years of the plan and of its periods follow each other; no two periods or documents have one name."""
    own, (first, last) = plan.data.plan, plan.years
    if not first <= last:
        yield fault("plan", ("end_fiscal_year",), "ends first", first=first, last=last)
        return
    if last - first >= LONGEST_PLAN:
        yield fault("plan", ("end_fiscal_year",), "long plan", most=LONGEST_PLAN)
    before = first - 1
    for i, period in enumerate(own.periods):
        if period.start_fiscal_year is None or period.end_fiscal_year is None:
            continue
        if not before < period.start_fiscal_year <= period.end_fiscal_year <= last:
            yield fault("plan", ("periods", i), "periods", name=period.name, first=first, last=last)
        before = period.end_fiscal_year
    for key, names in (("periods", [p.name for p in own.periods]), ("documents", [d.title for d in own.documents])):
        for i, name in enumerate(names):
            if name in names[:i]:
                yield fault("plan", (key, i), "name twice", name=name)


@needs("plan", "organizations")
def check_plan_organizations(plan: Plan) -> Iterator[Fault]:
    for role in ("members", "consulted"):
        yield from _check_names("plan", (role,), getattr(plan.data.plan, role), "団体", plan.known.organizations)


@needs("plan", "organizations", "sectors", "goals", "measures", "indicators", "evaluations", "events")
def check_references(plan: Plan) -> Iterator[Fault]:
    """Every record that is named is there, and one that stands above another comes before it."""
    known = plan.known
    for kind, keys in NAMED.items():
        for i, record in enumerate(getattr(plan.data, kind)):
            for key, (what, table) in keys.items():
                yield from _check_names(kind, (i, key), getattr(record, key), what, getattr(known, table))
            yield from _check_names(kind, (i, "document"), getattr(record, "document", None), "文書", known.documents)
    each: dict[str, list[tuple[Any, str]]] = {"goals": [*known.each_goal], "measures": [*known.each_measure]}
    for kind, made in each.items():
        made_ids = [id_ for _, id_ in made]
        for i, (record, _) in enumerate(made):
            above = getattr(known, kind).get(record.parent or "")
            if above in made_ids[i:]:
                yield fault(kind, (i, "parent"), "stands below", name=record.parent)


def _check_names(kind: str, path: Path, value: Any, what: str, known: Collection[str]) -> Iterator[Fault]:
    if isinstance(value, list):
        if isinstance(known, dict):
            yield from _find_same(kind, path, value, known.get)
        yield from (unknown(kind, (*path, j), what, name, known) for j, name in enumerate(value) if name not in known)
    elif value is not None and value not in known:
        yield unknown(kind, path, what, value, known)


def _find_same(kind: str, path: Path, names: list[Any], resolve: Callable[[Any], str | None]) -> Iterator[Fault]:
    """A record that a list names by two of its names."""
    first: dict[str, object] = {}
    for i, name in enumerate(names):
        id_ = resolve(name)
        if id_ is not None and first.setdefault(id_, name) != name:
            yield fault(kind, (*path, i), "same", name=name, first=first[id_])


@needs("plan", "sectors", "goals", "measures")
def check_measures(plan: Plan) -> Iterator[Fault]:
    """Sectors and goals that codes and numbers name, originals of repeats, and links that both sides name."""
    known = plan.known
    prefixed = any(sector.prefix for sector in plan.data.sectors)
    by_id = {id_: measure for measure, id_ in known.each_measure}
    for i, (measure, here) in enumerate(known.each_measure):
        if prefixed and measure.prefix and not measure.sector and measure.prefix not in known.sectors:
            yield unknown("measures", (i, "code"), "分野", measure.prefix, known.sectors)
        for j, goal in enumerate(measure.goals):
            if known.goal_of(measure, goal) is None:
                yield unknown("measures", (i, "goals", j), "目標", goal, _goals_of(plan, measure))
        yield from _find_same("measures", (i, "goals"), measure.goals, partial(known.goal_of, measure))
        original = known.measures.get(measure.repeat_of or "")
        if original and (original == here or by_id[original].repeat_of):
            yield fault("measures", (i, "repeat_of"), "no original", name=measure.repeat_of)
        for j, name in enumerate(measure.joint):
            other = known.measures.get(name)
            back = [known.measures.get(n) for n in by_id[other].joint] if other else [here]
            if other == here or here not in back:
                yield fault("measures", (i, "joint", j), "not named back", name=name)


def _goals_of(plan: Plan, measure: Measure) -> list[str]:
    sectors, here = plan.known.sectors, plan.known.sector_of(measure)
    return [str(g.number or g.title) for g in plan.data.goals if sectors.get(g.sector or "") == here]


@needs("measures", "organizations")
def check_promoters(plan: Plan) -> Iterator[Fault]:
    """Bodies of a measure are known by a printed name and named once, and roles and tasks are those of its bodies."""
    known = {name: o.id for o in plan.city.organizations for name in (o.printed or [o.name])}
    for i, measure in enumerate(plan.data.measures):
        yield from _check_names("measures", (i, "organizations"), measure.organizations, "団体", known)
        for key in ("roles", "tasks"):
            for name in getattr(measure, key):
                if name not in measure.organizations:
                    yield unknown("measures", (i, key, name), "この施策の団体", name, measure.organizations)


@needs("plan", "events")
def check_events(plan: Plan) -> Iterator[Fault]:
    first, last = plan.years
    for i, event in enumerate(plan.data.events):
        if event.row is not None and event.sector is not None:
            yield fault("events", (i,), "row and sector")
        for key in ("fiscal_year", "end_fiscal_year"):
            year = getattr(event, key)
            if year is not None and not first <= year <= last:
                yield fault("events", (i, key), "outside", year=year, first=first, last=last)
        if event.end_fiscal_year is not None and event.end_fiscal_year <= event.fiscal_year:
            yield fault("events", (i, "end_fiscal_year"), "event ends first", year=event.end_fiscal_year)


@needs("plan", "measures", "goals", "indicators", "grades", "evaluations")
def check_evaluations(plan: Plan) -> Iterator[Fault]:
    """Something is judged, in the plan's own grades, by somebody, and what goes on has a successor."""
    meanings: dict[tuple[str, str], str | None] = {}
    for i, grade in enumerate(plan.data.grades):
        if (grade.field, grade.grade) in meanings:
            yield fault("grades", (i, "grade"), "name twice", name=grade.grade)
        meanings[grade.field, grade.grade] = grade.meaning
    first, last = plan.years
    for i, x in enumerate(plan.data.evaluations):
        if x.indicator and plan.known.judged(x) == (None, None):
            yield unknown("evaluations", (i, "indicator"), "指標", x.indicator, plan.known.indicator_names)
        if not (x.name or x.measure or x.goal or x.indicator):
            yield fault("evaluations", (i,), "nothing judged")
        for field, key, word in (("outcome", "grade", x.grade), ("decision", "decision", x.decision)):
            known = [letter for named, letter in meanings if named == field]
            yield from _check_names("evaluations", (i, key), word, "grades の記号", known)
        if x.fiscal_year is not None and not first <= x.fiscal_year <= last:
            where = (i, "fiscal_year")
            yield fault("evaluations", where, "evaluation outside", year=x.fiscal_year, first=first, last=last)
        meaning = meanings.get(("decision", x.decision or ""))
        if x.successor is not None and meaning in ("end", "done"):
            yield fault("evaluations", (i, "decision"), "successor", decision=x.decision)
        if meaning not in (None, "end", "done") and not (x.successor or x.measure or x.goal or x.indicator):
            yield fault("evaluations", (i, "decision"), "no successor", decision=x.decision)
        if x.rule is not None and (x.rule == "none") != (x.outcome == "not_stated"):
            yield fault("evaluations", (i, "rule"), "unfit rule")
        if x.outcome is not None and x.rule is None and x.judged_by != "city":
            yield fault("evaluations", (i, "outcome"), "whose")
        if x.target_change is not None and not (x.successor and x.target_evidence):
            yield fault("evaluations", (i, "target_change"), "no ground")


@needs("plan", "sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")
def check_corrections(plan: Plan) -> Iterator[Fault]:
    """A correction names a row and a column, and corrects something."""
    for i, correction in enumerate(plan.data.corrections):
        table = correction.table
        if plan.known.row_of(table, correction.row) is None:
            rows = {name for name, (of, _) in plan.known.records.items() if of == table}
            yield unknown("corrections", (i, "row"), f"{table} の", correction.row, rows)
        yield from _check_names("corrections", (i, "column"), correction.column, f"{table} の列", _columns(table))
        if correction.printed == correction.corrected:
            yield fault("corrections", (i, "corrected"), "nothing corrected")


def _columns(table: str) -> set[str]:
    """What a correction may touch: columns of the table, and lists with a table of their own (measure_goals: goals)."""
    schema = [t for t in read_schema() if not t.is_view]
    start = table.removesuffix("s") + "_"
    lists = {t.name.removeprefix(start) for t in schema if t.name.startswith(start)}
    return lists | {c.name for t in schema if t.name == table for c in t.columns}


@needs(*_EVERYTHING)
def check_changes(plan: Plan) -> Iterator[Fault]:
    """The newest change comes first, and every record named is or was there."""
    changes = plan.data.changes
    known = {*plan.known.records, *(w.id for w in plan.data.withdrawn)}
    for i, change in enumerate(changes):
        if i and change.date > changes[i - 1].date:
            yield fault("changes", (i, "date"), "out of order", date=change.date)
        yield from _check_names("changes", (i, "records"), change.records, "記録", known)


@needs(*_EVERYTHING)
def check_withdrawn(plan: Plan) -> Iterator[Fault]:
    """A withdrawn id is used no more, and what replaces it is a record of the same table."""
    yield from find_repeated("withdrawn", "id", plan.data.withdrawn)
    used = {id_: table for table, id_ in plan.known.records.values()}
    used |= {change.id: "changes" for change in plan.data.changes}
    starts = (f"{plan.data.plan.id}-", f"{plan.city.municipality.id}-")
    for i, withdrawn in enumerate(plan.data.withdrawn):
        if not withdrawn.id.startswith(starts):
            yield fault("withdrawn", (i, "id"), "wrong beginning", id=withdrawn.id, start=starts[0])
        if withdrawn.id in used:
            yield fault("withdrawn", (i, "id"), "id in use", id=withdrawn.id, owner=used[withdrawn.id])
        same = {id_ for id_, table in used.items() if table == withdrawn.table}
        yield from _check_names("withdrawn", (i, "replaced_by"), withdrawn.replaced_by, f"{withdrawn.table} の", same)
