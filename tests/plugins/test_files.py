"""The files of the whole data set as they are served: only those listed, in parts if asked, and never outdated ones."""

import asyncio
import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from datasette.utils.asgi import Request

from keikaku.publish.catalogue.whole_set import write_files
from tests.conftest import ROOT


@pytest.fixture(scope="module", autouse=True)
def folder(site_folder: Path) -> Iterator[Path]:
    """The files beside the database that the site serves."""
    folder = site_folder / "files"
    write_files(site_folder / "plans.db", ROOT / "metadata.yml", folder, lambda _: None)
    yield folder
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()


def listing(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((folder / "files.json").read_text("utf-8"))
    return value


async def test_every_listed_file_is_served_with_its_digest_as_etag(site: Datasette, folder: Path) -> None:
    for file in listing(folder)["files"]:
        response = await site.client.get(f"/files/{file['path']}")
        assert response.status_code == 200, file["path"]
        assert hashlib.sha256(response.content).hexdigest() == file["sha256"]
        assert response.headers["etag"] == f'"{file["sha256"]}"'
        assert response.headers["content-length"] == str(file["size"])
        assert response.headers["content-type"] == file["media_type"]
        assert response.headers["accept-ranges"] == "bytes"
    assert (await site.client.get("/files/files.json")).json() == listing(folder)


@pytest.mark.parametrize("path", ["/files/plans.xlsx", "/files/parquet/measures.parquet", "/plans.db"])
async def test_parts_and_unchanged_files_are_answered_as_such(site: Datasette, path: str) -> None:
    whole = await site.client.get(path)
    etag = whole.headers["etag"]
    part = await site.client.get(path, headers={"range": "bytes=10-109"})
    assert (part.status_code, part.content) == (206, whole.content[10:110])
    assert part.headers["content-range"] == f"bytes 10-109/{len(whole.content)}"
    tail = await site.client.get(path, headers={"range": "bytes=-50", "if-range": etag})
    assert (tail.status_code, tail.content) == (206, whole.content[-50:])
    changed = await site.client.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'})
    assert (changed.status_code, changed.content) == (200, whole.content)
    beyond = await site.client.get(path, headers={"range": f"bytes={len(whole.content)}-"})
    assert beyond.status_code == 416
    unchanged = await site.client.get(path, headers={"if-none-match": etag})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", etag)
    head = await site.client.head(path)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)


@pytest.mark.parametrize("path", ["/files/plans.xlsx", "/plans.db"])
async def test_conditions_are_heeded_as_the_standard_has_them(site: Datasette, path: str) -> None:
    """RFC 9110: what is not well-formed is ignored, and only GET has parts."""
    whole = await site.client.get(path)
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for unchanged in (
        {"if-none-match": "*"},
        {"if-none-match": f'"other", W/{etag}'},
        {"if-modified-since": modified},
        {"if-none-match": etag, "range": "bytes=0-9"},
        {"if-none-match": etag, "if-modified-since": "Wed, 21 Oct 2015 07:28:00 GMT"},
    ):
        assert (await site.client.get(path, headers=unchanged)).status_code == 304, unchanged
    for sent in (
        {"if-none-match": '"other"', "if-modified-since": modified},
        {"if-none-match": f'"x{etag[1:]}'},
        {"if-modified-since": "Wed, 21 Oct 2015 07:28:00 GMT"},
        {"if-modified-since": "yesterday"},
        {"range": "lines=1-2"},
        {"range": "bytes=5-2"},
        {"range": "bytes=a-b"},
        {"range": "bytes="},
        {"range": "bytes=0-9", "if-range": "Wed, 21 Oct 2015 07:28:00 GMT"},
    ):
        answer = await site.client.get(path, headers=sent)
        assert (answer.status_code, answer.content) == (200, whole.content), sent
    head = await site.client.head(path, headers={"range": "bytes=0-9"})
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))
    parts = await site.client.get(path, headers={"range": "bytes=0-3, 10-12"})
    assert parts.status_code == 206
    assert parts.headers["content-type"].startswith("multipart/byteranges")
    assert whole.content[:4] in parts.content and whole.content[10:13] in parts.content
    for beyond in (f"bytes={len(whole.content)}-", "bytes=-0"):
        refused = await site.client.get(path, headers={"range": beyond})
        assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{len(whole.content)}"), beyond


@pytest.mark.parametrize("path", ["/static/site.css", "/files/plans.xlsx", "/files/files.json", "/plans.db"])
async def test_a_file_is_answered_for_in_the_time_of_a_static_one(site: Datasette, path: str) -> None:
    """A hundredth of a second for each, whatever its size."""
    taken = []
    for _ in range(20):
        began = time.perf_counter()
        assert (await site.client.head(path)).status_code == 200
        taken.append(time.perf_counter() - began)
    assert min(taken) < 0.01


async def test_the_database_is_the_file_itself(site: Datasette, site_folder: Path) -> None:
    response = await site.client.get("/plans.db")
    assert response.content == (site_folder / "plans.db").read_bytes()
    assert response.headers["etag"] == f'"{site.get_database("plans").hash}"'
    assert response.headers["content-disposition"] == 'attachment; filename="plans.db"'
    assert (await site.client.get("/nosuch.db")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/nosuch.csv",
        "/files/csv",
        "/files/%2e%2e/plans.db",
        "/files/..%2fplans.db",
        "/files/%2e",
        "/files//etc/passwd",
    ],
)
async def test_nothing_else_is_served(site: Datasette, path: str) -> None:
    response = await site.client.get(path, follow_redirects=True)
    assert response.status_code == 404, response.headers


async def test_pages_can_list_the_files(site: Datasette, folder: Path) -> None:
    template = site.jinja_env.from_string("{% for f in (data_files()).files %}{{ f.path }} {% endfor %}")
    assert (await template.render_async()).split() == [file["path"] for file in listing(folder)["files"]]


async def test_pages_can_carry_what_a_search_for_data_sets_reads(site: Datasette) -> None:
    template = site.jinja_env.from_string("<script>{{ dataset_json_ld(request) }}</script>")
    html = await template.render_async(request=Request.fake("/data"))
    assert html.count("</script>") == 1
    described = json.loads(html.removeprefix("<script>").removesuffix("</script>"))
    assert described["url"] == "http://localhost/data"
    assert "http://localhost/files/plans.xlsx" in [file["contentUrl"] for file in described["distribution"]]
    assert "昭島市" in html


async def test_files_of_another_database_are_not_served(site: Datasette, folder: Path) -> None:
    kept = (folder / "files.json").read_text("utf-8")
    told = json.loads(kept)
    told["database"]["sha256"] = "0" * 64
    (folder / "files.json").write_text(json.dumps(told))
    try:
        assert (await site.client.get("/files/plans.xlsx")).status_code == 404
        assert (await site.client.get("/files/files.json")).status_code == 404
    finally:
        (folder / "files.json").write_text(kept, "utf-8")


async def test_many_at_once_are_answered(site: Datasette, folder: Path) -> None:
    answers = await asyncio.gather(*(site.client.get("/files/plans.xlsx") for _ in range(50)))
    assert {answer.content for answer in answers} == {(folder / "plans.xlsx").read_bytes()}


async def test_the_page_of_data_lists_every_file_with_size_and_digest(site: Datasette, folder: Path) -> None:
    page = (await site.client.get("/data")).text
    for file in listing(folder)["files"]:
        assert f'href="/files/{file["path"]}" download' in page
        assert f"<dt>{file['path']}</dt><dd><code>{file['sha256']}</code></dd>" in page


@pytest.mark.parametrize("path", ["/", "/data"])
async def test_pages_say_to_machines_what_data_there_is(site: Datasette, path: str) -> None:
    page = (await site.client.get(path)).text
    described = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    assert described["@type"] == "Dataset"
    assert described["distribution"]
    assert 'rel="describedby" type="application/ld+json" href="/files/catalog.jsonld"' in page
