"""Every request passes all layers in the order of their list, whatever the file system says of plugins/."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from keikaku.serving import layers
from tests.attacks.asking import Asked, ask
from tests.sites import ROOT

# Loads the site with its plugins in an order of its own, then tells which layers a request passed and what a connection may do.
LOAD = """
import asyncio, glob, json, random, sqlite3, sys
from pathlib import Path
from keikaku.serving import layers

found, order = glob.glob, random.Random(int(sys.argv[2]))
glob.glob = lambda *a, **k: order.sample(paths := sorted(found(*a, **k)), len(paths))
from datasette.app import Datasette
passed = []

def note(layer):
    def noted(app, datasette):
        inner = layer(app, datasette)
        async def passing(scope, receive, send):
            passed.append(layer.__name__)
            await inner(scope, receive, send)
        return passing
    return noted

layers.LAYERS[:] = map(note, layers.LAYERS)

def try_out(connection):
    try:
        connection.execute("DELETE FROM measures")
    except sqlite3.DatabaseError as error:
        return [str(error), *connection.execute("SELECT escape_fts('a b') = search_match('a b'), fiscal_year('R6')").fetchone()]

async def look():
    site = Datasette(config_dir=Path(sys.argv[1]))
    status = (await site.client.get("/plans/measures?_size=1")).status_code
    return [status, passed, await site.get_database().execute_fn(try_out)]

print(json.dumps(asyncio.run(look())))
"""


def load(folder: Path, order: int) -> Any:
    command = [sys.executable, "-c", LOAD, str(folder), str(order)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=environment)
    return json.loads(done.stdout)


def test_layers_and_guard_do_not_depend_on_the_order_of_plugins(site_folder: Path) -> None:
    names = [layer.__name__ for layer in layers.LAYERS]
    assert load(site_folder, order=1) == [200, names, ["not authorized", 1, 2024]]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (Asked(b"/plans/measures", b"&".join(b"_%d=" % i for i in range(layers.MOST_ARGUMENTS + 1))), 414),
        (Asked(b"/plans/measures", b"a=" + b"x" * layers.MOST_QUERY_BYTES), 414),
        (Asked(b"/plans", b"sql=" + b"x" * layers.MOST_SQL_BYTES), 414),
        (Asked(b"/plans/measures", b"_search=%00"), 400),
        (Asked(b"*", method="OPTIONS"), 204),
        (Asked(b"/", method="OPTIONS"), 204),
        (Asked(b"/", method="POST"), 405),
        (Asked(b"/plans/measures", method="DELETE"), 405),
        (Asked(b"/static/nosuch.css"), 404),
        (Asked(b"/static/../settings.css"), 404),
    ],
)
async def test_what_goes_no_further_gets_a_page(site: Datasette, asked: Asked, status: int) -> None:
    answer = await ask(site.client.app, asked)
    assert answer.status == status
    assert answer.header(b"content-security-policy")
    if status >= 400:
        assert '<html lang="ja"' in answer.text
    if status == 405:
        assert answer.header(b"allow") == b"GET, HEAD, OPTIONS"


async def test_a_websocket_is_closed(site: Datasette) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/", "headers": [], "query_string": b""}
    await site.client.app(scope, None, send)
    assert sent == [{"type": "websocket.close"}]


async def test_a_few_answers_are_made_at_once_and_files_do_not_wait(site: Datasette) -> None:
    """Within one answer the site may ask itself; when too many wait, the next is refused."""
    begun, go = asyncio.Event(), asyncio.Event()
    running = most = 0

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == layers.WINDOW_AT_ONCE:
            begun.set()
        await go.wait()
        await limited({**scope, "path": "/-/health"}, receive, send)
        running -= 1

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await (send({"type": "http.response.start"}) if scope["path"] == "/-/health" else slow(scope, receive, send))

    async def nothing(*_: Any) -> None:
        return None

    limited = layers.limit_window(answer, site)
    scope = {"type": "http", "path": "/", "query_string": b"", "method": "GET", "headers": []}
    asked = [
        asyncio.create_task(limited(scope, nothing, nothing))
        for _ in range(layers.WINDOW_AT_ONCE + layers.MOST_WAITING)
    ]
    await begun.wait()
    await limited({**scope, "path": "/-/health"}, nothing, nothing)
    refused = await ask(limited, Asked(b"/"))
    assert (refused.status, refused.header(b"retry-after")) == (503, b"2")
    go.set()
    await asyncio.gather(*asked)
    assert most == layers.WINDOW_AT_ONCE
