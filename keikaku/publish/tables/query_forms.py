"""The form of a query: for each parameter a label, what an empty value means, and the choices that the data offers.

One row for each parameter name; a name that is not listed is asked for by a plain text box under its own name.
Guarantees: the value in the address is always among the choices, marked as chosen, even if the data does not know it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from keikaku.plan.fiscal_year import read_fiscal_year


@dataclass(frozen=True)
class Parameter:
    """`choices` is SQL that returns value, label and heading of each choice; empty for a box to write in."""

    label: str
    empty: str = ""
    help: str = ""
    choices: str = ""


@dataclass(frozen=True)
class Choice:
    """One entry of a list; those with the same heading stand together."""

    value: str
    label: str
    heading: str
    chosen: bool


PARAMETERS = {
    "plan": Parameter(
        "計画", "すべての計画", choices="SELECT id, title, '' FROM plans ORDER BY start_fiscal_year DESC, title"
    ),
    "q": Parameter("探す言葉", help="空白で区切ると、すべてを含むものを探します。"),
    "organization": Parameter(
        "団体",
        "すべての団体",
        choices="""
            SELECT
                CASE (SELECT count(*) FROM plans) WHEN 1 THEN o.name ELSE o.id END,
                o.name,
                CASE (SELECT count(*) FROM plans) WHEN 1 THEN c.label ELSE p.name || '：' || c.label END
            FROM organizations AS o
            JOIN municipalities AS p ON p.id = o.municipality_id
            JOIN codes AS c ON c.table_name = 'organizations' AND c.column_name = 'kind' AND c.code = o.kind
            ORDER BY p.id, c.rowid, o.rowid
        """,
    ),
    "fiscal_year": Parameter(
        "年度",
        "今年度",
        choices="SELECT fiscal_year, label || '（' || fiscal_year || '）', '' FROM fiscal_years ORDER BY fiscal_year",
    ),
    "sector": Parameter(
        "分野",
        "すべての分野",
        choices="""
            SELECT
                CASE (SELECT count(*) FROM plans) WHEN 1 THEN s.name ELSE s.id END,
                s.name,
                CASE (SELECT count(*) FROM plans) WHEN 1 THEN '' ELSE p.title END
            FROM sectors AS s JOIN plans AS p ON p.id = s.plan_id ORDER BY s.plan_id, s.position
        """,
    ),
    "goal": Parameter(
        "基本目標",
        "すべての基本目標",
        choices="""
            SELECT
                g.id,
                coalesce(coalesce(g.code, g.number) || '. ', '') || g.title,
                CASE (SELECT count(*) FROM plans) WHEN 1 THEN coalesce(s.name, '') ELSE p.title || coalesce('：' || s.name, '') END
            FROM goals AS g LEFT JOIN sectors AS s ON s.id = g.sector_id JOIN plans AS p ON p.id = g.plan_id
            ORDER BY g.plan_id, g.position
        """,
    ),
    "reason": Parameter(
        "理由", "すべての理由", choices="SELECT DISTINCT reason, reason, '' FROM unmet_targets ORDER BY reason"
    ),
}


def find_parameter(name: str) -> Parameter:
    """What is known of a parameter."""
    return PARAMETERS.get(name, Parameter(name))


def build_choices(name: str, value: str, rows: Iterable[tuple[object, str, str]]) -> list[Choice]:
    """The choices of a parameter, with the one that `value` means chosen; a value of its own comes first."""
    wanted = _stored(name, value)
    choices = [Choice(str(stored), label, heading or "", str(stored) == wanted) for stored, label, heading in rows]
    if value and not any(choice.chosen for choice in choices):
        choices.insert(0, Choice(value, value, "", True))
    return choices


def _stored(name: str, value: str) -> str:
    """The stored form of a value that may be written in several ways."""
    if name == "fiscal_year" and value:
        try:
            return str(read_fiscal_year(value))
        except ValueError:
            return value
    return value
