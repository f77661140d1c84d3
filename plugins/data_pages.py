"""What /data and the downloads show beyond the rows themselves: the schema, its picture, the size, the questions."""

from typing import Any

import yaml
from datasette import hookimpl
from datasette.app import Datasette
from jinja2 import Environment
from markupsafe import Markup

from keikaku.files.code_digest import ROOT
from keikaku.publish.catalogue.er_diagram import draw_er_diagram
from keikaku.publish.catalogue.examples import read_examples
from keikaku.schema.tables import read_schema

DOWNLOADS = ROOT / "docs" / "downloads.md"
COOKBOOK = ROOT / "docs" / "cookbook.yml"
DATABASE = "plans"


@hookimpl
def prepare_jinja2_environment(env: Environment, datasette: Datasette) -> None:
    def describe(table: str, key: str) -> Any:
        """What metadata.yml says of a table: its title, or the help of its columns."""
        return datasette.metadata(key, database=DATABASE, table=table, fallback=False)

    env.globals.update(
        cookbook=yaml.safe_load(COOKBOOK.read_text("utf-8")),
        database_size=lambda: datasette.get_database(DATABASE).size,
        describe_table=describe,
        er_diagram=lambda: Markup(draw_er_diagram()),
        reading_examples=read_examples(DOWNLOADS.read_text("utf-8")),
        schema_tables=read_schema(),
        site_metadata=lambda key: datasette.metadata(key),
    )
