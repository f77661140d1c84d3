"""The rate of a target in plans.db by a rule of keikaku/plan/rates.py, for the SQL function `target_rate`."""

import json
from collections.abc import Callable
from typing import Any

from keikaku.plan.rates import FORMULAS, rate
from keikaku.plan.verdicts import Figure, Indicator

_INDICATOR = "SELECT kind, direction, accumulation, per FROM indicators WHERE id = (SELECT indicator_id FROM figures WHERE id = ?)"
_FIGURES = """
SELECT
    id, role, last_year, value, value_to, first_year, coalesce(calendar, 'fiscal'), comparator, is_approximate, status,
    edition, part
FROM figures WHERE indicator_id = (SELECT indicator_id FROM figures WHERE id = ?) ORDER BY id
"""


def rate_in(execute: Callable[..., Any], rule: str, target: str, fiscal_year: str) -> str:
    """As JSON: `percent`, or `refusal` in words for readers, of the target with this id in a running fiscal year.

    Empty where no rule is asked for, and where there is no such target or year.
    """
    if rule and rule not in FORMULAS:
        return json.dumps({"refusal": "この名前の計算方法はありません"}, ensure_ascii=False)
    figures = {id_: Figure(*values) for id_, *values in execute(_FIGURES, [target])}
    if not rule or target not in figures or not fiscal_year.isdecimal():
        return "{}"
    (indicator,) = execute(_INDICATOR, [target])
    found = rate(rule, Indicator(*indicator), figures[target], figures.values(), int(fiscal_year))
    if found.percent is None:
        return json.dumps({"refusal": found.refusal}, ensure_ascii=False)
    return json.dumps({"percent": float(found.percent)})
