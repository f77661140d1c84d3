"""One record of the database as schema.org knows it, in JSON-LD whose context is inside: no reader needs the network.

The permanent address of a record is its @id, and whatever it names has an @id of the same kind. A plan, a sector, a
goal and an evaluation are a CreativeWork; a measure is one too, and an Action of the bodies that promote it; an
indicator is a PropertyValue, and an entry of the table of years an Event that takes whole fiscal years. What is no
CreativeWork cannot be part of the data set in schema.org: it is a subject of it instead.
"""

from collections.abc import Callable
from typing import Any

from keikaku.plan.fiscal_year import ends_on, starts_on
from keikaku.schema.codes import CODES

Json = dict[str, Any]
Execute = Callable[..., Any]

CONTEXT: Json = {
    "@vocab": "https://schema.org/",
    **{word: {"@id": f"https://schema.org/{word}", "@type": "@id"} for word in ("url", "license", "inDefinedTermSet")},
}
_ORGANIZATIONS = {
    **dict.fromkeys(("municipality", "prefecture", "department"), "GovernmentOrganization"),
    "university": "CollegeOrUniversity",
}
_ABOVE, _BELOW = ("<=", "<"), (">=", ">")


class _Site:
    """Where records stand, and the database that is asked for them."""

    def __init__(self, execute: Execute, root: str, license_url: str) -> None:
        self.execute = execute
        self.root = root
        self.license_url = license_url

    def rows(self, sql: str, *values: object) -> list[Json]:
        found = self.execute(sql, values)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def address(self, table: str, row_id: str) -> str:
        return f"{self.root}plans/{table}/{row_id}"

    def named(self, type_: str | list[str], table: str, row_id: str, name: str) -> Json:
        return {"@type": type_, "@id": self.address(table, row_id), "name": name}

    def list(self, type_: str | list[str], table: str, sql: str, *values: object) -> list[Json]:
        """Records whose id and name the query gives."""
        return [self.named(type_, table, row["id"], row["name"]) for row in self.rows(sql, *values)]

    def data_set(self) -> Json:
        return {"@type": "Dataset", "@id": f"{self.root}data#dataset"}

    def part(self, *wholes: Json) -> Json:
        return {"isPartOf": [*wholes, self.data_set()], "license": self.license_url, "inLanguage": "ja"}

    def plan(self, plan_id: str) -> Json:
        (row,) = self.rows("SELECT title FROM plans WHERE id = ?", plan_id)
        return self.named("CreativeWork", "plans", plan_id, row["title"])

    def sector(self, sector_id: str) -> Json:
        (row,) = self.rows("SELECT title FROM sectors WHERE id = ?", sector_id)
        return self.named("CreativeWork", "sectors", sector_id, row["title"])

    def above(self, row: Json) -> Json:
        """What a record is part of: its sector, or its plan where it has none."""
        return self.sector(row["sector_id"]) if row.get("sector_id") else self.plan(row["plan_id"])

    def code(self, table: str, column: str, code: str) -> Json:
        return {
            "@type": "DefinedTerm",
            "termCode": code,
            "name": CODES[table, column][code][0],
            "inDefinedTermSet": f"{self.root}plans/codes?table_name={table}&column_name={column}",
        }


def build_record(execute: Execute, table: str, row_id: str, root: str, license_url: str) -> Json | None:
    """The record under this id, None if there is none; raises KeyError for a table that is not in BUILDERS.

    `root` is the address of the site, with a slash at its end.
    """
    build = BUILDERS[table]
    site = _Site(execute, root, license_url)
    rows = site.rows(f"SELECT * FROM {_SOURCES.get(table, table)} WHERE id = ?", row_id)
    if not rows:
        return None
    address = site.address(table, row_id)
    described = {"@context": CONTEXT, "@id": address, "identifier": row_id, "url": address, **build(site, rows[0])}
    return {key: value for key, value in described.items() if value not in (None, [], "")}


def _plan(site: _Site, row: Json) -> Json:
    city = {"@type": "GovernmentOrganization", "name": row["municipality"], "identifier": row["corporate_number"]}
    return {
        "@type": "CreativeWork",
        "name": row["title"],
        "abstract": row["concept"],
        "creator": city,
        "spatialCoverage": _area(row),
        "temporalCoverage": _span(row["start_fiscal_year"], row["end_fiscal_year"]),
        "isBasedOn": row["document_title"]
        and {
            "@type": "Report",
            "name": row["document_title"],
            "author": row["document_author"] and {"@type": "Organization", "name": row["document_author"]},
            "datePublished": row["document_date"],
        },
        "hasPart": site.list(
            "CreativeWork", "sectors", "SELECT id, title AS name FROM sectors WHERE plan_id = ?", row["id"]
        ),
        **site.part(),
    }


def _sector(site: _Site, row: Json) -> Json:
    goals = "SELECT id, title AS name FROM goals WHERE sector_id = ? ORDER BY position"
    measures = "SELECT id, name FROM measures WHERE sector_id = ? ORDER BY position"
    return {
        "@type": "CreativeWork",
        "name": row["title"],
        "alternateName": row["name"],
        "abstract": row["vision"],
        "hasPart": [
            *site.list("CreativeWork", "goals", goals, row["id"]),
            *site.list(["CreativeWork", "Action"], "measures", measures, row["id"]),
        ],
        **site.part(site.plan(row["plan_id"])),
    }


def _goal(site: _Site, row: Json) -> Json:
    served = "SELECT m.id, m.name FROM measure_goals AS g JOIN measures AS m ON m.id = g.measure_id WHERE g.goal_id = ? ORDER BY m.position"
    return {
        "@type": "CreativeWork",
        "name": row["title"],
        "abstract": row["summary"],
        "position": row["number"],
        "mentions": site.list(["CreativeWork", "Action"], "measures", served, row["id"]),
        **site.part(site.above(row)),
    }


def _measure(site: _Site, row: Json) -> Json:
    bodies = """
        SELECT o.id, o.name, o.kind FROM measure_organizations AS m JOIN organizations AS o ON o.id = m.organization_id
        WHERE m.measure_id = ? ORDER BY m.position
    """
    goals = """
        SELECT g.id, g.title AS name FROM measure_goals AS m JOIN goals AS g ON g.id = m.goal_id
        WHERE m.measure_id = ? ORDER BY g.position
    """
    original = site.rows("SELECT id, name FROM measures WHERE id = ?", row["repeat_of"])
    return {
        "@type": ["CreativeWork", "Action"],
        "name": row["name"],
        "alternateName": row["code"],
        "abstract": row["summary"],
        "description": row["target"],
        "agent": [
            site.named(_organization_type(body["kind"]), "organizations", body["id"], body["name"])
            for body in site.rows(bodies, row["id"])
        ],
        "object": site.list("CreativeWork", "goals", goals, row["id"]),
        "result": site.list(
            "PropertyValue",
            "indicators",
            "SELECT i.id, i.label AS name FROM indicator_links AS l JOIN indicators AS i ON i.id = l.indicator_id WHERE l.row_id = ? ORDER BY i.position",
            row["id"],
        ),
        "sameAs": [{"@id": site.address("measures", other["id"])} for other in original],
        **site.part(site.above(row)),
    }


def _indicator(site: _Site, row: Json) -> Json:
    (place,) = site.rows("SELECT * FROM indicator_places WHERE indicator_id = ?", row["id"])
    type_ = ["CreativeWork", "Action"] if place["measure_id"] else "CreativeWork"
    target = next(
        iter(
            site.rows("SELECT * FROM figures WHERE indicator_id = ? AND role = 'target' ORDER BY last_year", row["id"])
        ),
        {},
    )
    comparator = target.get("comparator")
    bound = "maxValue" if comparator in _ABOVE else "minValue" if comparator in _BELOW else "value"
    return {
        "@type": "PropertyValue",
        "name": row["label"],
        "description": row["printed"],
        bound: target.get("value"),
        "unitText": row["unit"],
        "subjectOf": [
            site.named(type_, place["table_name"], place["row_id"], place["name"]),
            site.data_set(),
        ],
    }


def _organization(site: _Site, row: Json) -> Json:
    names = "SELECT name FROM organization_names WHERE organization_id = ? AND name <> ? ORDER BY kind DESC, name"
    parents = site.rows("SELECT id, name, kind FROM organizations WHERE id = ?", row["parent_id"])
    return {
        "@type": _organization_type(row["kind"]),
        "name": row["name"],
        "alternateName": [other["name"] for other in site.rows(names, row["id"], row["name"])],
        "description": row["note"],
        "parentOrganization": [
            site.named(_organization_type(p["kind"]), "organizations", p["id"], p["name"]) for p in parents
        ],
        "subOrganization": [
            site.named(_organization_type(below["kind"]), "organizations", below["id"], below["name"])
            for below in site.rows("SELECT id, name, kind FROM organizations WHERE parent_id = ?", row["id"])
        ],
        "subjectOf": [
            *(site.plan(plan["id"]) for plan in site.rows(_PLANS_OF, row["municipality_id"])),
            site.data_set(),
        ],
    }


def _evaluation(site: _Site, row: Json) -> Json:
    successors = "SELECT id, name FROM measures WHERE id = ?"
    return {
        "@type": "CreativeWork",
        "name": row["name"],
        "abstract": row["summary"],
        "keywords": [
            *filter(None, (row["grade"], row["decision"])),
            *(site.code("evaluations", column, row[column]) for column in ("outcome", "rule") if row[column]),
        ],
        "mentions": site.list(["CreativeWork", "Action"], "measures", successors, row["successor_id"]),
        **site.part(site.above(row)),
    }


def _event(site: _Site, row: Json) -> Json:
    (plan,) = site.rows("SELECT * FROM plan_facts WHERE id = ?", row["plan_id"])
    measures = """
        SELECT m.id, m.name FROM event_measures AS e JOIN measures AS m ON m.id = e.measure_id
        WHERE e.event_id = ? ORDER BY m.position
    """
    return {
        "@type": "Event",
        "name": row["title"],
        "startDate": starts_on(row["fiscal_year"]).isoformat(),
        "endDate": ends_on(row["end_fiscal_year"] or row["fiscal_year"]).isoformat(),
        "location": _area(plan),
        "about": site.list(["CreativeWork", "Action"], "measures", measures, row["id"]),
        "subjectOf": [
            site.above(row),
            site.data_set(),
        ],
    }


def _area(plan: Json) -> Json:
    return {"@type": "AdministrativeArea", "name": plan["municipality"], "identifier": plan["municipality_code"]}


def _span(first: int, last: int) -> str:
    return f"{starts_on(first).isoformat()}/{ends_on(last).isoformat()}"


def _organization_type(kind: str) -> str:
    return _ORGANIZATIONS.get(kind, "Organization")


# Where a record is read from, if not from its table.
_SOURCES = {"plans": "plan_facts"}
_PLANS_OF = "SELECT id FROM plans WHERE municipality_id = ? ORDER BY id"

BUILDERS: dict[str, Callable[[_Site, Json], Json]] = {
    "plans": _plan,
    "sectors": _sector,
    "goals": _goal,
    "measures": _measure,
    "indicators": _indicator,
    "organizations": _organization,
    "evaluations": _evaluation,
    "events": _event,
}
