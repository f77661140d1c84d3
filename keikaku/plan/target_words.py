"""The words of printed targets as tables and patterns (target_words.yml)."""

from typing import Any, Literal

from keikaku.files.beside import compile_patterns, read_data
from keikaku.plan.amounts import TERM

Comparator = Literal[">=", "<=", ">", "<"]
Per = Literal["year", "event", "month"]
Direction = Literal["up", "down", "keep"]

_WORDS: dict[str, Any] = read_data(__file__, "target_words.yml")
COMPARATORS: dict[str, Comparator] = _WORDS["comparators"]
SIGNS: dict[str, Comparator] = _WORDS["signs"]
SLASH: dict[str, Per] = _WORDS["periods"]
_UNITS = sorted(_WORDS["units"].split(), key=len, reverse=True)
UNIT = "|".join([*_UNITS, "[ァ-ヴ][ァ-ヴー]+", "[A-Za-z]+[23]?(?![A-Za-z0-9])"])
PATTERNS = compile_patterns(
    _WORDS["patterns"], term=TERM.pattern, unit=UNIT, comparator="|".join(COMPARATORS), slash="|".join(SLASH)
)
LEVELS: dict[str, Direction] = {"as_before": "keep", "more": "up", "less": "down"}
