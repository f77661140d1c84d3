"""Every rule across the records of a municipality and of each of its plans.

A check names the kinds of record that it looks at; it runs only when all of them were read without a fault, so that one
slip is not told as many.
"""

from collections.abc import Iterator, Sequence

from keikaku.plan import figure_checks, record_checks
from keikaku.plan.checking import Check, Documents, Fault, Path, Plan, fault, find_repeated, unknown
from keikaku.plan.errors import Problem
from keikaku.plan.model import City, PlanData
from keikaku.plan.municipality import corporate_check_digit, municipality_check_digit, prefecture_of
from keikaku.plan.reading import Document
from keikaku.plan.references import References

CHECKS = [x for module in (record_checks, figure_checks) for x in vars(module).values() if isinstance(x, Check)]


def find_city_problems(city: City, documents: Documents, complete: set[str], folder: str) -> Iterator[Problem]:
    """What is wrong with what the plans of a municipality share."""
    if "municipality" in complete:
        if city.municipality.id != folder:
            yield documents["municipality"].problem(("id",), "not the folder", id=city.municipality.id, folder=folder)
        yield from _tell(_check_numbers(city), documents)
    if "organizations" in complete:
        yield from _tell(_check_organizations(city), documents)


def find_problems(city: City, data: PlanData, documents: Documents, complete: set[str]) -> Iterator[Problem]:
    """Run every check of a plan whose kinds of record are in `complete`."""
    if not {"plan", "municipality"} <= complete:
        return
    plan = Plan(city, data, References(city, data))
    for check in CHECKS:
        found = list(_tell(check.find(plan), documents)) if check.needed <= complete else []
        yield from found
        if found and check in (record_checks.check_ids, record_checks.check_plan):  # all else might follow
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
                yield document.problem(("id",), "id in two plans", id=id_, owner=taken[id_])
            owners[id_] = document.file
        before = plans.get(plan.follows or "")
        if plan.follows is not None and before is None:
            known = plans.keys() - {plan.id}
            yield from _tell(iter([unknown("plan", ("follows",), "前の計画", plan.follows, known)]), {"plan": document})
        elif before and before.start_fiscal_year >= plan.start_fiscal_year:
            yield document.problem(("follows",), "not before", name=plan.follows)


def _tell(faults: Iterator[Fault], documents: Documents) -> Iterator[Problem]:
    yield from (documents[kind].problem(path, message, **values) for kind, path, message, values in faults)


def _check_numbers(city: City) -> Iterator[Fault]:
    """The check digits of the municipality code (its last digit) and of its corporate number (its first) are right."""
    code = city.municipality.code
    if not prefecture_of(code):
        yield fault("municipality", ("code",), "no prefecture", code=code)
    if code[-1] != (digit := municipality_check_digit(code)):
        yield fault("municipality", ("code",), "code digit", code=code, digit=digit, right=code[:-1] + digit)
    yield from _check_number("municipality", (), city.municipality.corporate_number)


def _check_number(kind: str, path: Path, number: str | None) -> Iterator[Fault]:
    if number and number[0] != (digit := corporate_check_digit(number)):
        values = {"number": number, "digit": digit, "right": digit + number[1:]}
        yield fault(kind, (*path, "corporate_number"), "corporate digit", **values)


def _check_organizations(city: City) -> Iterator[Fault]:
    """Ids begin with the municipality's, parents are there and lead nowhere round, no two bodies share a name or a number."""
    for key in ("id", "corporate_number"):
        yield from find_repeated("organizations", key, city.organizations)
    parents = {o.id: o.parent for o in city.organizations}
    owner: dict[str, str] = {}
    start = f"{city.municipality.id}-" if city.municipality else ""
    for i, organization in enumerate(city.organizations):
        yield from _check_number("organizations", (i,), organization.corporate_number)
        if not organization.id.startswith(start):
            yield fault("organizations", (i, "id"), "wrong beginning", id=organization.id, start=start)
        if organization.parent is not None and organization.parent not in parents:
            yield unknown("organizations", (i, "parent"), "上の団体", organization.parent, parents)
        elif _leads_round(organization.id, parents):
            yield fault("organizations", (i, "parent"), "own parent")
        for key in ("name", "printed", "aliases"):
            names = [organization.name] if key == "name" else getattr(organization, key)
            for name in names:
                if owner.setdefault(name, organization.id) != organization.id:
                    yield fault("organizations", (i, key), "name of two", name=name, owner=owner[name])


def _leads_round(start: str, parents: dict[str, str | None]) -> bool:
    seen = set()
    step: str | None = start
    while step is not None and step not in seen:
        seen.add(step)
        step = parents.get(step)
    return step is not None
