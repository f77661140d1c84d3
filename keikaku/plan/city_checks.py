"""Rules for what the plans of a municipality share."""

from collections.abc import Iterator

from keikaku.plan.checking import Fault, Path, fault, find_repeated, unknown
from keikaku.plan.model import City
from keikaku.plan.municipality import corporate_check_digit, municipality_check_digit, prefecture_of


def check_numbers(city: City) -> Iterator[Fault]:
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


def check_organizations(city: City) -> Iterator[Fault]:
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
