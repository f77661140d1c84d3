"""Rules across the records of a municipality and of each of its plans: small functions that yield problems at their place.

A check names the kinds of record that it looks at; it runs only when all of them were read without a fault, so that
one slip is not told as many.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Any, NamedTuple

from keikaku.plan.errors import Problem
from keikaku.plan.indicators import READ_KEYS, is_bare, is_scaled, unit_in, year_in
from keikaku.plan.model import City, Goal, Indicator, Measure, PlanData, PrintedFigure, Result
from keikaku.plan.municipality import corporate_check_digit, municipality_check_digit, prefecture_of
from keikaku.plan.reading import Document
from keikaku.plan.references import PlacedIndicator, References
from keikaku.plan.target import Indicator as Reading
from keikaku.plan.target import read_parts
from keikaku.schema.tables import read_schema

Documents = dict[str, Document]
Path = tuple[str | int, ...]
Fault = tuple[str, Path, str, str]  # kind of record, where, what is wrong, what would be right
LONGEST_PLAN = 50  # years


class Plan(NamedTuple):
    """What a check looks at."""

    city: City
    data: PlanData
    known: References


Check = Callable[[Plan], Iterator[Fault]]
CHECKS: list[tuple[frozenset[str], Check]] = []


def find_city_problems(city: City, documents: Documents, complete: set[str], folder: str) -> Iterator[Problem]:
    """What is wrong with what the plans of a municipality share."""
    if "municipality" in complete:
        if city.municipality.id != folder:
            wrong = f"id {city.municipality.id} がフォルダーの名前と違います (not the folder's name)"
            yield documents["municipality"].problem(("id",), wrong, folder)
        yield from _tell(_check_numbers(city), documents)
    if "organizations" in complete:
        yield from _tell(_check_organizations(city), documents)


def find_problems(city: City, data: PlanData, documents: Documents, complete: set[str]) -> Iterator[Problem]:
    """Run every check of a plan whose kinds of record are in `complete`."""
    if "plan" not in complete or "municipality" not in complete:
        return
    plan = Plan(city, data, References(city, data))
    for needed, check in CHECKS:
        found = list(_tell(check(plan), documents)) if needed <= complete else []
        yield from found
        if found and check in (check_ids, check_plan):  # every other fault might follow from these
            return


def find_problems_between(city: City, documents: Sequence[Document]) -> Iterator[Problem]:
    """What is wrong between the plans of a municipality, whose plan.yml `documents` are in the same order.

    No two may have the same id, which is an address, and each follows one that is there and begins before it.
    """
    owners: dict[str, str] = {}
    plans = {data.plan.id: data.plan for data in city.plans}
    for data, document in zip(city.plans, documents, strict=True):
        plan, taken = data.plan, owners.copy()
        for table, id_ in References(city, data).records.values():
            if table != "organizations" and id_ in taken:
                wrong = f"ID {id_} は {taken[id_]} にもあります (id in two plans)"
                yield document.problem(("id",), wrong, "どちらかの id を変える")
            owners[id_] = document.file
        before = plans.get(plan.follows or "")
        if plan.follows is not None and before is None:
            wrong, right = _unknown("plan", (), "前の計画", plan.follows, plans.keys() - {plan.id})[2:]
            yield document.problem(("follows",), wrong, right)
        elif before and before.start_fiscal_year >= plan.start_fiscal_year:
            wrong = f"「{plan.follows}」はこの計画より前に始まっていません (not before it)"
            yield document.problem(("follows",), wrong, "前の計画の id を書く")


def _tell(faults: Iterator[Fault], documents: Documents) -> Iterator[Problem]:
    yield from (documents[kind].problem(path, wrong, right) for kind, path, wrong, right in faults)


def _check(*needed: str) -> Callable[[Check], Check]:
    def register(check: Check) -> Check:
        CHECKS.append((frozenset(needed), check))
        return check

    return register


def _unknown(kind: str, path: Path, what: str, name: object, known: Collection[str]) -> Fault:
    close = get_close_matches(str(name), sorted(known), n=3, cutoff=0.3) or sorted(known)[:5]
    return kind, path, f"{what}「{name}」はありません (unknown)", f"近いもの: {'、'.join(close) or 'なし'}"


def _repeated(kind: str, key: str, records: list[Any]) -> Iterator[Fault]:
    first: dict[object, int] = {}
    for i, record in enumerate(records):
        value = getattr(record, key)
        if value is not None and value in first:
            yield kind, (i, key), f"{key}「{value}」が二度あります (twice)", f"{first[value] + 1}件目と違うものにする"
        first.setdefault(value, i)


def _check_numbers(city: City) -> Iterator[Fault]:
    """The check digits of the municipality code (its last digit) and of the corporate number (its first) are right."""
    code, number = city.municipality.code, city.municipality.corporate_number
    if not prefecture_of(code):
        wrong = f"団体コード {code} の都道府県がありません (no prefecture)"
        yield "municipality", ("code",), wrong, "01 から 47 で始まる"
    if code[-1] != (digit := municipality_check_digit(code)):
        wrong = f"団体コード {code} の検査数字が合いません (wrong check digit)"
        yield "municipality", ("code",), wrong, f"ほかの数字が正しければ、末尾は {digit} です ({code[:-1]}{digit})"
    if number and number[0] != (digit := corporate_check_digit(number)):
        wrong = f"法人番号 {number} の検査数字が合いません (wrong check digit)"
        yield (
            "municipality",
            ("corporate_number",),
            wrong,
            f"ほかの数字が正しければ、先頭は {digit} です ({digit}{number[1:]})",
        )


def _check_organizations(city: City) -> Iterator[Fault]:
    yield from _repeated("organizations", "id", city.organizations)
    parents = {o.id: o.parent for o in city.organizations}
    owner: dict[str, str] = {}
    start = f"{city.municipality.id}-" if city.municipality else ""
    for i, organization in enumerate(city.organizations):
        if not organization.id.startswith(start):
            yield "organizations", (i, "id"), f"id {organization.id} (wrong beginning)", f"{start} で始める"
        if organization.parent is not None and organization.parent not in parents:
            yield _unknown("organizations", (i, "parent"), "上の団体", organization.parent, parents)
        elif _leads_round(organization.id, parents):
            wrong = "自分が自分の上の団体になります (its own parent)"
            yield "organizations", (i, "parent"), wrong, "上にある団体を書く"
        for key in ("name", "printed", "aliases"):
            names = [organization.name] if key == "name" else getattr(organization, key)
            for name in names:
                if owner.setdefault(name, organization.id) != organization.id:
                    wrong = f"「{name}」は {owner[name]} の名前でもあります (a name of two)"
                    yield "organizations", (i, key), wrong, "一つの名前は一つの団体だけのものにする"


def _leads_round(start: str, parents: dict[str, str | None]) -> bool:
    seen = set()
    step: str | None = start
    while step is not None and step not in seen:
        seen.add(step)
        step = parents.get(step)
    return step is not None


@_check("plan", "sectors", "goals", "measures", "evaluations", "events", "corrections", "changes")
def check_ids(plan: Plan) -> Iterator[Fault]:
    """Ids begin with the plan's, and none is given to two records, those that no file gives included."""
    data, start = plan.data, f"{plan.data.plan.id}-"
    repeated = (
        ("sectors", "id"),
        ("sectors", "name"),
        ("sectors", "prefix"),
        ("sectors", "heading"),
        ("measures", "code"),
    )
    twice = [fault for kind, key in repeated for fault in _repeated(kind, key, getattr(data, kind))]
    if twice:
        yield from twice
        return
    owner = {organization.id: "organizations" for organization in plan.city.organizations}
    made = {"goals": plan.known.goal_ids, "measures": plan.known.measure_ids}
    made["indicators"] = [placed.id for placed in plan.known.indicators]
    for kind in ("sectors", "goals", "measures", "indicators", "evaluations", "events", "corrections", "changes"):
        records: list[Any] = getattr(data, kind)
        for i, id_ in enumerate(made.get(kind) or [record.id for record in records]):
            where, path = plan.known.indicators[i].path if kind == "indicators" else (kind, (i,))
            if not id_.startswith(start):
                yield where, (*path, "id"), f"id {id_} (wrong beginning)", f"{start} で始める"
            if id_ in owner:
                yield where, (*path, "id"), f"id {id_} は {owner[id_]} にもあります (id twice)", "違う id を書く"
            owner[id_] = kind


@_check("plan")
def check_plan(plan: Plan) -> Iterator[Fault]:
    own = plan.data.plan
    first, last = own.start_fiscal_year, own.end_fiscal_year
    if not first <= last:
        wrong = f"終わりの年度 {last} が始まりの {first} より前です (ends first)"
        yield "plan", ("end_fiscal_year",), wrong, "年度を直す"
        return
    if last - first >= LONGEST_PLAN:
        yield "plan", ("end_fiscal_year",), f"計画が{LONGEST_PLAN}年以上あります (too long)", "年度を直す"
    before = first - 1
    for i, period in enumerate(own.periods):
        if period.start_fiscal_year is None or period.end_fiscal_year is None:
            continue
        if not before < period.start_fiscal_year <= period.end_fiscal_year <= last:
            wrong = f"{period.name} の年度が順になっていません (years out of order)"
            yield "plan", ("periods", i), wrong, f"{first}から{last}までを、前から順に重ねずに書く"
        before = period.end_fiscal_year
    for key, names in (("periods", [p.name for p in own.periods]), ("documents", [d.title for d in own.documents])):
        yield from (
            ("plan", (key, i), f"「{name}」が二度あります (twice)", "一度だけ書く")
            for i, name in enumerate(names)
            if name in names[:i]
        )


def _same(kind: str, path: Path, names: Sequence[Any], resolve: Callable[[Any], str | None]) -> Iterator[Fault]:
    """A record that a list names by two of its names."""
    first: dict[str, object] = {}
    for i, name in enumerate(names):
        id_ = resolve(name)
        if id_ is not None and first.setdefault(id_, name) != name:
            yield kind, (*path, i), f"「{name}」は「{first[id_]}」と同じものです (the same record)", "一度だけ書く"


@_check("plan", "organizations")
def check_plan_organizations(plan: Plan) -> Iterator[Fault]:
    for role in ("members", "consulted"):
        for i, name in enumerate(getattr(plan.data.plan, role)):
            if name not in plan.known.organizations:
                yield _unknown("plan", (role, i), "団体", name, plan.known.organizations)
        yield from _same("plan", (role,), getattr(plan.data.plan, role), plan.known.organizations.get)


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


@_check("plan", "organizations", "sectors", "goals", "measures", "indicators", "evaluations", "events")
def check_references(plan: Plan) -> Iterator[Fault]:
    """Every record that is named is there, and one that stands above another comes before it."""
    for kind, keys in NAMED.items():
        for i, record in enumerate(getattr(plan.data, kind)):
            for key, (what, table) in keys.items():
                yield from _check_names(plan, kind, (i, key), getattr(record, key), what, table)
            document = getattr(record, "document", None)
            if document is not None and document not in plan.known.documents:
                yield _unknown(kind, (i, "document"), "文書", document, plan.known.documents)
    for kind, made in (("goals", plan.known.goal_ids), ("measures", plan.known.measure_ids)):
        for i, record in enumerate(getattr(plan.data, kind)):
            above = getattr(plan.known, kind).get(record.parent or "")
            if above in made[i:]:
                yield kind, (i, "parent"), f"「{record.parent}」が後にあります (stands below)", "上にあるものを先に書く"


def _check_names(plan: Plan, kind: str, path: Path, value: Any, what: str, table: str) -> Iterator[Fault]:
    known: dict[str, str] = getattr(plan.known, table)
    if isinstance(value, list):
        yield from _same(kind, path, value, known.get)
        yield from (_unknown(kind, (*path, j), what, name, known) for j, name in enumerate(value) if name not in known)
    elif value is not None and value not in known:
        yield _unknown(kind, path, what, value, known)


@_check("plan", "sectors", "goals", "measures")
def check_measures(plan: Plan) -> Iterator[Fault]:
    """Sectors and goals that codes and numbers name, originals of repeats, and links that both sides name."""
    known, measures = plan.known, plan.data.measures
    prefixed = any(sector.prefix for sector in plan.data.sectors)
    by_id = dict(zip(known.measure_ids, measures, strict=True))
    for i, measure in enumerate(measures):
        if prefixed and measure.prefix and not measure.sector and measure.prefix not in known.sectors:
            yield _unknown("measures", (i, "code"), "分野", measure.prefix, known.sectors)
        for j, goal in enumerate(measure.goals):
            if known.goal_of(measure, goal) is None:
                yield _unknown("measures", (i, "goals", j), "目標", goal, _goals_of(plan, measure))
        yield from _same("measures", (i, "goals"), measure.goals, partial(known.goal_of, measure))
        here = known.measure_ids[i]
        original = known.measures.get(measure.repeat_of or "")
        if original and (original == here or by_id[original].repeat_of):
            wrong = f"「{measure.repeat_of}」は元の施策ではありません (no original)"
            yield "measures", (i, "repeat_of"), wrong, "再掲でない、ほかの施策を書く"
        for j, name in enumerate(measure.joint):
            other = known.measures.get(name)
            back = [known.measures.get(n) for n in by_id[other].joint] if other else [here]
            if other == here or here not in back:
                wrong = f"「{name}」の joint にこの施策がありません (not named back)"
                yield "measures", (i, "joint", j), wrong, "両方に書く"


def _goals_of(plan: Plan, measure: Measure) -> list[str]:
    def is_near(goal: Goal) -> bool:
        return plan.known.sectors.get(goal.sector or "") == plan.known.sector_of(measure)

    return [str(goal.number or goal.title) for goal in plan.data.goals if is_near(goal)]


@_check("measures", "organizations")
def check_promoters(plan: Plan) -> Iterator[Fault]:
    known = {name: o.id for o in plan.city.organizations for name in (o.printed or [o.name])}
    for i, measure in enumerate(plan.data.measures):
        seen: dict[str, str] = {}
        for j, name in enumerate(measure.organizations):
            if name not in known:
                yield _unknown("measures", (i, "organizations", j), "団体", name, known)
            elif known[name] in seen:
                wrong = f"「{name}」は「{seen[known[name]]}」と同じ団体です (the same body)"
                yield "measures", (i, "organizations", j), wrong, "一度だけ書く"
            seen.setdefault(known.get(name, ""), name)
        for key in ("roles", "tasks"):
            for name in getattr(measure, key):
                if name not in measure.organizations:
                    yield _unknown("measures", (i, key, name), "この施策の団体", name, measure.organizations)


@_check("measures", "sectors", "goals", "indicators")
def check_targets(plan: Plan) -> Iterator[Fault]:
    """The indicators say what the printed target says; a part beyond read_parts needs a note on how it was read.

    A note that begins with 読み方： overrules the reading, and the page shows it.
    """
    for i, measure in enumerate(plan.data.measures):
        if measure.target is not None and measure.indicators:
            yield from (("measures", (i, *path), wrong, right) for path, wrong, right in _find_misread(measure))


def _find_misread(measure: Measure) -> Iterator[tuple[Path, str, str]]:
    parts = read_parts(measure.target or "")
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
            wrong = f"「{right.printed}」の指標がありません (no indicator)"
            yield ("indicators",), wrong, "その部分の指標を加える (add one)"
            continue
        left.remove(match)
        yield from _find_differences(*match, right)
    if error and not (left and all(x.note for _, x in left)):
        right_way = "印字のとおりに書くか、どう読んだかを指標の note に書く (say in a note how it was read)"
        yield ("target",), str(error), right_way


def _indicator_for(
    right: Reading, given: list[tuple[int, Indicator]], target: str | None
) -> tuple[int, Indicator] | None:
    """The indicator that was read from the same part of a target."""
    return next(((j, x) for j, x in given if (x.printed or target) == right.printed), None)


def _find_differences(j: int, indicator: Indicator, right: Reading) -> Iterator[tuple[Path, str, str]]:
    if _is_overruled(indicator):
        return
    for key in READ_KEYS:
        must, given = getattr(right, key), getattr(indicator, key)
        if given != must and not (indicator.note and (key, must) == ("per", None)):
            wrong = f"{key} {given!r} は目標「{right.printed}」と合いません (not what the target says)"
            yield ("indicators", j, key), wrong, f"{must!r} と読めます (it reads as {must!r})"


def _is_overruled(indicator: Indicator) -> bool:
    return (indicator.note or "").startswith("読み方：")


def _find_unplaced(plan: Plan) -> Iterator[Fault]:
    """A line without a place, among others that have one, is what merged cells leave; alone it would be the whole plan's."""
    named = [bool(x.plan or x.measures or x.goals or x.sectors) for x in plan.data.indicators]
    for i in (i for i, is_named in enumerate(named) if any(named) and not is_named):
        right = "上の行と同じでも施策や目標を書く。計画全体の指標なら plan に「はい」(true)"
        yield "indicators", (i,), f"「{plan.data.indicators[i].label}」の場所が空です (no place)", right


@_check("measures", "sectors", "goals", "indicators")
def check_indicators(plan: Plan) -> Iterator[Fault]:
    """An indicator has what its kind needs, and its printed part stands in the target."""
    yield from _find_unplaced(plan)
    first, last = plan.data.plan.start_fiscal_year, plan.data.plan.end_fiscal_year + LONGEST_PLAN
    for placed in plan.known.indicators:
        x, (kind, path) = placed.indicator, placed.path
        cell = placed.measure.target if placed.measure else x.target
        if x.value is not None and x.kind in ("continue", "milestone", "activity"):
            yield kind, path, f"kind {x.kind} に数 {x.value} があります (a value)", "数の目標は quantity"
        if x.kind == "quantity" and x.value is None and x.target is None and x.baseline is None:
            yield kind, path, "数の指標に数がありません (no value)", "value か target を書く"
        yield from ((kind, (*path, key), wrong, right) for key, wrong, right in _find_unfit_cells(placed))
        if (x.due_fiscal_year is None) != (x.due_kind is None):
            wrong = "due_fiscal_year と due_kind の一方だけがあります (one of two)"
            yield kind, path, wrong, "両方を書くか、両方を消す"
        if x.due_fiscal_year is not None and not first <= x.due_fiscal_year <= last:
            wrong = f"期限 {x.due_fiscal_year} が計画の年度の外です (outside the plan)"
            yield kind, (*path, "due_fiscal_year"), wrong, f"{first} から"
        if placed.measure and x.source == "schedule":
            for key in ("printed", "note"):
                if getattr(x, key) is None:
                    wrong = f"スケジュールからの指標に {key} がありません (no {key})"
                    yield kind, path, wrong, "印字された言葉と、どう読んだかを書く"
        elif x.printed is not None and cell is not None and x.printed not in cell:
            wrong = f"「{x.printed}」は目標の中にありません (not in the target)"
            yield kind, (*path, "printed"), wrong, "目標の一部をそのまま書く"


def _other_unit(placed: PlacedIndicator | None, cell: str | None) -> str | None:
    """What is wrong with a cell whose unit is not that of its indicator, which has one for all its figures."""
    unit, here = placed and placed.indicator.unit, unit_in(cell)
    if here and is_scaled(f"1{unit}"):
        return f"「{cell}」に単位があるのに、指標の unit が{unit}です (a unit in both)"
    if placed and is_scaled(counted := _counted_in(placed.indicator)) and is_bare(cell):
        return f"「{cell}」に単位がないのに、「{counted}」と数えています (thousands or ones)"
    if here is None or unit is None or unit_in(f"1{unit}") in (here, None):
        return None
    return f"「{cell}」の単位は{unit}ではありません (another unit)"


def _counted_in(indicator: Indicator) -> str | None:
    """The cell that shows how an indicator counts."""
    return indicator.target or indicator.printed or indicator.baseline


def _find_unfit_cells(placed: PlacedIndicator) -> Iterator[tuple[str, str, str]]:
    """Years that a key and a cell tell differently, and a baseline in another unit."""
    x = placed.indicator
    cells = (("baseline_year", x.baseline_year, x.baseline), ("due_fiscal_year", x.due_fiscal_year, x.target))
    for key, year, cell in cells:
        read = year_in(cell)
        if None not in (year, read) and year != read and not _is_overruled(x):
            yield (
                key,
                f"{year} は「{cell}」の年度ではありません (another year)",
                f"{read} と読めます (it reads as {read})",
            )
    if wrong := _other_unit(placed, x.baseline):
        yield "baseline", wrong, "目標値と同じ単位の指標だけを一つにする"


@_check("plan", "events")
def check_events(plan: Plan) -> Iterator[Fault]:
    first, last = plan.data.plan.start_fiscal_year, plan.data.plan.end_fiscal_year
    for i, event in enumerate(plan.data.events):
        if event.row is not None and event.sector is not None:
            yield "events", (i,), "row と sector の両方があります (both)", "どちらか一つを書く"
        for key in ("fiscal_year", "end_fiscal_year"):
            year = getattr(event, key)
            if year is not None and not first <= year <= last:
                yield "events", (i, key), f"年度 {year} は計画の外です (outside the plan)", f"{first} から {last}"
        if event.end_fiscal_year is not None and event.end_fiscal_year <= event.fiscal_year:
            wrong = f"終わりの年度 {event.end_fiscal_year} が始まりより後ではありません (ends first)"
            yield "events", (i, "end_fiscal_year"), wrong, "後の年度にするか、消す"


@_check("plan", "measures", "goals", "indicators", "grades", "evaluations")
def check_evaluations(plan: Plan) -> Iterator[Fault]:
    meanings: dict[tuple[str, str], str | None] = {}
    for i, grade in enumerate(plan.data.grades):
        if (grade.field, grade.grade) in meanings:
            yield "grades", (i, "grade"), f"「{grade.grade}」が二度あります (twice)", "一つにする"
        meanings[grade.field, grade.grade] = grade.meaning
    first, last = plan.data.plan.start_fiscal_year, plan.data.plan.end_fiscal_year
    for i, x in enumerate(plan.data.evaluations):
        if x.indicator and plan.known.judged(x) == (None, None):
            yield _unknown("evaluations", (i, "indicator"), "指標", x.indicator, plan.known.indicator_names)
        if not (x.name or x.measure or x.goal or x.indicator):
            wrong = "何の評価かが書かれていません (nothing named)"
            yield "evaluations", (i,), wrong, "name、measure、goal、indicator のどれかを書く"
        for field, key, word in (("outcome", "grade", x.grade), ("decision", "decision", x.decision)):
            known = [letter for named, letter in meanings if named == field]
            if word is not None and word not in known:
                yield _unknown("evaluations", (i, key), "grades の記号", word, known)
        if x.fiscal_year is not None and not first <= x.fiscal_year <= last:
            yield "evaluations", (i, "fiscal_year"), f"年度 {x.fiscal_year} は計画の外です", f"{first} から {last}"
        meaning = meanings.get(("decision", x.decision or ""))
        if x.successor is not None and meaning in ("end", "done"):
            wrong = f"「{x.decision}」なのに引き継ぐ施策があります (a successor)"
            yield "evaluations", (i, "decision"), wrong, "どちらかを直す"
        if meaning not in (None, "end", "done") and not (x.successor or x.measure or x.goal or x.indicator):
            wrong = f"「{x.decision}」なのに引き継ぐ施策がありません (no successor)"
            yield "evaluations", (i, "decision"), wrong, "successor を書く"
        if x.rule is not None and (x.rule == "none") != (x.outcome == "not_stated"):
            wrong = "outcome と rule が合いません (do not fit)"
            yield "evaluations", (i, "rule"), wrong, "not_stated のときだけ rule は none"
        if x.outcome is not None and x.rule is None and x.judged_by != "city":
            wrong = "だれの判定かがわかりません (whose)"
            yield "evaluations", (i, "outcome"), wrong, "rule を書くか、judged_by: city とする"


@_check("plan", "sectors", "goals", "measures", "organizations", "evaluations", "events", "corrections")
def check_corrections(plan: Plan) -> Iterator[Fault]:
    for i, correction in enumerate(plan.data.corrections):
        if plan.known.row_of(correction.table, correction.row) is None:
            rows = {name for name, (table, _) in plan.known.records.items() if table == correction.table}
            yield _unknown("corrections", (i, "row"), f"{correction.table} の", correction.row, rows)
        columns = _columns(correction.table)
        if correction.column not in columns:
            yield _unknown("corrections", (i, "column"), f"{correction.table} の列", correction.column, columns)
        if correction.printed == correction.corrected:
            wrong = "corrected が printed と同じです (the same)"
            yield "corrections", (i, "corrected"), wrong, "印字のままなら corrected を消す"


def _columns(table: str) -> set[str]:
    """What a correction may touch: columns of the table, and lists with a table of their own (measure_goals: goals)."""
    schema = [t for t in read_schema() if not t.is_view]
    start = table.removesuffix("s") + "_"
    lists = {t.name.removeprefix(start) for t in schema if t.name.startswith(start)}
    return lists | {c.name for t in schema if t.name == table for c in t.columns}


_EVERYTHING = (
    *("plan", "sectors", "goals", "measures", "indicators", "organizations", "evaluations", "events", "corrections"),
    *("changes", "withdrawn"),
)


@_check(*_EVERYTHING)
def check_changes(plan: Plan) -> Iterator[Fault]:
    """The newest change comes first, and every record named is or was there."""
    changes = plan.data.changes
    known = {*plan.known.records, *(w.id for w in plan.data.withdrawn)}
    for i, change in enumerate(changes):
        if i and change.date > changes[i - 1].date:
            yield "changes", (i, "date"), f"{change.date} が前の日より後です (out of order)", "新しいものを先に書く"
        for j, record in enumerate(change.records):
            if record not in known:
                yield _unknown("changes", (i, "records", j), "記録", record, known)


@_check(*_EVERYTHING)
def check_withdrawn(plan: Plan) -> Iterator[Fault]:
    """A withdrawn id is used no more, and what replaces it is a record of the same table."""
    yield from _repeated("withdrawn", "id", plan.data.withdrawn)
    used = {id_: table for table, id_ in plan.known.records.values()}
    used |= {change.id: "changes" for change in plan.data.changes}
    starts = (f"{plan.data.plan.id}-", f"{plan.city.municipality.id}-")
    for i, withdrawn in enumerate(plan.data.withdrawn):
        if not withdrawn.id.startswith(starts):
            yield "withdrawn", (i, "id"), f"id {withdrawn.id} (wrong beginning)", f"{starts[0]} で始める"
        if withdrawn.id in used:
            wrong = f"id {withdrawn.id} は {used[withdrawn.id]} で使われています (in use)"
            yield "withdrawn", (i, "id"), wrong, "取り下げたIDは使わない"
        same = {id_ for id_, table in used.items() if table == withdrawn.table}
        if withdrawn.replaced_by is not None and withdrawn.replaced_by not in same:
            yield _unknown("withdrawn", (i, "replaced_by"), f"{withdrawn.table} の", withdrawn.replaced_by, same)


@_check("plan", "sectors", "goals", "measures", "indicators", "figures", "results")
def check_figures(plan: Plan) -> Iterator[Fault]:
    """Figures name one indicator, say something that no other says, and their cell says the same year and unit."""
    for kind in ("figures", "results"):
        seen = set()
        for i, told in enumerate(getattr(plan.data, kind)):
            named = plan.known.indicators_at(told.measure, told.indicator)
            if len(named) != 1:
                yield from ((kind, (i, key), wrong, right) for key, wrong, right in _find_unclear(plan, told, named))
                continue
            yield from (
                (kind, (i, key), wrong, right) for key, wrong, right in _find_wrong_figure(plan, told, named[0])
            )
            role = told.estimate if isinstance(told, Result) else told.role
            told_by = told.source_url or told.document
            year = told.fiscal_year or year_in(told.printed)
            key = (named[0].id, role, year, told.calendar, told.first_year, told.part, told.edition, told_by)
            if key in seen:
                wrong = "同じ指標・年度・出典の数字がもうあります (twice)"
                yield kind, (i, "fiscal_year"), wrong, "一つにするか、edition を変える"
            seen.add(key)


def _find_unclear(
    plan: Plan, told: PrintedFigure | Result, named: list[PlacedIndicator]
) -> Iterator[tuple[str, str, str]]:
    if named:
        key, name = ("indicator", told.indicator) if told.measure is None else ("measure", told.measure)
        wrong = f"「{name}」は{len(named)}つの指標をさします (ambiguous)"
        yield key, wrong, f"指標の id を書く: {'、'.join(placed.id for placed in named)}"
    elif told.measure is not None and isinstance(told.indicator, int):
        count = sum(1 for n in range(1, 20) if plan.known.indicators_at(told.measure, n))
        wrong = f"「{told.measure}」の{told.indicator}番目の指標はありません (no indicator)"
        yield "indicator" if count else "measure", wrong, f"指標は{count}個です"
    else:
        _, _, wrong, right = _unknown("", (), "指標", told.indicator, plan.known.indicator_names)
        yield "indicator", wrong, right


def _find_wrong_figure(
    plan: Plan, told: PrintedFigure | Result, placed: PlacedIndicator
) -> Iterator[tuple[str, str, str]]:
    if told.value is not None and told.printed is None and is_scaled(counted := _counted_in(placed.indicator)):
        wrong = f"「{counted}」と数えているので、{told.value:,} がどの単位かわかりません (thousands or ones)"
        yield "value", wrong, "value の代わりに、単位をつけて printed に書く"
    if told.value is None and (other := _other_unit(placed, told.printed)):
        yield "printed", other, "単位まで写すか、指標の単位での数を value に書く"
    if told.fiscal_year is not None and (year := year_in(told.printed)) not in (None, told.fiscal_year):
        wrong = f"{told.fiscal_year} は「{told.printed}」の年度ではありません (another year)"
        yield "fiscal_year", wrong, f"{year} と読めます (it reads as {year})"
    if told.document is not None and told.document not in plan.known.documents:
        _, _, wrong, right = _unknown("", (), "文書", told.document, plan.known.documents)
        yield "document", wrong, right
    if told.value is None and told.printed is None and getattr(told, "status", None) is None:
        wrong = "数字も状況もありません (nothing told)"
        yield "value", wrong, "value、status、printed のどれかを書くか、行を消す"
