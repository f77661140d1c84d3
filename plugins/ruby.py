"""やさしい表示: `?easy=1` shows any page in larger type, with readings above its hard words. No cookie, no script."""

from collections.abc import Awaitable, Callable
from typing import Any

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from keikaku.publish.records.ruby import ARGUMENT, annotate, choose_readings, keep_easy

NAME = ARGUMENT.partition("=")[0]


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request | None) -> Callable[[], Awaitable[dict[str, Any]]]:
    async def variables() -> dict[str, Any]:
        if request is None or not request.scope.get(NAME):
            return {"easy": False}
        rows = await datasette.get_database().execute("SELECT plan_id, word, reading FROM ruby")
        return {"easy": True, "readings": [tuple(row) for row in rows.rows]}

    return variables


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters["easy_links"] = pass_context(easy_links)
    env.filters["easy_text"] = pass_context(easy_text)
    env.globals["easy_switch_url"] = easy_switch_url


def easy_links(context: Context, html: str) -> Markup:
    """For `{% filter %}` around a part of a page: while easy, its links stay easy."""
    return Markup(keep_easy(str(html)) if context.get("easy") else html)


def easy_text(context: Context, html: str) -> Markup:
    """As easy_links, with readings: those of the page's plan where the template names it as `plan`."""
    if not context.get("easy"):
        return Markup(html)
    plan = context.get("plan")
    readings = choose_readings(context["readings"], plan["id"] if plan else None)
    return Markup(annotate(keep_easy(str(html)), readings))


def easy_switch_url(request: Request) -> str:
    """Address of the same page in the other display."""
    arguments = [request.query_string] if request.query_string else []
    if not request.scope.get(NAME):
        arguments.append(ARGUMENT)
    return str(request.path) + ("?" + "&".join(arguments) if arguments else "")
