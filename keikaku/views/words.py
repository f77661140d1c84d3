"""What metadata.yml and the documents say of the site, and of what data it tells, for templates and descriptions.

ふりがな: `?easy=1` shows any page in larger type, with readings above its hard words. No cookie, no script.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from copy import deepcopy
from functools import lru_cache
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import yaml
from datasette.app import Datasette
from datasette.utils import tilde_decode
from datasette.utils.asgi import Request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from keikaku.files.digest import fingerprint, name_version
from keikaku.files.read_only import open_read_only
from keikaku.plan.fiscal_year import fiscal_year_of, today_in_japan
from keikaku.publish.catalogue.guides import read_examples, read_notebooks
from keikaku.publish.feeds import read_last_day
from keikaku.publish.records.ruby import annotate, keep_easy
from keikaku.publish.site_words import fill_metadata, replace_words
from keikaku.publish.tables.notes import OURS
from keikaku.schema.codes import CODES
from keikaku.schema.conditions import split_help
from keikaku.schema.tables import read_schema
from keikaku.serving.datasette_private import local_metadata

DOCS = Path(__file__).resolve().parents[2] / "docs"
# Of the words of a plan, or of some; of all plans those that they read alike.
READINGS_ASKED = """
SELECT r.word, min(r.reading)
FROM ruby AS r JOIN plans AS p ON p.municipality_id = r.municipality_id
WHERE :plan IS NULL OR p.id IN (SELECT value FROM json_each(:plan))
GROUP BY r.word HAVING count(DISTINCT r.reading) = 1
"""


class Blank(dict[str, str]):
    """Whatever parameter a statement has, nothing is given for it."""

    def __missing__(self, name: str) -> str:
        return ""


def fill_site_words(datasette: Datasette) -> None:
    """What metadata.yml leaves to the data; see site_words.py. Before any template is read.

    A database that is missing or cannot be read is told by the check of the site, which comes next.
    """
    files = [db.path for db in datasette.databases.values() if db.path and not db.is_memory]
    with suppress(sqlite3.Error):
        for file in files[:1]:
            with open_read_only(Path(file)) as connection:
                fill_metadata(local_metadata(datasette), connection.execute)


def site_title(datasette: Datasette) -> str:
    return str(datasette.metadata("title") or "keikaku")


async def list_tables(datasette: Datasette) -> list[str]:
    """Tables and views that are not hidden."""
    db = datasette.get_database()
    hidden = await db.hidden_table_names()
    return [name for name in [*await db.table_names(), *await db.view_names()] if name not in hidden]


def describe_table(datasette: Datasette, table: str, key: str) -> Any:
    """What metadata.yml says of a table: its title, or the help of its columns."""
    return datasette.metadata(key, database=datasette.get_database().name, table=table, fallback=False)


def table_title(datasette: Datasette, database: str, table: str) -> str:
    """What a table is called in metadata.yml."""
    return str(datasette.table_metadata(database, table).get("title") or table)


def heading_of(described: dict[str, Any], column: str) -> tuple[str, str]:
    """Heading and explanation of a column of what metadata.yml describes so."""
    return split_help((described.get("columns") or {}).get(column), column)


def column_title(datasette: Datasette, database: str, table: str, column: str) -> str:
    return heading_of(datasette.table_metadata(database, table), column)[0]


def our_columns(described: dict[str, Any], columns: Sequence[str]) -> list[tuple[str, str]]:
    """Heading and explanation of the columns that are this site's judgement or count."""
    return [words for column in columns if OURS in (words := heading_of(described, column))[1]]


def current_fiscal_year() -> int:
    """In Japan; of all that pages say, this alone changes without the data, on 1 April."""
    return fiscal_year_of(today_in_japan())


def database_size(datasette: Datasette) -> int:
    """In bytes."""
    return int(datasette.get_database().size)


async def list_questions(datasette: Datasette) -> list[dict[str, Any]]:
    """Those of docs/cookbook.yml that the data can answer, with examples from the data as values of their parameters."""
    db, found = datasette.get_database(), []
    questions = deepcopy(_read_cookbook())
    words = datasette.metadata("words")
    replace_words(questions, {label: words[term] for term, (label, _) in CODES["plan_words", "term"].items()})
    for question in questions:
        asked = {"": question.get("needs", "select 1")} | question.get("parameters", {})
        values = {name: row[0] for name, sql in asked.items() if (row := (await db.execute(sql)).first()) and row[0]}
        if len(values) == len(asked):
            found.append({**question, "parameters": {name: value for name, value in values.items() if name}})
    return found


@lru_cache(maxsize=1)
def _read_cookbook() -> list[dict[str, Any]]:
    questions: list[dict[str, Any]] = yaml.safe_load((DOCS / "cookbook.yml").read_text("utf-8"))
    return questions


@lru_cache(maxsize=1)
def data_page_words() -> dict[str, Any]:
    """What /data shows beyond rows: how tools read the files, the schema."""
    return {
        "notebooks": read_notebooks(),
        "reading_examples": read_examples((DOCS / "downloads.md").read_text("utf-8")),
        "schema_tables": read_schema(),
    }


def site_words(datasette: Datasette) -> dict[str, Any]:
    """Those that nearly every page says."""
    return {
        "site_metadata": datasette.metadata,
        "site_nav": datasette.metadata("navigation"),
        "plan_words": datasette.metadata("words"),
        "site_title": site_title(datasette),
        "site_description": datasette.metadata("description"),
        "metadata_source": datasette.metadata("source"),
        "metadata_license": datasette.metadata("license"),
        "metadata_license_url": datasette.metadata("license_url"),
    }


def hash_database(datasette: Datasette) -> str:
    """SHA-256 of the database that is served."""
    db = datasette.get_database()
    return str(db.hash or (fingerprint(Path(db.path)) if db.path else ""))


def data_version(datasette: Datasette) -> str:
    """The beginning of the SHA-256, as About.version; for pages that are about the whole data set."""
    return name_version(hash_database(datasette))


async def data_date(datasette: Datasette, request: Request) -> str:
    """ISO date of the last change of what a page shows: of one plan if its address ends in the id of a record; '' if untold.

    It stands where a page would name the day, so that a page is the same until its plan changes.
    """
    row_id = tilde_decode(request.path.rpartition("/")[2].partition(".")[0])

    def read(connection: Connection) -> str:
        plan = connection.execute("SELECT plan_id FROM records WHERE id = ?", (row_id,)).fetchone()
        return read_last_day(connection.execute, plan[0] if plan else "")

    return str(await datasette.get_database().execute_fn(read))


@pass_context
def easy_links(context: Context, html: str) -> Markup:
    """For `{% filter %}` around a part of a page: while easy, its links stay easy."""
    return Markup(keep_easy(str(html)) if context.get("easy") else html)


@pass_context
async def easy_text(context: Context, html: str) -> Markup:
    """As easy_links, with readings: those of the page's plan where the template names it as `plan`."""
    if not context.get("easy"):
        return Markup(html)
    plan = context.get("plan")
    asked = {"plan": json.dumps(plan["id"]) if plan else None}
    readings = dict(await context["sql"](READINGS_ASKED, asked))
    return Markup(annotate(keep_easy(str(html)), readings))


def mark_found(text: str) -> Markup:
    """What search found stands in «»."""
    return Markup(str(escape(text)).replace("«", "<mark>").replace("»", "</mark>"))
