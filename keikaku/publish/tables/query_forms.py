"""The form of a query: for each parameter a label, what an empty value means, and the choices that the data offers.

query_forms.yml has the parameters; a name that is not listed is asked for by a plain text box under its own name.
Guarantees: the value in the address is always among the choices, marked as chosen, even if the data does not know it.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from keikaku.files.beside import read_data
from keikaku.plan.fiscal_year import read_fiscal_year


@dataclass(frozen=True)
class Parameter:
    """`choices` is SQL that returns value, label and heading of each choice; empty for a box to write in.

    `known_by` says what of a choice an address may name, which then names nothing else: its value, or its label too.
    """

    label: str
    empty: str = ""
    help: str = ""
    choices: str = ""
    known_by: str = ""


@dataclass(frozen=True)
class Choice:
    """One entry of a list; those with the same heading stand together."""

    value: str
    label: str
    heading: str
    chosen: bool


PARAMETERS = {name: Parameter(**words) for name, words in read_data(__file__, "query_forms.yml").items()}


def find_choice(parameter: Parameter) -> str:
    """SQL with a row if :written is a choice."""
    return f"WITH choice (value, label, heading) AS ({parameter.choices}) SELECT 1 FROM choice WHERE :written IN ({parameter.known_by}) LIMIT 1"


def find_named(parameter: Parameter, most: int) -> str:
    """SQL for the choice whose value is :written, or else for those with these words in their name and heading; all by none."""
    return f"""
        WITH choice (value, label, heading) AS ({parameter.choices}) SELECT * FROM choice
        WHERE CASE WHEN (SELECT count(*) FROM choice WHERE value = :written) THEN value = :written
            ELSE instr(search_key(label || coalesce(heading, '')), search_key(:written)) END LIMIT {most}
    """


def find_parameter(name: str) -> Parameter:
    """What is known of a parameter."""
    return PARAMETERS.get(name, Parameter(name))


def build_choices(name: str, value: str, rows: Iterable[tuple[object, str, str]]) -> list[Choice]:
    """The choices of a parameter, with the one that `value` means chosen; a value of its own comes first."""
    wanted = value
    if name in ("fiscal_year", "as_of", "due") and value:  # which may be written in several ways
        with suppress(ValueError):
            wanted = str(read_fiscal_year(value))
    choices = [Choice(str(stored), label, heading or "", str(stored) == wanted) for stored, label, heading in rows]
    if value and not any(choice.chosen for choice in choices):
        choices.insert(0, Choice(value, value, "", True))
    return choices
