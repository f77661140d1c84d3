"""Every rule across the records of a municipality and of each of its plans.

A check names the kinds of record that it looks at; it runs only when all of them were read without a fault, so that one
slip is not told as many.
"""

from collections.abc import Iterator, Sequence

from keikaku.plan import figure_checks, record_checks
from keikaku.plan.checking import Check, Documents, Fault, Plan, unknown
from keikaku.plan.city_checks import check_numbers, check_organizations
from keikaku.plan.errors import Problem
from keikaku.plan.model import City, PlanData
from keikaku.plan.reading import Document
from keikaku.plan.references import References

CHECKS = [x for module in (record_checks, figure_checks) for x in vars(module).values() if isinstance(x, Check)]


def find_city_problems(city: City, documents: Documents, complete: set[str], folder: str) -> Iterator[Problem]:
    """What is wrong with what the plans of a municipality share."""
    if "municipality" in complete:
        if city.municipality.id != folder:
            yield documents["municipality"].problem(("id",), "not the folder", id=city.municipality.id, folder=folder)
        yield from _tell(check_numbers(city), documents)
    if "organizations" in complete:
        yield from _tell(check_organizations(city), documents)


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
