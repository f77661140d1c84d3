"""Every kind of answer protects whoever opens it: pages, errors, unchanged files, downloads, static files."""

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import pytest
from datasette.app import Datasette

from tests.browser.page_types import PAGES

FILES = {
    "json": "/plans/measures.json",
    "csv": "/plans/measures.csv",
    "excel": "/plans/measures.excel.csv",
    "workbook": "/plans/measures.xlsx",
    "database_file": "/plans.db",
    "style": "/static/site.css",
    "script": "/static/search.js",
    "core_style": "/-/static/app.css",
    "plugin_script": "/-/static-plugins/datasette_vega/datasette-vega.css",
    "suggestions": "/-/suggest?q=農",
    "versions": "/-/versions.json",
}
FAULTS = {
    "no_page": "/nothing",
    "no_static_file": "/static/nothing.js",
    "wrong_condition": "/plans/measures?nothing=1",
    "wrong_condition_json": "/plans/measures.json?nothing=1",
    "wrong_sql_csv": "/plans.csv?sql=nothing",
    "nul": "/plans?sql=%00",
    "private": "/_internal",
    "redirect": "/plans/measures?_filter_column=code&_filter_op=exact&_filter_value=x",
    "slow": "/plans?"
    + urlencode({"sql": "with recursive c(n) as (select 1 union all select 1 from c) select max(n) from c"}),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DATA_SCRIPT = {"application/ld+json", "application/json"}


class Markup(HTMLParser):
    """What a strict policy would block, or a visitor may be led astray by."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.faults += [f"{tag} {name}" for name in attributes if name.startswith("on") or name == "style"]
        if tag == "style" or (
            tag == "script" and "src" not in attributes and attributes.get("type") not in DATA_SCRIPT
        ):
            self.faults.append(f"inline {tag}")
        for name in ("src", "href", "action", "formaction", "data"):
            value = (attributes.get(name) or "").strip()
            if re.match(r"(?i)(javascript|vbscript|data):", value):
                self.faults.append(f"{tag} {name}={value[:40]}")
            if tag in ("script", "link", "img", "iframe", "form") and re.match(r"(https?:)?//", value):
                canonical = tag == "link" and attributes.get("rel") in ("canonical", "alternate", "license", "author")
                self.faults += [] if canonical else [f"{tag} {name}={value[:60]}"]


@pytest.mark.parametrize("path", [*PAGES.values(), *FILES.values(), *FAULTS.values()])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
async def test_every_answer_is_protected(site: Datasette, path: str, method: str) -> None:
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
        assert Markup(answer.text).faults == []


@pytest.mark.parametrize("path", ["/plans.db"])
async def test_unchanged_files_are_protected(site: Datasette, path: str) -> None:
    """Those that the cache of answers sends say nothing of protection: a browser keeps what came with the file."""
    etag = (await site.client.get(path)).headers["etag"]
    answer = await site.client.get(path, headers={"if-none-match": etag})
    assert answer.status_code == 304
    assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/plans/measures", "/plans/targets_due?fiscal_year=2026"])
async def test_only_the_page_of_an_open_chart_may_compile_scripts(site: Datasette, path: str) -> None:
    answer = await site.client.get(f"{path}{'&' if '?' in path else '?'}_chart=1")
    assert "'unsafe-eval'" in answer.headers["content-security-policy"]
    assert "datasette_vega" in answer.text
    assert Markup(answer.text).faults == []
    for other in ("/?_chart=1", "/plans/measures/akishima-kogyo-1?_chart=1", "/plans/measures.json?_chart=1"):
        assert "unsafe" not in (await site.client.get(other)).headers["content-security-policy"]


async def test_cookies_change_nothing(site: Datasette) -> None:
    plain = await site.client.get("/plans/measures")
    told = await site.client.get("/plans/measures", headers={"cookie": "ds_actor=x; ds_messages=W10.x"})
    assert told.text == plain.text
    assert "set-cookie" not in told.headers
