"""The filter by which templates lay events out as the columns of a table: /timeline and the home page."""

from datasette import hookimpl
from jinja2 import Environment

from keikaku.publish.records.timeline import lay_out_events


@hookimpl
def prepare_jinja2_environment(env: Environment) -> None:
    env.filters["timeline_column"] = lay_out_events
