"""What the site is called and says of itself, by the plans that it holds, so that metadata.yml fits any of them.

metadata.yml may give title, description and source; what it leaves out is said from the data. A word in 〔brackets〕 in it
is the plan's own word where the site has one plan (〔施策〕 becomes 事業), and that word without brackets where it has several. A site is official where the municipality of all its plans is the publisher that metadata.yml names.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import Any

from keikaku.plan.fiscal_year import format_fiscal_year
from keikaku.publish.filling import fill, fill_data, read_rows
from keikaku.publish.records.citation import SQL as CITING
from keikaku.schema.codes import CODES

Execute = Callable[..., Any]
_WORD = re.compile("〔([^〕]+)〕")
_FOLDED = re.compile(r"(?<=[^\x00-\x7f])\s+(?=[^\x00-\x7f])")  # what YAML leaves of a line break
_TERMS = {label: term for term, (label, _) in CODES["plan_words", "term"].items()}
REVIEW = "見直しの前と後"
GENERAL = {label: label for label in [*_TERMS, REVIEW]}
FACETS = ("prefecture", "municipality", "municipality_id", "theme", "plan_id")  # of tables of several plans
NAMED = 3  # municipalities that a description names
DATED = "SELECT 1 FROM events UNION ALL SELECT 1 FROM figures WHERE role = 'target' AND last_year IS NOT NULL"
# Address, what it is called, and what must be there for it to be named; {} is the number of that, of one plan.
NAVIGATION = (
    ("/plans/promises", "〔施策〕（{:,}の約束）", "measures WHERE repeat_of IS NULL"),
    ("/plans/progress", "結果", "targets"),
    ("/timeline#now", "今年度", f"({DATED})"),
    ("/plans/bodies", "団体", "(SELECT 1 FROM measure_organizations UNION ALL SELECT 1 FROM indicator_organizations)"),
    ("/plans/first_to_second_half", "〔見直しの前と後〕", "evaluations WHERE successor_id IS NOT NULL"),
    ("/data", "データ", "plans"),
)


def fill_metadata(metadata: dict[str, Any], execute: Execute) -> None:
    """Say in metadata, which is changed, what the database holds."""
    if not execute("SELECT 1 FROM sqlite_master WHERE name = 'plan_facts'").fetchone():
        metadata.update({"title": "keikaku", "description": "", "source": "", "navigation": []} | metadata)
        metadata["words"] = {term: label for label, term in _TERMS.items()}
        replace_words(metadata, GENERAL)
        return  # a database of something else
    plans = read_rows(execute, "SELECT * FROM plan_facts ORDER BY start_fiscal_year DESC, title")
    only = plans[0] if len(plans) == 1 else None
    words = {label: only[f"{term}_word"] for label, term in _TERMS.items()} if only else GENERAL
    metadata["words"] = {term: words[label] for label, term in _TERMS.items()}
    halves = [name for (name,) in execute("SELECT name FROM periods ORDER BY position")] if only else []
    words = words | {REVIEW: "→".join(halves) if len(halves) == 2 else REVIEW}
    metadata["navigation"] = list(_list_navigation(execute, only is not None))
    named = list(dict.fromkeys(plan["municipality"] for plan in plans))
    cities = "、".join(named[:NAMED]) + ("など" if len(named) > NAMED else "")
    metadata["official"] = bool(plans) and {metadata.get("publisher")} == set(named)
    documents = [source for (source,) in execute(CITING["sources"] + CITING["main"])]
    told = {
        "plans": plans,
        "cities": cities,
        "documents": documents,
        "official": metadata["official"],
        "format_fiscal_year": format_fiscal_year,
    }
    for key, value in fill_data("site_words.yml", **told).items():
        metadata.setdefault(key, value)
    metadata["description"] = _FOLDED.sub("", metadata["description"] or "")
    citation = metadata.setdefault("plugins", {}).setdefault("citation", {})
    of = "plans of Japanese municipalities"
    if only:  # ids of feeds and of the data set are made from it, and each city's are its own
        of = f"the {only['title_en']}" if only["title_en"] else f"{only['title']} ({only['municipality']})"
    citation.setdefault("title_en", f"Database of {of}" + ("" if metadata["official"] else ", unofficial"))
    citation.setdefault("source_en", f"Made by processing {str(metadata['source']).removesuffix('を加工して作成')}")
    described = (metadata.get("databases") or {}).get("plans") or {}
    if len(plans) > 1:
        _offer_facets(described.get("tables") or {})
    described.setdefault("title", only["title"] if only else "自治体の計画")
    about = fill("about_database.html", **{word: metadata.get(word) for word in ("source", "official", "license")})
    described.setdefault("description_html", about.rstrip("\n"))
    replace_words(metadata, words)


def _list_navigation(execute: Execute, with_counts: bool) -> Iterator[list[str]]:
    for address, label, source in NAVIGATION:
        label = label if with_counts else label.partition("（")[0]
        (number,) = execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {source}{'' if '{' in label else ' LIMIT 1'})"
        ).fetchone()
        if number:
            yield [address, label.format(number)]


def _offer_facets(tables: dict[str, Any]) -> None:
    """What is of several plans can be narrowed by whose it is."""
    for name, table in tables.items():
        columns = [column for column in FACETS if column in table.get("columns", ())]
        if "municipality" in columns and "municipality_id" in columns:
            columns.remove("municipality_id")
        if "facets" in table or name in ("municipalities", "plans"):
            table["facets"] = list(dict.fromkeys([*columns, *table.get("facets", ())]))


def replace_words(value: Any, words: dict[str, str]) -> None:
    """In every text of a nested mapping or list; as text where the key says that it holds HTML."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, str):
            value[key] = _WORD.sub(partial(_say, words, str(key).endswith("_html")), inner)
        elif isinstance(inner, dict | list):
            replace_words(inner, words)


def _say(words: dict[str, str], in_html: bool, found: re.Match[str]) -> str:
    word = words.get(found[1])
    if word is None:  # brackets of the text itself
        return found[0]
    return escape(word) if in_html else word
