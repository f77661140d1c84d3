"""How columns and conditions of a table are said in Japanese; knows tables and views by their column names alone.

Guarantees: a coded value of a table or view has the word of codes.yml; every comparison that Datasette offers
has a Japanese name and a sentence. Does not: ask the database, so the words of a plan (names, labels) come from callers.
"""

from typing import Any, NamedTuple

from keikaku.files.beside import read_data
from keikaku.schema.codes import CODES, Terms


class Operator(NamedTuple):
    """A comparison of a table page: its name in a list, and the sentence it makes."""

    name: str
    sentence: str


_WORDS: dict[str, Any] = read_data(__file__, "conditions.yml")
OPERATORS = {name: Operator(*words) for name, words in _WORDS["operators"].items()}
OF_PLAN = {"plan_id", "municipality", "theme"}  # columns that are the same in all rows of a plan
YES_NO: Terms = {"1": ("はい", ""), "0": ("いいえ", "")}


def split_help(text: str | None, column: str) -> tuple[str, str]:
    """Heading and explanation of a column from its help `見出し：説明`; the column's own name where there is none."""
    heading, _, explanation = (text or "").partition("：")
    return heading or column, explanation


def find_terms(table: str, column: str) -> Terms:
    """The words for the values of a coded column of a table or view; none for any other column."""
    if column.startswith("is_"):
        return YES_NO
    of_table, of_column = _WORDS["renamed"].get(table, {}).get(column, (_WORDS["views"].get(table, table), column))
    return CODES.get((of_table, of_column), {})


def find_word(table: str, column: str, value: object) -> str | None:
    """The Japanese word for a stored value, or None where it is no code."""
    word, _ = find_terms(table, column).get(str(value), (None, None))
    return word


def say_condition(column: str, operator: str, stored: object, heading: str, value: str) -> str:
    """A condition as people say it, of a column with this heading and a `stored` value that is said as `value`."""
    if said := _WORDS["said"].get(column, {}).get(operator):
        return str(said.format(value=value))
    if column.startswith("is_") and operator == "exact" and str(stored) in YES_NO:
        return f"「{heading}」{'のもの' if str(stored) == '1' else 'でないもの'}"
    return OPERATORS[operator].sentence.format(column=f"「{heading}」", value=value)


def find_order(table: str, column: str) -> str:
    """The column that a heading sorts by: codes stand as printed, 共-2 before 共-10, and not by their characters."""
    return "position" if column == "code" and table in ("measures", "measure_overview") else column


def split_selection(key: str) -> tuple[str, str]:
    """Column and comparison of one condition in an address: outcome__not -> outcome, not; outcome -> outcome, exact."""
    column, found, operator = key.rpartition("__")
    return (column, operator) if found else (key, "exact")


def find_redundant(columns: list[str], one_plan: bool) -> set[str]:
    """Columns that a page may leave out, since another one says the same in words, or all rows are of one plan."""
    said_by = {column: (f"{column}_label", column.removesuffix("_id")) for column in columns}
    redundant = {c for c, others in said_by.items() if any(other != c and other in columns for other in others)}
    return redundant | (OF_PLAN if one_plan else set())
