"""The baked site is what the site itself answers, whole, and is sent only while that is so."""

import gzip
import hashlib
import json
import re
import shutil
import zlib
from collections import Counter
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from click.testing import CliRunner

from build_db import main
from keikaku.publish.records.json_ld import DESCRIBED
from keikaku.serving import baking
from keikaku.serving.baked_site import BakedSite, accepts_gzip, use_site
from keikaku.serving.baking import LOCAL, open_datasette, write_site
from tests.sites import baking_here, build

HOST = {"host": LOCAL.removeprefix("http://").strip("/"), "accept-encoding": "identity"}
# What is asked of Datasette although it has no argument: its own scripts, and rows and tables that have no page of their own.
_OWN_PAGE = "|".join([*DESCRIBED, "changes", "corrections", "documents", "municipalities", "periods"])
WINDOW = re.compile(rf"/-/|/plans/(?:report_passages|search_\w+)(?:[/.]|$)|/plans/(?!(?:{_OWN_PAGE})/)\w+/")


def read_files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def manifest(baked: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((baked / "site" / "manifest.json").read_text("utf-8"))
    assert len(found["files"]) > 300
    return found


@pytest.fixture(scope="module")
async def client(baked: Path) -> httpx.AsyncClient:
    site = open_datasette(baked / "plans.db")
    await site.invoke_startup()
    return site.client


@pytest.mark.parametrize("share", [8, pytest.param(1, marks=pytest.mark.long)])
async def test_every_baked_address_is_what_the_site_answers(
    baked: Path, tmp_path: Path, manifest: dict[str, Any], share: int
) -> None:
    """Asked of the site without its baked pages, in an order of its own; all in long runs, else some."""
    site = open_datasette(baked / "plans.db")
    folder = tmp_path
    for listed in ("files", "pictures"):
        (folder / listed).symlink_to(baked / "site" / listed)
    use_site(site, folder)
    await site.invoke_startup()
    different = []
    addresses = [a for a in manifest["files"] if not a.startswith(("/files/", "/pictures/", "/static/", "/plans.db"))]
    for address in sorted(addresses, key=lambda a: hashlib.sha256(a.encode()).digest())[::share]:
        answer = await site.client.get(address, headers=HOST)
        told = manifest["files"][address]
        seen = answer.status_code, answer.headers["content-type"], hashlib.sha256(answer.content).hexdigest()
        if seen != (200, told["media_type"], told["sha256"]):
            different.append((address, seen))
    assert different == []


async def test_the_manifest_tells_of_every_file(baked: Path, manifest: dict[str, Any]) -> None:
    files = read_files(baked / "site")
    told = {"manifest.json": files["manifest.json"]}
    for entry in manifest["files"].values():
        told[entry["path"]] = entry["sha256"]
        if packed := entry.get("packed_sha256"):
            told[entry["path"] + ".gz"] = packed
            plain, gzipped = ((baked / "site" / (entry["path"] + end)).read_bytes() for end in ("", ".gz"))
            assert gzip.decompress(gzipped) == plain
    del told["../plans.db"]
    assert told == files
    assert manifest["database"]["sha256"] == hashlib.sha256((baked / "plans.db").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def pages(baked: Path, manifest: dict[str, Any]) -> dict[str, str]:
    """Every page by its address."""
    files = {a: file["path"] for a, file in manifest["files"].items() if file["media_type"].startswith("text/html")}
    assert len(files) > 100
    return {address: (baked / "site" / path).read_text("utf-8") for address, path in files.items()}


def test_no_two_pages_have_one_title(pages: dict[str, str]) -> None:
    titles = [re.findall("<title>(.*?)</title>", page, re.DOTALL)[0] for at, page in pages.items() if "?" not in at]
    assert [title for title, number in Counter(titles).items() if number > 1] == []


def test_pages_lead_only_to_what_is_there(pages: dict[str, str], manifest: dict[str, Any]) -> None:
    """Every link without an argument, and every style, script and picture, is a file of the site."""
    missing, checked = set(), 0
    for address, page in pages.items():
        for link in re.findall(r'(?:href|src|content)="(?:http://127\.0\.0\.1:8001)?(/[^"#]*)', page):
            path, _, query = unescape(link).partition("?")
            is_asset = path.startswith(("/static/", "/styles/", "/pictures/"))
            if (is_asset or not query) and not WINDOW.match(path) and not path.startswith("//"):
                checked += 1
                missing |= {(path, address)} if path not in manifest["files"] else set()
    assert checked > 5000
    assert sorted(missing)[:30] == []


def test_places_in_pages_that_links_name_are_there(pages: dict[str, str]) -> None:
    """Every #place of a link to a page without argument is an id of that page, and none stands twice."""
    ids = {address: re.findall(r'\bid="([^"]+)"', page) for address, page in pages.items()}
    assert {address: found for address, found in ids.items() if len(found) != len(set(found))} == {}
    links = {
        (path or address, unquote(unescape(place)), address)
        for address, page in pages.items()
        for path, place in re.findall(r'href="(/[^"#?]*)?#([^"]+)"', page)
    }
    assert len(links) > 500
    assert sorted(link for link in links if link[0] in pages and link[1] not in ids[link[0]]) == []


async def test_files_are_sent_with_digests_and_packed(client: httpx.AsyncClient, manifest: dict[str, Any]) -> None:
    wrong = []
    for address, entry in manifest["files"].items():
        packed = await client.get(address, headers={**HOST, "accept-encoding": "gzip"})
        head = await client.head(address, headers=HOST)
        digest = entry.get("packed_sha256", entry["sha256"])
        etags = packed.headers.get("etag"), head.headers.get("etag")
        seen = *etags, int(head.headers.get("content-length", -1)), packed.status_code
        if seen != (f'"{digest}"', f'"{entry["sha256"]}"', entry["size"], 200):
            wrong.append((address, seen))
        if hashlib.sha256(packed.content).hexdigest() != entry["sha256"]:
            wrong.append((address, "bytes"))
    assert wrong == []


@pytest.mark.parametrize("path", ["/", "/plans/measures.csv", "/files/plans.xlsx", "/plans.db"])
async def test_conditions_and_ranges_are_heeded(client: httpx.AsyncClient, path: str) -> None:
    whole = await client.get(path, headers=HOST)
    etag, size = whole.headers["etag"], len(whole.content)
    expected = {
        304: [{"if-none-match": etag}, {"if-none-match": "*"}, {"if-none-match": f'"other", W/{etag}'}],
        412: [{"if-match": '"other"'}],
        200: [
            {"if-match": "*"}, {"if-match": etag}, {"if-none-match": '"other"'},
            {"if-modified-since": "Fri, 99 Nov 2026 00:00:00 +99999999999999"}, {"range": "bytes=0-9", "if-range": '"x"'},
        ],
        206: [{"range": "bytes=0-9"}, {"range": "bytes=-9"}, {"range": f"bytes={size - 9}-", "if-range": etag}],
        416: [{"range": f"bytes={size}-"}],
    }  # fmt: skip
    wrong = []
    for status, asked in expected.items():
        for headers in asked:
            answer = await client.get(path, headers={**HOST, **headers})
            assert answer.headers["content-security-policy"] == whole.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            if answer.status_code != status or (status == 200 and answer.content != whole.content):
                wrong.append((headers, status, answer.status_code))
    assert wrong == []
    for odd in ("lines=1-2", "bytes=a-b", f"bytes={'9' * 4301}-1"):
        assert (await client.get(path, headers={**HOST, "range": odd})).status_code in (200, 400, 416), odd


async def test_only_the_address_that_was_baked_is_a_file(client: httpx.AsyncClient) -> None:
    """Pages speak of their own address; assets do not."""
    page, asset = "/plans/measures", "/files/plans.xlsx"
    assert "etag" in (await client.get(page, headers=HOST)).headers
    for other in ({"host": "localhost"}, {"host": "plans.example.jp"}):
        assert "etag" not in (await client.get(page, headers=other)).headers
        assert "etag" in (await client.get(asset, headers=other)).headers
    assert "etag" not in (await client.get(page + "?_size=1", headers=HOST)).headers
    sheet = re.findall(r'href="(/styles/[^"]+)"', (await client.get("/", headers=HOST)).text)[0]
    assert "immutable" in (await client.get(sheet, headers=HOST)).headers["cache-control"]


@pytest.mark.parametrize("what", ["other data", "other code", "a newer site", "the fiscal year is over", "no manifest"])
def test_a_site_that_is_no_longer_true_steps_aside(
    baked: Path, tmp_path: Path, manifest: dict[str, Any], what: str
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    shutil.copy(baked / "plans.db", tmp_path)
    text = json.dumps(manifest)
    (folder / "manifest.json").write_text(text)
    assert BakedSite(folder, tmp_path / "plans.db").is_true()
    changed = {**manifest, "until": "2020-04-01"} if "fiscal" in what else manifest
    changed = {**changed, "code_sha256": "0"} if what == "other code" else changed
    (folder / "manifest.json").write_text(json.dumps(changed))
    if what == "other data":
        with (tmp_path / "plans.db").open("ab") as stream:
            stream.write(b"x")
    if what == "no manifest":
        (folder / "manifest.json").unlink()
    site = BakedSite(folder, tmp_path / "plans.db")
    if what == "a newer site":
        newer = tmp_path / "newer.json"
        newer.write_text(text)
        newer.replace(folder / "manifest.json")
        assert not site.is_in_place()
    assert not site.is_true()


@pytest.mark.parametrize("share", [12, pytest.param(1, marks=pytest.mark.long)])
def test_a_second_bake_asks_only_for_what_changed_and_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    """One plan gone, two new, one as it was, with which all share what they count; as a full bake has it.

    Of all addresses in long runs, else of the first indicator and of some of each kind.
    """
    list_all, first = baking.list_addresses, "/plans/indicators/minato-geijutsu-1-target-1"
    chosen = lambda path: path.startswith(first) or zlib.crc32(path.encode()) % share == 0  # noqa: E731
    monkeypatch.setattr(baking, "list_addresses", lambda *a: (at for at in list_all(*a) if chosen(at.path)))
    for written_anew in ("write_files", "write_pictures"):
        monkeypatch.setattr(baking, written_anew, lambda *_: [])
    said: list[str] = []
    kept, fresh = tmp_path / "kept", tmp_path / "fresh"
    with baking_here():
        write_site(build(kept, "kita", "minato"), kept / "site", None, said.append)
        write_site(build(kept, "minato", "nishi", "higashi"), kept / "site", None, said.append)
        write_site(build(fresh, "minato", "nishi", "higashi"), fresh / "site", None, said.append)
    assert read_files(kept / "site") == read_files(fresh / "site")
    told = [re.findall(r"(\d+) of (\d+) addresses asked, (\d+) unchanged", line) for line in said if "asked" in line]
    (first, again, full) = [tuple(map(int, counts)) for (counts,) in told]
    assert first[0] == first[1] and full[0] == full[1]
    assert again[2] > 100 // share and again[0] + again[2] == again[1], said


def test_a_bake_that_fails_leaves_the_site_as_it_was(baked: Path) -> None:
    before = read_files(baked / "site")
    result = CliRunner().invoke(
        main, ["pages", "--database", str(baked / "nosuch.db"), "--output", str(baked / "site")]
    )
    assert (result.exit_code, len(result.output.splitlines())) == (1, 1), result.output
    assert read_files(baked / "site") == before


@pytest.mark.parametrize(
    ("header", "accepted"),
    [("gzip", True), ("br, GZIP;q=0.5", True), ("gzip ;q=1.0, br", True), ("", False), ("gzip;q=0", False), ("gzip; q=0.0, *", False), ("br, *;q=0", False)],
)  # fmt: skip
def test_gzip_is_sent_to_those_who_accept_it(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
