"""やさしい表示: `?easy=1` shows any page in larger type, with readings above its hard words. No cookie, no script."""

from datasette import hookimpl
from jinja2 import pass_context
from markupsafe import Markup

from keikaku.ruby import ARGUMENT, annotate, choose_readings, keep_easy

NAME = ARGUMENT.partition("=")[0]


@hookimpl(trylast=True)
def asgi_wrapper():
    """Take the argument off the query before anything else sees it, since to a table it would be a column."""

    def wrap(app):
        async def easy_app(scope, receive, send):
            parts = scope.get("query_string", b"").split(b"&")
            kept = [part for part in parts if part.partition(b"=")[0] != NAME.encode()]
            if len(kept) < len(parts):
                scope = {**scope, "query_string": b"&".join(kept), NAME: ARGUMENT.encode() in parts}
            await app(scope, receive, send)

        return easy_app

    return wrap


@hookimpl
def extra_template_vars(datasette, request):
    async def variables():
        if request is None or not request.scope.get(NAME):
            return {"easy": False}
        rows = await datasette.get_database().execute("SELECT plan_id, word, reading FROM ruby")
        return {"easy": True, "readings": [tuple(row) for row in rows.rows]}

    return variables


@hookimpl
def prepare_jinja2_environment(env):
    env.filters["easy_links"] = pass_context(easy_links)
    env.filters["easy_text"] = pass_context(easy_text)
    env.globals["easy_switch_url"] = easy_switch_url


def easy_links(context, html):
    """For `{% filter %}` around a part of a page: while easy, its links stay easy."""
    return Markup(keep_easy(str(html)) if context.get("easy") else html)


def easy_text(context, html):
    """As easy_links, with readings: those of the page's plan where the template names it as `plan`."""
    if not context.get("easy"):
        return Markup(html)
    plan = context.get("plan")
    readings = choose_readings(context["readings"], plan["id"] if plan else None)
    return Markup(annotate(keep_easy(str(html)), readings))


def easy_switch_url(request):
    """Address of the same page in the other display."""
    arguments = [request.query_string] if request.query_string else []
    if not request.scope.get(NAME):
        arguments.append(ARGUMENT)
    return request.path + ("?" + "&".join(arguments) if arguments else "")
