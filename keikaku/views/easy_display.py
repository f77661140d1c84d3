"""ふりがな: `?easy=1` shows any page in larger type, with readings above its hard words. No cookie, no script."""

import json

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from keikaku.publish.records.ruby import annotate, keep_easy

# Of the words of a plan, or of some; of all plans those that they read alike.
READINGS_ASKED = """
SELECT r.word, min(r.reading)
FROM ruby AS r JOIN plans AS p ON p.municipality_id = r.municipality_id
WHERE :plan IS NULL OR p.id IN (SELECT value FROM json_each(:plan))
GROUP BY r.word HAVING count(DISTINCT r.reading) = 1
"""


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
