"""What a search by other code (in a browser, from the file alone) shares with this one: patterns, tables, limits and SQL.

Guarantees: `search_rules` can be written as JSON, its patterns in the syntax of JavaScript (flag u). What is done with them
stands in static/stick/worker/: text.js, expand.js, matching.js, results.js.
"""

import re
from functools import cache
from importlib import import_module
from typing import Any

# Constants by module.
_SHARED = {
    "keikaku.plan.fiscal_year": "_ERAS _FIRST_YEAR _LAST_YEAR _SEPARATOR _YEAR",
    "keikaku.search.expand": "MAX_VARIANTS MAX_SYNONYMS MAX_SPELLINGS MAX_TRIED NEAR _LONGEST _PIECE _PARTICLES _ROMAJI _PREFIX",
    "keikaku.search.kana": "_SOUNDS _KANA _SOUNDED _SPELT _LONG",
    "keikaku.search.lexicon": "_SEVERAL_WORDS _PLACE _PARTS _WORDS _SYNONYMS _PREFIXES _PLANS _MAX_GROUPS",
    "keikaku.search.matching": "LISTED MAX_COMBINED _NEARNESS",
    "keikaku.search.query": "MAX_LENGTH MAX_WORDS _WORD _CODE _ABOUT_YEAR _ERA",
    "keikaku.search.questions": "QUESTIONS SAYS_NOTHING _ASKING _ENDS _BETWEEN",
    "keikaku.search.reading": "_DEEPEST",
    "keikaku.search.results": "MOST CANDIDATES _SQL",
    "keikaku.search.snippet": "LENGTH LEAD",
    "keikaku.search.text": "EDITS NOTHING _FORMS _WITHOUT_WIDTH _JOINS_BEFORE _LETTERS _LATIN _RUN _DIGITS _NUMBER _LARGE _SMALL _SIZES",
}
# What a pattern of Python means by \w is letters and numbers of any script, without their marks.
_SYNTAX = (
    (r"\[\^\\W\\d_([^\]]+)\]", r"(?:(?![\1])[\\p{L}\\p{Nl}\\p{No}])"),
    (r"\[\^\\W\\d_\]", r"[\\p{L}\\p{Nl}\\p{No}]"),
    (r"\[\^\\W_\]", r"[\\p{L}\\p{N}]"),
    (r"\[\^\\w\\s\]", r"[^\\p{L}\\p{N}_\\s]"),
    (r"\(\?P<", "(?<"),
)


@cache
def search_rules() -> dict[str, Any]:
    """By module, its constants by their names without the underscore."""
    return {
        module.rpartition(".")[2]: {
            name.lstrip("_"): _write(getattr(import_module(module), name)) for name in names.split()
        }
        for module, names in _SHARED.items()
    }


def _write(value: Any) -> Any:
    if isinstance(value, re.Pattern):
        pattern = value.pattern
        for python, javascript in _SYNTAX:
            pattern = re.sub(python, javascript, pattern)
        return pattern
    if callable(value):
        return value.__name__
    if hasattr(value, "_asdict"):
        return value._asdict()
    if isinstance(value, set):
        return sorted(value)
    return [_write(part) for part in value] if isinstance(value, tuple | list) else value
