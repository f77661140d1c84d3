"""Answers that were given once are given again from memory, with ETags for browsers and proxies."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, ref

from datasette import hookimpl
from datasette.app import Datasette
from starlette.types import ASGIApp, Receive, Scope, Send

from keikaku.database.history import HISTORY
from keikaku.serving.answer_cache import AnswerCache
from keikaku.serving.edition import Pages
from keikaku.serving.figures import Held, figures_of
from keikaku.serving.served_copy import find_home
from keikaku.serving.traffic import CAME

_caches: WeakKeyDictionary[Datasette, AnswerCache] = WeakKeyDictionary()


@hookimpl(hookwrapper=True, trylast=True)
def asgi_wrapper(datasette: Datasette) -> Generator[None, Any, None]:
    """Outside compression and protection, so that what is kept needs neither."""
    outcome = yield
    cache = _caches.setdefault(datasette, AnswerCache(watch_edition(datasette), datasette.setting("default_cache_ttl")))

    figures_of(datasette).look_at_answers = lambda: Held(len(cache.store), cache.store.size())

    def wrap(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            came = await cache.respond(app, scope, receive, send)
            scope.get(CAME, []).append(came)

        return answer

    outcome.force_result([*outcome.get_result(), wrap])


def watch_edition(datasette: Datasette) -> Callable[[], str]:
    """Names what answers are made from; empty where a database may be written to."""
    static = [folder for _, folder in datasette.static_mounts]
    folders = [Path(folder) for folder in (*static, datasette.template_dir) if folder]
    pages = Pages([*folders, *find_others(datasette)], [datasette._metadata_local, datasette._settings, datasette.cors])
    served = ref(datasette)  # the cache of a site must not keep it alive
    seen: list[Any] = [None, ""]

    def edition() -> str:
        site = served()
        if site and seen[0] is not site.databases:
            seen[:] = site.databases, name_data(site)
        return pages.edition(seen[1]) if seen[1] else ""

    return edition


def find_others(datasette: Datasette) -> list[Path]:
    """What tells of generated files, to which pages lead once there are any, and of releases, which /verify reads."""
    homes = [find_home(db) for db in datasette.databases.values() if db.path]
    others = ("files/files.json", "pictures/pictures.json", f"data/{HISTORY}")
    return [home / other for home in homes for other in others]


def name_data(datasette: Datasette) -> str:
    """The hashes of all databases; empty where one may be written to."""
    served = [db for name, db in datasette.databases.items() if name != "_internal"]
    hashes = [db.hash or "" for db in served]
    return " ".join(f"{db.name}={digest}" for db, digest in zip(served, hashes, strict=True)) if all(hashes) else ""
