"""How columns and conditions of a table are said in Japanese; knows tables and views by their column names alone.

Guarantees: a coded value of a table or view has the word of codes.py; every comparison that Datasette offers
has a Japanese name and a sentence. Does not: ask the database, so the words of a plan (names, labels) come from callers.
"""

from typing import NamedTuple

from keikaku.schema.codes import CODES, Terms


class Operator(NamedTuple):
    """A comparison of a table page: its name in a list, and the sentence it makes."""

    name: str
    sentence: str


OPERATORS = {
    "exact": Operator("と同じ", "{column}が「{value}」"),
    "not": Operator("と違う", "{column}が「{value}」でない"),
    "contains": Operator("を含む", "{column}が「{value}」を含む"),
    "startswith": Operator("で始まる", "{column}が「{value}」で始まる"),
    "endswith": Operator("で終わる", "{column}が「{value}」で終わる"),
    "gt": Operator("より大きい", "{column}が「{value}」より大きい"),
    "gte": Operator("以上", "{column}が「{value}」以上"),
    "lt": Operator("より小さい", "{column}が「{value}」より小さい"),
    "lte": Operator("以下", "{column}が「{value}」以下"),
    "in": Operator("のどれか（カンマで区切る）", "{column}が「{value}」のどれか"),
    "notin": Operator("のどれでもない（カンマで区切る）", "{column}が「{value}」のどれでもない"),
    "like": Operator("の形に合う（%は何文字でも、_は1文字）", "{column}が「{value}」の形に合う"),
    "notlike": Operator("の形に合わない", "{column}が「{value}」の形に合わない"),
    "glob": Operator("の形に合う（*は何文字でも、?は1文字）", "{column}が「{value}」の形に合う"),
    "date": Operator("の日付", "{column}の日付が「{value}」"),
    "arraycontains": Operator("を要素にもつ", "{column}が「{value}」を要素にもつ"),
    "arraynotcontains": Operator("を要素にもたない", "{column}が「{value}」を要素にもたない"),
    "isnull": Operator("が空（値は書かない）", "{column}がない"),
    "notnull": Operator("が空でない（値は書かない）", "{column}がある"),
    "isblank": Operator("が空か空白（値は書かない）", "{column}が空か空白"),
    "notblank": Operator("に何か書いてある（値は書かない）", "{column}に何か書いてある"),
}
# Conditions that people say in words of their own; of repeats, and of a column that holds yes or no.
_SAID = {
    ("repeat_of", "isnull"): "再掲を除く",
    ("repeat_of", "isblank"): "再掲を除く",
    ("repeat_of", "notnull"): "再掲だけ",
    ("repeat_of", "notblank"): "再掲だけ",
    ("plan_id", "exact"): "{value}",
    ("municipality_id", "exact"): "{value}",
    ("fiscal_year", "lte"): "{value}までに始まる",
    ("end_fiscal_year", "gte"): "{value}以後に終わる",
}
OF_PLAN = {"plan_id", "municipality", "theme"}  # columns that are the same in all rows of a plan
YES_NO: Terms = {"1": ("はい", ""), "0": ("いいえ", "")}
# A view shows the codes of the table it is made from; a column of another name is named with it.
_VIEWS = {
    "targets": "indicators",
    "unmet_targets": "evaluations",
    "measure_overview": "evaluations",
    "organization_overview": "organizations",
    "evaluation_outcomes": "evaluations",
    "evaluation_overview": "evaluations",
    "results": "figures",
}
_RENAMED = {
    **{("targets", column): ("verdicts", column) for column in ("state", "judged_by", "trend", "missing")},
    **{("targets", column): ("figures", column) for column in ("calendar", "comparator", "due_kind")},
    ("targets", "result_status"): ("figures", "status"),
}


def split_help(text: str | None, column: str) -> tuple[str, str]:
    """Heading and explanation of a column from its help `見出し：説明`; the column's own name where there is none."""
    heading, _, explanation = (text or "").partition("：")
    return heading or column, explanation


def find_terms(table: str, column: str) -> Terms:
    """The words for the values of a coded column of a table or view; none for any other column."""
    if column.startswith("is_"):
        return YES_NO
    return CODES.get(_RENAMED.get((table, column), (_VIEWS.get(table, table), column)), {})


def find_word(table: str, column: str, value: object) -> str | None:
    """The Japanese word for a stored value, or None where it is no code."""
    word, _ = find_terms(table, column).get(str(value), (None, None))
    return word


def say_condition(column: str, operator: str, stored: object, heading: str, value: str) -> str:
    """A condition as people say it, of a column with this heading and a `stored` value that is said as `value`."""
    if said := _SAID.get((column, operator)):
        return said.format(value=value)
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
