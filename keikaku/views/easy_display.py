"""ふりがな: `?easy=1` shows any page in larger type, with readings above its hard words. No cookie, no script."""

from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from keikaku.publish.records.ruby import ARGUMENT, annotate, choose_readings, keep_easy

NAME = ARGUMENT.partition("=")[0]


async def easy_words(datasette: Datasette, request: Request | None) -> dict[str, Any]:
    """What the filters below need of a page."""
    if request is None or not request.scope.get(NAME):
        return {"easy": False}
    rows = await datasette.get_database().execute(
        "SELECT p.id, r.word, r.reading FROM ruby AS r JOIN plans AS p ON p.municipality_id = r.municipality_id"
    )
    return {"easy": True, "readings": [tuple(row) for row in rows.rows]}


@pass_context
def easy_links(context: Context, html: str) -> Markup:
    """For `{% filter %}` around a part of a page: while easy, its links stay easy."""
    return Markup(keep_easy(str(html)) if context.get("easy") else html)


@pass_context
def easy_text(context: Context, html: str) -> Markup:
    """As easy_links, with readings: those of the page's plan where the template names it as `plan`."""
    if not context.get("easy"):
        return Markup(html)
    plan = context.get("plan")
    readings = choose_readings(context["readings"], plan["id"] if plan else None)
    return Markup(annotate(keep_easy(str(html)), readings))
