"""Every kind of answer protects whoever opens it: pages, errors, unchanged files, downloads, static files."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from datasette.app import Datasette
from datasette.database import QueryInterrupted

from keikaku.serving import layers
from tests.browser.page_types import PAGES
from tests.crawling import Tags
from tests.sites import ADDRESSES

ENDLESS = "/plans?sql=with+recursive+c(n)+as+(select+1+union+all+select+1+from+c)+select+max(n)+from+c"
DATA = [*ADDRESSES["data"], *(path for path, _ in ADDRESSES["refused_data"])]
FAULTS = [*(path for path, _ in ADDRESSES["faults"]), ENDLESS]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DATA_SCRIPT = {"application/ld+json", "application/json"}


def find_blocked(html: str) -> Iterator[str]:
    """What a strict policy would block, or a visitor may be led astray by."""
    for tag, attributes in Tags(html).found:
        yield from (f"{tag} {name}" for name in attributes if name.startswith("on") or name == "style")
        is_script = tag == "script" and "src" not in attributes and attributes.get("type") not in DATA_SCRIPT
        if tag == "style" or is_script:
            yield f"inline {tag}"
        is_named = tag == "link" and attributes.get("rel") in ("canonical", "alternate", "license", "author")
        for name in ("src", "href", "action", "formaction", "data"):
            value = (attributes.get(name) or "").strip()
            is_loaded = tag in ("script", "link", "img", "iframe", "form") and not is_named
            if re.match(r"(?i)(javascript|vbscript|data):", value) or (is_loaded and re.match(r"(https?:)?//", value)):
                yield f"{tag} {name}={value[:60]}"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *product(["GET"], [*PAGES.values(), *ADDRESSES["pages"], *DATA, *FAULTS]),
        *product(["HEAD", "POST"], ["/", *DATA, *FAULTS]),
    ],
)
async def test_every_answer_is_protected(
    site: Datasette, hurry: Callable[[Datasette], None], method: str, path: str
) -> None:
    if path == ENDLESS:
        hurry(site)
    answer = await site.client.request(method, path)
    assert answer.status_code < 500
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "set-cookie" not in answer.headers
    assert answer.headers.get_list("content-security-policy") == [POLICY], "once"
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert [*find_blocked(answer.text)] == []


@pytest.mark.parametrize("path", ADDRESSES["charts"])
async def test_the_page_of_an_open_chart_may_compile_scripts(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    assert "'unsafe-eval'" in answer.headers["content-security-policy"]
    assert "datasette_vega" in answer.text
    assert [*find_blocked(answer.text)] == []


@pytest.mark.parametrize("path", ADDRESSES["no_charts"])
async def test_no_other_page_may_however_it_is_asked(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert "datasette_vega" not in answer.text


def lose_the_disk(*_: object) -> None:
    raise OSError("a disk that is gone, with a secret")


def overstay(*_: object) -> None:
    raise QueryInterrupted(sqlite3.OperationalError("interrupted"), "select secret", {})


@pytest.mark.parametrize(
    ("fail", "path", "status", "words"),
    [
        *((lose_the_disk, path, 500, "うまく表示できませんでした") for path in (
            "/", "/timeline", "/plans/measures.json", "/static/site.css", "/-/health"
        )),
        (overstay, "/print/akishima", 503, "混み合っています"),
    ],
)  # fmt: skip
async def test_a_fault_of_what_stands_before_all_pages_is_told_and_protected(
    site_folder: Path, monkeypatch: pytest.MonkeyPatch, fail: Callable[..., None], path: str, status: int, words: str
) -> None:
    broken = Datasette(config_dir=site_folder)
    await broken.invoke_startup()
    monkeypatch.setattr(layers, "find_baked_site", fail)
    answer = await broken.client.get(path)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, "2" if status == 503 else None)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["cache-control"] == "no-store"
    assert words in answer.text and "secret" not in answer.text
    assert answer.json()["status"] == status if path.endswith(".json") else '<html lang="ja">' in answer.text


async def test_a_page_that_fails_with_its_page_of_errors_is_protected(
    site_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    broken = Datasette(config_dir=site_folder)
    await broken.invoke_startup()
    monkeypatch.setattr(broken, "render_template", fail)
    answer = await broken.client.get("/plans/measures")
    assert (answer.status_code, answer.headers["content-security-policy"]) == (500, POLICY)
    assert "secret" not in answer.text


async def test_cookies_change_nothing(site: Datasette) -> None:
    plain = await site.client.get("/plans/measures")
    told = await site.client.get("/plans/measures", headers={"cookie": "ds_actor=x; ds_messages=W10.x"})
    assert told.text == plain.text
    assert "set-cookie" not in told.headers
