"""The full-text index: documents -> one FTS5 table without content, under a tokenizer that every SQLite has.

Some tokens no text can make, since text is always cut between digits and letters. They carry what is exact.
"""

import zlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from keikaku.plan.fiscal_year import find_fiscal_years
from keikaku.search.text import TOKENIZE, index_text, normalise, runs

Row = dict[str, Any]

CREATE_INDEX = f"""
    CREATE VIRTUAL TABLE search_index USING fts5 (title, names, body, content = '', tokenize = "{TOKENIZE}")
"""


def index_entry(document: Row, tokens: Iterable[str]) -> Row:
    """What the index has of a document, each text as its tokens; `tokens` are more of those that no text can make."""
    exact = {kind_token(document["kind"]), whole_token(document["title"]), *tokens}
    exact |= {code_token(document["code"])} if document["code"] else set()
    years = {year for _, _, year in find_fiscal_years(f"{document['title']}\n{document['body']}")}
    return {
        "title_tokens": _tokens(document["title"]),
        "names_tokens": " ".join([_tokens(document["names"]), *sorted(exact)]),
        "body_tokens": " ".join([_tokens(document["body"]), *map(year_token, sorted(years))]),
    }


def belonging(plan: Row) -> list[str]:
    """The tokens by which a search is narrowed to a plan, a row of `plans` with the name of its `municipality`."""
    return [
        plan_token(plan["id"]),
        city_token(plan["municipality_id"]),
        series_token(plan["title"], plan["municipality"]),
        *([theme_token(plan["theme"])] if plan["theme"] else []),
    ]


def code_token(code: str) -> str:
    """The token of a measure's code, however its hyphen is written: 工-1, 工－１ and 工1 are 工1."""
    return "".join(runs(code))


def year_token(fiscal_year: int) -> str:
    """fy2024 for what is due or happens in fiscal 2024."""
    return f"fy{fiscal_year}"


def whole_token(title: str) -> str:
    """The token of a title or name as a whole, brackets and spaces aside."""
    return _hashed("0x", title)


def kind_token(kind: str) -> str:
    return f"0k{kind}"


def plan_token(plan_id: str) -> str:
    return _hashed("0p", plan_id)


def city_token(municipality_id: str) -> str:
    return _hashed("0m", municipality_id)


def theme_token(theme: str) -> str:
    return _hashed("0t", theme)


def series_token(title: str, municipality: str) -> str:
    """The token of what a plan is called, its municipality aside: 産業振興計画."""
    return _hashed("0n", normalise(title).removeprefix(normalise(municipality)))


def _hashed(kind: str, text: str) -> str:
    return f"{kind}{zlib.crc32(''.join(runs(text)).encode()):08x}"


def named(*tokens: str) -> str:
    """The FTS5 expression for documents with any such token."""
    quoted = " OR ".join(f'"{token}"' for token in tokens)
    return f"names : ({quoted})" if len(tokens) > 1 else f"names : {quoted}"


_tokens = lru_cache(maxsize=1 << 12)(index_text)
