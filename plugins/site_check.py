"""The site does not start while one of its parts is missing or broken, and says which."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import click
from datasette import hookimpl
from datasette.app import Datasette

from keikaku.serving.site_check import find_faults


@hookimpl(tryfirst=True)
def prepare_jinja2_environment(datasette: Datasette) -> Callable[[], Awaitable[None]]:
    """The first hook of a start, before others need what may be missing."""

    async def check() -> None:
        if datasette.plugins_dir is None:  # another site in this process: Datasette shares plugins between them
            return
        databases = {name: Path(db.path) for name, db in datasette.databases.items() if db.path and not db.is_memory}
        plugins, templates = (Path(f) if f else None for f in (datasette.plugins_dir, datasette.template_dir))
        metadata = datasette.metadata() or {}
        faults = await asyncio.to_thread(lambda: list(find_faults(databases, plugins, templates, metadata)))
        if faults:
            raise click.ClickException("the site cannot start\n" + "\n".join(f"  {fault}" for fault in faults))

    return check
